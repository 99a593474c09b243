"""A tutor's figures over the last 7 and 30 days, followed session by session.

Sums are whole numbers (ratings in tenths, engagement in hundredths), so that removing a session
undoes adding it exactly, and the figures are those of a table over the same sessions.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple, Self

from simulation.churn.signals import LONG_DAYS, RECENT_DAYS, TutorFigures
from simulation.clock import DAY


class SessionFigures(NamedTuple):
    """What of a settled session counts; the last four are 0 where it was not completed."""

    start: int
    completed: bool
    tutor_no_show: bool
    rating_tenths: int = 0
    engagement_hundredths: int = 0
    technical_issues: bool = False
    is_first: bool = False


class RollingFigures:
    """One tutor's sessions of the last 30 days, and the figures that follow from them.

    `month` are the sessions in the order of their starts, `moves` the seconds at which the tutor moved one; all else
    follows from these.
    """

    __slots__ = (
        "_completed", "_completed_recent", "_engagement", "_first", "_first_rating", "_min_recent",
        "_no_shows", "_rating", "_rating_recent", "_recent", "_technical", "month", "moves",
    )  # fmt: skip

    def __init__(self, min_recent_sessions: int = 1) -> None:
        self._min_recent = min_recent_sessions
        self.month: deque[SessionFigures] = deque()
        self.moves: deque[int] = deque()
        self._recent: deque[SessionFigures] = deque()
        self._completed = self._rating = self._engagement = self._technical = 0
        self._first = self._first_rating = self._no_shows = 0
        self._completed_recent = self._rating_recent = 0

    @classmethod
    def of(cls, month: Iterable[SessionFigures], moves: Iterable[int]) -> Self:
        """Figures that follow from sessions in the order of their starts, and from moves."""
        figures = cls()
        figures.month.extend(month)
        figures.moves.extend(moves)
        # What is older than a week is forgotten when figures are asked for.
        figures._recent.extend(held := [session for session in figures.month if session.completed])
        figures._completed = figures._completed_recent = len(held)
        figures._rating = figures._rating_recent = sum(session.rating_tenths for session in held)
        figures._engagement = sum(session.engagement_hundredths for session in held)
        figures._technical = sum(session.technical_issues for session in held)
        first_ratings = [session.rating_tenths for session in held if session.is_first]
        figures._first, figures._first_rating = len(first_ratings), sum(first_ratings)
        figures._no_shows = sum(session.tutor_no_show for session in figures.month if not session.completed)
        return figures

    def require(self, min_recent_sessions: int) -> None:
        """From now on a rating of 7 days takes so many sessions."""
        self._min_recent = min_recent_sessions

    def settled(self, session: SessionFigures) -> None:
        """A session was completed or missed."""
        _insert(self.month, session)
        self._count(session, 1)
        if session.completed:
            _insert(self._recent, session)
            self._completed_recent += 1
            self._rating_recent += session.rating_tenths

    def moved(self, second: int) -> None:
        """The tutor moved a session."""
        self.moves.append(second)

    def figures(self, now: int) -> TutorFigures:
        """The figures of the days up to a simulated second, which never decreases."""
        self._forget(now)
        completed, recent = self._completed, self._completed_recent
        # In the order of the fields: this is asked for after every session.
        return TutorFigures(
            self._rating_recent / (10 * recent) if recent and recent >= self._min_recent else None,
            self._rating / (10 * completed) if completed else None,
            self._engagement / (100 * completed) if completed else None,
            self._first_rating / (10 * self._first) if self._first else None,
            self._technical / completed if completed else None,
            len(self.moves) / len(self.month) if self.month else 0.0,
            self._no_shows,
            recent,
            completed,
        )

    def _forget(self, now: int) -> None:
        month, recent = now - LONG_DAYS * DAY, now - RECENT_DAYS * DAY
        sessions, moves = self.month, self.moves
        while sessions and sessions[0][0] < month:
            self._count(sessions.popleft(), -1)
        sessions = self._recent
        while sessions and sessions[0][0] < recent:
            self._completed_recent -= 1
            self._rating_recent -= sessions.popleft().rating_tenths
        while moves and moves[0] < month:
            moves.popleft()

    def _count(self, session: SessionFigures, sign: int) -> None:
        _, completed, tutor_no_show, rating, engagement, technical, is_first = session
        if not completed:
            self._no_shows += sign * tutor_no_show
            return
        self._completed += sign
        self._rating += sign * rating
        self._engagement += sign * engagement
        if technical:
            self._technical += sign
        if is_first:
            self._first += sign
            self._first_rating += sign * rating


def _insert(sessions: deque[SessionFigures], session: SessionFigures) -> None:
    """Keep sessions in the order of their starts, which is nearly that in which they are settled."""
    if not sessions or sessions[-1][0] <= session[0]:
        sessions.append(session)
        return
    later = [sessions.pop()]
    while sessions and sessions[-1][0] > session[0]:
        later.append(sessions.pop())
    sessions.append(session)
    sessions.extend(reversed(later))
