"""Differences between scenarios over pairs of runs: means, intervals, and what pairing is worth."""

import sys

import numpy as np
import pytest
from scipy import stats

from simulation.studies import StudyError
from simulation.studies.differences import (
    NEAR_CERTAINTY,
    Difference,
    paired_difference,
    share_repaired,
    t_quantile,
)

BASE = [10.0, 14.0, 9.0, 15.0]
OTHER = [13.0, 16.0, 13.0, 18.0]


def test_the_mean_difference_is_that_of_the_pairs() -> None:
    found = paired_difference(BASE, OTHER)
    assert (found.pairs, found.base, found.other, found.mean) == (4, 12.0, 15.0, 3.0)


def test_the_interval_is_student_s_over_the_pairs() -> None:
    found = paired_difference(BASE, OTHER)
    expected = stats.ttest_rel(OTHER, BASE).confidence_interval(0.95)
    assert found.interval == pytest.approx((expected.low, expected.high))


def test_the_variance_ratio_compares_independent_runs_with_pairs() -> None:
    found = paired_difference(BASE, OTHER)
    assert found.variance_ratio == pytest.approx((26 / 3 + 6) / (2 / 3))


def test_scenarios_that_are_alike_differ_by_exactly_nothing() -> None:
    found = paired_difference([0.1, 0.7, 0.2], [0.1, 0.7, 0.2])
    assert (found.mean, found.half_width, found.interval) == (0.0, 0.0, (0.0, 0.0))
    assert (found.variance_ratio, found.direction) == (None, 0)


def test_pairs_in_which_a_figure_is_not_defined_are_left_out() -> None:
    assert paired_difference([*BASE, None, 3.0], [*OTHER, 7.0, None]) == paired_difference(BASE, OTHER)


def test_where_no_pair_is_defined_nothing_is_said() -> None:
    found = paired_difference([None, 1.0], [2.0, None])
    assert found == Difference(0, None, None, None, None, None)
    assert (found.interval, found.direction) == (None, 0)


def test_one_pair_has_a_difference_and_no_interval() -> None:
    found = paired_difference([1.0], [3.0])
    assert (found.mean, found.half_width, found.interval, found.direction) == (2.0, None, None, 0)


@pytest.mark.parametrize(("mean_difference", "direction"), [(3.0, 1), (-3.0, -1), (2.0, 0), (-2.0, 0), (0.0, 0)])
def test_a_difference_has_a_direction_where_its_interval_excludes_zero(mean_difference: float, direction: int) -> None:
    assert Difference(5, 0.0, mean_difference, mean_difference, 2.0, 1.0).direction == direction


# ---------------------------------------------------------------- how sure it is


def test_a_difference_is_certain_where_a_wider_interval_excludes_zero_too() -> None:
    def certainty(t: float) -> str:
        return Difference(10, 0.0, t, t, t_quantile(9), None).certainty

    assert certainty(t_quantile(9) - 0.01) == "cannot be told yet"
    assert certainty(t_quantile(9) + 0.01) == "likely"
    assert certainty(t_quantile(9, NEAR_CERTAINTY) - 0.01) == "likely"
    assert certainty(-t_quantile(9, NEAR_CERTAINTY) - 0.01) == "certain"


@pytest.mark.parametrize(
    ("pairs", "certainty"), [(2, "cannot be told yet"), (5, "cannot be told yet"), (6, "likely"), (11, "certain")]
)
def test_pairs_that_differ_by_the_same_are_as_sure_as_tosses_of_a_coin(pairs: int, certainty: str) -> None:
    found = paired_difference([1.0] * pairs, [2.0] * pairs)
    assert found.certainty == certainty
    assert found.pairs_needed == max(6, pairs + 1)


def test_the_pairs_that_are_needed_bring_the_interval_just_below_the_difference() -> None:
    found = paired_difference([0.0] * 6, [4.0, -2.0, 3.0, -1.0, 2.0, 0.0])
    needed = found.pairs_needed
    assert needed is not None
    spread = stats.tstd([4, -2, 3, -1, 2, 0])
    assert stats.t.ppf(0.975, needed - 1) * spread / needed**0.5 < 1
    assert stats.t.ppf(0.975, needed - 2) * spread / (needed - 1) ** 0.5 >= 1


def test_where_there_is_nothing_to_go_by_no_number_of_pairs_is_told() -> None:
    assert paired_difference([1.0], [2.0]).pairs_needed is None
    assert paired_difference([1.0, 2.0], [2.0, 1.0]).pairs_needed is None
    assert paired_difference([None], [2.0]).certainty == "undefined"


def test_a_difference_in_percent_is_of_the_base() -> None:
    assert paired_difference([-4.0, -4.0], [-3.0, -3.0]).percent == 25
    assert paired_difference([0.0], [1.0]).percent is None


def test_the_interval_of_what_is_repaired_contains_the_truth_as_often_as_it_says() -> None:
    draws, truth, hits = np.random.default_rng(5), 0.4, 0
    for _ in range(1000):
        base, lost, regained = draws.normal((100, 10, 10 * truth), (3, 4, 2), (8, 3)).T
        found = share_repaired(*(values.tolist() for values in (base, base - lost, base - lost + regained)))
        hits += found is None or found[1] <= truth <= found[2]
    assert 0.93 < hits / 1000 < 0.97


def test_what_may_not_have_been_lost_cannot_be_repaired() -> None:
    assert share_repaired([1.0, 2.0], [2.0, 1.0], [3.0, 3.0]) is None
    assert share_repaired([3.0, None], [1.0, 1.0], [2.0, 2.0]) is None


@pytest.mark.parametrize("degrees", [1, 2, 9, 99])
def test_quantiles_are_those_of_student_s_t(degrees: int) -> None:
    assert t_quantile(degrees, 0.9) == pytest.approx(stats.t.ppf(0.95, degrees))


def test_differences_do_not_depend_on_the_order_of_runs() -> None:
    base, other = [0.1, 0.2, 0.4, 1e9], [0.7, 0.1, 0.3, 1e-9]
    assert paired_difference(base, other) == paired_difference(base[::-1], other[::-1])
    assert paired_difference([0.0] * 4, [1e16, 1.0, -1e16, 3.0]).mean == 1.0


def test_without_scipy_there_is_one_line_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(StudyError) as refused:
        paired_difference(BASE, OTHER)
    told = 'confidence intervals need scipy; install it with: pip install "tutoring-simulation[studies]"'
    assert str(refused.value) == told
