"""The chi-squared test by which experiments are measured."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from simulation.validation.rules_experiments import chi_squared_p_value

COUNTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=6)


@settings(deadline=None)
@given(COUNTS)
def test_p_values_are_those_of_the_reference(counts: list[tuple[int, int]]) -> None:
    if not all(map(sum, counts)) or not all(map(sum, zip(*counts, strict=True))):
        assert math.isnan(chi_squared_p_value(counts))
    else:
        expected = chi2_contingency(counts, correction=False).pvalue
        assert chi_squared_p_value(counts) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("counts", [[], [(3, 4)], [(0, 5), (0, 7)], [(5, 0), (7, 0)], [(3, 4), (0, 0)]])
def test_p_values_are_not_defined_without_two_variants_and_two_outcomes(counts: list[tuple[int, int]]) -> None:
    assert math.isnan(chi_squared_p_value(counts))


def test_equal_shares_have_a_p_value_of_one() -> None:
    assert chi_squared_p_value([(10, 90), (20, 180)]) == 1.0


def test_the_clearest_difference_has_no_chance_left() -> None:
    assert chi_squared_p_value([(5000, 0), (0, 5000)]) == 0.0
