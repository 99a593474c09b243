"""How often the intervals of small comparisons contain a difference that is known from thousands of pairs."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, variance
from typing import Any

from attrs import frozen

from simulation.random_streams import RandomStreams
from simulation.studies.designs import Choices
from simulation.studies.differences import t_quantile
from simulation.studies.key_figures import KEY_FIGURES

VARIED = Choices("demand.sessions_per_day", (82, 84))
PER_COMPARISON = 10
ALLOWED = (0.90, 0.99)
# Where most pairs do not differ at all, ten of them often say nothing.
MOST_THE_SAME = 0.5


@frozen
class Coverage:
    """How a key figure fares: its true difference, and the intervals that small comparisons put around theirs."""

    figure: str
    unit: str
    decimals: int
    truth: float
    standard_error: float
    same: float
    intervals: tuple[tuple[float, float], ...]

    @property
    def covered(self) -> float:
        """The share of intervals that contain the truth."""
        return fmean([float(low <= self.truth <= high) for low, high in self.intervals])

    @property
    def half_width(self) -> float:
        """The mean half-width."""
        return fmean([(high - low) / 2 for low, high in self.intervals])

    @property
    def is_judged(self) -> bool:
        """Whether enough pairs differ for ten of them to say something."""
        return self.same <= MOST_THE_SAME

    @property
    def holds(self) -> bool:
        """Whether neither too few nor too many intervals contain the truth."""
        return ALLOWED[0] <= self.covered <= ALLOWED[1]


def coverages_of(rows: Sequence[Mapping[str, Any]]) -> list[Coverage]:
    """How all key figures fare that differ in any pair and are defined in each, in their order."""
    base, other = (
        {row["replication"]: row for row in rows if row[VARIED.key] == value} for value in VARIED.values
    )  # fmt: skip
    order = dealt(sorted(base))
    coverages = []
    for figure in KEY_FIGURES:
        pairs = [(base[number][figure.name], other[number][figure.name]) for number in order]
        if any(None in pair for pair in pairs):
            continue
        differences = [two - one for one, two in pairs]
        if any(differences):
            coverages.append(coverage(figure.name, figure.unit, figure.decimals, differences))
    return coverages


def coverage(figure: str, unit: str, decimals: int, differences: Sequence[float]) -> Coverage:
    """The truth from all differences, and an interval from each ten of them."""
    sets = [differences[first : first + PER_COMPARISON] for first in range(0, len(differences), PER_COMPARISON)]
    standard_error = math.sqrt(variance(differences) / len(differences))
    same = fmean([float(difference == 0) for difference in differences])
    intervals = tuple(interval(each) for each in sets if len(each) == PER_COMPARISON)
    return Coverage(figure, unit, decimals, fmean(differences), standard_error, same, intervals)


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """The interval that a comparison gives."""
    half_width = t_quantile(len(differences) - 1) * math.sqrt(variance(differences) / len(differences))
    return fmean(differences) - half_width, fmean(differences) + half_width


def dealt(numbers: Sequence[int]) -> list[int]:
    """Pairs in an order by chance, which is the same in every run."""
    draws = RandomStreams(0).stream("coverage study: order").uniforms(0, 0, len(numbers))
    return [number for _, number in sorted(zip(draws, numbers, strict=True))]
