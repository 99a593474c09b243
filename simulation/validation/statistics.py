"""The statistics that claims are stated in. What is not defined, such as a mean over nobody, is NaN."""

import numpy as np

from simulation.validation.frames import Flags, Floats, Rows, sums


def ratio(part: float, whole: float) -> float:
    """One number over another; NaN over zero."""
    return part / whole if whole else np.nan


def share(flags: Flags) -> float:
    """The share of flags that are set."""
    return ratio(float(np.count_nonzero(flags)), len(flags))


def mean(values: Floats) -> float:
    """The mean of the values that are there."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def deviation(values: Floats) -> float:
    """The standard deviation, with n - 1, of the values that are there."""
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else np.nan


def skewness(values: Floats) -> float:
    """The adjusted sample skewness, G1."""
    known = values[~np.isnan(values)]
    n = len(known)
    if n < 3:
        return np.nan
    distances = known - known.mean()
    plain = ratio(float((distances**3).mean()), float((distances**2).mean()) ** 1.5)
    return plain * float(np.sqrt(n * (n - 1))) / (n - 2)


def correlation(xs: Floats, ys: Floats) -> float:
    """Pearson's r over the pairs that are whole."""
    whole = ~np.isnan(xs) & ~np.isnan(ys)
    if not whole.any():
        return np.nan
    xs, ys = xs[whole] - xs[whole].mean(), ys[whole] - ys[whole].mean()
    return ratio(float(xs @ ys), float(np.sqrt((xs @ xs) * (ys @ ys))))


def rank_correlation(xs: Floats, ys: Floats) -> float:
    """Spearman's correlation; equal values share the mean of their ranks. No value may be missing."""
    return correlation(_ranks(xs), _ranks(ys))


def _ranks(values: Floats) -> Floats:
    _, groups, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_ranks: Floats = np.cumsum(counts) - (counts - 1) / 2
    return mean_ranks[groups]


def slope(xs: Floats, ys: Floats) -> float:
    """The slope of y on x, by least squares, over the pairs that are whole."""
    return slope_within(xs, ys, np.zeros(len(xs), np.int64))


def slope_within(xs: Floats, ys: Floats, groups: Rows) -> float:
    """The slope of y on x where both are centred on the means of their group, over the pairs that are whole.

    Groups are numbers from 0; pairs in a group below that are left out.
    """
    kept = ~np.isnan(xs) & ~np.isnan(ys) & (groups >= 0)
    xs, ys = _centred(xs[kept], groups[kept]), _centred(ys[kept], groups[kept])
    return ratio(float(xs @ ys), float(xs @ xs))


def _centred(values: Floats, groups: Rows) -> Floats:
    size = int(groups.max(initial=-1)) + 1
    counts = sums(groups, np.ones(len(groups)), size)
    means: Floats = sums(groups, values, size) / np.maximum(counts, 1.0)
    return values - means[groups]


def slope_through_origin(xs: Floats, ys: Floats, weights: Floats) -> float:
    """The slope of y on x without an intercept, by weighted least squares, over the pairs that are whole."""
    kept = ~np.isnan(xs) & ~np.isnan(ys)
    xs, ys, weights = xs[kept], ys[kept], weights[kept]
    return ratio(float((weights * xs) @ ys), float((weights * xs) @ xs))


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


def largest_distance(values: Floats, expected: Floats) -> float:
    """The largest distance of values from what is expected of them; NaN where a value is."""
    return float(np.abs(values - expected).max())
