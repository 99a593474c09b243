"""A tutor's figures over the last 7 and 30 days, against the same figures computed anew from all sessions."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.churn.rolling_figures import RollingFigures, SessionFigures
from simulation.churn.signals import TutorFigures
from simulation.clock import DAY, HOUR, MINUTE
from simulation.random_streams import RandomStreams

MIN_RECENT = 3


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def computed_anew(sessions: list[SessionFigures], moves: list[int], now: int) -> TutorFigures:
    """What a table over the same sessions would have."""
    month = [session for session in sessions if session.start >= now - 30 * DAY]
    held = [session for session in month if session.completed]
    recent = [session for session in held if session.start >= now - 7 * DAY]
    return TutorFigures(
        avg_rating_7d=mean([session.rating_tenths / 10 for session in recent]) if len(recent) >= MIN_RECENT else None,
        avg_rating_30d=mean([session.rating_tenths / 10 for session in held]),
        avg_engagement_score=mean([session.engagement_hundredths / 100 for session in held]),
        first_session_avg_rating=mean([session.rating_tenths / 10 for session in held if session.is_first]),
        technical_issue_rate=mean([session.technical_issues for session in held]),
        reschedule_rate_30d=sum(move >= now - 30 * DAY for move in moves) / len(month) if month else 0.0,
        no_show_count_30d=sum(session.tutor_no_show for session in month),
        total_sessions_7d=len(recent),
        total_sessions_30d=len(held),
    )


def held(
    start: int, rating: float = 4.0, engagement: float = 6.0, *, issues: bool = False, first: bool = False
) -> SessionFigures:
    return SessionFigures(start, True, False, round(rating * 10), round(engagement * 100), issues, first)


def missed(start: int, *, by_tutor: bool) -> SessionFigures:
    return SessionFigures(start, completed=False, tutor_no_show=by_tutor)


def told(steps: list[tuple[int, int, bool, int, bool]]) -> list[tuple[int, SessionFigures | None]]:
    """What happens when: sessions are held or missed, which may have begun before others did, and moved (None)."""
    now, history = 0, list[tuple[int, SessionFigures | None]]()
    for later, kind, is_first, rating, issues in steps:
        now += later
        start = now - rating * 5 * MINUTE  # of sessions that ran over, some are settled after later ones
        happened = (
            None,
            missed(start, by_tutor=True),
            missed(start, by_tutor=False),
            SessionFigures(start, True, False, rating, rating * 17, issues, is_first),
        )
        history.append((now, happened[min(kind, 3)]))
    return history


histories = st.lists(
    st.tuples(st.integers(0, 3 * DAY), st.integers(0, 5), st.booleans(), st.integers(10, 50), st.booleans()),
    max_size=40,
).map(told)


@given(histories, st.integers(0, 40 * DAY))
def test_followed_figures_are_those_computed_anew(history: list[tuple[int, SessionFigures | None]], later: int) -> None:
    rolling, sessions, moves, now = RollingFigures(MIN_RECENT), list[SessionFigures](), list[int](), 0
    for now, session in history:
        if session is None:
            rolling.moved(now)
            moves.append(now)
        else:
            rolling.settled(session)
            sessions.append(session)
        assert rolling.figures(now) == pytest.approx(computed_anew(sessions, moves, now))
    assert rolling.figures(now + later) == pytest.approx(computed_anew(sessions, moves, now + later))


@given(histories, st.integers(0, 40 * DAY))
def test_figures_made_again_of_what_they_follow_from_go_on_alike(
    history: list[tuple[int, SessionFigures | None]], later: int
) -> None:
    rolling, now = RollingFigures(MIN_RECENT), 0
    for now, session in history:
        rolling.moved(now) if session is None else rolling.settled(session)
    again = RollingFigures.of(rolling.month, rolling.moves)
    again.require(MIN_RECENT)
    for figures in (rolling, again):
        figures.settled(SessionFigures(now, True, False, 50, 900, True, True))
    assert again.figures(now) == rolling.figures(now)
    assert again.figures(now + later) == rolling.figures(now + later)


def test_figures_of_a_busy_tutor_are_those_computed_anew_for_months() -> None:
    draw = RandomStreams(5).stream("a busy tutor")
    draws = (draw.uniforms(1, nth, 5) for nth in range(300))
    steps = [(int(DAY * a / 2), int(6 * b), c < 0.2, 10 + int(40 * d), e < 0.1) for a, b, c, d, e in draws]
    rolling, sessions, moves = RollingFigures(MIN_RECENT), list[SessionFigures](), list[int]()
    for now, session in told(steps):
        if session is None:
            rolling.moved(now)
            moves.append(now)
        else:
            rolling.settled(session)
            sessions.append(session)
        assert rolling.figures(now) == pytest.approx(computed_anew(sessions, moves, now))


def test_a_week_s_rating_is_of_that_week_alone() -> None:
    rolling = RollingFigures(MIN_RECENT)
    for day, rating in ((0, 1.0), (1, 2.0), (2, 3.0), (9, 4.0), (10, 5.0), (11, 4.5)):
        rolling.settled(held(day * DAY, rating))
    figures = rolling.figures(12 * DAY)
    assert figures.avg_rating_7d == pytest.approx(4.5)
    assert figures.avg_rating_30d == pytest.approx(3.25)


@given(histories)
def test_what_has_passed_leaves_no_trace(history: list[tuple[int, SessionFigures | None]]) -> None:
    rolling = RollingFigures(MIN_RECENT)
    for now, session in history:
        rolling.moved(now) if session is None else rolling.settled(session)
    end = (history[-1][0] if history else 0) + 31 * DAY
    assert rolling.figures(end) == TutorFigures(None, None, None, None, None, 0.0, 0, 0, 0)


def test_nobody_has_figures_before_the_first_session() -> None:
    assert RollingFigures(MIN_RECENT).figures(0) == TutorFigures(None, None, None, None, None, 0.0, 0, 0, 0)


def test_a_weekly_rating_needs_three_sessions_in_seven_days() -> None:
    rolling = RollingFigures(MIN_RECENT)
    for day in (0, 1):
        rolling.settled(held(day * DAY))
    assert rolling.figures(2 * DAY).avg_rating_7d is None
    rolling.settled(held(2 * DAY, rating=5.0))
    assert rolling.figures(3 * DAY).avg_rating_7d == pytest.approx(13 / 3)
    assert rolling.figures(7 * DAY + 1).avg_rating_7d is None  # the first is older than a week now


def test_a_move_counts_to_the_second_thirty_days_long() -> None:
    rolling = RollingFigures(MIN_RECENT)
    rolling.moved(0)
    rolling.settled(held(DAY))
    assert rolling.figures(30 * DAY).reschedule_rate_30d == 1.0
    assert rolling.figures(30 * DAY + 1).reschedule_rate_30d == 0.0


def test_a_session_counts_to_the_second_seven_and_thirty_days_long() -> None:
    rolling = RollingFigures(MIN_RECENT)
    rolling.settled(held(0))
    assert rolling.figures(7 * DAY).total_sessions_7d == 1
    assert rolling.figures(7 * DAY + 1).total_sessions_7d == 0
    assert rolling.figures(30 * DAY).total_sessions_30d == 1
    assert rolling.figures(30 * DAY + 1).total_sessions_30d == 0


def test_a_session_that_was_settled_after_later_ones_is_forgotten_before_them() -> None:
    rolling = RollingFigures(MIN_RECENT)
    rolling.settled(held(HOUR))
    rolling.settled(held(0))  # it ran over
    assert rolling.figures(7 * DAY + 1).total_sessions_7d == 1
    assert rolling.figures(30 * DAY + 1).total_sessions_30d == 1


def test_missed_sessions_count_in_the_reschedule_rate_and_the_tutor_s_own_as_no_shows() -> None:
    rolling = RollingFigures(MIN_RECENT)
    rolling.settled(held(0))
    rolling.settled(missed(HOUR, by_tutor=True))
    rolling.settled(missed(2 * HOUR, by_tutor=False))
    rolling.moved(3 * HOUR)
    figures = rolling.figures(4 * HOUR)
    assert (figures.no_show_count_30d, figures.total_sessions_30d) == (1, 1)
    assert figures.reschedule_rate_30d == pytest.approx(1 / 3)


def test_only_first_sessions_make_the_first_sessions_rating() -> None:
    rolling = RollingFigures(MIN_RECENT)
    rolling.settled(held(0, rating=3.0, first=True))
    rolling.settled(held(HOUR, rating=5.0))
    assert rolling.figures(DAY).first_session_avg_rating == 3.0
    assert rolling.figures(DAY).avg_rating_30d == 4.0


def test_how_many_sessions_a_recent_rating_needs_may_change() -> None:
    figures = RollingFigures(MIN_RECENT)
    figures.settled(held(DAY, rating=4.5))
    assert figures.figures(2 * DAY).avg_rating_7d is None
    figures.require(1)
    assert figures.figures(2 * DAY).avg_rating_7d == 4.5
