"""Sessions and aggregates of any log, against a telling of it in plain Python."""

from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.churn.signals import LONG_DAYS, RECENT_DAYS
from simulation.clock import DAY, HOUR, MINUTE
from simulation.tables import reduce_log
from tests.hand_made_log import OPENING, WARM_UP_DAYS, LogBuilder, at, by_id

TUTORS = ("T0001", "T0002", "T0003")
STUDENTS = ("U00001", "U00002")


class Told(NamedTuple):
    """A session as the log will tell it; `moves` are (hour, whether the tutor asked for it)."""

    tutor: str
    student: str
    booked: int
    moves: tuple[tuple[int, bool], ...]
    outcome: str
    rating: float
    engagement: float
    sentiment: float
    satisfaction: float


def tenths(low: int, high: int, places: int = 1) -> st.SearchStrategy[float]:
    return st.integers(low * 10**places, high * 10**places).map(lambda whole: whole / 10**places)


@st.composite
def stories(draw: st.DrawFn) -> tuple[int, list[Told]]:
    """The days of a window, and what is booked from the warm-up on, at full hours."""
    days = draw(st.integers(1, 40))
    hours = st.integers(-WARM_UP_DAYS * 24 + 200, days * 24 - 1)
    told = st.builds(
        Told,
        tutor=st.sampled_from(TUTORS),
        student=st.sampled_from(STUDENTS),
        booked=hours,
        moves=st.lists(st.tuples(hours, st.booleans()), max_size=2).map(tuple),
        outcome=st.sampled_from(("held", "held", "held", "student", "tutor", "cancelled")),
        rating=tenths(1, 5),
        engagement=tenths(1, 10, 2),
        sentiment=tenths(-1, 1, 3).map(lambda value: min(max(value, -0.5), 0.95)),
        satisfaction=tenths(1, 10),
    )
    return days, draw(st.lists(told, max_size=30))


def stands(session: Told) -> int:
    """The hour, counted from the window's opening, at which a session finally stands."""
    return session.moves[-1][0] if session.moves else session.booked


def asked(session: Told, nth: int) -> int:
    """The hour of a session's nth move: the last hours before it was to be held, wherever it then stood."""
    return min(session.booked, *(hour for hour, _ in session.moves)) - len(session.moves) + nth


def logged(days: int, told: list[Told]) -> LogBuilder:
    log = LogBuilder(days=days)
    for n, tutor in enumerate(TUTORS):
        log.tutor(tutor, score_offset=n / 100)
    for student in STUDENTS:
        log.student(student)
    for n, session in enumerate(told):
        name, who = f"S{n:04d}", {"tutor": session.tutor, "student": session.student}
        start = at(0, stands(session))
        log.booking(name, at(0, session.booked), booked=at(0, -WARM_UP_DAYS * 24), **who)
        for nth, (hour, by_tutor) in enumerate(session.moves):
            by = "tutor" if by_tutor else "student"
            log.moved(at(0, asked(session, nth)), name, to=at(0, hour), by=by, **who)
        if session.outcome == "cancelled":
            log.cancelled(start - MINUTE, name, **who)
        elif session.outcome == "held":
            log.held(
                name, start, **who, actual_duration_min=60, student_rating=session.rating,
                engagement_score=session.engagement, overall_sentiment=session.sentiment,
                student_satisfaction=session.satisfaction,
            )  # fmt: skip
        else:
            log.missed(name, start, session.outcome, **who)
    return log


def first_held(told: list[Told]) -> dict[tuple[str, str], str]:
    """The session that a student and a tutor completed first, the warm-up included, for each such pair."""
    held = sorted((stands(session), n) for n, session in enumerate(told) if session.outcome == "held")
    return {(told[n].student, told[n].tutor): f"S{n:04d}" for _, n in reversed(held)}


def exactly(values: list[float]) -> Fraction:
    """The mean of decimals, not of the doubles next to them."""
    return sum((Fraction(str(value)) for value in values), Fraction(0)) / len(values)


@settings(deadline=None)
@given(stories())
def test_sessions_are_what_stands_in_the_window(story: tuple[int, list[Told]]) -> None:
    days, told = story
    found = by_id(reduce_log(logged(days, told).observable)["sessions"])

    expected = {
        f"S{n:04d}": session
        for n, session in enumerate(told)
        if session.outcome != "cancelled" and 0 <= stands(session) < days * 24
    }
    assert set(found) == set(expected)
    for name, session in expected.items():
        row = found[name]
        assert (row["session_datetime"] - OPENING).total_seconds() == stands(session) * HOUR
        assert row["session_completed"] is (session.outcome == "held")
        assert row["student_rating"] == (session.rating if session.outcome == "held" else None)
        assert row["reschedule_count"] == len(session.moves)
    firsts = set(first_held(told).values())
    assert {name for name, row in found.items() if row["is_first_session"]} == firsts & set(found)


@settings(deadline=None)
@given(stories())
def test_aggregates_are_the_figures_of_the_sessions_table(story: tuple[int, list[Told]]) -> None:
    days, told = story
    tables = reduce_log(logged(days, told).observable)
    sessions = tables["sessions"].to_pylist()
    aggregates = by_id(tables["tutor_aggregates"])

    def since(row: dict[str, Any], span: int) -> bool:
        return bool((row["session_datetime"] - OPENING).total_seconds() >= (days - span) * DAY)

    for tutor in TUTORS:
        month = [row for row in sessions if row["tutor_id"] == tutor and since(row, LONG_DAYS)]
        held = [row for row in month if row["session_completed"]]
        assert (tutor in aggregates) is bool(held)
        if not held:
            continue
        week = [row for row in held if since(row, RECENT_DAYS)]
        first = [row["student_rating"] for row in held if row["is_first_session"]]
        moves = sum(
            by_tutor and max(0, days - LONG_DAYS) * 24 <= asked(session, nth) < days * 24
            for session in told if session.tutor == tutor
            for nth, (_, by_tutor) in enumerate(session.moves)
        )  # fmt: skip
        ratings, recent = exactly([row["student_rating"] for row in held]), [row["student_rating"] for row in week]
        engagement = exactly([row["engagement_score"] for row in held])
        no_shows = sum(not row["tutor_showed"] for row in month)
        figures = aggregates[tutor]

        assert figures["total_sessions_30d"] == len(held)
        assert figures["total_sessions_7d"] == len(week)
        assert figures["no_show_count_30d"] == no_shows
        assert figures["first_session_count"] == len(first)
        assert abs(Fraction(figures["avg_rating_30d"]) - ratings) < Fraction("0.005000001")
        assert abs(Fraction(figures["avg_engagement_score"]) - engagement) < Fraction("0.005000001")
        assert abs(Fraction(figures["reschedule_rate_30d"]) - Fraction(moves, len(month))) < Fraction("0.000500001")
        assert (figures["sentiment_trend_7d"] is None) is (not week)
        assert (figures["avg_rating_7d"] is None) is (len(week) < 3)
        assert figures["signal_poor_first_sessions"] is (bool(first) and exactly(first) < Fraction("3.5"))
        assert figures["signal_low_engagement"] is (engagement < Fraction("5.5"))
        assert figures["signal_high_reschedule"] is (Fraction(moves, len(month)) > Fraction("0.15"))
        assert figures["signal_no_shows"] is (no_shows > 2)
        assert figures["signal_declining_activity"] is (4 * len(week) < len(held))
        # On the threshold itself, the difference of two averages may fall on either side.
        if len(week) >= 3 and exactly(recent) != ratings - Fraction("0.3"):
            assert figures["signal_declining_ratings"] is (exactly(recent) < ratings - Fraction("0.3"))
