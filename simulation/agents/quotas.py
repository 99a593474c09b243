"""Quotas: a population gets its stated shares exactly, not by chance."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Option = TypeVar("Option")


def largest_remainder(shares: Sequence[float], total: int) -> list[int]:
    """Whole counts that sum to `total` and are closest to the shares (largest remainder method)."""
    exact = [share * total for share in shares]
    counts = [int(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def places_of(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """How many of `total` places each of several names gets by its share of all weights, whatever their order."""
    names, everything = sorted(weights), math.fsum(weights.values())
    return dict(zip(names, largest_remainder([weights[name] / everything for name in names], total), strict=True))


def in_blocks(options: Iterable[Option], shares: Sequence[float], total: int) -> list[Option]:
    """The options one after the other, each as often as its quota; `total` in all."""
    counts = largest_remainder(shares, total)
    return [option for option, count in zip(options, counts, strict=True) for _ in range(count)]


def spread(shares: Sequence[float], total: int) -> list[int]:
    """The index of an option for each of `total` places, so that every stretch of the row keeps to the shares.

    Dealt out to agents sorted by one property, the options are independent of that property.
    """
    quotas = largest_remainder(shares, total)
    dealt = [0] * len(shares)
    row = []
    for place in range(1, total + 1):
        # Integers only: floats could differ in the last bit between machines.
        behind = [quota * place - count * total for quota, count in zip(quotas, dealt, strict=True)]
        option = max(range(len(shares)), key=lambda i: (dealt[i] < quotas[i], behind[i], -i))
        dealt[option] += 1
        row.append(option)
    return row
