"""Measures of what happens in sessions."""

import numpy as np

from simulation.contract import TABLES
from simulation.validation.frames import Flags, sums
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import completed_sessions, hours, per_tutor, trait, tutors_of, weekend
from simulation.validation.statistics import largest_distance, ratio, share, slope_through_origin

QUALITIES = ("Excellent", "Good", "Fair", "Poor")
SUBJECTS = [str(subject) for subject in TABLES["tutor_profiles"].column("primary_subject").enum]


@measure("session.student_show")
def share_of_students_who_showed(run: Run) -> float:
    """Share of sessions with student_showed."""
    return share(run.frame("sessions").flags("student_showed"))


@measure("session.tutor_no_show_slope")
def slope_of_no_shows_on_record(run: Run) -> float:
    """Slope, through the origin, of tutors' share of no-shows on min(no_show_count * 0.01, 0.15), by sessions."""
    sessions = run.frame("sessions")
    held = per_tutor(run, sessions)
    missed = per_tutor(run, sessions.where(~sessions.flags("tutor_showed")))
    expected = np.minimum(run.frame("tutor_profiles").numbers("no_show_count") * 0.01, 0.15)
    return slope_through_origin(expected, missed / np.maximum(held, 1.0), held)


@measure("session.tutor_no_show_zero")
def no_shows_of_the_blameless(run: Run) -> float:
    """Share of sessions with tutor_showed false among tutors with no_show_count 0."""
    sessions = run.frame("sessions")
    return share(~sessions.flags("tutor_showed")[trait(run, sessions, "no_show_count") == 0])


@measure("session.first_share")
def share_of_first_sessions(run: Run) -> float:
    """Share of completed sessions that are first sessions."""
    return share(completed_sessions(run).flags("is_first_session"))


@measure("session.subject_distribution")
def distance_of_subjects(run: Run) -> float:
    """Largest distance of subjects' shares of sessions from those of equal chances among the tutor's subjects."""
    sessions = run.frame("sessions")
    taught = [subjects.split(",") for subjects in run.frame("tutor_profiles").texts("subjects_taught")]
    chances = np.array([[subject in own for subject in SUBJECTS] for own in taught], float).reshape(-1, len(SUBJECTS))
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1.0)
    expected = sums(tutors_of(run, sessions), np.ones(len(sessions)), len(taught)) @ chances
    found = np.array([sessions.equals("subject", subject).sum() for subject in SUBJECTS])
    return ratio(largest_distance(found, expected), len(sessions))


def _distance_of_qualities(run: Run, counted: Flags, *expected: float) -> float:
    sessions = run.frame("sessions")
    shares = np.array([share(sessions.equals("connection_quality", quality)[counted]) for quality in QUALITIES])
    return largest_distance(shares, np.array(expected))


def _on_weekends(run: Run) -> Flags:
    return weekend(run.frame("sessions").seconds("session_datetime"))


def _at_peak(run: Run) -> Flags:
    hour = hours(run.frame("sessions").seconds("session_datetime"))
    return ~_on_weekends(run) & (hour >= 18) & (hour < 21)


@measure("session.connection.weekday_peak")
def connection_at_peak(run: Run) -> float:
    """Largest distance of the shares of qualities from the expected, Monday to Friday, from 18:00 and before 21:00."""
    return _distance_of_qualities(run, _at_peak(run), 0.50, 0.30, 0.15, 0.05)


@measure("session.connection.weekend")
def connection_on_weekends(run: Run) -> float:
    """The same on weekends, at all hours."""
    return _distance_of_qualities(run, _on_weekends(run), 0.65, 0.28, 0.06, 0.01)


@measure("session.connection.normal")
def connection_at_other_hours(run: Run) -> float:
    """The same Monday to Friday at all other hours."""
    return _distance_of_qualities(run, ~_at_peak(run) & ~_on_weekends(run), 0.60, 0.30, 0.08, 0.02)


@measure("session.technical_issues")
def share_with_technical_issues(run: Run) -> float:
    """Share of completed sessions with had_technical_issues."""
    return share(completed_sessions(run).flags("had_technical_issues"))
