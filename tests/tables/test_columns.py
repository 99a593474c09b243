"""What reductions share."""

import numpy as np
import pyarrow as pa

from simulation.tables.columns import flags, keys, positions, scaled, stored, summed, take


def test_rows_are_joined_to_the_first_that_has_their_key() -> None:
    wanted = pa.table({"tutor_id": ["T2", "T1", "T3"], "week": ["1", "1", "1"]})
    among = pa.table({"tutor_id": ["T1", "T2", "T2"], "week": ["1", "1", "1"], "sessions": [5, 7, 9]})
    where = positions(keys(wanted, "tutor_id", "week"), among=keys(among, "tutor_id", "week"))
    assert where.tolist() == [1, 0, -1]
    assert take(among["sessions"], where).to_pylist() == [7, 5, None]


def test_sums_are_exact_and_by_owner() -> None:
    ratings = scaled(pa.array([4.1, 4.2, None]), 1)
    sums = summed(pa.array(["T2", "T1", "T2"]), rating=ratings, rated=np.array([True, True, False]))
    assert sums == {"T2": {"rating": 41, "rated": 1}, "T1": {"rating": 42, "rated": 1}}
    assert summed(pa.array([], pa.string()), rating=scaled(pa.array([], pa.float64()), 1)) == {}


def test_what_is_null_is_no_flag() -> None:
    assert flags(pa.array([True, None, False])).tolist() == [True, False, False]


def test_values_are_rounded_as_they_are_stored() -> None:
    assert stored(0.12345, "experiments", "significance") == 0.1235
    assert stored(None, "experiments", "significance") is None
