"""Two runs compared value for value."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tools.compare_values import differences

OTHER_COLUMNS = "other columns or types, or in another order"
TABLE = pa.table({"tutor_id": ["T1", "T2"], "hours": [1.0, None]})


def write(run: Path, table: pa.Table, name: str = "truth/tutors.parquet") -> Path:
    path = run / name
    path.parent.mkdir(parents=True)
    pq.write_table(table, path)
    return run


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (TABLE, []),
        (TABLE.replace_schema_metadata({"version": "0.3"}), []),
        (TABLE.take([1, 0]), ["tutor_id: other values", "hours: other values"]),
        (TABLE.slice(0, 1), ["2 rows and 1"]),
        (TABLE.select(["hours", "tutor_id"]), [OTHER_COLUMNS]),
        (TABLE.cast(pa.schema({"tutor_id": pa.string(), "hours": pa.float32()})), [OTHER_COLUMNS]),
        (TABLE.set_column(1, "hours", pa.array([1.0, 0.0])), ["hours: other values"]),
    ],
)  # fmt: skip
def test_values_their_order_and_their_types_are_compared(other: pa.Table, said: list[str], tmp_path: Path) -> None:
    runs = write(tmp_path / "before", TABLE), write(tmp_path / "after", other)
    assert differences(*runs) == [f"truth/tutors.parquet: {one}" for one in said]


def test_a_table_that_one_run_lacks_is_a_difference(tmp_path: Path) -> None:
    runs = write(tmp_path / "before", TABLE), write(tmp_path / "after", TABLE, "tutors.parquet")
    assert differences(*runs) == ["truth/tutors.parquet: in one run only", "tutors.parquet: in one run only"]
