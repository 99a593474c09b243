"""Log -> sessions: what was booked, when it finally stood, and what became of it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from simulation.contract import TABLES
from simulation.events import (
    PairingOnRecord,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRescheduled,
    StudentNoShow,
    TutorNoShow,
    type_name,
)
from simulation.log import Log
from simulation.tables.columns import Column, Flags, Ints, Window, as_table, flags, moments, positions, seconds, take

RECOMMENDED_FROM = 7.0
"""The student satisfaction, as stored, from which a student would recommend the tutor."""

_AGREED = ("tutor_id", "student_id", "session_id", "subject", "grade_level", "scheduled_duration_min")
_ITINERARY = ("session_id", "event_type", "timestamp", "scheduled_start", "new_time")
_OUTCOME = ("session_id", "connection_quality")


def reduce_sessions(log: Log) -> pa.Table:
    """One row per session that finally stood in the window and was not cancelled, by start and id.

    A session under way when the window ends is settled shortly after it; its outcome counts. Where the log breaks off
    before, it has no row yet. Raises ValueError where a session that stands in the window has no outcome otherwise.
    """
    names = [name for name in TABLES["sessions"].column_names if name in SessionCompleted._fields]
    booked = log.events(SessionBooked, columns=_AGREED)
    held = log.events(SessionCompleted, columns=names)
    missed_by_student = log.events(StudentNoShow, columns=_OUTCOME)
    missed_by_tutor = log.events(TutorNoShow, columns=_OUTCOME)

    standing = _Standing.of(log)
    rows = standing.rows(Window.of(log))
    if log.breaks_off:
        rows = rows[_settled(standing, rows, held, missed_by_student, missed_by_tutor)]
    session_ids = standing.session_ids.take(pa.array(rows))
    held_at = positions(session_ids, among=held["session_id"])
    student_at = positions(session_ids, among=missed_by_student["session_id"])
    tutor_at = positions(session_ids, among=missed_by_tutor["session_id"])
    _require_outcomes(session_ids, (held_at >= 0) | (student_at >= 0) | (tutor_at >= 0))

    agreed = booked.take(pa.array(standing.booking[rows]))
    columns = {name: take(held[name], held_at) for name in names}
    columns |= {name: agreed[name] for name in _AGREED}
    columns |= {
        "session_datetime": moments(standing.starts[rows]),
        "actual_duration_min": pc.coalesce(columns["actual_duration_min"], agreed["scheduled_duration_min"]),
        "is_first_session": take(pa.array(_first_of_pair(log, held)), held_at),
        "session_completed": held_at >= 0,
        "student_showed": student_at < 0,
        "tutor_showed": tutor_at < 0,
        "connection_quality": pc.coalesce(
            columns["connection_quality"],
            take(missed_by_student["connection_quality"], student_at),
            take(missed_by_tutor["connection_quality"], tutor_at),
        ),
        "would_recommend": pc.greater_equal(columns["student_satisfaction"], RECOMMENDED_FROM),
        "reschedule_count": standing.moves[rows],
        "booked_at": moments(standing.booked_at[rows]),
    }
    return as_table("sessions", columns)


@frozen
class _Standing:
    """How each session that was ever booked finally stands; arrays are aligned with `session_ids`.

    A session that was cancelled may be booked again: the last booking counts, but the first one dates it.
    """

    session_ids: pa.Array
    starts: Ints
    moves: Ints
    cancelled: Flags
    booked_at: Ints
    booking: Ints
    """The place of a session's last booking among all bookings."""

    @classmethod
    def of(cls, log: Log) -> "_Standing":
        """Follow bookings, moves and cancellations in the order of the log."""
        events = log.events(SessionBooked, SessionRescheduled, SessionCancelled, columns=_ITINERARY)
        coded = pc.dictionary_encode(_whole(events["session_id"]))
        whose = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        count = len(coded.dictionary)
        kinds = events["event_type"]
        books, moves, cancels = (
            flags(pc.equal(kinds, type_name(kind))) for kind in (SessionBooked, SessionRescheduled, SessionCancelled)
        )
        times = pc.fill_null(pc.coalesce(events["new_time"], events["scheduled_start"]).cast(pa.int64()), 0)
        starts, booked_at, booking = (np.full(count, -1, np.int64) for _ in range(3))
        cancelled = np.zeros(count, np.bool_)
        # Of several values for one place, NumPy keeps the last.
        starts[whose[~cancels]] = seconds(times)[~cancels]
        booking[whose[books]] = np.arange(np.count_nonzero(books))
        booked_at[whose[books][::-1]] = seconds(events["timestamp"])[books][::-1]
        cancelled[whose] = cancels
        return cls(coded.dictionary, starts, np.bincount(whose[moves], minlength=count), cancelled, booked_at, booking)

    def rows(self, window: Window) -> Ints:
        """The sessions that stand in the window, by start and id."""
        known = (self.booking >= 0) & ~self.cancelled & window.holds(self.starts)
        rows = np.flatnonzero(known)
        keys = pa.table({"start": self.starts[rows], "session_id": self.session_ids.take(pa.array(rows))})
        by_time = pc.sort_indices(keys, sort_keys=[("start", "ascending"), ("session_id", "ascending")])
        return rows[np.asarray(by_time, np.int64)]


def _settled(standing: _Standing, rows: Ints, *outcomes: pa.Table) -> Flags:
    """Which sessions have come to something."""
    session_ids = standing.session_ids.take(pa.array(rows))
    found = [flags(pc.is_in(session_ids, value_set=events["session_id"])) for events in outcomes]
    return np.asarray(np.logical_or.reduce(found), np.bool_)


def _require_outcomes(session_ids: pa.Array, settled: Flags) -> None:
    if not settled.all():
        missing = session_ids.filter(pa.array(~settled))
        raise ValueError(
            f"the log leaves open what became of session {missing[0]}, which stands in the window"
            f" ({len(missing)} such session{'s' if len(missing) > 1 else ''})"
        )


def _first_of_pair(log: Log, held: pa.Table) -> Flags:
    """Which completed sessions of the whole log are the first of their student with their tutor.

    No session of a pair that had taught before the log starts is.
    """
    on_record = log.events(PairingOnRecord, columns=("student_id", "tutor_id"))
    pairs = _pairs(held).dictionary_encode()
    codes: Ints = pairs.indices.to_numpy(zero_copy_only=False)
    # Pairs are numbered as they come: a first session has a number higher than all before.
    first = np.diff(np.maximum.accumulate(codes), prepend=-1) > 0
    known = flags(pc.is_in(pairs.dictionary, value_set=_pairs(on_record)))
    return first & ~known[codes]


def _pairs(events: pa.Table) -> pa.Array:
    return _whole(pc.binary_join_element_wise(events["student_id"], events["tutor_id"], " "))


def _whole(strings: Column) -> pa.Array:
    """Strings in one piece, also where they come in no chunk at all."""
    return pa.concat_arrays([pa.array([], pa.string()), *strings.chunks])
