"""Measures of what tutors do on the platform."""

import numpy as np

from simulation.events import EmailOpened
from simulation.validation.frames import DAY, HOUR, Floats, Frame, sums_between
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import (
    active_tutors,
    completed_sessions,
    days_of_window,
    hours,
    of_active_tutors,
    per_tutor,
    tutors_of,
)
from simulation.validation.statistics import mean, ratio, share


def _events(run: Run, event_type: str) -> Frame:
    events = run.frame("engagement_events")
    return events.where(events.equals("event_type", event_type))


def _count(run: Run, event_type: str) -> int:
    return len(_events(run, event_type))


def _logins_per_week(run: Run) -> Floats:
    """Of each active tutor."""
    logins: Floats = per_tutor(run, _events(run, "login"))[active_tutors(run)]
    return logins * 7 / days_of_window(run)


@measure("event.login.per_week")
def mean_logins_per_week(run: Run) -> float:
    """Mean logins per week of active tutors."""
    return mean(_logins_per_week(run))


@measure("event.login.range")
def share_with_usual_logins(run: Run) -> float:
    """Share of active tutors with 1.5 to 5.5 logins per week."""
    per_week = _logins_per_week(run)
    return share((per_week >= 1.5) & (per_week <= 5.5))


@measure("event.login.before_session")
def share_of_logins_before_sessions(run: Run) -> float:
    """Share of active tutors' logins after which one of the tutor's sessions starts within 1 to 4 hours."""
    logins, sessions = of_active_tutors(run, _events(run, "login")), run.frame("sessions")
    moments = logins.seconds("timestamp")
    starts = sums_between(
        tutors_of(run, logins), moments + 1 * HOUR, moments + 4 * HOUR + 1,
        tutors_of(run, sessions), sessions.seconds("session_datetime"), np.ones(len(sessions)),
    )  # fmt: skip
    return share(starts > 0)


def _login_hours(run: Run, chronotype: str) -> Floats:
    tutors, logins = run.frame("tutor_profiles"), _events(run, "login")
    own = logins.places("tutor_id", tutors.where(tutors.equals("chronotype", chronotype))) >= 0
    return hours(logins.seconds("timestamp")[own])


@measure("event.login.morning_tutors")
def share_of_morning_logins(run: Run) -> float:
    """Share of morning tutors' logins before 12:00."""
    return share(_login_hours(run, "morning") < 12)


@measure("event.login.evening_tutors")
def share_of_evening_logins(run: Run) -> float:
    """Share of evening tutors' logins from 14:00 and before 22:00."""
    hour = _login_hours(run, "evening")
    return share((hour >= 14) & (hour < 22))


@measure("event.scheduled_per_login")
def scheduled_per_login(run: Run) -> float:
    """session_scheduled events per login."""
    return ratio(_count(run, "session_scheduled"), _count(run, "login"))


@measure("event.completed_per_session")
def completed_per_session(run: Run) -> float:
    """session_completed engagement events per completed session."""
    return ratio(_count(run, "session_completed"), len(completed_sessions(run)))


def _per_active_tutor_and_month(run: Run, event_type: str) -> float:
    events = len(of_active_tutors(run, _events(run, event_type)))
    return ratio(events, active_tutors(run).sum() * days_of_window(run) / 30)


@measure("event.profile_updates")
def profile_updates(run: Run) -> float:
    """profile_updated events of active tutors, per active tutor and 30 days."""
    return _per_active_tutor_and_month(run, "profile_updated")


@measure("event.messages")
def messages(run: Run) -> float:
    """message_sent events of active tutors, per active tutor and 30 days."""
    return _per_active_tutor_and_month(run, "message_sent")


@measure("event.email_opened")
def share_of_emails_opened(run: Run) -> float:
    """Of the interventions sent at least 48 hours before the end, the share with an email_opened event."""
    sent = run.frame("interventions")
    early = sent.where(sent.seconds("sent_at") <= run.window_end - 2 * DAY)
    return share(early.places("intervention_id", run.events(EmailOpened)) >= 0)


@measure("event.email_clicked")
def clicked_per_opened(run: Run) -> float:
    """email_clicked per email_opened."""
    return ratio(_count(run, "email_clicked"), _count(run, "email_opened"))


@measure("event.coaching")
def coaching_attended(run: Run) -> float:
    """coaching_attended per coaching_scheduled."""
    return ratio(_count(run, "coaching_attended"), _count(run, "coaching_scheduled"))
