"""A churn model as a platform would have it, trained on the documented tables, and how churn scores are graded."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import frozen

from simulation.api.features import FEATURES

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# The weight against large coefficients, for figures of unit spread: many of them go together.
_RIDGE = 3.0
_STEPS = 50
_SMALL = 1e-9


def features(aggregates: "pd.DataFrame", profiles: "pd.DataFrame") -> "pd.DataFrame":
    """The numeric columns of both tables, for each row of the aggregates, by tutor_id; unknown ones are NaN."""
    return aggregates.merge(profiles, on="tutor_id", validate="1:1").set_index("tutor_id")[list(FEATURES)].astype(float)


@frozen
class ChurnModel:
    """A logistic regression on standardised figures; what is unknown counts as average."""

    means: Floats
    spreads: Floats
    weights: Floats

    @classmethod
    def trained(cls, figures: Floats, left: Flags) -> "ChurnModel":
        """Fitted by Newton's method, with a ridge, to a row of figures per tutor and whether the tutor left."""
        means = np.nanmean(figures, axis=0)
        spreads = np.nanstd(figures, axis=0)
        untrained = cls(means, np.where(spreads > _SMALL, spreads, 1.0), np.zeros(figures.shape[1] + 1))
        design = untrained.design(figures)
        ridge = np.diag([0.0, *np.full(figures.shape[1], _RIDGE)])
        weights = untrained.weights
        for _ in range(_STEPS):
            chances = 1 / (1 + np.exp(-design @ weights))
            slope = design.T @ (left - chances) - ridge @ weights
            curvature = (design * (chances * (1 - chances))[:, None]).T @ design + ridge
            step = np.linalg.solve(curvature, slope)
            weights = weights + step
            if np.abs(step).max() < _SMALL:
                break
        return cls(untrained.means, untrained.spreads, weights)

    def design(self, figures: Floats) -> Floats:
        """The figures as the regression has them, with a column of ones before."""
        standardised = (np.where(np.isnan(figures), self.means, figures) - self.means) / self.spreads
        return np.column_stack([np.ones(len(figures)), standardised])

    def scores(self, figures: Floats) -> Floats:
        """The log-odds of leaving, a figure per row."""
        return np.asarray(self.design(figures) @ self.weights, np.float64)

    def heaviest(self, names: Sequence[str], number: int) -> list[tuple[str, float]]:
        """The features that weigh most, with the log-odds per standard deviation of each."""
        order = np.argsort(-np.abs(self.weights[1:]), kind="stable")[:number]
        return [(names[place], float(self.weights[1 + place])) for place in order]


@frozen
class Area:
    """The area under a ROC curve: how often, of one who left and one who stayed, the first has the higher score."""

    value: float
    standard_error: float

    @classmethod
    def under(cls, scores: Floats, left: Flags) -> "Area":
        """Of scores, ties counted half, with the standard error by DeLong, DeLong and Clarke-Pearson (1988).

        Raises ValueError unless two left and two stayed.
        """
        leavers, others = scores[left], scores[~left]
        if min(len(leavers), len(others)) < 2:
            raise ValueError(f"of {len(scores)} tutors {len(leavers)} left: too few, or too many, to tell them apart")
        wins = (leavers[:, None] > others) + 0.5 * (leavers[:, None] == others)
        spread = sum(wins.mean(axis=axis).var(ddof=1) / wins.shape[1 - axis] for axis in (0, 1))
        return cls(float(wins.mean()), math.sqrt(spread))
