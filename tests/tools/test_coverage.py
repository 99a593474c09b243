"""The study of intervals: the truth from all pairs, an interval from each ten, and what counts as kept."""

from collections.abc import Sequence
from statistics import NormalDist, fmean
from typing import Any

import pytest

from simulation.random_streams import RandomStreams
from simulation.studies.differences import paired_difference
from simulation.studies.key_figures import KEY_FIGURES
from tools.coverage import VARIED, Coverage, coverage, coverages_of, dealt, interval
from tools.coverage_page import page

NORMAL = NormalDist(3.0, 2.0)


def draws(count: int) -> list[float]:
    return [NORMAL.inv_cdf(u) for u in RandomStreams(1).stream("test").uniforms(0, 0, count)]


def found(differences: Sequence[float]) -> Coverage:
    return coverage("hours_taught", "hours", 4, differences)


def test_the_truth_is_the_mean_over_all_pairs_and_each_ten_have_their_interval() -> None:
    differences = draws(50)
    result = found(differences)
    assert result.truth == fmean(differences)
    assert result.intervals == tuple(interval(differences[first : first + 10]) for first in range(0, 50, 10))


def test_an_interval_is_the_one_that_a_comparison_gives() -> None:
    differences = draws(10)
    assert interval(differences) == pytest.approx(paired_difference([0.0] * 10, differences).interval)


def test_of_normal_differences_about_95_of_100_intervals_contain_the_truth() -> None:
    result = found(draws(4000))
    assert result.holds
    assert result.covered == pytest.approx(0.95, abs=0.03)


def test_intervals_that_are_too_narrow_or_too_wide_do_not_hold() -> None:
    narrow = Coverage("a", "b", 0, 0.0, 1.0, 0.0, ((-1.0, 1.0),) * 8 + ((1.0, 2.0),) * 2)
    wide = Coverage("a", "b", 0, 0.0, 1.0, 0.0, ((-1.0, 1.0),) * 10)
    assert (narrow.covered, narrow.holds) == (0.8, False)
    assert (wide.covered, wide.holds) == (1.0, False)


@pytest.mark.parametrize(("zeros", "is_judged"), [(5, True), (6, False)])
def test_what_is_the_same_in_most_pairs_is_not_judged(zeros: int, is_judged: bool) -> None:
    assert found([0.0] * zeros + [1.0] * (10 - zeros)).is_judged is is_judged


def test_pairs_are_dealt_each_once_and_not_in_their_order() -> None:
    order = dealt(range(1, 101))
    assert sorted(order) == list(range(1, 101))
    assert order != list(range(1, 101))
    assert order == dealt(range(1, 101))


LESS, MORE = VARIED.values


def row(value: float | str, replication: int, **figures: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys((figure.name for figure in KEY_FIGURES), 0)
    return {**nothing, VARIED.key: value, "replication": replication, **figures}


def test_figures_that_never_differ_or_are_not_always_defined_are_left_out() -> None:
    base = [row(LESS, number, sessions=100, mean_rating=None) for number in range(1, 21)]
    other = [row(MORE, number, sessions=100 + number, mean_rating=4.0) for number in range(1, 21)]
    (result,) = coverages_of([*base, *other])
    assert (result.figure, result.truth) == ("sessions", 10.5)


def test_the_page_counts_what_holds_and_sets_rare_figures_apart() -> None:
    rare = coverage("tutors_left", "tutors", 0, [0.0] * 1950 + [1.0] * 50)
    told = page([found(draws(2000)), rare], "sweep a.toml")
    assert "at least half of the pairs, 1 have a coverage from 90% to\n99%; none is outside." in told
    assert "\nsweep a.toml\n" in told
    assert "| hours_taught | hours | " in told
    assert "| *tutors_left* | tutors | +0.0250 |" in told


def test_the_page_has_two_digits_of_the_standard_error_and_as_many_of_what_stands_beside_it() -> None:
    small = Coverage("completion_rate", "share", 4, 0.0000131, 0.0000456, 0.0, ((-0.0011, 0.0012),))
    assert "| completion_rate | share | +0.000013 | 0.000046 | 0.001150 |" in page([small], "")


def test_the_page_names_what_does_not_hold() -> None:
    told = page([Coverage("sessions", "sessions", 0, 0.0, 1.0, 0.0, ((-1.0, 1.0),) * 8 + ((1.0, 2.0),) * 2)], "")
    assert "0 have a coverage from 90% to\n99%; `sessions` has 80.0%." in told
