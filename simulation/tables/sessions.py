"""Log -> sessions: what was booked, when it finally stood, and what became of it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import EVERY_RUN
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
from simulation.tables.columns import Flags, Window, flags, keys, ordered, positions, seconds, take
from simulation.tables.extra_columns import with_extra_columns

RECOMMENDED_FROM = 7.0
"""The student satisfaction, as stored, from which a student would recommend the tutor."""

_AGREED = ("tutor_id", "student_id", "subject", "grade_level", "scheduled_duration_min")
_ITINERARY = ("session_id", "event_type", "timestamp", "scheduled_start", "new_time")
_OUTCOME = ("session_id", "connection_quality")


def reduce_sessions(log: Log) -> pa.Table:
    """One row per session that finally stood in the window and was not cancelled, by start and id.

    A session under way when the window ends is settled shortly after it; its outcome counts. Where the log breaks off
    before, it has no row yet. Raises ValueError where a session that stands in the window has no outcome otherwise.
    """
    names = [name for name in EVERY_RUN.tables["sessions"].column_names if name in SessionCompleted._fields]
    held = log.events(SessionCompleted, columns=names)
    missed_by_student = log.events(StudentNoShow, columns=_OUTCOME)
    missed_by_tutor = log.events(TutorNoShow, columns=_OUTCOME)

    sessions = _standing(log)
    outcomes = [
        positions(sessions["session_id"], among=events["session_id"])
        for events in (held, missed_by_student, missed_by_tutor)
    ]
    settled = np.logical_or.reduce([where >= 0 for where in outcomes])
    if log.breaks_off:
        sessions, outcomes = sessions.filter(pa.array(settled)), [where[settled] for where in outcomes]
    elif not settled.all():
        missing = sessions["session_id"].filter(pa.array(~settled))
        raise ValueError(
            f"the log leaves open what became of session {missing[0]}, which stands in the window"
            f" ({len(missing)} such session{'s' if len(missing) > 1 else ''})"
        )
    held_at, student_at, tutor_at = outcomes
    agreed = log.events(SessionBooked, columns=_AGREED).take(sessions["booking"])
    columns = {name: take(held[name], held_at) for name in names}
    columns |= {name: agreed[name] for name in _AGREED} | {name: sessions[name] for name in sessions.column_names}
    columns |= {
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
    }
    return with_extra_columns("sessions", columns, log)


def _standing(log: Log) -> pa.Table:
    """The sessions that stand in the window, by start and id, as bookings, moves and cancellations left them.

    A session that was cancelled may be booked again: the last booking counts, but the first one dates it.
    """
    events = log.events(SessionBooked, SessionRescheduled, SessionCancelled, columns=_ITINERARY)
    books, moves, cancels = (
        pc.equal(events["event_type"], type_name(kind))
        for kind in (SessionBooked, SessionRescheduled, SessionCancelled)
    )
    columns = {
        "session_id": events["session_id"],
        "session_datetime": pc.coalesce(events["new_time"], events["scheduled_start"]),
        "reschedule_count": moves.cast(pa.int64()),
        "booked_at": pc.if_else(books, events["timestamp"], None),
        "booking": pc.if_else(books, np.cumsum(flags(books)) - 1, None),
        "cancelled": cancels,
    }
    steps = {
        "session_datetime": "last",
        "reschedule_count": "sum",
        "booked_at": "first",
        "booking": "last",
        "cancelled": "last",
    }
    left = pa.table(columns).group_by("session_id", use_threads=False).aggregate(list(steps.items()))
    sessions = pa.table(
        {"session_id": left["session_id"]} | {name: left[f"{name}_{step}"] for name, step in steps.items()}
    )
    booked = sessions.filter(pc.and_not(sessions["booking"].is_valid(), sessions["cancelled"]))
    inside = booked.filter(pa.array(Window.of(log).holds(seconds(booked["session_datetime"]))))
    return ordered(inside, "session_datetime", "session_id")


def _first_of_pair(log: Log, held: pa.Table) -> Flags:
    """Which completed sessions of the whole log are the first of their student with their tutor.

    No session of a pair that had taught before the log starts is.
    """
    pairs = keys(held, "student_id", "tutor_id")
    on_record = keys(log.events(PairingOnRecord, columns=("student_id", "tutor_id")), "student_id", "tutor_id")
    is_first = positions(pairs, among=pairs) == np.arange(len(pairs))
    return np.asarray(is_first & (positions(pairs, among=on_record) < 0), np.bool_)
