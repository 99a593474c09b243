"""The statistics that claims are stated in, where their rows are too few or too alike."""

import numpy as np
import pytest

from simulation.validation.regressions import coefficients

NONE = np.nan


def test_coefficients_are_those_of_the_plane_that_the_rows_lie_in() -> None:
    xs, ys = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])
    assert coefficients(2.0 * xs - 3.0 * ys + 5.0, xs, ys).tolist() == pytest.approx([2.0, -3.0])


@pytest.mark.parametrize(
    ("values", "xs"),
    [([], []), ([NONE, 1.0], [1.0, NONE]), ([1.0], [1.0]), ([1.0, 2.0, 3.0], [4.0, 4.0, 4.0])],
    ids=["no row", "no whole row", "fewer rows than coefficients", "rows that are alike"],
)
def test_rows_that_do_not_determine_coefficients_leave_them_undefined(values: list[float], xs: list[float]) -> None:
    assert np.isnan(coefficients(np.array(values, float), np.array(xs, float))).tolist() == [True]
