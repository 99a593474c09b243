"""Tutor aggregates: each tutor's last 7 and 30 days as the window ends."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from simulation.events import TutorLeft
from simulation.log import Log
from simulation.tables.sessions import reduce_sessions
from simulation.tables.tutor_aggregates import reduce_tutor_aggregates
from tests.hand_made_log import LogBuilder, at, by_id, row

SIGNALS = (
    "signal_declining_ratings", "signal_low_engagement", "signal_high_reschedule",
    "signal_poor_first_sessions", "signal_no_shows", "signal_declining_activity",
)  # fmt: skip


def aggregates(log: Log) -> dict[str, dict[str, Any]]:
    return by_id(reduce_tutor_aggregates(log, reduce_sessions(log)))


def aggregate(log: LogBuilder) -> dict[str, Any]:
    observable = log.observable
    return row(reduce_tutor_aggregates(observable, reduce_sessions(observable)))


def series(log: LogBuilder, days: Iterable[int], **measures: Any) -> LogBuilder:
    """A session on each of these days, with the same measures."""
    for day in days:
        log.session(f"S{day:09d}", at(day, 12), **measures)
    return log


def steady(log: LogBuilder, **measures: Any) -> LogBuilder:
    """Eight sessions, the last four of them in the last week: a tutor without signals but by measures."""
    return series(series(log, range(10, 14), **measures), range(24, 28), **measures)


class TestRows:
    def test_are_active_tutors_with_a_completed_session(self, log: LogBuilder) -> None:
        log.tutor("T0002").tutor("T0003").tutor("T0004", active=False)
        log.session("S1", at(3)).session("S2", at(4), tutor="T0004").no_show("S3", at(5), "tutor", tutor="T0003")

        assert list(aggregates(log.observable)) == ["T0001"]

    def test_include_tutors_who_left_in_the_window(self, log: LogBuilder) -> None:
        log.session("S1", at(3)).event(at(4), TutorLeft("T0001"))

        assert list(aggregates(log.observable)) == ["T0001"]

    def test_leave_out_who_taught_only_in_the_warm_up(self, log: LogBuilder) -> None:
        log.session("S1", at(-3))

        assert aggregates(log.observable) == {}

    def test_leave_out_who_taught_only_earlier_in_a_longer_window(self, log_of: Callable[..., LogBuilder]) -> None:
        log = log_of(days=45).tutor("T0001").tutor("T0002").session("S1", at(15) - 1)
        log.session("S2", at(15), tutor="T0002")

        assert list(aggregates(log.observable)) == ["T0002"]

    def test_are_in_the_order_of_ids(self, log: LogBuilder) -> None:
        log.tutor("T0003").tutor("T0002")
        log.session("S1", at(3)).session("S2", at(1), tutor="T0003").session("S3", at(2), tutor="T0002")

        assert list(aggregates(log.observable)) == ["T0001", "T0002", "T0003"]


class TestAverages:
    def test_are_over_completed_sessions(self, log: LogBuilder) -> None:
        log.session(
            "S1", at(3), student_rating=4.0, engagement_score=6.0, empathy_score=5.0, clarity_score=7.0,
            student_satisfaction=8.0, had_technical_issues=True,
        )  # fmt: skip
        log.session(
            "S2", at(4), student_rating=4.5, engagement_score=7.01, empathy_score=6.0, clarity_score=8.0,
            student_satisfaction=6.0,
        )  # fmt: skip
        log.session(
            "S3", at(5), student_rating=3.0, engagement_score=5.0, empathy_score=7.0, clarity_score=9.0,
            student_satisfaction=7.0,
        )  # fmt: skip
        log.no_show("S4", at(6), "student")

        found = aggregate(log)

        assert found["total_sessions_30d"] == 3
        assert found["avg_rating_30d"] == 3.83
        assert found["avg_engagement_score"] == 6.0
        assert found["avg_empathy_score"] == 6.0
        assert found["avg_clarity_score"] == 8.0
        assert found["avg_student_satisfaction"] == 7.0
        assert found["recommendation_rate"] == 0.667
        assert found["technical_issue_rate"] == 0.333

    def test_are_each_tutors_own(self, log: LogBuilder) -> None:
        log.tutor("T0002").session("S1", at(3), student_rating=5.0)
        log.session("S2", at(3), tutor="T0002", student_rating=2.0)

        found = aggregates(log.observable)

        assert {tutor_id: one["avg_rating_30d"] for tutor_id, one in found.items()} == {"T0001": 5.0, "T0002": 2.0}

    def test_count_what_is_settled_after_the_window_ends(self, log: LogBuilder) -> None:
        log.session("S1", at(29, 23, 30))

        assert aggregate(log)["total_sessions_7d"] == 1


class TestSpans:
    def test_are_the_last_7_and_30_days(self, log_of: Callable[..., LogBuilder]) -> None:
        log = log_of(days=45).tutor("T0001")
        for name, start in (("S1", at(15) - 1), ("S2", at(15)), ("S3", at(38) - 1), ("S4", at(38)), ("S5", at(44, 20))):
            log.session(name, start)

        found = aggregate(log)

        assert (found["total_sessions_30d"], found["total_sessions_7d"]) == (4, 2)

    def test_end_at_the_opening_of_a_shorter_window(self, log_of: Callable[..., LogBuilder]) -> None:
        log = log_of(days=5).tutor("T0001")
        log.session("S1", at(-1), student_rating=1.0).session("S2", at(0), student_rating=4.0)
        log.no_show("S3", at(-2), "tutor").moved(at(-1), "S2", to=at(0))

        found = aggregate(log)

        assert (found["total_sessions_30d"], found["total_sessions_7d"]) == (1, 1)
        assert (found["avg_rating_30d"], found["no_show_count_30d"], found["reschedule_rate_30d"]) == (4.0, 0, 0.0)

    def test_of_a_week_without_sessions_have_no_sentiment(self, log: LogBuilder) -> None:
        found = aggregate(log.session("S1", at(3)))

        assert (found["total_sessions_7d"], found["sentiment_trend_7d"], found["avg_rating_7d"]) == (0, None, None)

    def test_of_the_last_week_alone_make_the_sentiment(self, log: LogBuilder) -> None:
        log.session("S1", at(3), overall_sentiment=0.9)
        log.session("S2", at(24), overall_sentiment=-0.2).session("S3", at(25), overall_sentiment=0.101)

        assert aggregate(log)["sentiment_trend_7d"] == -0.05

    @pytest.mark.parametrize(("recent", "rating"), [(2, None), (3, 4.1)])
    def test_of_the_last_week_need_three_sessions_for_a_rating(
        self, log: LogBuilder, recent: int, rating: float | None
    ) -> None:
        assert aggregate(series(log, range(24, 24 + recent)))["avg_rating_7d"] == rating


class TestFirstSessions:
    def test_are_counted_and_averaged(self, log: LogBuilder) -> None:
        log.student("U00002").session("S1", at(3), student_rating=3.0).session("S2", at(4), student_rating=5.0)
        log.session("S3", at(5), student="U00002", student_rating=3.9)

        found = aggregate(log)

        assert (found["first_session_count"], found["first_session_avg_rating"]) == (2, 3.45)
        assert found["poor_first_session_flag"] is found["signal_poor_first_sessions"] is True

    def test_of_three_and_a_half_points_are_not_poor(self, log: LogBuilder) -> None:
        log.student("U00002").session("S1", at(3), student_rating=3.3)
        log.session("S2", at(5), student="U00002", student_rating=3.7)

        assert aggregate(log)["poor_first_session_flag"] is False

    def test_are_judged_before_rounding(self, log: LogBuilder) -> None:
        for n in range(250):
            rating = 3.4 if n == 0 else 3.5
            log.student(f"U{n:05d}").session(f"S{n:03d}", at(3, n % 24), student=f"U{n:05d}", student_rating=rating)

        found = aggregate(log)

        assert (found["first_session_avg_rating"], found["poor_first_session_flag"]) == (3.5, True)

    def test_may_be_absent(self, log: LogBuilder) -> None:
        log.session("S1", at(-3), student_rating=1.0).session("S2", at(3), student_rating=1.0)

        found = aggregate(log)

        assert (found["first_session_count"], found["first_session_avg_rating"]) == (0, None)
        assert found["poor_first_session_flag"] is False


class TestReschedules:
    def test_are_the_tutors_over_the_tutors_rows(self, log: LogBuilder) -> None:
        steady(log).no_show("S1", at(20), "student").no_show("S2", at(21), "tutor")
        log.moved(at(19, 1), "S1", to=at(20)).moved(at(19, 2), "S1", to=at(20), by="student")

        found = aggregate(log)

        assert found["reschedule_rate_30d"] == 0.1

    def test_count_when_they_were_asked_for_not_when_the_session_stands(self, log: LogBuilder) -> None:
        log.session("S1", at(3)).session("S2", at(0, 12), booked=at(-3)).moved(at(-1), "S2", to=at(0, 12))
        log.booking("S3", at(31), booked=at(28)).moved(at(29), "S3", to=at(33))

        assert aggregate(log)["reschedule_rate_30d"] == 0.5

    def test_of_cancelled_sessions_count(self, log: LogBuilder) -> None:
        log.session("S1", at(3)).booking("S2", at(5)).moved(at(4, 1), "S2", to=at(6)).cancelled(at(5), "S2")

        assert aggregate(log)["reschedule_rate_30d"] == 1.0


def shown(log: LogBuilder) -> list[str]:
    found = aggregate(log)
    return [name.removeprefix("signal_") for name in SIGNALS if found[name]]


class TestSignals:
    """Each signal is on just beyond its threshold, and off on it."""

    @pytest.fixture
    def log(self, log: LogBuilder) -> LogBuilder:
        """The student had been taught by the tutor before: no session is a first one."""
        return log.session("S1", at(-5))

    def test_of_a_steady_tutor_are_off(self, log: LogBuilder) -> None:
        assert shown(steady(log)) == []

    @pytest.mark.parametrize(("before", "signals"), [(4.6, []), (4.8, ["declining_ratings"])])
    def test_declining_ratings(self, log: LogBuilder, before: float, signals: list[str]) -> None:
        # an average of 4.3 over the month in the first case, of 4.4 in the second, and 4.0 in the last week
        series(log, range(10, 14), student_rating=before)

        assert shown(series(log, range(24, 28), student_rating=4.0)) == signals

    @pytest.mark.parametrize(("score", "signals"), [(5.5, []), (5.49, ["low_engagement"])])
    def test_low_engagement(self, log: LogBuilder, score: float, signals: list[str]) -> None:
        assert shown(steady(log, engagement_score=score)) == signals

    @pytest.mark.parametrize(("moves", "signals"), [(3, []), (4, ["high_reschedule"])])
    def test_high_reschedule(self, log: LogBuilder, moves: int, signals: list[str]) -> None:
        series(log, (*range(1, 14), *range(23, 30)))
        for n in range(moves):
            log.moved(at(n, 13), f"S{n + 1:09d}", to=at(n + 1, 12))

        assert shown(log) == signals

    def test_poor_first_sessions(self, log: LogBuilder) -> None:
        steady(log.student("U00002")).session("S2", at(28), student="U00002", student_rating=3.4)

        assert shown(log) == ["poor_first_sessions"]

    @pytest.mark.parametrize(("missed", "signals"), [(2, []), (3, ["no_shows"])])
    def test_no_shows(self, log: LogBuilder, missed: int, signals: list[str]) -> None:
        steady(log).no_show("S9", at(20), "student")
        for n in range(missed):
            log.no_show(f"S{n + 2}", at(21 + n), "tutor", *(["student"] if n == 0 else []))

        assert shown(log) == signals
        assert aggregate(log)["no_show_count_30d"] == missed

    @pytest.mark.parametrize(("earlier", "signals"), [(9, []), (10, ["declining_activity"])])
    def test_declining_activity(self, log: LogBuilder, earlier: int, signals: list[str]) -> None:
        series(log, range(10, 10 + earlier))

        assert shown(series(log, range(24, 27))) == signals


class TestChurnScore:
    def test_of_no_signals_is_the_tutors_own_offset(self, log_of: Callable[..., LogBuilder]) -> None:
        found = aggregate(steady(log_of().tutor("T0001", score_offset=0.0873)))

        assert (found["churn_signals_detected"], found["churn_probability"]) == (0, 0.087)
        assert found["churn_risk_level"] == "Low"

    def test_weighs_poor_first_sessions_twice(self, log_of: Callable[..., LogBuilder]) -> None:
        log = steady(log_of().tutor("T0001", score_offset=0.0596), student_rating=3.0, engagement_score=4.0)

        found = aggregate(log)

        assert [name for name in SIGNALS if found[name]] == ["signal_low_engagement", "signal_poor_first_sessions"]
        assert (found["churn_signals_detected"], found["churn_probability"]) == (3, 0.42)
        assert found["churn_risk_level"] == "Medium"

    def test_is_capped(self, log_of: Callable[..., LogBuilder]) -> None:
        log = log_of().tutor("T0001", score_offset=0.1)
        log.session("S000", at(3), student_rating=2.5, engagement_score=3.0)
        series(log, range(4, 20), student_rating=5.0, engagement_score=3.0)
        series(log, range(24, 27), student_rating=2.0, engagement_score=3.0)
        for n in range(5):
            log.no_show(f"S{n}", at(20, n), "tutor").moved(at(19, n + 1), f"S{n}", to=at(20, n))

        found = aggregate(log)

        assert (found["churn_signals_detected"], found["churn_probability"]) == (7, 0.85)
        assert found["churn_risk_level"] == "High"

    def test_counts_what_happened_in_the_table_not_in_the_warm_up(self, log: LogBuilder) -> None:
        for n in range(5):
            log.no_show(f"S{n}", at(-4, n), "tutor")

        assert aggregate(steady(log))["no_show_count_30d"] == 0
