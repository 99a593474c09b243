"""Columns as arrays, and sums over spans of time."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from simulation.validation.frames import Frame, differs, falls, means, shortened, sums, sums_between, taken

FRAME = Frame(
    pa.table(
        {
            "name": ["a", "b", None],
            "score": pa.array([1.5, None, 2.0]),
            "flag": pa.array([True, None, False]),
            "at": pa.array([datetime(1970, 1, 1, 0, 1), None, datetime(1970, 1, 2)], pa.timestamp("s")),
        }
    )
)


def test_nulls_are_nan_among_numbers_and_false_among_flags() -> None:
    assert_array_equal(FRAME.numbers("score"), [1.5, np.nan, 2.0])
    assert_array_equal(FRAME.numbers("flag"), [1.0, np.nan, 0.0])
    assert_array_equal(FRAME.seconds("at"), [60.0, np.nan, 86400.0])
    assert_array_equal(FRAME.flags("flag"), [True, False, False])
    assert_array_equal(FRAME.present("flag"), [True, False, True])
    assert_array_equal(FRAME.equals("name", "a"), [True, False, False])
    assert_array_equal(FRAME.one_of("name", ("b", "c")), [False, True, False])


def test_rows_are_found_in_another_frame() -> None:
    other = Frame(pa.table({"id": ["b", "a", "b"], "name": ["x", "a", "y"]}))
    places = FRAME.places("name", other, "id")
    assert_array_equal(places, [1, 0, -1])
    assert_array_equal(FRAME.agrees("name", other, places), [True, False, False])
    assert_array_equal(taken(np.array([10.0, 20.0, 30.0]), places), [20.0, 10.0, np.nan])
    assert_array_equal(taken(np.array([]), np.array([-1, -1])), [np.nan, np.nan])


def test_rows_are_told_by_a_template() -> None:
    told = FRAME.listed(np.array([True, True, False]), "{name} scored {score} at {at}, rank {rank}", rank=[1, 2, 3])
    assert told == ["a scored 1.5 at 1970-01-01T00:01:00, rank 1", "b scored null at null, rank 2"]


def test_of_many_findings_the_first_are_told_and_the_others_counted() -> None:
    many = Frame(pa.table({"name": ["x"] * 30}))
    assert many.listed(np.ones(30, bool), "{name}")[-2:] == ["x", "and 10 more"]
    assert shortened([*"ab"]) == ["a", "b"]
    assert shortened(["x"] * 21)[-2:] == ["x", "and 1 more"]


def test_means_are_taken_by_place() -> None:
    places = np.array([0, 0, 2, -1])
    assert_array_equal(means(places, np.array([4.1, 4.2, 3.0, 9.9]), 1, 3), [4.15, np.nan, 3.0])
    assert_array_equal(sums(places, np.ones(4), 3), [2, 0, 1])


@pytest.mark.parametrize(
    ("stored", "exact", "decimals", "differ"),
    [
        (4.15, 4.1549, 2, False),
        (4.15, 4.1551, 2, True),
        (4.15, 4.145, 2, False),
        (3.0, 3.0, 0, False),
        (3.0, 4.0, 0, True),
        (np.nan, np.nan, 2, False),
        (np.nan, 1.0, 2, True),
        (1.0, np.nan, 2, True),
    ],
)
def test_stored_figures_are_compared_to_their_decimals(
    stored: float, exact: float, decimals: int, differ: bool
) -> None:
    assert differs(np.array([stored]), np.array([exact]), decimals).tolist() == [differ]


def test_falls_are_where_a_value_is_lower_than_the_one_before() -> None:
    assert falls(np.array([3.0, 3.0, 2.0, 5.0])).tolist() == [False, False, True, False]
    assert falls(np.array([], float)).tolist() == []


Placed = list[tuple[int, int]]
PLACED = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 50)), max_size=30)


@settings(deadline=None)
@given(asked=PLACED, held=PLACED, width=st.integers(0, 20))
def test_sums_between_are_those_of_a_loop(
    asked: list[tuple[int, int]], held: list[tuple[int, int]], width: int
) -> None:
    places, low = (np.array(column, int) for column in (zip(*asked, strict=True) if asked else ((), ())))
    others, moments = (np.array(column, int) for column in (zip(*held, strict=True) if held else ((), ())))
    weights = np.arange(1.0, len(held) + 1)
    found = sums_between(places, low.astype(float), low + float(width), others, moments.astype(float), weights)
    expected = [
        sum(
            weight
            for (other, moment), weight in zip(held, weights, strict=True)
            if other == place >= 0 and start <= moment < start + width
        )
        for place, start in asked
    ]
    assert found.tolist() == expected
