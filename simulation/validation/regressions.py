"""The claims about coefficients of regressions, which are no single query."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulation.validation.run import Run

Floats = NDArray[np.float64]

# What is regressed comes first.
_ENGAGEMENT = """
    SELECT engagement_score, student_attention_pct, 1 - 2 * abs(tutor_speak_ratio - 0.5), overall_sentiment
    FROM sessions WHERE session_completed
"""
_RATING = """
    SELECT student_rating, empathy_score, clarity_score, engagement_score, is_first_session::INT,
        (connection_quality = 'Good')::INT, (connection_quality = 'Fair')::INT, (connection_quality = 'Poor')::INT
    FROM sessions WHERE session_completed
"""


def coefficients(values: Floats, *predictors: Floats) -> Floats:
    """The predictors' coefficients in a least-squares regression with an intercept, over the rows that are whole.

    All are NaN where the rows do not determine them.
    """
    matrix = np.column_stack([*predictors, np.ones(len(values))])
    whole = ~np.isnan(matrix).any(axis=1) & ~np.isnan(values)
    matrix, values = matrix[whole], values[whole]
    rows, columns = matrix.shape
    if rows < columns or np.linalg.matrix_rank(matrix) < columns:  # releases of NumPy have no rank of no rows
        return np.full(len(predictors), np.nan)
    solution = np.linalg.lstsq(matrix, values)[0]
    return solution[:-1].astype(np.float64)


def _of_engagement(run: Run) -> Floats:
    return coefficients(*run.database.columns(_ENGAGEMENT))


def _of_rating(run: Run) -> Floats:
    return coefficients(*run.database.columns(_RATING))


def _coefficient(regression: Callable[[Run], Floats], *predictors: int) -> Callable[[Run], float]:
    """The mean of some coefficients of a regression, or the only one."""
    return lambda run: float(run.once(regression)[list(predictors)].mean())


# By claim.
REGRESSIONS = {
    "measure.engagement.attention": _coefficient(_of_engagement, 0),
    "measure.engagement.balance": _coefficient(_of_engagement, 1),
    "measure.engagement.sentiment": _coefficient(_of_engagement, 2),
    "measure.rating.quality_slope": _coefficient(_of_rating, 0, 1, 2),
    "measure.rating.first_session_penalty": _coefficient(_of_rating, 3),
    "measure.rating.penalty_good": _coefficient(_of_rating, 4),
    "measure.rating.penalty_fair": _coefficient(_of_rating, 5),
    "measure.rating.penalty_poor": _coefficient(_of_rating, 6),
}
