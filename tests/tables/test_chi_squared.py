"""The chi-squared test, against SciPy's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from simulation.tables.chi_squared import independence_p_value, upper_tail

COUNTS = st.integers(1, 200)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(COUNTS, COUNTS), min_size=2, max_size=6))
def test_a_table_of_two_outcomes_has_the_known_p_value(rows: list[tuple[int, int]]) -> None:
    expected = chi2_contingency(rows, correction=False).pvalue

    assert independence_p_value(rows) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(statistic=st.floats(0, 200), degrees=st.integers(1, 12))
def test_the_tail_is_known_for_any_degrees_of_freedom(statistic: float, degrees: int) -> None:
    assert upper_tail(statistic, degrees) == pytest.approx(chi2.sf(statistic, degrees), rel=1e-8, abs=1e-14)


@pytest.mark.parametrize(
    "table",
    [[], [(3, 4)], [(3,), (4,)], [(0, 5), (0, 7)], [(5, 0), (7, 0)], [(0, 0), (3, 4)]],
    ids=["empty", "one row", "one column", "no conversion", "no failure", "an empty row"],
)
def test_a_table_without_two_ways_to_differ_has_none(table: list[tuple[int, ...]]) -> None:
    assert independence_p_value(table) is None


def test_equal_shares_have_a_p_value_of_one() -> None:
    assert independence_p_value([(3, 9), (6, 18)]) == 1.0
