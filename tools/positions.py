"""Where a figure lies in its interval, and a claim in a picture."""

import math
from collections.abc import Sequence
from itertools import chain, combinations_with_replacement, groupby, pairwise

from simulation.validation.verdicts import Interval, Pooled

# A claim, or the name of a group of claims above them.
Line = Pooled | str


def position(value: float, interval: Interval) -> float:
    """A value's place in an interval: -1 at its lower end, 0 in its middle, 1 at its upper end."""
    low, high = interval
    if low == high:
        return 0.0 if math.isclose(value, low) else math.copysign(math.inf, value - low)
    return (2 * value - low - high) / (high - low)


def in_columns(claims: Sequence[Pooled], number: int) -> list[list[Line]]:
    """Claims under the names of their groups, in columns as even as can be; groups are not torn apart."""
    groups = [[name, *members] for name, members in groupby(claims, key=lambda claim: claim.id.partition(".")[0])]
    cuts = [[0, *inner, len(groups)] for inner in combinations_with_replacement(range(len(groups) + 1), number - 1)]
    columns = ([list(chain(*groups[start:end])) for start, end in pairwise(cut)] for cut in cuts)
    return min(columns, key=lambda several: sum(len(column) ** 2 for column in several))
