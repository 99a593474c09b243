"""Quotas: how a population gets stated shares exactly, where chance would miss them."""

from collections.abc import Sequence


def largest_remainder(shares: Sequence[float], total: int) -> list[int]:
    """Whole counts that sum to `total` and come closest to the shares."""
    exact = [share * total for share in shares]
    counts = [int(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def spread(shares: Sequence[float], total: int) -> list[int]:
    """For each of `total` places in a row the index of an option, so that any stretch of the row keeps to the shares.

    Who is sorted by one property before this is dealt out has it independent of the other.
    """
    quotas = largest_remainder(shares, total)
    dealt = [0] * len(shares)
    row = []
    for place in range(1, total + 1):
        # Whole numbers only: where a last bit decided, machines could differ.
        behind = [quota * place - count * total for quota, count in zip(quotas, dealt, strict=True)]
        option = max(range(len(shares)), key=lambda i: (dealt[i] < quotas[i], behind[i], -i))
        dealt[option] += 1
        row.append(option)
    return row
