"""The churn monitor: events where signals change, and everybody's score at midnight."""

from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.tutor import Tutor
from simulation.churn.signals import ChurnRules, TutorFigures, risk_level
from simulation.clock import DAY, HOUR, EventPriority
from simulation.events import ChurnScored, ChurnSignalsChanged
from simulation.processes.churn import ChurnMonitor
from tests.people import a_student, a_tutor
from tests.processes.stage import Stage, a_completed, a_settled

MakeStage = Callable[..., Stage]


class Post:
    """A stage on which the monitor watches."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.monitor = stage.context.of(ChurnMonitor)
        self.student = a_student()
        self.rules = ChurnRules.of(stage.scenario.churn)

    def session(self, day: int, hour: float, tutor: int = 0, *, first: bool = False, **measures: Any) -> None:
        """A session is held at a time, and the monitor learns of it then."""
        booked = self.stage.book(self.student, self.stage.tutors[tutor], day, hour)
        settled = a_settled(booked, a_completed(booked, **measures), first=first)
        self.stage.at(booked.start + HOUR, self.monitor.settled, settled)

    def missed(self, day: int, hour: float, *, student: bool = True, tutor: bool = True) -> None:
        """Somebody does not come to a session."""
        booked = self.stage.book(self.student, self.stage.tutors[0], day, hour)
        self.stage.at(booked.start + HOUR, self.monitor.settled, a_settled(booked, student=student, tutor=tutor))

    def figures(self) -> TutorFigures:
        return self.monitor.figures(self.stage.tutors[0])


@pytest.fixture
def post_of(stage: MakeStage) -> Callable[..., Post]:
    def make(*tutors: Tutor, **scenario: Any) -> Post:
        return Post(stage(tutors or [a_tutor()], scenario=scenario))

    return make


MakePost = Callable[..., Post]


# ---------------------------------------------------------------- figures


def test_figures_follow_the_sessions(post_of: MakePost) -> None:
    post = post_of()
    post.session(0, 9, student_rating=3.0, engagement_score=5.0, had_technical_issues=True, first=True)
    post.session(0, 11, student_rating=4.0, engagement_score=6.0)
    post.session(1, 9, student_rating=5.0, engagement_score=7.0)
    post.missed(1, 11, tutor=False)
    post.missed(1, 13, student=False)
    post.stage.run_until(2 * DAY)
    assert post.figures() == TutorFigures(
        avg_rating_7d=4.0, avg_rating_30d=4.0, avg_engagement_score=6.0, first_session_avg_rating=3.0,
        technical_issue_rate=1 / 3, reschedule_rate_30d=0.0, no_show_count_30d=1,
        total_sessions_7d=3, total_sessions_30d=3,
    )  # fmt: skip


@pytest.mark.parametrize(("student", "tutor", "counted"), [(True, False, 1), (False, True, 0), (False, False, 1)])
def test_a_missed_session_counts_against_the_tutor_only_if_the_tutor_did_not_come(
    post_of: MakePost, student: bool, tutor: bool, counted: int
) -> None:
    post = post_of()
    post.missed(0, 9, student=student, tutor=tutor)
    post.stage.run_until(DAY)
    assert post.figures().no_show_count_30d == counted


def test_a_move_is_reported_at_once_if_it_makes_too_many(post_of: MakePost) -> None:
    post = post_of()
    post.session(0, 9)
    post.stage.at(12 * HOUR, post.monitor.moved, post.stage.tutors[0])
    post.stage.run_until(DAY)
    at_noon = [event for second, event in post.stage.diary.entries if second == 12 * HOUR]
    assert [event.signal_high_reschedule for event in at_noon] == [True]


def test_a_tutor_s_own_moves_make_the_reschedule_rate(post_of: MakePost) -> None:
    post = post_of()
    post.session(0, 9)
    post.session(0, 11)
    post.stage.at(13 * HOUR, post.monitor.moved, post.stage.tutors[0])
    post.stage.run_until(DAY)
    assert post.figures().reschedule_rate_30d == 0.5


# ---------------------------------------------------------------- events on change


def test_an_event_is_written_when_signals_change_and_only_then(post_of: MakePost) -> None:
    post = post_of()
    for day in range(3):
        post.session(day, 9)
    post.session(3, 9, engagement_score=1.0)
    post.session(4, 9, engagement_score=6.3)
    post.session(5, 9, engagement_score=10.0)
    post.stage.run_until(6 * DAY)
    assert post.stage.times(ChurnSignalsChanged) == [10 * HOUR, 3 * DAY + 10 * HOUR, 5 * DAY + 10 * HOUR]
    assert [event.signal_low_engagement for event in post.stage.events(ChurnSignalsChanged)] == [False, True, False]


def test_signals_that_fade_by_themselves_are_found_at_midnight(post_of: MakePost) -> None:
    post = post_of()
    for hour in (9, 11, 13, 15):
        post.session(0, hour)
    post.monitor.start()
    post.stage.run_until(9 * DAY)
    declining = [event.signal_declining_activity for event in post.stage.events(ChurnScored)]
    assert declining == [False] * 7 + [True] * 2
    # The midnight's score is the news: a session after it that changes nothing is none.
    assert len(post.stage.events(ChurnSignalsChanged)) == 1


def test_an_event_holds_the_figures_as_they_stand_then(post_of: MakePost) -> None:
    post = post_of(a_tutor(score_offset=0.07))
    post.session(0, 9, student_rating=3.0, first=True)
    post.stage.run_until(DAY)
    event = post.stage.only(ChurnSignalsChanged)
    assert TutorFigures._make(event[-len(TutorFigures._fields) :]) == post.figures()
    assert (event.signal_poor_first_sessions, event.churn_signals_detected) == (True, 2)
    assert event.churn_probability == 0.31
    assert event.churn_risk_level == "Medium"


# ---------------------------------------------------------------- every midnight


def test_every_active_tutor_is_scored_every_midnight(post_of: MakePost) -> None:
    post = post_of(a_tutor(1), a_tutor(2, active=False), a_tutor(3))
    post.monitor.start()
    post.stage.run_until(3 * DAY)
    assert post.stage.times(ChurnScored) == [day * DAY for day in (1, 2, 3) for _ in range(2)]
    assert [event.tutor_id for event in post.stage.events(ChurnScored)] == ["T0001", "T0003"] * 3


def test_who_has_left_is_scored_no_more(post_of: MakePost) -> None:
    post = post_of()
    post.session(3, 9, engagement_score=1.0)
    post.monitor.start()
    post.stage.at(DAY + HOUR, post.stage.context.marketplace.remove, post.stage.tutors[0])
    post.stage.run_until(5 * DAY)
    assert post.stage.times(ChurnScored) == [DAY]
    assert post.stage.events(ChurnSignalsChanged) == []


def test_a_session_that_ends_at_midnight_counts_in_the_score_taken_then(post_of: MakePost) -> None:
    post = post_of()
    booked = post.stage.book(post.student, post.stage.tutors[0], 0, 23)
    post.stage.context.agenda.at(
        DAY, EventPriority.SETTLEMENT, 1, post.monitor.settled, a_settled(booked, a_completed(booked))
    )
    post.monitor.start()
    post.stage.run_until(DAY)
    assert post.stage.only(ChurnScored).total_sessions_7d == 1


def test_scores_keep_to_the_documented_bounds(post_of: MakePost) -> None:
    post = post_of(a_tutor(score_offset=0.1))
    for day in range(20):
        post.session(day, 9, student_rating=5.0 - day % 5, engagement_score=1.0 + day % 7, first=day % 3 == 0)
        post.missed(day, 11, tutor=False)
        post.stage.at(day * DAY + 13 * HOUR, post.monitor.moved, post.stage.tutors[0])
    post.monitor.start()
    post.stage.run_until(40 * DAY)
    scores = post.stage.events(ChurnScored) + post.stage.events(ChurnSignalsChanged)
    assert {score.churn_risk_level for score in scores} == {"Low", "Medium", "High"}
    for score in scores:
        flags = [getattr(score, name) for name in score._fields if name.startswith("signal_")]
        assert score.churn_signals_detected == sum(flags) + score.signal_poor_first_sessions
        assert 0 <= score.churn_probability <= 0.85
        assert score.churn_risk_level == risk_level(score.churn_probability, post.rules)
        assert score.avg_rating_7d is None or score.total_sessions_7d >= 3


# ---------------------------------------------------------------- who is told


def test_who_is_at_risk_is_told_to_the_platform_with_the_event_that_says_so(post_of: MakePost) -> None:
    post = post_of(a_tutor(1, score_offset=0.07), a_tutor(2, score_offset=0.07))
    told: list[tuple[int, str, str]] = []
    post.monitor.at_risk.append(
        lambda tutor, score: told.append((tutor.number, score.churn_risk_level, post.stage.diary.last_event_id))
    )
    post.session(0, 9, student_rating=3.0, first=True)
    post.session(0, 10, tutor=1)
    post.monitor.start()
    post.stage.run_until(DAY)
    # Event 1 says that the first is at risk, event 2 that the second is not, event 3 is the first's at midnight.
    assert told == [(1, "Medium", "EV000001"), (1, "Medium", "EV000003")]


def test_a_tutor_s_risk_can_be_asked_for(post_of: MakePost) -> None:
    post = post_of(a_tutor(score_offset=0.07))
    assert post.monitor.risk_of(post.stage.tutors[0]) == "Low"
    post.session(0, 9, student_rating=3.0, first=True)
    post.stage.run_until(DAY)
    assert post.monitor.risk_of(post.stage.tutors[0]) == "Medium"


def test_without_the_mechanism_figures_are_followed_and_nothing_is_written(post_of: MakePost) -> None:
    post = post_of(mechanisms={"churn_monitor": False})
    post.session(0, 9, student_rating=1.0, first=True)
    post.monitor.start()
    post.stage.run_until(3 * DAY)
    assert post.stage.told() == []
    assert post.figures().total_sessions_30d == 1
