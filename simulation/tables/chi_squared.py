"""The chi-squared test of independence, in closed form for whole degrees of freedom."""

import math
from collections.abc import Sequence

import numpy as np


def independence_p_value(table: Sequence[Sequence[int]]) -> float | None:
    """The p-value of a table of counts under independence of its rows and columns.

    Pearson's statistic, without continuity correction. None where the test is not defined: fewer
    than two rows or columns, or one that is all zeros.
    """
    counts = np.array(table, float)
    if counts.ndim != 2 or min(counts.shape) < 2:
        return None
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    if not (rows.all() and columns.all()):
        return None
    expected = np.outer(rows, columns) / counts.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return upper_tail(statistic, (len(rows) - 1) * (len(columns) - 1))


def upper_tail(statistic: float, degrees: int) -> float:
    """The chance that a chi-squared variable with `degrees` of freedom is at least `statistic`.

    Climbs by Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), the regularised upper incomplete gamma
    function, from Q(1/2, x) = erfc(sqrt(x)) or Q(1, x) = e^-x to a = degrees / 2, with x = statistic / 2.
    """
    x = statistic / 2
    if x <= 0:
        return 1.0
    a, tail = (0.5, math.erfc(math.sqrt(x))) if degrees % 2 else (1.0, math.exp(-x))
    while a < degrees / 2:
        tail += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(tail, 1.0)
