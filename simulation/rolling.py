"""A tutor's figures over the last 7 and 30 days, followed session by session.

Sums are whole numbers (ratings in tenths, engagement in hundredths), so that what was added can be taken
away again without a trace, and the figures are those that a table over the same sessions would have.
"""

from collections import deque
from typing import NamedTuple

from simulation.clock import DAY
from simulation.signals import LONG_DAYS, RECENT_DAYS, TutorFigures


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
    """One tutor's sessions of the last 30 days, and what they come to."""

    __slots__ = (
        "_completed", "_completed_recent", "_engagement", "_first", "_first_rating", "_min_recent", "_month",
        "_moves", "_no_shows", "_rating", "_rating_recent", "_recent", "_technical",
    )  # fmt: skip

    def __init__(self, min_recent_sessions: int) -> None:
        self._min_recent = min_recent_sessions
        self._month: deque[SessionFigures] = deque()
        self._recent: deque[SessionFigures] = deque()
        self._moves: deque[int] = deque()
        self._completed = self._rating = self._engagement = self._technical = 0
        self._first = self._first_rating = self._no_shows = 0
        self._completed_recent = self._rating_recent = 0

    def settled(self, session: SessionFigures) -> None:
        """A session was completed or missed."""
        _insert(self._month, session)
        self._count(session, 1)
        if session.completed:
            _insert(self._recent, session)
            self._completed_recent += 1
            self._rating_recent += session.rating_tenths

    def moved(self, second: int) -> None:
        """The tutor moved a session."""
        self._moves.append(second)

    def figures(self, now: int) -> TutorFigures:
        """The figures of the days up to a simulated second, which never decreases."""
        self._forget(now)
        completed, recent = self._completed, self._completed_recent
        return TutorFigures(
            avg_rating_7d=self._rating_recent / (10 * recent) if recent and recent >= self._min_recent else None,
            avg_rating_30d=self._rating / (10 * completed) if completed else None,
            avg_engagement_score=self._engagement / (100 * completed) if completed else None,
            first_session_avg_rating=self._first_rating / (10 * self._first) if self._first else None,
            technical_issue_rate=self._technical / completed if completed else None,
            reschedule_rate_30d=len(self._moves) / len(self._month) if self._month else 0.0,
            no_show_count_30d=self._no_shows,
            total_sessions_7d=recent,
            total_sessions_30d=completed,
        )

    def _forget(self, now: int) -> None:
        month, recent = now - LONG_DAYS * DAY, now - RECENT_DAYS * DAY
        while self._month and self._month[0].start < month:
            self._count(self._month.popleft(), -1)
        while self._recent and self._recent[0].start < recent:
            past = self._recent.popleft()
            self._completed_recent -= 1
            self._rating_recent -= past.rating_tenths
        while self._moves and self._moves[0] < month:
            self._moves.popleft()

    def _count(self, session: SessionFigures, sign: int) -> None:
        self._no_shows += sign * session.tutor_no_show
        if not session.completed:
            return
        self._completed += sign
        self._rating += sign * session.rating_tenths
        self._engagement += sign * session.engagement_hundredths
        self._technical += sign * session.technical_issues
        if session.is_first:
            self._first += sign
            self._first_rating += sign * session.rating_tenths


def _insert(sessions: deque[SessionFigures], session: SessionFigures) -> None:
    """Keep sessions in the order of their starts; they are settled nearly in it."""
    later = []
    while sessions and sessions[-1].start > session.start:
        later.append(sessions.pop())
    sessions.append(session)
    sessions.extend(reversed(later))
