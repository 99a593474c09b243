"""What is measured in a session: each cause moves the figures that it should, and no others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from simulation.agents.influence import Aspect, Influence
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionRequestDraws, TutorHour
from simulation.clock import DAY
from simulation.contract import EVERY_RUN
from simulation.events import SessionCompleted
from simulation.processes.measures import SessionMeasures
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario
from tests.people import a_student, a_tutor
from tests.processes.stage import WARM_UP_DAYS, Stage, a_completed

MakeStage = Callable[..., Stage]

RULES = Scenario().sessions
QUALITIES = RULES.connection.ranked()
STEADY = {"mechanisms": {"daily_variance": False}}
# Every cause large enough to be seen in a rating of one decimal.
LOUD = {
    **STEADY,
    "sessions": {
        "scores": {
            "empathy_noise": 0.8, "clarity_noise": 0.8, "engagement_noise": 0.8, "rating_noise": 0.3,
            "empathy_experience": 4.5, "satisfaction_noise": 0.5,
        },
        "burnout": {"empathy": -2.0, "clarity": -2.0, "engagement": -1.0, "sentiment": -0.2},
    },
}  # fmt: skip
# What follows from scores: a rating, and from that satisfaction.
VERDICT = {"student_rating", "student_satisfaction"}
SCORES = {"empathy_score", "clarity_score", "engagement_score"}
FIGURES = SessionCompleted._fields[SessionCompleted._fields.index("had_technical_issues") :]


def measure(
    stage: Stage, sessions: Sequence[Session], lines: Sequence[str] | None = None, first: Sequence[bool] | None = None
) -> list[SessionCompleted]:
    """What is measured in sessions that begin together; unless stated over excellent lines, and no pair's first."""
    start = sessions[0].start
    hours = stage.draws.hours(start, [session.tutor for session in sessions])
    requests = np.array([session.draws for session in sessions])
    places = np.array([QUALITIES.index(line) for line in lines or ["Excellent"] * len(sessions)])
    found = SessionMeasures(stage.context).measure(
        start, sessions, hours, requests, places, list(first or [False] * len(sessions))
    )
    return [
        a_completed(session, **dict(zip(FIGURES, figures, strict=True)))
        for session, figures in zip(sessions, found, strict=True)
    ]


def measured(
    stage: Stage, *, day: int = 2,
    of_hour: Mapping[str, float] | None = None, of_request: Mapping[str, float] | None = None,
    tutor: Mapping[str, Any] | None = None, student: Mapping[str, Any] | None = None, burnout: float = 0.0,
    influences: Mapping[Aspect, float] | None = None, line: str = "Excellent", is_first: bool = False,
) -> SessionCompleted:  # fmt: skip
    """The figures of one session, average but for what is stated."""
    teacher = a_tutor(technical_issue_probability=0.1, **(tutor or {}))
    stage.context.tutors[teacher.number] = teacher
    teacher.burnout = burnout
    for aspect, size in (influences or {}).items():
        teacher.influences.add(aspect, Influence(size, 0, 100 * DAY, fades=False))
    learner = a_student(**(student or {}))
    learner.rapports[teacher.number] = 0.0
    session = stage.book(learner, teacher, day, 17, of_hour=of_hour, of_request=of_request)
    (completed,) = measure(stage, [session], [line], [is_first])
    return completed


def differences(one: SessionCompleted, other: SessionCompleted) -> dict[str, Any]:
    """The figures that differ, as they are in the second."""
    return {name: value for name, value in other._asdict().items() if value != getattr(one, name)}


def test_an_average_session_follows_from_the_formulas(stage: MakeStage) -> None:
    found = measured(stage(scenario=STEADY))
    assert found.overall_sentiment == pytest.approx(0.3 + 0.8 * 0.4)
    assert found.empathy_score == pytest.approx(5 + 0.8 * 3 + 24 / 60 * 1.5)
    assert found.clarity_score == pytest.approx(5 + 0.8 * 3)
    assert found.engagement_score == pytest.approx(
        0.04 * found.student_attention_pct + 3 + 1.5 * (1 + found.overall_sentiment), abs=0.006
    )
    quality = (found.empathy_score + found.clarity_score + found.engagement_score) / 30
    assert found.student_rating == pytest.approx(2 + 2.8 * quality, abs=0.05)
    assert found.student_satisfaction == pytest.approx(2 * found.student_rating)


@pytest.mark.parametrize(
    ("cause", "moved"),
    [
        ({"of_hour": {"technical": 0.05}}, {"had_technical_issues"}),
        ({"of_hour": {"camera": 0.2}}, {"tutor_camera_on_pct"}),
        ({"of_hour": {"screen": 0.2}}, {"screen_share_pct"}),
        ({"of_hour": {"mood": 0.2}}, {"tutor_sentiment"}),
        ({"of_hour": {"speaking": 0.05}}, {"tutor_speak_ratio", "engagement_score"} | VERDICT),
        ({"of_hour": {"empathy": 0.01}}, {"empathy_score"} | VERDICT),
        ({"of_hour": {"clarity": 0.01}}, {"clarity_score"} | VERDICT),
        ({"of_hour": {"engagement": 1e-6}}, {"engagement_score"} | VERDICT),
        ({"of_request": {"attention": 0.01}}, {"student_attention_pct", "engagement_score"} | VERDICT),
        (
            {"of_request": {"sentiment": 1e-6}},
            {"overall_sentiment", "student_sentiment", "engagement_score"} | VERDICT,
        ),
        ({"of_request": {"student_sentiment": 0.2}}, {"student_sentiment"}),
        ({"of_request": {"rating": 0.1}}, VERDICT),
        ({"of_request": {"satisfaction": 0.1}}, {"student_satisfaction"}),
        ({"line": "Poor"}, VERDICT),
        ({"is_first": True}, VERDICT),
        ({"student": {"leniency": -0.3}}, VERDICT),
        ({"student": {"attention_offset": -30}}, {"student_attention_pct", "engagement_score"} | VERDICT),
        (
            {"student": {"sentiment_offset": -0.6}},
            {"overall_sentiment", "student_sentiment", "engagement_score"} | VERDICT,
        ),
        ({"tutor": {"empathy_offset": -2}}, {"empathy_score"} | VERDICT),
        ({"tutor": {"clarity_offset": -2}}, {"clarity_score"} | VERDICT),
        ({"tutor": {"engagement_offset": -2}}, {"engagement_score"} | VERDICT),
        ({"tutor": {"months_experience": 1}}, {"empathy_score"} | VERDICT),
        ({"burnout": 1.0}, {"overall_sentiment", "student_sentiment"} | SCORES | VERDICT),
        ({"influences": {Aspect.ENGAGEMENT: -0.25}}, {"engagement_score"} | VERDICT),
        ({"influences": {Aspect.QUALITY: -0.25}}, {"empathy_score", "clarity_score"} | VERDICT),
        ({"influences": {Aspect.SESSIONS_PER_WEEK: 4.0}}, set()),
        ({"influences": {Aspect.RESCHEDULING: 0.5}}, set()),
        ({"influences": {Aspect.NO_SHOWS: 0.5}}, set()),
        ({"influences": {Aspect.LOGINS: 0.5}}, set()),
    ],
)
def test_each_cause_moves_what_it_should_and_nothing_else(
    stage: MakeStage, cause: dict[str, Any], moved: set[str]
) -> None:
    average, changed = measured(stage(scenario=LOUD)), measured(stage(scenario=LOUD), **cause)
    assert set(differences(average, changed)) == moved
    if "student_rating" in moved:
        assert changed.student_rating < average.student_rating
        assert changed.student_satisfaction < average.student_satisfaction


@pytest.mark.parametrize(("line", "penalty"), [("Good", 0.1), ("Fair", 0.3), ("Poor", 0.6)])
def test_worse_lines_cost_stars(stage: MakeStage, line: str, penalty: float) -> None:
    best, worse = measured(stage(scenario=STEADY)), measured(stage(scenario=STEADY), line=line)
    assert best.student_rating - worse.student_rating == pytest.approx(penalty)


def test_a_first_session_costs_three_tenths_of_a_star(stage: MakeStage) -> None:
    later, first = measured(stage(scenario=STEADY)), measured(stage(scenario=STEADY), is_first=True)
    assert later.student_rating - first.student_rating == pytest.approx(0.3)


def test_engagement_rises_by_its_lift(stage: MakeStage) -> None:
    plain = measured(stage(scenario=STEADY))
    lifted = measured(stage(scenario=STEADY), influences={Aspect.ENGAGEMENT: 0.1})
    assert lifted.engagement_score == pytest.approx(plain.engagement_score * 1.1, abs=0.01)


def test_full_burnout_takes_away_what_the_scenario_says(stage: MakeStage) -> None:
    fresh, burned_out = measured(stage(scenario=STEADY)), measured(stage(scenario=STEADY), burnout=1.0)
    rules = RULES.burnout
    assert min(burned_out.empathy_score, burned_out.clarity_score, burned_out.engagement_score) > 1
    assert burned_out.empathy_score - fresh.empathy_score == pytest.approx(rules.empathy)
    assert burned_out.clarity_score - fresh.clarity_score == pytest.approx(rules.clarity)
    assert burned_out.overall_sentiment - fresh.overall_sentiment == pytest.approx(rules.sentiment)
    # Sentiment is a part of engagement, which falls by that too.
    assert burned_out.engagement_score - fresh.engagement_score == pytest.approx(
        rules.engagement + 1.5 * rules.sentiment, abs=0.01
    )


# ---------------------------------------------------------------- trends


@pytest.mark.parametrize(
    ("trend", "moved"),
    [
        ("trend_empathy", {"empathy_score"} | VERDICT),
        ("trend_clarity", {"clarity_score"} | VERDICT),
        ("trend_engagement", {"engagement_score"} | VERDICT),
        ("trend_satisfaction", {"student_satisfaction"}),
    ],
)
def test_a_trend_unfolds_from_the_window_s_opening_over_its_span(stage: MakeStage, trend: str, moved: set[str]) -> None:
    declining = {trend: -0.2}
    average = measured(stage(scenario=STEADY))
    before = measured(stage(scenario=STEADY), day=WARM_UP_DAYS - 1, tutor=declining)
    assert set(differences(average, before)) == {"started_at"}
    ends = [measured(stage(scenario=STEADY), day=WARM_UP_DAYS + day, tutor=declining) for day in (31, 60)]
    assert set(differences(average, ends[0])) - {"started_at"} == moved
    assert set(differences(*ends)) == {"started_at"}  # it has come to its end
    figure = min(moved - {"student_rating"})
    assert getattr(ends[0], figure) == pytest.approx(getattr(average, figure) * 0.8, abs=0.06)


def test_a_trend_is_half_way_at_half_its_span(stage: MakeStage) -> None:
    scenario = {**STEADY, "sessions": {"trends": {"span_days": 30.0}}}
    average = measured(stage(scenario=scenario))
    half_way = measured(stage(scenario=scenario), day=WARM_UP_DAYS + 15, tutor={"trend_clarity": -0.2}).clarity_score
    assert half_way == pytest.approx(average.clarity_score * (1 - 0.1 * (15 + 17 / 24) / 15), abs=0.006)


# ---------------------------------------------------------------- the day


def factors(stage: Stage, day: int, tutor: int = 1) -> dict[str, float]:
    """The figures of a day over those of a day without variance."""
    steady = Stage(scenario=STEADY)
    plain, found = measured(steady, day=day), measured(stage, day=day, tutor={"number": tutor})
    names = ("engagement_score", "empathy_score", "clarity_score")
    return {name: getattr(found, name) / getattr(plain, name) for name in names}


def test_days_differ_for_everybody_within_their_bounds(stage: MakeStage) -> None:
    bounds = {"engagement_score": 0.15, "empathy_score": 0.08, "clarity_score": 0.10}
    found = [factors(stage(), day) for day in range(14)]
    for name, width in bounds.items():
        values = [day[name] for day in found]
        assert all(1 - width - 0.01 <= value <= 1 + width + 0.01 for value in values)
        assert max(values) - min(values) > width / 2


def test_two_tutors_share_the_day(stage: MakeStage) -> None:
    one, other = factors(stage(), 3), factors(stage(), 3, tutor=2)
    assert one == other


def test_the_same_figures_come_out_whichever_day_was_asked_for_before(stage: MakeStage) -> None:
    here = stage()
    forwards = [measured(here, day=day) for day in range(8)]
    there = stage()
    assert [measured(there, day=day) for day in reversed(range(8))] == forwards[::-1]
    days = SessionMeasures(here.context)._factors_of
    there_and_back = [*range(8), *reversed(range(8))]
    assert [days(day) for day in there_and_back] == [
        SessionMeasures(here.context)._factors_of(day) for day in there_and_back
    ]


# ---------------------------------------------------------------- together


def a_crowd(stage: Stage, day: int) -> list[Session]:
    """Sessions of very different pairs that begin together, some of tired, tended or declining tutors."""
    draw = RandomStreams(5).stream("a crowd")
    sessions = []
    for number, tutor in stage.context.tutors.items():
        u = draw.uniforms(number, 0, 6)
        student = a_student(number, leniency=u[0] - 0.5, attention_offset=20 * u[1] - 10, sentiment_offset=u[2] - 0.5)
        tutor.burnout = max(0.0, 2 * u[3] - 1)
        if number % 3 == 0:
            tutor.influences.add(Aspect.ENGAGEMENT, Influence(u[4] - 0.5, 0, 100 * DAY))
            tutor.influences.add(Aspect.QUALITY, Influence(u[5] - 0.5, 0, 100 * DAY))
        hour = dict(zip(TutorHour._fields, draw.uniforms(number, 1, len(TutorHour._fields)), strict=True))
        request = dict(
            zip(SessionRequestDraws._fields, draw.uniforms(number, 2, len(SessionRequestDraws._fields)), strict=True)
        )
        sessions.append(stage.book(student, tutor, day, 17, of_hour=hour, of_request=request))
    return sessions


def test_sessions_that_begin_together_are_measured_as_each_would_be_alone(stage: MakeStage) -> None:
    tutors = [
        a_tutor(number, months_experience=number, reliability=0.3 + 0.01 * number, technical_issue_probability=0.3,
                trend_empathy=-0.004 * number, trend_clarity=0.003 * number, trend_engagement=-0.002 * number,
                trend_satisfaction=0.001 * number, empathy_offset=0.02 * number)
        for number in range(1, 64)
    ]  # fmt: skip
    here = stage(tutors)
    sessions = a_crowd(here, WARM_UP_DAYS + 20)
    lines = [QUALITIES[number % 4] for number in range(len(sessions))]
    first = [number % 5 == 0 for number in range(len(sessions))]
    together = measure(here, sessions, lines, first)
    alone = [measure(here, [session], [line], [is_first])[0]
             for session, line, is_first in zip(sessions, lines, first, strict=True)]  # fmt: skip
    assert together == alone
    assert len({event[5:] for event in together}) == len(sessions)
    # In whatever order they come.
    assert measure(here, sessions[::-1], lines[::-1], first[::-1]) == together[::-1]


# ---------------------------------------------------------------- who meets whom


def test_a_student_and_a_tutor_get_on_as_well_whenever_they_meet(stage: MakeStage) -> None:
    tutor, student = a_tutor(), a_student()
    here = stage([tutor], scenario=STEADY)
    for day in (2, 3):
        measure(here, [here.book(student, tutor, day, 17)])
    rapport = student.rapports[1]
    again = a_student()
    other = Stage([a_tutor()], scenario=STEADY)
    measure(other, [other.book(again, other.tutors[0], 5, 9)])
    assert again.rapports == {1: rapport}


def test_a_good_rapport_lifts_all_three_scores(stage: MakeStage) -> None:
    tutor, liked, disliked = a_tutor(), a_student(1), a_student(2)
    here, scores = stage([tutor], scenario=STEADY), RULES.scores
    liked.rapports[1], disliked.rapports[1] = 1.0, -1.0
    (one,) = measure(here, [here.book(liked, tutor, 2, 17)])
    (other,) = measure(here, [here.book(disliked, tutor, 2, 18)])
    assert one.empathy_score - other.empathy_score == pytest.approx(2 * scores.rapport_empathy)
    assert one.clarity_score - other.clarity_score == pytest.approx(2 * scores.rapport_clarity)
    assert one.engagement_score - other.engagement_score == pytest.approx(2 * scores.rapport_engagement, abs=0.01)


def test_rapports_are_standard_normal_over_pairings(stage: MakeStage) -> None:
    from scipy import stats

    measures = SessionMeasures(stage().context)
    rapports = [measures._rapport(a_student(number), a_tutor(tutor)) for number in range(60) for tutor in range(10)]
    assert stats.kstest(rapports, "norm").pvalue > 0.001


# ---------------------------------------------------------------- lines that break


LOWEST = {
    "student_attention_pct": 10.0, "tutor_camera_on_pct": 70.0, "tutor_speak_ratio": 0.2, "screen_share_pct": 10.0,
    "overall_sentiment": -0.5, "student_sentiment": -0.5, "tutor_sentiment": -0.2, "empathy_score": 1.0,
    "clarity_score": 1.0, "engagement_score": 1.0, "student_rating": 1.0, "student_satisfaction": 1.0,
}  # fmt: skip
HIGHEST = {
    "student_attention_pct": 100.0, "tutor_camera_on_pct": 100.0, "tutor_speak_ratio": 0.8, "screen_share_pct": 95.0,
    "overall_sentiment": 0.95, "student_sentiment": 0.95, "tutor_sentiment": 0.95, "empathy_score": 10.0,
    "clarity_score": 10.0, "engagement_score": 10.0, "student_rating": 5.0, "student_satisfaction": 10.0,
}  # fmt: skip


@pytest.mark.parametrize(("u", "offset", "bounds"), [(1e-9, -100.0, LOWEST), (1 - 1e-9, 100.0, HIGHEST)])
def test_whatever_goes_beyond_its_bounds_is_at_them(
    stage: MakeStage, u: float, offset: float, bounds: dict[str, float]
) -> None:
    noisy = {"measures": {"tutor_sentiment_noise": 0.5}, "scores": {"satisfaction_noise": 3.0}}
    found = measured(
        stage(scenario={**STEADY, "sessions": noisy}),
        of_hour=dict.fromkeys(("camera", "speaking", "screen", "mood"), u),
        of_request={"student_sentiment": u, "satisfaction": u},
        tutor={f"{score}_offset": offset for score in ("empathy", "clarity", "engagement")},
        student={"attention_offset": offset, "sentiment_offset": offset, "leniency": offset},
    )
    assert {name: getattr(found, name) for name in bounds} == bounds


def test_figures_have_the_decimals_of_the_table(stage: MakeStage) -> None:
    decimals = {name: EVERY_RUN.tables["sessions"].column(name).decimals for name in LOWEST}
    draw, here = RandomStreams(3).stream("figures"), stage(scenario=STEADY)
    for nth in range(20):
        hour = dict(zip(TutorHour._fields, draw.uniforms(1, nth, len(TutorHour._fields)), strict=True))
        request = dict(
            zip(SessionRequestDraws._fields, draw.uniforms(2, nth, len(SessionRequestDraws._fields)), strict=True)
        )
        found = measured(here, day=nth, of_hour=hour, of_request=request)
        for name, places in decimals.items():
            assert getattr(found, name) == round(getattr(found, name), places), name


def test_lines_break_with_the_tutor_s_probability_and_never_without_the_mechanism(stage: MakeStage) -> None:
    broken: dict[str, Any] = {"of_hour": {"technical": 0.099}}
    assert measured(stage(), **broken).had_technical_issues
    assert not measured(stage(), of_hour={"technical": 0.101}).had_technical_issues
    assert not measured(stage(scenario={"mechanisms": {"technical_issues": False}}), **broken).had_technical_issues


@pytest.mark.parametrize("u", [0.0, 2.0**-53, 1 - 2.0**-53])
def test_figures_stay_within_their_bounds_even_for_the_rarest_draws(stage: MakeStage, u: float) -> None:
    found = measured(
        stage(),
        of_hour=dict.fromkeys(
            ("technical", "camera", "speaking", "screen", "mood", "empathy", "clarity", "engagement"), u
        ),
        of_request=dict.fromkeys(("attention", "sentiment", "student_sentiment", "rating", "satisfaction"), u),
    )
    assert 10 <= found.student_attention_pct <= 100
    assert 70 <= found.tutor_camera_on_pct <= 100
    assert 0.2 <= found.tutor_speak_ratio <= 0.8
    assert 10 <= found.screen_share_pct <= 95
    assert all(1 <= getattr(found, score) <= 10 for score in SCORES)
    assert all(-0.5 <= mood <= 0.95 for mood in (found.overall_sentiment, found.student_sentiment))
    assert -0.2 <= found.tutor_sentiment <= 0.95
    assert 1 <= found.student_rating <= 5
    assert 1 <= found.student_satisfaction <= 10
