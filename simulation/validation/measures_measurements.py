"""Measures of what is measured in completed sessions."""

from functools import partial

import numpy as np

from simulation.validation.frames import Floats
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import completed_sessions, first_sessions, personas, trait
from simulation.validation.statistics import coefficients, correlation, deviation, mean, share, slope, slope_within

COLUMNS = {
    "attention": "student_attention_pct",
    "camera": "tutor_camera_on_pct",
    "speak": "tutor_speak_ratio",
    "screen": "screen_share_pct",
    "sentiment": "overall_sentiment",
    "empathy": "empathy_score",
    "clarity": "clarity_score",
    "engagement": "engagement_score",
    "rating": "student_rating",
    "satisfaction": "student_satisfaction",
}
SCORES = ("empathy_score", "clarity_score", "engagement_score")
WORSE_QUALITIES = ("Good", "Fair", "Poor")


def _completed(run: Run, name: str) -> Floats:
    return completed_sessions(run).numbers(name)


def mean_of_column(name: str, run: Run) -> float:
    """Mean of a column over completed sessions."""
    return mean(_completed(run, name))


def deviation_of_column(name: str, run: Run) -> float:
    """Standard deviation of a column over completed sessions."""
    return deviation(_completed(run, name))


for _short, _name in COLUMNS.items():
    measure(f"measure.{_short}.mean")(partial(mean_of_column, _name))
    measure(f"measure.{_short}.sd")(partial(deviation_of_column, _name))


@measure("measure.attention.reliability")
def correlation_of_reliability_and_attention(run: Run) -> float:
    """Correlation of the tutor's reliability_score and student_attention_pct."""
    completed = completed_sessions(run)
    return correlation(trait(run, completed, "reliability_score"), completed.numbers("student_attention_pct"))


@measure("measure.sentiment.reliability_slope")
def slope_of_sentiment_on_reliability(run: Run) -> float:
    """Slope of overall_sentiment on the tutor's reliability_score."""
    completed = completed_sessions(run)
    return slope(trait(run, completed, "reliability_score"), completed.numbers("overall_sentiment"))


@measure("measure.sentiment.student_gap")
def mean_gap_of_student_sentiment(run: Run) -> float:
    """Mean of student_sentiment - overall_sentiment."""
    return mean(_completed(run, "student_sentiment") - _completed(run, "overall_sentiment"))


@measure("measure.sentiment.tutor_mean")
def mean_tutor_sentiment(run: Run) -> float:
    """Mean tutor_sentiment."""
    return mean(_completed(run, "tutor_sentiment"))


@measure("measure.empathy.reliability_slope")
def slope_of_empathy_on_reliability(run: Run) -> float:
    """Slope of the tutors' avg_empathy_score on reliability_score within personas."""
    aggregates = run.frame("tutor_aggregates")
    reliability, groups = trait(run, aggregates, "reliability_score"), personas(run, aggregates)
    return slope_within(reliability, aggregates.numbers("avg_empathy_score"), groups)


def _balance(run: Run) -> Floats:
    return 1 - 2 * np.abs(_completed(run, "tutor_speak_ratio") - 0.5)


def _regression_of_engagement(run: Run) -> Floats:
    predictors = (_completed(run, "student_attention_pct"), _balance(run), _completed(run, "overall_sentiment"))
    return coefficients(_completed(run, "engagement_score"), *predictors)


def coefficient_for_engagement(predictor: int, run: Run) -> float:
    """A coefficient in the regression of engagement_score on attention, speaking balance and overall_sentiment."""
    return float(run.once(_regression_of_engagement)[predictor])


for _predictor, _claim in enumerate(("attention", "balance", "sentiment")):
    measure(f"measure.engagement.{_claim}")(partial(coefficient_for_engagement, _predictor))


def _regression_of_rating(run: Run) -> Floats:
    completed = completed_sessions(run)
    predictors = [completed.numbers(name) for name in (*SCORES, "is_first_session")]
    predictors += [completed.equals("connection_quality", quality).astype(float) for quality in WORSE_QUALITIES]
    return coefficients(completed.numbers("student_rating"), *predictors)


@measure("measure.rating.quality_slope")
def mean_coefficient_of_scores(run: Run) -> float:
    """Mean of the scores' coefficients in the regression of student_rating on scores, first session, connection."""
    return mean(run.once(_regression_of_rating)[: len(SCORES)])


def coefficient_for_rating(predictor: int, run: Run) -> float:
    """A coefficient in that regression."""
    return float(run.once(_regression_of_rating)[predictor])


for _predictor, _claim in enumerate(
    ("first_session_penalty", "penalty_good", "penalty_fair", "penalty_poor"), start=len(SCORES)
):
    measure(f"measure.rating.{_claim}")(partial(coefficient_for_rating, _predictor))


@measure("measure.satisfaction.rating_slope")
def slope_of_satisfaction_on_rating(run: Run) -> float:
    """Slope of student_satisfaction on student_rating."""
    return slope(_completed(run, "student_rating"), _completed(run, "student_satisfaction"))


@measure("measure.recommend.rate")
def share_who_recommend(run: Run) -> float:
    """Share of completed sessions with would_recommend."""
    return share(completed_sessions(run).flags("would_recommend"))


@measure("measure.corr.empathy_satisfaction")
def correlation_of_empathy_and_satisfaction(run: Run) -> float:
    """Correlation of empathy_score and student_satisfaction."""
    return correlation(_completed(run, "empathy_score"), _completed(run, "student_satisfaction"))


@measure("measure.corr.balance_engagement")
def correlation_of_balance_and_engagement(run: Run) -> float:
    """Correlation of 1 - 2 * |tutor_speak_ratio - 0.5| and engagement_score."""
    return correlation(_balance(run), _completed(run, "engagement_score"))


@measure("measure.first_session_failures")
def share_of_poor_first_sessions(run: Run) -> float:
    """Share of first sessions rated below 3.5."""
    return share(first_sessions(run).numbers("student_rating") < 3.5)
