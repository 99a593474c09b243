"""Where a figure lies in its interval."""

import math

from simulation.claims.verdicts import Interval


def position(value: float, interval: Interval) -> float:
    """A value's place in an interval: -1 at its lower end, 0 in its middle, 1 at its upper end."""
    low, high = interval
    if low == high:
        return 0.0 if math.isclose(value, low) else math.copysign(math.inf, value - low)
    return (2 * value - low - high) / (high - low)
