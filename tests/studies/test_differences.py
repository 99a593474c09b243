"""Differences between scenarios over pairs of runs: means, intervals, and what pairing is worth."""

import sys

import pytest
from scipy import stats

from simulation.studies import StudyError
from simulation.studies.differences import Difference, mean, paired_difference, t_quantile, variance

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


@pytest.mark.parametrize("degrees", [1, 2, 9, 99])
def test_quantiles_are_those_of_student_s_t(degrees: int) -> None:
    assert t_quantile(degrees, 0.9) == pytest.approx(stats.t.ppf(0.95, degrees))


def test_sums_do_not_depend_on_the_order_of_runs() -> None:
    values = [1e16, 1.0, -1e16, 3.0]
    assert mean(values) == mean(values[::-1]) == 1.0
    assert variance([0.1, 0.2, 0.4]) == variance([0.4, 0.1, 0.2])


def test_without_scipy_there_is_one_line_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(StudyError) as refused:
        paired_difference(BASE, OTHER)
    told = 'confidence intervals need scipy; install it with: pip install "tutoring-simulation[studies]"'
    assert str(refused.value) == told
