"""Measures of tutors' trends and of daily variance."""

from functools import partial

from simulation.validation.frames import DAY, Flags, sums
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import completed_sessions, days_of_window, trait, tutors_of
from simulation.validation.statistics import deviation, mean, ratio, slope_within


def _trend(run: Run, score: str, counted: Flags) -> float:
    """Relative change of a score over the window, within the tutors of some completed sessions."""
    sessions = completed_sessions(run).where(counted)
    elapsed = (sessions.seconds("session_datetime") - run.window_start) / (days_of_window(run) * DAY)
    scores = sessions.numbers(score)
    return ratio(slope_within(elapsed, scores, tutors_of(run, sessions)), mean(scores))


def trend_of_low_reliability(score: str, run: Run) -> float:
    """Slope of a score on the share of the window that is over, tutors with reliability < 0.6, over its mean."""
    return _trend(run, score, trait(run, completed_sessions(run), "reliability_score") < 0.6)


measure("trend.low_reliability_declines")(partial(trend_of_low_reliability, "empathy_score"))
measure("trend.low_reliability_clarity")(partial(trend_of_low_reliability, "clarity_score"))
measure("trend.low_reliability_engagement")(partial(trend_of_low_reliability, "engagement_score"))


@measure("trend.high_reliability_holds")
def trend_of_high_reliability(run: Run) -> float:
    """The same of empathy_score, tutors with reliability_score > 0.8."""
    return _trend(run, "empathy_score", trait(run, completed_sessions(run), "reliability_score") > 0.8)


def daily_variance(score: str, run: Run) -> float:
    """Standard deviation over days of the day's mean of a score, over the overall mean."""
    completed = completed_sessions(run)
    scores = completed.numbers(score)
    days = ((completed.seconds("session_datetime") - run.window_start) // DAY).astype(int)
    counts = sums(days, 1.0 + 0.0 * scores, int(days.max(initial=0)) + 1)
    totals = sums(days, scores, len(counts))
    return ratio(deviation(totals[counts > 0] / counts[counts > 0]), mean(scores))


measure("trend.daily.engagement")(partial(daily_variance, "engagement_score"))
measure("trend.daily.empathy")(partial(daily_variance, "empathy_score"))
measure("trend.daily.clarity")(partial(daily_variance, "clarity_score"))
measure("trend.daily.satisfaction")(partial(daily_variance, "student_satisfaction"))
