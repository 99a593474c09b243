"""How tutors fare in a world: what is noted of its events, and what that comes to over days of a tutor."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from simulation.events import (
    ChurnScored,
    ChurnSignalsChanged,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRescheduled,
    StudentNoShow,
    TutorLeft,
    TutorNoShow,
)
from simulation.tables.columns import decimals, mean

_PLACES = 3
_ENGAGEMENT, _RATING = (decimals("sessions", name) for name in ("engagement_score", "student_rating"))


@frozen
class DaysOfTutor:
    """Days of one tutor, from a moment of local time on."""

    tutor_id: str
    since: datetime
    days: int

    @property
    def until(self) -> datetime:
        """The moment at which they are over."""
        return self.since + timedelta(days=self.days)


def spans_of(tutor_id: str, since: datetime, lengths: Sequence[int]) -> tuple[DaysOfTutor, ...]:
    """Spans of several lengths from one moment on."""
    return tuple(DaysOfTutor(tutor_id, since, days) for days in lengths)


@frozen
class Outcome:
    """How a tutor fared in a span of days, rounded as stored, and how many sessions all other tutors completed.

    `left_at` is when the tutor left for good, None who was still there when the days were over.
    """

    engagement: float | None
    sessions: int
    rating: float | None
    churn_probability: float | None
    others_sessions: int
    left_at: datetime | None


class HeldSession(NamedTuple):
    """A session that was held: when it was to start, and its scores in units of their last stored place."""

    start: int
    engagement: int
    rating: int


@define
class TutorNotes:
    """What is noted of tutors, event by event; moments are simulated seconds, counted from `log_start`.

    `ahead` has when each session is to start that is booked and not over. By a tutor's id, `held` are the sessions that
    were held, `scores` the churn probabilities with their moments, and `left` has when the tutor left.
    """

    log_start: datetime
    ahead: dict[str, int] = field(factory=dict)
    held: dict[str, list[HeldSession]] = field(factory=dict)
    scores: dict[str, list[tuple[int, float]]] = field(factory=dict)
    left: dict[str, int] = field(factory=dict)

    def follow(self, _: str, second: int, event: Any) -> None:
        """Note an observable event, as a World's `on_event`."""
        note = _NOTES.get(type(event))
        if note is not None:
            note(self, second, event)

    def from_now_on(self) -> "TutorNotes":
        """What has to be known of the past for spans that begin now or later."""
        last_scores = {tutor: found[-1:] for tutor, found in self.scores.items()}
        return TutorNotes(self.log_start, dict(self.ahead), scores=last_scores, left=dict(self.left))

    def outcomes(self, spans: Sequence[DaysOfTutor]) -> tuple[Outcome, ...]:
        """How tutors fared in spans of days that are over. Sessions belong to the days in which they were to start."""
        starts = np.sort(np.array([session.start for own in self.held.values() for session in own], np.int64))
        return tuple(self._outcome(span, starts) for span in spans)

    def _outcome(self, span: DaysOfTutor, starts: NDArray[np.int64]) -> Outcome:
        since, until = self._second(span.since), self._second(span.until)
        own = [session for session in self.held.get(span.tutor_id, ()) if since <= session.start < until]
        probabilities = [found for second, found in self.scores.get(span.tutor_id, ()) if second < until]
        first, end = np.searchsorted(starts, [since, until])
        left = self.left.get(span.tutor_id, until)
        return Outcome(
            engagement=_mean([session.engagement for session in own], _ENGAGEMENT),
            sessions=len(own),
            rating=_mean([session.rating for session in own], _RATING),
            churn_probability=probabilities[-1] if probabilities else None,
            others_sessions=int(end - first) - len(own),
            left_at=self.log_start + timedelta(seconds=left) if left < until else None,
        )

    def _second(self, moment: datetime) -> int:
        return (moment - self.log_start) // timedelta(seconds=1)


def _mean(scaled: Sequence[int], places: int) -> float | None:
    """A mean to three decimals, of whole numbers of the last stored place."""
    unrounded = mean(sum(scaled), places, len(scaled))
    return None if unrounded is None else round(unrounded, _PLACES)


# ---------------------------------------------------------------- what is noted


def _booked(notes: TutorNotes, _: int, event: SessionBooked) -> None:
    notes.ahead[event.session_id] = event.scheduled_start


def _moved(notes: TutorNotes, _: int, event: SessionRescheduled) -> None:
    notes.ahead[event.session_id] = event.new_time


def _held(notes: TutorNotes, _: int, event: SessionCompleted) -> None:
    engagement, rating = round(event.engagement_score * 10**_ENGAGEMENT), round(event.student_rating * 10**_RATING)
    session = HeldSession(notes.ahead.pop(event.session_id), engagement, rating)
    notes.held.setdefault(event.tutor_id, []).append(session)


def _not_held(notes: TutorNotes, _: int, event: SessionCancelled | StudentNoShow | TutorNoShow) -> None:
    notes.ahead.pop(event.session_id, None)  # both may have missed it


def _scored(notes: TutorNotes, second: int, event: ChurnSignalsChanged) -> None:
    notes.scores.setdefault(event.tutor_id, []).append((second, event.churn_probability))


def _left(notes: TutorNotes, second: int, event: TutorLeft) -> None:
    notes.left[event.tutor_id] = second


_NOTES: Mapping[type[Any], Callable[[TutorNotes, int, Any], None]] = {
    SessionBooked: _booked,
    SessionRescheduled: _moved,
    SessionCompleted: _held,
    SessionCancelled: _not_held,
    StudentNoShow: _not_held,
    TutorNoShow: _not_held,
    ChurnSignalsChanged: _scored,
    ChurnScored: _scored,
    TutorLeft: _left,
}
