"""Measures of how much there is."""

from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import days_of_window
from simulation.validation.statistics import share


@measure("volume.tutors", "volume.dev.tutors")
def tutors(run: Run) -> float:
    """Rows of tutor_profiles."""
    return len(run.frame("tutor_profiles"))


@measure("volume.dev.days")
def days(run: Run) -> float:
    """Days of the window."""
    return days_of_window(run)


@measure("volume.sessions", "volume.dev.sessions")
def sessions(run: Run) -> float:
    """Rows of sessions."""
    return len(run.frame("sessions"))


@measure("volume.completed_rate", "volume.dev.completed_rate")
def completed_rate(run: Run) -> float:
    """Share of sessions that are completed."""
    return share(run.frame("sessions").flags("session_completed"))


@measure("volume.engagement_events", "volume.dev.engagement_events")
def engagement_events(run: Run) -> float:
    """Rows of engagement_events."""
    return len(run.frame("engagement_events"))


@measure("volume.interventions", "volume.dev.interventions")
def interventions(run: Run) -> float:
    """Rows of interventions."""
    return len(run.frame("interventions"))


@measure("volume.experiments", "volume.dev.experiments")
def experiments(run: Run) -> float:
    """Rows of experiments."""
    return len(run.frame("experiments"))


@measure("volume.assignments", "volume.dev.assignments")
def assignments(run: Run) -> float:
    """Rows of experiment_assignments."""
    return len(run.frame("experiment_assignments"))
