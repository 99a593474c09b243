"""Measures of who moves sessions, and how often."""

from simulation.events import SessionRescheduled
from simulation.validation.frames import Frame, taken
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import per_tutor, trait, tutors_of
from simulation.validation.statistics import share, slope_through_origin


def reschedules_by_tutors(run: Run) -> Frame:
    """The session_rescheduled events initiated by the tutor."""
    moved = run.events(SessionRescheduled)
    return moved.where(moved.equals("initiated_by", "tutor"))


@measure("reschedule.tutor_initiated")
def share_initiated_by_tutors(run: Run) -> float:
    """Share of session_rescheduled events initiated by the tutor."""
    return share(run.events(SessionRescheduled).equals("initiated_by", "tutor"))


@measure("reschedule.follows_trait")
def slope_of_reschedules_on_trait(run: Run) -> float:
    """Slope, through the origin, of reschedule_rate_30d on reschedule_rate, tutors weighted by their sessions."""
    aggregates = run.frame("tutor_aggregates")
    sessions = taken(per_tutor(run, run.frame("sessions")), tutors_of(run, aggregates))
    rates = aggregates.numbers("reschedule_rate_30d")
    return slope_through_origin(trait(run, aggregates, "reschedule_rate"), rates, sessions)
