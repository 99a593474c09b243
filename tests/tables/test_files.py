"""Tables as files: what is written reads back as the same table, and the bytes are fixed."""

import string
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.contract import EVERY_RUN, Column, Table
from simulation.tables import files
from simulation.tables.files import FORMATS, TableError, read_table, write_table
from tests.validation.good_run import good_run

NOTES = Table(
    name="notes",
    key=("note_id",),
    columns=(
        Column("note_id", "integer"),
        Column("text", "string", nullable=True),
        Column("mark", "float", nullable=True, decimals=2),
        Column("share", "float", nullable=True),
        Column("seen", "boolean", nullable=True),
        Column("written", "datetime", nullable=True),
        Column("data", "json", nullable=True),
    ),
    ref={},
)
EMPTY = {"text": None, "mark": None, "share": None, "seen": None, "written": None, "data": None}


def notes(*rows: dict[str, Any]) -> pa.Table:
    """A table of notes, numbered; what is not stated is null."""
    numbered = [{"note_id": number, **EMPTY, **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=NOTES.schema)


def csv_of(directory: Path, *rows: dict[str, Any]) -> list[str]:
    """The lines of a CSV file of notes."""
    (path,) = write_table(notes(*rows), NOTES, directory, ["csv"])
    return path.read_bytes().decode().split("\n")


def test_csv_is_written_as_the_platform_reads_it(tmp_path: Path) -> None:
    lines = csv_of(
        tmp_path,
        {"text": "calm", "mark": 4.5, "share": 0.1, "seen": True, "written": datetime(2026, 1, 5, 17), "data": "[1]"},
        {"seen": False},
    )
    assert lines == [
        "note_id,text,mark,share,seen,written,data",
        "0,calm,4.50,0.1,True,2026-01-05T17:00:00,[1]",
        "1,,,,False,,",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("a,b", '"a,b"'),
        ('she said "no"', '"she said ""no"""'),
        ("two\nlines", '"two\nlines"'),
        ("return\r", '"return\r"'),
        ("", '""'),
        ("None", "None"),
        (" nan ", " nan "),
        ("é€🎓", "é€🎓"),
    ],
)
def test_strings_are_quoted_where_they_must_be(tmp_path: Path, text: str, field: str) -> None:
    (path,) = write_table(notes({"text": text}), NOTES, tmp_path, ["csv"])
    assert path.read_bytes().decode().partition("\n")[2] == f"0,{field},,,,,\n"
    assert read_table(tmp_path, NOTES) == notes({"text": text})


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.none() | st.text(st.characters(codec="utf-8") | st.sampled_from(',"\n\r')),
            "mark": st.none() | st.integers(-(10**7), 10**7).map(lambda cents: cents / 100),
            "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "seen": st.none() | st.booleans(),
            "written": st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(
                lambda moment: moment.replace(microsecond=0)
            ),
            "data": st.none() | st.text(string.printable, min_size=1),
        }
    ),
    max_size=8,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_any_table_reads_back_the_same(tmp_path: Path, suffix: str, rows: list[dict[str, Any]]) -> None:
    table = notes(*rows)
    write_table(table, NOTES, tmp_path, [suffix])
    assert read_table(tmp_path, NOTES).equals(table)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_table_of_a_run_reads_back_the_same(tmp_path: Path, suffix: str) -> None:
    for name, table in good_run().tables.items():
        write_table(table, EVERY_RUN.tables[name], tmp_path, [suffix])
        assert read_table(tmp_path, EVERY_RUN.tables[name]).equals(table)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("contract", EVERY_RUN.tables.values(), ids=lambda table: str(table.name))
def test_an_empty_table_reads_back_empty(tmp_path: Path, suffix: str, contract: Table) -> None:
    write_table(contract.schema.empty_table(), contract, tmp_path, [suffix])
    assert read_table(tmp_path, contract).equals(contract.schema.empty_table())


def test_csv_reads_into_pandas_with_nulls_where_they_are(tmp_path: Path) -> None:
    write_table(notes({"text": "calm", "mark": 4.5}, {"seen": True}), NOTES, tmp_path, ["csv"])
    frame = pd.read_csv(tmp_path / "notes.csv", parse_dates=["written"])
    assert frame["mark"].tolist()[0] == 4.5
    assert frame.isna().sum().to_dict() == {
        "note_id": 0, "text": 1, "mark": 1, "share": 2, "seen": 1, "written": 2, "data": 2,
    }  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_table_is_the_same_bytes_however_it_is_chunked(tmp_path: Path, suffix: str) -> None:
    table = notes(*({"mark": number / 4, "text": f"note {number}"} for number in range(40)))
    pieces = pa.concat_tables([table.slice(0, 7), table.slice(7, 0), table.slice(7)])
    (whole,) = write_table(table, NOTES, tmp_path, [suffix])
    first = whole.read_bytes()
    write_table(pieces, NOTES, tmp_path, [suffix])
    assert whole.read_bytes() == first


def test_long_tables_are_written_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": f"note, {number}"} for number in range(10)]
    lines = csv_of(tmp_path, *rows)
    monkeypatch.setattr(files, "_ROWS_AT_ONCE", 3)
    assert csv_of(tmp_path, *rows) == lines


def test_quoted_line_breaks_may_stand_where_a_file_is_read_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = notes(*({"text": f"first line\nsecond line of {number}"} for number in range(50)))
    write_table(table, NOTES, tmp_path, ["csv"])
    monkeypatch.setattr(files, "_BYTES_AT_ONCE", 100)
    assert read_table(tmp_path, NOTES).equals(table)


def test_parquet_carries_the_metadata_and_nothing_else(tmp_path: Path) -> None:
    (path,) = write_table(notes({}), NOTES, tmp_path, ["parquet"], {b"seed": b"42", b"a": b"b"})
    with pq.ParquetFile(path) as file:
        assert list(file.schema_arrow.metadata.items()) == [(b"a", b"b"), (b"seed", b"42")]


def test_files_are_written_in_the_asked_formats(tmp_path: Path) -> None:
    paths = write_table(notes({}), NOTES, tmp_path, ["parquet", "csv"])
    assert paths == [tmp_path / "notes.parquet", tmp_path / "notes.csv"]
    assert all(path.exists() for path in paths)


def test_parquet_is_read_where_both_are_there(tmp_path: Path) -> None:
    write_table(notes({"text": "of parquet"}), NOTES, tmp_path, ["parquet"])
    write_table(notes({"text": "of csv"}), NOTES, tmp_path, ["csv"])
    assert read_table(tmp_path, NOTES)["text"].to_pylist() == ["of parquet"]


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    table = notes({"text": "calm"}, {"mark": 1.25})
    (path,) = write_table(table, NOTES, tmp_path, ["csv"])
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_table(tmp_path, NOTES).equals(table)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    table = notes({"text": "calm"}, {"mark": 1.25})
    (path,) = write_table(table, NOTES, tmp_path, ["csv"])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_table(tmp_path, NOTES).equals(table)


class TestTablesThatCannotBeWritten:
    """What no file could hold and give back is refused."""

    @pytest.mark.parametrize(
        ("values", "fault"),
        [
            ({"mark": 4.505}, "table notes: column mark is not rounded to 2 decimals"),
            ({"mark": float("inf")}, "table notes: column mark holds a number that is not finite"),
            ({"share": float("nan")}, "table notes: column share holds a number that is not finite"),
        ],
    )
    def test_numbers(self, tmp_path: Path, values: dict[str, Any], fault: str) -> None:
        with pytest.raises(TableError, match=f"^{fault}$"):
            write_table(notes(values), NOTES, tmp_path, FORMATS)
        assert list(tmp_path.iterdir()) == []

    def test_columns(self, tmp_path: Path) -> None:
        with pytest.raises(TableError, match=r"^table notes: lacks the column mark$"):
            write_table(notes({}).drop_columns(["mark"]), NOTES, tmp_path, FORMATS)
        with pytest.raises(TableError, match=r"^table notes: has the undeclared column mood$"):
            write_table(notes({}).append_column("mood", pa.array([1])), NOTES, tmp_path, FORMATS)
        with pytest.raises(TableError, match=r"^table notes: its columns are not in the contract's order$"):
            write_table(notes({}).select(NOTES.schema.names[::-1]), NOTES, tmp_path, FORMATS)

    def test_types(self, tmp_path: Path) -> None:
        table = notes({}).set_column(0, "note_id", pa.array(["one"]))
        with pytest.raises(TableError, match=r"^table notes: column note_id has the type string, not int64$"):
            write_table(table, NOTES, tmp_path, FORMATS)

    def test_nulls(self, tmp_path: Path) -> None:
        table = notes({}).set_column(0, "note_id", pa.array([None], pa.int64()))
        with pytest.raises(TableError, match=r"^table notes: column note_id has 1 nulls, and may have none$"):
            write_table(table, NOTES, tmp_path, FORMATS)

    def test_formats(self, tmp_path: Path) -> None:
        with pytest.raises(TableError, match=r"^xlsx is no format of tables: choose from csv, parquet$"):
            write_table(notes({}), NOTES, tmp_path, ["xlsx"])


class TestFilesThatCannotBeRead:
    """A file that is not such a table is told in one line that names it."""

    @staticmethod
    def error(directory: Path) -> str:
        """The one line that reading comes to."""
        with pytest.raises(TableError) as caught:
            read_table(directory, NOTES)
        message = str(caught.value)
        assert "\n" not in message
        return message

    def test_neither_is_there(self, tmp_path: Path) -> None:
        assert self.error(tmp_path) == f"{tmp_path}: has neither notes.parquet nor notes.csv"

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (b"", "is cut off within a line"),
            (b"note_id,text,mark,share,seen,written,data\n0,,,,,", "is cut off within a line"),
            (b"note_id,text\n", "lacks the column mark"),
            (b"note_id,text,mark,share,seen,written,data,mood\n", "has the undeclared column mood"),
            (b"text,note_id,mark,share,seen,written,data\n", "its columns are not in the contract's order"),
            (b"note_id,text,mark,share,seen,written,data\n,,,,,,\n", "column note_id has 1 nulls, and may have none"),
            (b"note_id,text,mark,share,seen,written,data\none,,,,,,\n", "one"),
            (b"note_id,text,mark,share,seen,written,data\n0,,,,maybe,,\n", "maybe"),
            (b"note_id,text,mark,share,seen,written,data\n0,,,,,yesterday,\n", "yesterday"),
            (b"note_id,text,mark,share,seen,written,data\n0,,,\n", "Expected 7 columns, got 4"),
            (b"note_id,text,mark,share,seen,written,data\n0,\xff\xfe,,,,,\n", "UTF8"),
            (b"\xff\xfe\n", "utf-8"),
        ],
    )
    def test_csv(self, tmp_path: Path, content: bytes, fault: str) -> None:
        (tmp_path / "notes.csv").write_bytes(content)
        message = self.error(tmp_path)
        assert message.startswith(f"{tmp_path / 'notes.csv'}: ")
        assert fault in message

    def test_parquet_that_is_cut_off(self, tmp_path: Path) -> None:
        (path,) = write_table(notes({}), NOTES, tmp_path, ["parquet"])
        path.write_bytes(path.read_bytes()[:-9])
        assert self.error(tmp_path).startswith(f"{path}: ")

    def test_parquet_of_another_table(self, tmp_path: Path) -> None:
        pq.write_table(pa.table({"note_id": [1], "mood": ["calm"]}), tmp_path / "notes.parquet")
        assert self.error(tmp_path) == f"{tmp_path / 'notes.parquet'}: lacks the column text"
