"""Rules about sessions: when they are, who came, what was measured, and which are first ones."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import TABLES
from simulation.events import PairingOnRecord, SessionCompleted
from simulation.validation.frames import DAY, HOUR, MINUTE, Flags, Frame, taken
from simulation.validation.rules import rule
from simulation.validation.run import Run

# 1970-01-01 was a Thursday.
_EPOCH_WEEKDAY = 3
_SATURDAY = 5

_DURATION_FACTOR = "sessions.measures.duration_factor"
# A product this near to a whole number of minutes is that number.
_LAST_BIT = 1e-9


@rule("time.weekend_hours")
def weekend_sessions_start_by_day(run: Run) -> list[str]:
    """Weekend sessions start from 8:00 to 21:00, both included."""
    sessions = run.frame("sessions")
    starts = sessions.seconds("session_datetime")
    weekend = (starts // DAY + _EPOCH_WEEKDAY) % 7 >= _SATURDAY
    by_night = (starts % DAY < 8 * HOUR) | (starts % DAY > 21 * HOUR)
    return sessions.listed(weekend & by_night, "weekend session {session_id} starts {session_datetime}")


@rule("time.duration.actual_range")
def actual_durations_are_near_the_scheduled(run: Run) -> list[str]:
    """Actual duration is about the scheduled one, rounded outwards to whole minutes, and that one if none was held."""
    sessions, held = run.frame("sessions"), run.frame("sessions").flags("session_completed")
    scheduled, actual = sessions.numbers("scheduled_duration_min"), sessions.numbers("actual_duration_min")
    low, high = (np.where(held, scheduled * factor, scheduled) for factor in run.stated(_DURATION_FACTOR))
    shortest, longest = np.floor(low + _LAST_BIT), np.ceil(high - _LAST_BIT)
    return sessions.listed(
        (actual < shortest) | (actual > longest),
        "session {session_id} took {actual_duration_min} of {scheduled_duration_min} scheduled minutes",
    )


@rule("time.no_double_booking.tutor")
def tutors_are_not_double_booked(run: Run) -> list[str]:
    """Each of a tutor's sessions starts at or after the scheduled end of the one before."""
    return _double_bookings(run.frame("sessions"), "tutor_id", run.frame("tutor_profiles"))


@rule("time.no_double_booking.student")
def students_are_not_double_booked(run: Run) -> list[str]:
    """Each of a student's sessions starts at or after the scheduled end of the one before."""
    return _double_bookings(run.frame("sessions"), "student_id", run.frame("students"))


def _double_bookings(sessions: Frame, who: str, people: Frame) -> list[str]:
    starts = sessions.seconds("session_datetime")
    ends = starts + sessions.numbers("scheduled_duration_min") * MINUTE
    places = sessions.places(who, people)
    order = np.lexsort((ends, starts, places))
    before, after = order[:-1], order[1:]
    clash = (places[before] == places[after]) & (places[after] >= 0) & (starts[after] < ends[before])
    broken, rivals = np.zeros(len(sessions), bool), np.zeros(len(sessions), int)
    broken[after[clash]], rivals[after[clash]] = True, before[clash]
    return sessions.listed(
        broken,
        f"session {{session_id}} of {{{who}}} starts {{session_datetime}}, before the scheduled end of {{rival}}",
        rival=sessions.strings("session_id")[rivals],
    )


@rule("session.completed_is_both_showed")
def completed_is_both_showed(run: Run) -> list[str]:
    """A session is completed exactly where the student and the tutor showed."""
    sessions = run.frame("sessions")
    both = sessions.flags("student_showed") & sessions.flags("tutor_showed")
    return sessions.listed(
        sessions.flags("session_completed") != both,
        "session {session_id} has session_completed {session_completed}, student_showed {student_showed}, "
        "tutor_showed {tutor_showed}",
    )


@rule("session.metrics_null_unless_completed")
def metrics_are_null_unless_completed(run: Run) -> list[str]:
    """Every nullable column is null exactly when the session is not completed."""
    sessions = run.frame("sessions")
    violations = []
    for column in TABLES["sessions"].columns:
        if column.nullable:
            violations += sessions.listed(
                sessions.present(column.name) != sessions.flags("session_completed"),
                f"session {{session_id}}, completed: {{session_completed}}, has {column.name} {{{column.name}}}",
            )
    return violations


@rule("measure.recommend.rule")
def satisfied_students_recommend(run: Run) -> list[str]:
    """would_recommend is student_satisfaction >= 7.0, as stored."""
    sessions = run.frame("sessions")
    known = sessions.present("would_recommend") & sessions.present("student_satisfaction")
    satisfied = sessions.numbers("student_satisfaction") >= 7.0
    return sessions.listed(
        known & (sessions.flags("would_recommend") != satisfied),
        "session {session_id} has would_recommend {would_recommend} at satisfaction {student_satisfaction}",
    )


@rule("session.subject_of_tutor")
def subjects_are_taught_by_the_tutor(run: Run) -> list[str]:
    """A session's subject is one of its tutor's."""
    sessions, tutors = run.frame("sessions"), run.frame("tutor_profiles")
    taught = {
        (tutor, subject)
        for tutor, subjects in zip(tutors.texts("tutor_id"), tutors.texts("subjects_taught"), strict=True)
        for subject in subjects.split(",")
    }
    lessons = zip(sessions.texts("tutor_id"), sessions.texts("subject"), strict=True)
    broken = np.array([lesson not in taught for lesson in lessons], bool)
    return sessions.listed(broken, "session {session_id} is in {subject}, which {tutor_id} does not teach")


@rule("student.silent_after_churn")
def students_are_silent_after_churn(run: Run) -> list[str]:
    """No session of a student starts after the student's churned_at."""
    sessions, students = run.frame("sessions"), run.frame("students")
    churned = taken(students.seconds("churned_at"), sessions.places("student_id", students))
    return sessions.listed(
        sessions.seconds("session_datetime") > churned,
        "session {session_id} of {student_id} starts {session_datetime}, after the student churned",
    )


@rule("session.first_is_first")
def first_sessions_come_first(run: Run) -> list[str]:
    """One first session per pair at most, with no completed one before; a new student's first is flagged."""
    sessions = run.frame("sessions")
    completed = sessions.where(sessions.flags("session_completed"))
    flagged, earliest = completed.flags("is_first_session"), _earliest_in_pair(completed)
    had_before = ~earliest | _taught_before(run, completed)
    new = _joined_in_window(run, completed)
    return [
        *completed.listed(
            flagged & had_before,
            "session {session_id} is flagged as the first of {student_id} with {tutor_id}, who had one before",
        ),
        *completed.listed(
            ~flagged & earliest & new,
            "session {session_id} of the new student {student_id} is the first with {tutor_id}, and not flagged",
        ),
    ]


def _pairs(frame: Frame) -> pa.ChunkedArray:
    """A student and a tutor as one string."""
    return pc.binary_join_element_wise(frame.table["student_id"], frame.table["tutor_id"], "|")


def _earliest_in_pair(completed: Frame) -> Flags:
    """The earliest session of each pair in the table."""
    pairs = _pairs(completed).combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((completed.seconds("session_datetime"), pairs))
    earliest = np.zeros(len(completed), bool)
    earliest[order[:1]] = True
    earliest[order[1:]] = pairs[order[1:]] != pairs[order[:-1]]
    return earliest


def _taught_before(run: Run, completed: Frame) -> Flags:
    """Sessions of pairs that are on record, or that the log has an earlier completed session of."""
    pairs = _pairs(completed)
    on_record: Flags = pc.is_in(pairs, value_set=_pairs(run.events(PairingOnRecord)).combine_chunks()).to_numpy()
    logged = run.events(SessionCompleted, columns=("timestamp", "student_id", "tutor_id", "session_id"))
    # events are in the order of time, so that the first of a pair is the earliest
    first_of_pair = pc.fill_null(pc.index_in(pairs, value_set=_pairs(logged).combine_chunks()), -1).to_numpy()
    own = completed.places("session_id", logged)
    earlier: Flags = (own >= 0) & (first_of_pair >= 0) & (first_of_pair < own)
    return on_record | earlier


def _joined_in_window(run: Run, frame: Frame) -> Flags:
    students = run.frame("students")
    return taken(students.seconds("joined_at"), frame.places("student_id", students)) >= run.window_start
