"""What measures pick from a run over and over: completed sessions, active tutors, figures of tutors, days and hours."""

import numpy as np

from simulation.validation.frames import DAY, HOUR, Flags, Floats, Frame, Rows, sums, taken
from simulation.validation.run import Run

# 1970-01-01 was a Thursday.
_EPOCH_WEEKDAY = 3
_SATURDAY = 5


def completed_sessions(run: Run) -> Frame:
    """The sessions that were completed."""
    return run.once(_completed)


def _completed(run: Run) -> Frame:
    sessions = run.frame("sessions")
    return sessions.where(sessions.flags("session_completed"))


def first_sessions(run: Run) -> Frame:
    """The completed sessions that were the first of a student with a tutor."""
    completed = completed_sessions(run)
    return completed.where(completed.flags("is_first_session"))


def in_window(run: Run, frame: Frame, moment: str) -> Flags:
    """Where a moment lies in the window."""
    moments = frame.seconds(moment)
    return (moments >= run.window_start) & (moments < run.window_end)


def days_of_window(run: Run) -> float:
    """How many days the window has."""
    return (run.window_end - run.window_start) / DAY


# ---------------------------------------------------------------- tutors


def tutors_of(run: Run, frame: Frame) -> Rows:
    """For each row, the place of its tutor in tutor_profiles; -1 where it has none."""
    return frame.places("tutor_id", run.frame("tutor_profiles"))


def trait(run: Run, frame: Frame, name: str) -> Floats:
    """For each row, a number in the profile of its tutor."""
    return taken(run.frame("tutor_profiles").numbers(name), tutors_of(run, frame))


def per_tutor(run: Run, frame: Frame) -> Floats:
    """For each row of tutor_profiles, how many rows of a frame are that tutor's."""
    return sums(tutors_of(run, frame), np.ones(len(frame)), len(run.frame("tutor_profiles")))


def active_tutors(run: Run) -> Flags:
    """Which rows of tutor_profiles are of active tutors."""
    return run.frame("tutor_profiles").flags("active_status")


def of_active_tutors(run: Run, frame: Frame) -> Frame:
    """The rows whose tutor is active."""
    return frame.where(taken(active_tutors(run).astype(float), tutors_of(run, frame)) == 1)


def personas(run: Run, frame: Frame) -> Rows:
    """For each row, its tutor's persona as a number from 0; -1 where it is not known."""
    known = run.frame("truth_tutors")
    numbers = known.table["persona"].combine_chunks().dictionary_encode().indices.to_numpy()
    places = frame.places("tutor_id", known)
    return np.where(places >= 0, numbers[places], -1) if len(known) else places


def of_persona(run: Run, frame: Frame, persona: str) -> Frame:
    """The rows whose tutor is of a persona."""
    known = run.frame("truth_tutors")
    return frame.where(frame.places("tutor_id", known.where(known.equals("persona", persona))) >= 0)


# ---------------------------------------------------------------- days and hours


def weekend(moments: Floats) -> Flags:
    """Which moments, in seconds since 1970, fall on a Saturday or Sunday."""
    return (moments // DAY + _EPOCH_WEEKDAY) % 7 >= _SATURDAY


def hours(moments: Floats) -> Floats:
    """The hours of the day of moments, with their fractions."""
    return moments % DAY / HOUR
