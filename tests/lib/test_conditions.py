"""Conditions on columns: a single row meets one exactly where Arrow finds it among others."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.lib.conditions import ConditionError, columns_in, expression, predicate

SCHEMA = pa.schema({"level": pa.string(), "rating": pa.float64(), "count": pa.int64(), "shows": pa.bool_()})

rows = st.fixed_dictionaries({
    "level": st.sampled_from([None, "Low", "High"]), "rating": st.sampled_from([None, 3.5, 3.8, 4.2]),
    "count": st.sampled_from([None, 0, 1, 5]), "shows": st.sampled_from([None, True, False]),
})  # fmt: skip
simple = st.one_of(
    st.sampled_from([
        "shows", "level == 'High'", "level != 'High'", "level in ('High', 'None of these')", "level not in ('Low',)",
        "rating is None", "rating is not None", "3.5 < rating <= 3.8", "count in (0, -1)", "count == -1", "True",
        "shows == True", "count < rating",
    ]),
    st.builds(
        "{} {} {}".format, st.sampled_from(["rating", "count"]), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from(["0", "3.8", "5", "-2.5"]),
    ),
)  # fmt: skip
conditions = st.recursive(
    simple,
    lambda parts: st.one_of(
        st.builds("({}) and ({})".format, parts, parts), st.builds("({}) or ({})".format, parts, parts),
        st.builds("not ({})".format, parts),
    ),
    max_leaves=6,
)  # fmt: skip


@given(conditions, rows)
def test_a_row_meets_a_condition_where_a_table_of_it_does(condition: str, row: dict[str, Any]) -> None:
    table = pa.Table.from_pylist([row], SCHEMA)
    found = table.filter(expression(condition, table)).num_rows == 1
    assert predicate(condition, SCHEMA.empty_table())(row) == found


@pytest.mark.parametrize("condition", ["", "rating =", "ratin > 3", "rating > 'high'", "print(1)", "rating.real > 1"])
def test_what_is_no_condition_on_the_columns_is_refused_for_rows_as_for_tables(condition: str) -> None:
    told = []
    for translate in (expression, predicate):
        with pytest.raises(ConditionError) as refused:
            translate(condition, SCHEMA.empty_table())
        told.append(str(refused.value))
    assert told[0] == told[1]
    assert "\n" not in told[0]


def test_the_columns_of_a_condition_are_named_once_and_in_order() -> None:
    assert columns_in("rating < 3 and (count > 2 or rating is None)") == ["rating", "count"]
