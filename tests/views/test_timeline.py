"""A timeline tells what the log and the tables say of one agent, and why the platform wrote to a tutor."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from simulation.events import ChurnScored, InterventionSent, Login, TutorLeavingExplained, TutorLeft
from simulation.log import Log
from simulation.runs.in_memory import Simulation, load_run, simulate
from simulation.scenario import Scenario
from simulation.scenario.partition import copied
from simulation.views import ViewError
from simulation.views.timeline import Timeline, TimelineEntry, Timelines, timelines_of
from tests.hand_made_log import LogBuilder, at, local, merged

LOG_START = date(2025, 12, 22)
DAYS_30, DAYS_7 = timedelta(days=30), timedelta(days=7)


def of_kind(timeline: Timeline, kind: str) -> list[TimelineEntry]:
    return [entry for entry in timeline.entries if entry.kind == kind]


@pytest.fixture(scope="module")
def whole(tiny_run: Path) -> Timelines:
    """The timelines of a simulated run, from the start of its warm-up, with the truth."""
    return timelines_of(tiny_run, LOG_START, with_truth=True)


@pytest.fixture
def told(tiny_scenario: Scenario) -> Callable[[LogBuilder], Timelines]:
    """Opens the timelines of a hand-made log."""

    def opened(builder: LogBuilder, last: date | None = None) -> Timelines:
        def part(of_truth: bool) -> Log:
            return builder.truth if of_truth else builder.observable

        return Timelines(Simulation(tiny_scenario, part, lambda _: None), last=last, with_truth=True)

    return opened


def scored(probability: float, level: str, *signals: str, **figures: float) -> ChurnScored:
    """A score on which these signals show."""
    shown = {
        f"signal_{name}": name in signals
        for name in (
            "declining_ratings", "low_engagement", "high_reschedule", "poor_first_sessions", "no_shows",
            "declining_activity",
        )
    }  # fmt: skip
    usual = {
        "avg_rating_7d": 4.0, "avg_rating_30d": 4.0, "avg_engagement_score": 6.0, "first_session_avg_rating": None,
        "technical_issue_rate": 0.0, "reschedule_rate_30d": 0.0, "no_show_count_30d": 0, "total_sessions_7d": 10,
        "total_sessions_30d": 30,
    }  # fmt: skip
    detected = len(signals) + ("poor_first_sessions" in signals)
    return ChurnScored("T0001", probability, level, detected, **shown, **{**usual, **figures})  # type: ignore[arg-type]


# ---------------------------------------------------------------- why the platform wrote


def test_each_intervention_can_be_recomputed_from_the_sessions_and_moves_that_its_timeline_shows(
    whole: Timelines, tiny_run: Path
) -> None:
    scenario = load_run(tiny_run).scenario
    churn, checked = scenario.churn, 0
    for tutor_id in whole.tutor_ids:
        timeline = whole[tutor_id]
        sessions = of_kind(timeline, "session")
        for intervention in of_kind(timeline, "intervention"):
            trigger = intervention.trigger
            assert trigger is not None
            now = trigger.score.at
            month = [one for one in sessions if one.scheduled_start >= now - DAYS_30 and one.ended_at <= now]
            held = [one for one in month if one.outcome == "completed"]
            week = [one for one in held if one.scheduled_start >= now - DAYS_7]
            firsts = [one.student_rating for one in held if one.is_first_session and one.student_rating]
            ratings = [one.student_rating for one in held if one.student_rating]
            lately = [one.student_rating for one in week if one.student_rating]
            engagement = [one.engagement_score for one in held if one.engagement_score]
            missed = [one for one in month if one.outcome in {"tutor_no_show", "both_no_show"}]
            values = {reading.signal: reading for reading in trigger.score.readings}
            assert values["low_engagement"].value == pytest.approx(sum(engagement) / len(engagement))
            assert values["declining_activity"].value == len(week)
            assert values["declining_activity"].threshold == len(held) / churn.activity_divisor
            assert values["no_shows"].value == len(missed)
            if firsts:
                assert values["poor_first_sessions"].value == pytest.approx(sum(firsts) / len(firsts))
            if len(week) >= churn.min_recent_sessions:
                assert values["declining_ratings"].value == pytest.approx(sum(lately) / len(lately))
                threshold = sum(ratings) / len(ratings) - churn.rating_drop
                assert values["declining_ratings"].threshold == pytest.approx(threshold)
            total = sum(reading.weight for reading in trigger.score.shown)
            offset = timeline.facts["score_offset"]
            cap = churn.probability_cap
            probability = round(min(min(total * churn.probability_per_signal, cap) + offset, cap), 3)
            assert (total, probability) == (trigger.score.detected, intervention.probability)
            assert intervention.level == ("High" if probability >= churn.high_risk else "Medium")
            checked += 1
    assert checked >= 3


def test_between_two_interventions_of_a_tutor_lies_the_pause_that_the_rules_state(whole: Timelines) -> None:
    shortest, pauses = timedelta(days=whole.rules.pause_days[0]), 0
    for tutor_id in whole.tutor_ids:
        for intervention in of_kind(whole[tutor_id], "intervention"):
            trigger = intervention.trigger
            assert trigger is not None
            assert trigger.recent_count < whole.rules.max_per_tutor
            if trigger.last_decided is not None:
                assert trigger.score.at - trigger.last_decided >= shortest
                pauses += 1
    assert pauses


def test_a_limit_that_held_back_others_for_longer_than_the_pause_is_told_with_its_end(tiny_scenario: Scenario) -> None:
    often = evolve(tiny_scenario.interventions, max_per_tutor=1)
    run = simulate(evolve(tiny_scenario, warm_up_days=60, interventions=often))
    whole = Timelines(run, date(2025, 11, 6))
    limited = 0
    for tutor_id in whole.tutor_ids:
        decided = [intervention.at for intervention in of_kind(whole[tutor_id], "intervention")]
        for place, intervention in enumerate(of_kind(whole[tutor_id], "intervention")):
            assert intervention.trigger is not None
            until = intervention.trigger.limited_until
            freed = decided[place - 1] + DAYS_30 + timedelta(hours=1) if place else None
            assert until == (freed if freed is not None and freed <= intervention.trigger.score.at else None)
            limited += until is not None
    assert limited


def test_a_tutor_is_at_risk_since_the_level_last_rose_from_low(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001")
    for day, level in enumerate(("Medium", "Low", "Medium", "High")):
        story.event(at(day), scored(0.5, level, "no_shows", no_show_count_30d=3))
    trigger_id = story.observable.events(ChurnScored)["event_id"][3].as_py()
    story.intervention("INT0001", at(3, 0, 20), triggered_by_event_id=trigger_id)
    (intervention,) = of_kind(told(story)["T0001"], "intervention")
    assert intervention.trigger is not None
    assert intervention.trigger.at_risk_since == local(2)


def test_an_intervention_whose_score_is_not_in_the_log_has_no_trigger(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001").intervention("INT0001", at(3), triggered_by_event_id="EV999999")
    (intervention,) = of_kind(told(story)["T0001"], "intervention")
    assert intervention.trigger is None


# ---------------------------------------------------------------- what happened


def test_a_signal_fires_and_ceases_once_each_with_its_value_against_its_threshold(
    told: Callable[[LogBuilder], Timelines],
) -> None:
    story = LogBuilder().tutor("T0001")
    story.event(at(0), scored(0.05, "Low"))
    for day in (1, 2):
        story.event(at(day), scored(0.17, "Low", "no_shows", no_show_count_30d=3))
    story.event(at(3), scored(0.05, "Low", no_show_count_30d=2))
    changes = of_kind(told(story)["T0001"], "signal_change")
    assert [(one.at, one.fired, one.reading.value, one.reading.threshold) for one in changes] == [
        (local(1), True, 3, 2),
        (local(3), False, 2, 2),
    ]


def test_the_churn_probability_is_told_when_it_moves_and_the_risk_each_time_it_was_taken(
    told: Callable[[LogBuilder], Timelines],
) -> None:
    story = LogBuilder().tutor("T0001").event(at(-1, 12), scored(0.05, "Low"))
    story.event(at(0, 1), scored(0.05, "Low")).event(at(1), scored(0.31, "Medium"))
    timeline = told(story)["T0001"]
    (move,) = of_kind(timeline, "churn_move")
    assert (move.probability_before, move.probability, move.level_before, move.level) == (0.05, 0.31, "Low", "Medium")
    assert [(risk.at, risk.level) for risk in timeline.risk] == [
        (local(0), "Low"),
        (local(0, 1), "Low"),
        (local(1), "Medium"),
    ]


def test_sessions_are_told_from_their_real_start_with_who_did_not_come(
    told: Callable[[LogBuilder], Timelines],
) -> None:
    story = LogBuilder().tutor("T0001").student("U00001").session("S000001", at(0, 10), actual_duration_min=60)
    story.no_show("S000002", at(1, 10), "student").no_show("S000003", at(2, 10), "tutor")
    story.no_show("S000004", at(3, 10), "student", "tutor")
    timelines = told(story)
    sessions = of_kind(timelines["T0001"], "session")
    outcomes = [one.outcome for one in sessions]
    assert outcomes == ["completed", "student_no_show", "tutor_no_show", "both_no_show"]
    assert sessions[0].at == local(0, 10)
    assert [one.ended_at for one in sessions[:2]] == [local(0, 11), local(1, 10, 15)]
    assert of_kind(timelines["U00001"], "session") == sessions


def test_all_sessions_of_the_tables_are_in_the_timelines_of_their_tutors(tiny_run: Path) -> None:
    timelines, sessions = timelines_of(tiny_run), load_run(tiny_run).tables["sessions"]
    told = {one.session_id for tutor_id in timelines.tutor_ids for one in of_kind(timelines[tutor_id], "session")}
    assert told == set(sessions["session_id"])


def test_a_request_that_was_refused_is_told_with_what_was_asked_for(whole: Timelines) -> None:
    refusals = [one for student_id in whole.student_ids for one in of_kind(whole[student_id], "refusal")]
    assert refusals
    assert all(one.subject and one.requested_start > one.at and one.reason for one in refusals)


def test_an_entry_has_what_belongs_to_its_kind_as_attributes(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001").event(at(1), Login("T0001", "web", "192.0.2.1"))
    (login,) = of_kind(told(story)["T0001"], "login")
    assert (login.group, login.device) == ("logins", "web")
    with pytest.raises(AttributeError, match="an entry of kind 'login' has no 'subject', but device"):
        login.subject  # noqa: B018 -- asking is what raises


def test_an_experiment_that_opens_in_several_regions_is_told_once(tiny_scenario: Scenario) -> None:
    here = LogBuilder(region=1).tutor("T0001").experiment("EXP001", at(0))
    here.assigned("EXP001", "T0001", "coaching", at(1), exposed=at(2))
    log = merged(here.observable, LogBuilder(region=2).experiment("EXP001", at(0)).observable)
    timeline = Timelines(Simulation(tiny_scenario, lambda _: log, lambda _: None))["T0001"]
    assert [(one.name, one.step, one.value) for one in of_kind(timeline, "experiment_step")] == [
        ("Trial EXP001", "assigned", None),
        ("Trial EXP001", "exposed", None),
    ]


def test_an_intervention_comes_after_the_score_of_its_moment(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001").event(at(3), scored(0.31, "Medium", "no_shows", no_show_count_30d=3))
    entries = told(story.intervention("INT0001", at(3)))["T0001"].entries
    assert [entry.kind for entry in entries] == ["signal_change", "churn_move", "intervention"]


def test_entries_are_in_the_order_of_time_and_within_the_days(tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run)
    for agent_id in (*timelines.tutor_ids, *timelines.student_ids):
        times = [entry.at for entry in timelines[agent_id].entries]
        assert times == sorted(times)
        assert all(timelines.first <= moment.date() <= timelines.last for moment in times)


def test_an_intervention_has_come_as_far_as_the_table_says(tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run, LOG_START)
    statuses = {
        one.intervention_id: one.status
        for tutor_id in timelines.tutor_ids
        for one in of_kind(timelines[tutor_id], "intervention")
    }
    table = load_run(tiny_run).tables["interventions"]
    assert len(table)
    assert {name: statuses[name] for name in table["intervention_id"]} == dict(
        zip(table["intervention_id"], table["status"], strict=True)
    )


# ---------------------------------------------------------------- what is not told


def test_only_with_the_truth_is_told_why_somebody_left(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001")
    story.event(at(4), TutorLeft("T0001"), TutorLeavingExplained("T0001", "burnout"))
    (left,) = of_kind(told(story)["T0001"], "left")
    (why,) = of_kind(told(story)["T0001"], "leaving_explained")
    assert (left.at, why.at, why.reason) == (local(4), local(4), "burnout")


def test_without_the_truth_a_timeline_holds_nothing_that_only_the_simulator_knows(tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run)
    for agent_id in (*timelines.tutor_ids, *timelines.student_ids):
        timeline = timelines[agent_id]
        assert timeline.traits is None
        assert not [entry for entry in timeline.entries if entry.group == "truth"]


def test_with_the_truth_a_tutor_has_a_persona_and_a_hidden_state_each_midnight(whole: Timelines) -> None:
    there = next(one for one in whole.tutor_ids if whole[one].facts["active_status"])
    assert all(traits is not None and traits["persona"] for traits in (whole[one].traits for one in whole.tutor_ids))
    assert {one.at.hour for one in of_kind(whole[there], "hidden_state")} == {0}


# ---------------------------------------------------------------- days


def test_days_hold_their_entries_and_the_risk_at_their_end(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001").event(at(0), scored(0.05, "Low")).event(at(0, 12), scored(0.31, "Medium"))
    story.event(at(2), scored(0.31, "Medium", "no_shows", no_show_count_30d=3))
    first, second = told(story)["T0001"].days
    assert [(day.date, len(day.entries)) for day in (first, second)] == [(local(0).date(), 2), (local(2).date(), 1)]
    assert first.risk is not None
    assert (first.risk.level, first.risk.at) == ("Medium", local(0, 12))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((date(2020, 1, 1), None), "--from: 2020-01-01 is not in the run's log; allowed is 2025-12-22 to 2026-01-11"),
        ((None, date(2027, 1, 1)), "--to: 2027-01-01 is not in the run's log; allowed is 2025-12-22 to 2026-01-11"),
        ((date(2026, 1, 7), date(2026, 1, 6)), "--to: 2026-01-06 is before 2026-01-07"),
    ],
)
def test_days_outside_the_log_are_refused(tiny_run: Path, days: tuple[date, date], told: str) -> None:
    with pytest.raises(ViewError, match=told):
        timelines_of(tiny_run, *days)


def test_an_unknown_agent_is_answered_with_the_nearest_id(tiny_run: Path) -> None:
    with pytest.raises(ViewError, match=r"'T00O3' is no tutor of this run; .*did you mean T0003\?"):
        timelines_of(tiny_run)["T00O3"]


def test_the_sent_email_and_its_intervention_are_one_entry(told: Callable[[LogBuilder], Timelines]) -> None:
    story = LogBuilder().tutor("T0001").intervention("INT0001", at(3, 0, 20))
    (intervention,) = of_kind(told(story)["T0001"], "intervention")
    sent = story.observable.events(InterventionSent)
    assert intervention.sent_at == sent["timestamp"][0].as_py() == datetime(2026, 1, 8, 0, 20)
    assert intervention.status == "sent"


def test_in_a_run_of_several_regions_each_agent_has_the_sessions_of_the_tables(tiny_scenario: Scenario) -> None:
    run = simulate(copied(evolve(tiny_scenario, days=2, warm_up_days=3), 2))
    timelines, sessions = Timelines(run), run.tables["sessions"]
    for agents, column in ((timelines.tutor_ids, "tutor_id"), (timelines.student_ids, "student_id")):
        told = {agent_id: {one.session_id for one in of_kind(timelines[agent_id], "session")} for agent_id in agents}
        expected = sessions.groupby(column)["session_id"].agg(set).to_dict()
        assert {agent_id: found for agent_id, found in told.items() if found} == expected


def test_the_readings_beside_each_score_add_up_to_it(whole: Timelines) -> None:
    churn, checked = whole.rules.churn, 0
    for timeline in map(whole.__getitem__, whole.tutor_ids):
        for risk in timeline.risk:
            total = sum(reading.weight for reading in risk.readings if reading.shows)
            own = min(total * churn.probability_per_signal, churn.probability_cap) + timeline.facts["score_offset"]
            assert risk.probability == round(min(own, churn.probability_cap), 3)
            checked += 1
    assert checked > 100


def test_who_left_is_known_to_have_left_on_the_days_after_too_and_not_before(
    told: Callable[..., Timelines],
) -> None:
    story = LogBuilder().tutor("T0001").tutor("T0002").event(at(3, 4), TutorLeft("T0001"))
    assert told(story)["T0001"].left_at == local(3, 4)
    assert told(story)["T0002"].left_at is None
    assert told(story, last=local(2).date())["T0001"].left_at is None
