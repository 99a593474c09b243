"""How two scenarios differ, in runs that share their random numbers: the mean difference, and how sure it is."""

import math
from collections.abc import Sequence
from statistics import fmean, variance
from typing import Literal

from attrs import frozen

from simulation.lib.extras import require
from simulation.studies import StudyError

# Of the intervals that are shown, and of those that have to exclude zero for a difference to be called certain.
CONFIDENCE, NEAR_CERTAINTY = 0.95, 0.999
# How many pairs anybody can be asked to simulate.
MOST_PAIRS = 1000

Values = Sequence[float | None]
Certainty = Literal["certain", "likely", "cannot be told yet", "the same in every pair", "undefined"]


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
    def percent(self) -> float | None:
        """The mean difference in percent of the base's mean; None where that is zero."""
        return None if self.percents is None else self.percents[1]

    @property
    def percents(self) -> tuple[float, float, float] | None:
        """The lower end of the interval, the mean difference and the upper end, in percent of the base's mean.

        None where that is zero. Where there is no interval, its ends are the mean difference.
        """
        if not self.base or self.mean is None:
            return None
        low, high = self.interval or (self.mean, self.mean)
        lower, middle, upper = (100 * value / abs(self.base) for value in (low, self.mean, high))
        return lower, middle, upper

    @property
    def direction(self) -> int:
        """1 or -1 where the difference is likely at least to be above or below zero, else 0."""
        return int(math.copysign(1, self.mean)) if self.mean is not None and self._is_told(CONFIDENCE) else 0

    @property
    def certainty(self) -> Certainty:
        """How sure it is that there is a difference: by whether the intervals of two confidences exclude zero."""
        if self.mean is None:
            return "undefined"
        if self.mean == self.half_width == 0:
            return "the same in every pair"
        if self._is_told(NEAR_CERTAINTY):
            return "certain"
        return "likely" if self._is_told(CONFIDENCE) else "cannot be told yet"

    @property
    def pairs_needed(self) -> int | None:
        """About how many pairs would tell a difference that cannot be told yet, if mean and spread stay as they are.

        None where nothing is known of them, or more than `MOST_PAIRS` would be needed.
        """
        more = range(self.pairs + 1, MOST_PAIRS + 1)
        return next((pairs for pairs in more if self._is_told(CONFIDENCE, pairs)), None)

    def _is_told(self, confidence: float, pairs: int | None = None) -> bool:
        """Whether an interval of so many pairs, as many as there are unless stated, excludes zero."""
        if not self.mean or self.half_width is None:
            return False
        pairs = pairs or self.pairs
        if not self.half_width:
            # All pairs differ by the same: as sure as so many tosses of a coin that all fall on one side.
            return 0.5 ** (pairs - 1) < 1 - confidence
        wider = t_quantile(pairs - 1, confidence) / t_quantile(self.pairs - 1) * math.sqrt(self.pairs / pairs)
        return abs(self.mean) > self.half_width * wider


def paired_difference(base: Values, other: Values) -> Difference:
    """Other less base, over the pairs in which both are defined. Raises StudyError where SciPy is not installed."""
    pairs = [(one, two) for one, two in zip(base, other, strict=True) if one is not None and two is not None]
    if not pairs:
        return Difference(0, None, None, None, None, None)
    of_base, of_other = [one for one, _ in pairs], [two for _, two in pairs]
    differences = [two - one for one, two in pairs]
    means = (fmean(of_base), fmean(of_other), fmean(differences))
    if len(pairs) == 1:
        return Difference(1, *means, None, None)
    between_pairs = variance(differences)
    half_width = t_quantile(len(pairs) - 1) * math.sqrt(between_pairs / len(pairs))
    ratio = (variance(of_base) + variance(of_other)) / between_pairs if between_pairs else None
    return Difference(len(pairs), *means, half_width, ratio)


def share_repaired(base: Values, harmed: Values, mended: Values) -> tuple[float, float, float] | None:
    """How much of what is lost from base to harmed comes back in mended: a share, and the ends of its interval.

    Both differences are paired, and their ratio has the interval of Fieller, "Some problems in interval estimation"
    (1954). None where it has no ends, as the loss could be zero.
    """
    triples = zip(base, harmed, mended, strict=True)
    defined = [(x, y, z) for x, y, z in triples if x is not None and y is not None and z is not None]
    if len(defined) < 2:
        return None
    lost, regained = [x - y for x, y, _ in defined], [z - y for _, y, z in defined]
    scale = t_quantile(len(defined) - 1) ** 2 / len(defined)
    both = (variance([x + y for x, y in zip(lost, regained, strict=True)]) - variance(lost) - variance(regained)) / 2
    a = fmean(lost) ** 2 - scale * variance(lost)
    b = fmean(lost) * fmean(regained) - scale * both
    c = fmean(regained) ** 2 - scale * variance(regained)
    if a <= 0:
        return None
    reach = math.sqrt(max(b**2 - a * c, 0.0))
    return fmean(regained) / fmean(lost), (b - reach) / a, (b + reach) / a


def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """How many standard errors an interval reaches to each side. Raises StudyError where SciPy is not installed."""
    require_scipy()
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + confidence) / 2))


def require_scipy() -> None:
    """Raise StudyError, with one line, where SciPy is not installed."""
    require("scipy", "studies", "confidence intervals need", StudyError)
