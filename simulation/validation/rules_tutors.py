"""Rules about tutors: what they teach and when, and that nobody works who is not there."""

import numpy as np

from simulation.events import Login, TutorLeft
from simulation.validation.bounds import preferred_hours
from simulation.validation.frames import Frame, differs, taken
from simulation.validation.rules import rule
from simulation.validation.run import Run

SUBJECTS = {"Math", "Science", "English", "History", "Test Prep", "Programming"}
CHRONOTYPES = ("morning", "evening")


@rule("tutor.subjects.valid")
def subjects_are_valid(run: Run) -> list[str]:
    """1 to 3 different subjects of the six, the primary one among them."""
    tutors = run.frame("tutor_profiles")

    def valid(taught: str, primary: str) -> bool:
        subjects = taught.split(",")
        known = len(set(subjects)) == len(subjects) and set(subjects) <= SUBJECTS
        return known and len(subjects) <= 3 and primary in subjects

    pairs = zip(tutors.texts("subjects_taught"), tutors.texts("primary_subject"), strict=True)
    broken = np.array([not valid(*pair) for pair in pairs], bool)
    return tutors.listed(broken, "tutor {tutor_id} teaches {subjects_taught}, primarily {primary_subject}")


@rule("time.preferred_windows")
def preferred_hours_suit_the_chronotype(run: Run) -> list[str]:
    """Preferred hours lie within the chronotype's, and are not empty."""
    tutors = run.frame("tutor_profiles")
    start, end = tutors.numbers("preferred_start_hour"), tutors.numbers("preferred_end_hour")
    broken = np.ones(len(tutors), bool)
    for chronotype in CHRONOTYPES:
        first, last = preferred_hours(run, chronotype, tutors.numbers("region"))
        broken &= ~(tutors.equals("chronotype", chronotype) & (first <= start) & (start < end) & (end <= last))
    return tutors.listed(
        broken, "{chronotype} tutor {tutor_id} prefers the hours {preferred_start_hour} to {preferred_end_hour}"
    )


@rule("tutor.inactive.no_sessions")
def inactive_tutors_have_no_sessions(run: Run) -> list[str]:
    """No session belongs to a tutor whose active_status is false."""
    tutors, sessions = run.frame("tutor_profiles"), run.frame("sessions")
    active = tutors.flags("active_status").astype(float)
    broken = taken(active, sessions.places("tutor_id", tutors)) == 0
    return sessions.listed(broken, "session {session_id} belongs to {tutor_id}, who is inactive")


@rule("tutor.silent_after_leaving")
def tutors_are_silent_after_leaving(run: Run) -> list[str]:
    """No session, engagement event or intervention comes after the tutor's tutor_left event."""
    left = run.events(TutorLeft)

    def after_leaving(frame: Frame, what: str, moment: str) -> list[str]:
        left_at = taken(left.seconds("timestamp"), frame.places("tutor_id", left))
        broken = frame.seconds(moment) > left_at
        return frame.listed(broken, f"{what} of {{tutor_id}} is at {{{moment}}}, after the tutor left")

    return [
        *after_leaving(run.frame("sessions"), "session {session_id}", "session_datetime"),
        *after_leaving(run.frame("engagement_events"), "engagement event {event_id}", "timestamp"),
        *after_leaving(run.frame("interventions"), "intervention {intervention_id}", "sent_at"),
    ]


@rule("tutor.last_login")
def last_login_is_the_latest(run: Run) -> list[str]:
    """last_login is the latest login in the log before window_end, null where there is none."""
    tutors, logins = run.frame("tutor_profiles"), run.events(Login)
    moments, places = logins.seconds("timestamp"), logins.places("tutor_id", tutors)
    counted = (places >= 0) & (moments < run.window_end)
    latest = np.full(len(tutors), -np.inf)
    np.maximum.at(latest, places[counted], moments[counted])
    latest[np.isinf(latest)] = np.nan
    return tutors.listed(
        differs(tutors.seconds("last_login"), latest),
        "tutor {tutor_id} has last_login {last_login}, which is not the latest login in the log",
    )
