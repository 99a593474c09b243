"""Measures of when sessions happen, and for how long."""

import numpy as np

from simulation.validation.frames import DAY, Floats
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import active_tutors, completed_sessions, hours, per_tutor, trait, weekend
from simulation.validation.statistics import deviation, mean, rank_correlation, ratio, share

ODD_HOURS = (6, 7, 22, 23)


def _starts(run: Run) -> Floats:
    return run.frame("sessions").seconds("session_datetime")


@measure("time.preferred_share")
def share_in_preferred_hours(run: Run) -> float:
    """Share of sessions that start in the tutor's preferred hours."""
    sessions, hour = run.frame("sessions"), hours(_starts(run))
    first, end = trait(run, sessions, "preferred_start_hour"), trait(run, sessions, "preferred_end_hour")
    return share((hour >= first) & (hour < end))


@measure("time.morning_share")
def share_of_morning_tutors(run: Run) -> float:
    """Share of tutors whose chronotype is morning."""
    return share(run.frame("tutor_profiles").equals("chronotype", "morning"))


@measure("time.weekend_volume")
def weekend_volume(run: Run) -> float:
    """Sessions per weekend day over sessions per weekday."""
    free_days = weekend(np.arange(run.window_start, run.window_end, DAY, dtype=float))
    on_weekends = weekend(_starts(run))
    per_weekend_day = ratio(on_weekends.sum(), free_days.sum())
    return ratio(per_weekend_day, ratio((~on_weekends).sum(), (~free_days).sum()))


@measure("time.odd_hours")
def odd_hours_of_the_unreliable(run: Run) -> float:
    """Share of sessions at 6, 7, 22 or 23 o'clock among tutors with reliability < 0.6, less that among the others."""
    odd = np.isin(np.floor(hours(_starts(run))), ODD_HOURS)
    reliability = trait(run, run.frame("sessions"), "reliability_score")
    return share(odd[reliability < 0.6]) - share(odd[reliability >= 0.6])


@measure("time.duration.60")
def share_of_60_minutes(run: Run) -> float:
    """Share of sessions scheduled for 60 minutes."""
    return share(run.frame("sessions").numbers("scheduled_duration_min") == 60)


@measure("time.duration.30")
def share_of_30_minutes(run: Run) -> float:
    """Share of sessions scheduled for 30 minutes."""
    return share(run.frame("sessions").numbers("scheduled_duration_min") == 30)


def _overruns(run: Run) -> Floats:
    completed = completed_sessions(run)
    return completed.numbers("actual_duration_min") / completed.numbers("scheduled_duration_min")


@measure("time.duration.actual_mean")
def mean_overrun(run: Run) -> float:
    """Mean of actual over scheduled duration, completed sessions."""
    return mean(_overruns(run))


@measure("time.duration.actual_sd")
def deviation_of_overruns(run: Run) -> float:
    """Standard deviation of that ratio."""
    return deviation(_overruns(run))


@measure("time.activity_weight")
def correlation_of_career_and_sessions(run: Run) -> float:
    """Spearman's correlation of total_sessions_completed and sessions, active tutors that are not weekend_only."""
    tutors = run.frame("tutor_profiles")
    counted = active_tutors(run) & ~tutors.flags("weekend_only")
    careers, sessions = tutors.numbers("total_sessions_completed"), per_tutor(run, run.frame("sessions"))
    return rank_correlation(careers[counted], sessions[counted])
