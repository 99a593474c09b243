"""How two scenarios differ, in runs that share their random numbers: the mean difference and its interval."""

import math
from collections.abc import Sequence

from attrs import frozen

from simulation.lib.extras import require
from simulation.studies import StudyError

CONFIDENCE = 0.95

Values = Sequence[float | None]


@frozen
class Difference:
    """A key figure of two scenarios over pairs of runs. What pairs are too few for, or too alike, is None.

    `half_width` is that of the confidence interval around `mean`, by Student's t over the pairs. `variance_ratio` is
    the variance that the difference would have between independent runs, over the one that it has between pairs.
    """

    pairs: int
    base: float | None
    other: float | None
    mean: float | None
    half_width: float | None
    variance_ratio: float | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The confidence interval."""
        if self.mean is None or self.half_width is None:
            return None
        return self.mean - self.half_width, self.mean + self.half_width

    @property
    def direction(self) -> int:
        """1 or -1 where the interval lies above or below zero, else 0."""
        if self.interval is None:
            return 0
        low, high = self.interval
        return int(low > 0) - int(high < 0)


def paired_difference(base: Values, other: Values, confidence: float = CONFIDENCE) -> Difference:
    """Other less base, over the pairs in which both are defined. Raises StudyError where SciPy is not installed."""
    pairs = [(one, two) for one, two in zip(base, other, strict=True) if one is not None and two is not None]
    if not pairs:
        return Difference(0, None, None, None, None, None)
    of_base, of_other = [one for one, _ in pairs], [two for _, two in pairs]
    differences = [two - one for one, two in pairs]
    means = (mean(of_base), mean(of_other), mean(differences))
    if len(pairs) == 1:
        return Difference(1, *means, None, None)
    between_pairs = variance(differences)
    half_width = t_quantile(len(pairs) - 1, confidence) * math.sqrt(between_pairs / len(pairs))
    ratio = (variance(of_base) + variance(of_other)) / between_pairs if between_pairs else None
    return Difference(len(pairs), *means, half_width, ratio)


def mean(values: Sequence[float]) -> float:
    """The mean, the same in whatever order sums are taken."""
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The sample variance, with n - 1."""
    centre = mean(values)
    return math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1)


def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """How many standard errors an interval reaches to each side. Raises StudyError where SciPy is not installed."""
    require_scipy()
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + confidence) / 2))


def require_scipy() -> None:
    """Raise StudyError, with one line, where SciPy is not installed."""
    require("scipy", "studies", "confidence intervals need", StudyError)
