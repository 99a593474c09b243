"""Quotas: how a population gets stated shares exactly, where chance would miss them."""

from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.quotas import largest_remainder, spread

weights = st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any)
shares = weights.map(lambda parts: [part / sum(parts) for part in parts])
totals = st.integers(0, 500)


def test_shares_that_divide_evenly_are_met_exactly() -> None:
    assert largest_remainder([0.10, 0.50, 0.15, 0.05, 0.08, 0.12], 100) == [10, 50, 15, 5, 8, 12]
    assert largest_remainder([0.4, 0.4, 0.2], 25) == [10, 10, 5]


def test_a_share_of_a_tenth_of_a_hundred_is_ten_though_a_tenth_is_no_binary_fraction() -> None:
    assert largest_remainder([0.1] * 10, 100) == [10] * 10
    assert largest_remainder([0.92, 1 - 0.92], 25) == [23, 2]


def test_of_equal_claims_the_first_is_met() -> None:
    assert largest_remainder([0.5, 0.5], 1) == [1, 0]
    assert largest_remainder([0.10, 0.50, 0.15, 0.05, 0.08, 0.12], 150) == [15, 75, 23, 7, 12, 18]


@given(shares, totals)
def test_counts_sum_to_the_total_and_are_within_one_of_their_share(parts: list[float], total: int) -> None:
    counts = largest_remainder(parts, total)
    assert sum(counts) == total
    assert all(abs(count - part * total) < 1 + 1e-6 for count, part in zip(counts, parts, strict=True))


@given(shares, totals)
def test_an_option_without_a_share_is_given_to_nobody(parts: list[float], total: int) -> None:
    counts = largest_remainder(parts, total)
    assert all(count == 0 for count, part in zip(counts, parts, strict=True) if part == 0)


@given(shares, totals)
def test_a_row_deals_out_the_quotas(parts: list[float], total: int) -> None:
    row = spread(parts, total)
    assert [row.count(option) for option in range(len(parts))] == largest_remainder(parts, total)


@given(shares, totals)
def test_every_stretch_from_the_start_of_a_row_keeps_to_the_shares(parts: list[float], total: int) -> None:
    row, quotas = spread(parts, total), largest_remainder(parts, total)
    dealt = [0] * len(parts)
    for place, option in enumerate(row, 1):
        dealt[option] += 1
        for count, quota in zip(dealt, quotas, strict=True):
            assert abs(count - quota * place / total) < len(parts)


def test_options_alternate_rather_than_cluster() -> None:
    assert spread([0.5, 0.5], 6) == [0, 1, 0, 1, 0, 1]
    assert spread([0.75, 0.25], 8).count(1) == 2
    assert 1 in spread([0.75, 0.25], 8)[:4]
