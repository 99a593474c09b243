"""Tables as files: CSV and Parquet, which read back as the same table, byte for byte alike in every run."""

import codecs
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from simulation.contract import Column, Table
from simulation.contract.checks import faults_of_columns
from simulation.lib.arrow import first_line, os_file
from simulation.log.reading import as_written

FORMATS = ("csv", "parquet")

# The text of so many rows fits into the 2 GiB that one Arrow array of strings may hold.
_ROWS_AT_ONCE = 1 << 18
_BYTES_AT_ONCE = 1 << 26
_NEEDS_QUOTES = '[",\r\n]|^$'
_DIGITS = 18


class TableError(Exception):
    """A table that cannot be written, or a file that is missing or not such a table."""


def write_table(
    table: pa.Table,
    contract: Table,
    directory: Path,
    formats: Sequence[str],
    metadata: Mapping[bytes, bytes] | None = None,
) -> list[Path]:
    """Write a table in each of `formats` ("csv", "parquet") into a directory; the files' paths, in that order.

    `metadata` is added to the Parquet file's own. Raises TableError where the table does not fit the contract: no file
    could hold it and give it back.
    """
    return write_parts([table], contract, directory, formats, metadata)


def write_parts(
    parts: Sequence[pa.Table],
    contract: Table,
    directory: Path,
    formats: Sequence[str],
    metadata: Mapping[bytes, bytes] | None = None,
) -> list[Path]:
    """Write a table that comes in consecutive parts, each its own row group in Parquet; else like `write_table`."""
    parts = [_fit(part, contract) for part in parts]
    for name, path in (paths := _paths(contract, directory, formats)).items():
        if name == "csv":
            _write_csv(parts, contract, path)
        else:
            _write_parquet(parts, contract, path, metadata)
    return list(paths.values())


def join_tables(
    places: Sequence[Path],
    contract: Table,
    directory: Path,
    formats: Sequence[str],
    metadata: Mapping[bytes, bytes] | None = None,
) -> list[Path]:
    """Write a table whose parts are files in several places: the bytes of `write_parts`, with one part in memory."""
    for name, path in (paths := _paths(contract, directory, formats)).items():
        parts = [place / path.name for place in places]
        if name == "csv":
            _join_csv(parts, path)
        else:
            _write_parquet((_fit(_read_parquet(part), contract) for part in parts), contract, path, metadata)
    return list(paths.values())


def read_table(directory: Path, contract: Table, formats: Sequence[str] = FORMATS) -> pa.Table:
    """Read a table from a directory: from its Parquet file if there is one, else from its CSV file.

    Only files of these `formats` are considered. Raises TableError where there is no file, or it is no such table.
    """
    parquet, csv = (directory / f"{contract.name}.{suffix}" for suffix in ("parquet", "csv"))
    path = next((path for path in (parquet, csv) if path.exists() and path.suffix[1:] in formats), None)
    if path is None:
        raise TableError(f"{directory}: has neither {parquet.name} nor {csv.name}")
    try:
        table = _read_parquet(path) if path is parquet else _read_csv(path, contract.schema)
        return _conform(table, contract)
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        raise TableError(f"{path}: {first_line(error)}") from None


# ---------------------------------------------------------------- writing


def _fit(table: pa.Table, contract: Table) -> pa.Table:
    """The table under the contract's schema, in one chunk, since the pages of a file follow the chunks."""
    try:
        fitted = _conform(table, contract).combine_chunks()
    except (pa.ArrowException, ValueError) as error:
        raise TableError(f"table {contract.name}: {first_line(error)}") from None
    for column in contract.columns:
        if column.type == "float" and (fault := _fault_of_numbers(fitted[column.name], column.decimals)):
            raise TableError(f"table {contract.name}: column {column.name} {fault}")
    return fitted


def _fault_of_numbers(values: pa.ChunkedArray, decimals: int | None) -> str | None:
    """Why files could not give these numbers back, if so."""
    numbers = values.drop_null().to_numpy()
    if not np.isfinite(numbers).all():
        return "holds a number that is not finite"
    is_rounded = decimals is None or (np.round(numbers, decimals) == numbers).all()
    return None if is_rounded else f"is not rounded to {decimals} decimals"


def _paths(contract: Table, directory: Path, formats: Sequence[str]) -> dict[str, Path]:
    for name in formats:
        if name not in FORMATS:
            raise TableError(f"{name} is no format of tables: choose from {', '.join(FORMATS)}")
    return {name: directory / f"{contract.name}.{name}" for name in formats}


def _write_parquet(
    parts: Iterable[pa.Table], contract: Table, path: Path, metadata: Mapping[bytes, bytes] | None
) -> None:
    schema = contract.schema.with_metadata(dict(sorted((metadata or {}).items())))
    with os_file(path, "wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(part.replace_schema_metadata(schema.metadata))


def _write_csv(parts: Iterable[pa.Table], contract: Table, path: Path) -> None:
    with path.open("wb") as file:
        file.write((",".join(contract.column_names) + "\n").encode())
        for table in parts:
            for start in range(0, len(table), _ROWS_AT_ONCE):
                part = table.slice(start, _ROWS_AT_ONCE)
                file.write(_lines([_text(part[column.name], column) for column in contract.columns]))


def _join_csv(parts: Sequence[Path], path: Path) -> None:
    """Concatenate files, keeping the header of the first only."""
    with path.open("wb") as joined:
        for part in parts:
            with part.open("rb") as file:
                if joined.tell():
                    file.readline()
                shutil.copyfileobj(file, joined, _BYTES_AT_ONCE)


def _lines(texts: list[pa.Array]) -> memoryview:
    """The lines of a CSV file: columns of text joined by commas, each line with its end."""
    *most, last = texts
    ended = pc.binary_join_element_wise(last, "\n", "", null_handling="replace", null_replacement="")
    lines = pc.binary_join_element_wise(*most, ended, ",", null_handling="replace", null_replacement="")
    # An Arrow array stores its strings back to back: they are the file's bytes already.
    offsets = np.frombuffer(lines.buffers()[1], np.int32)
    first, end = offsets[lines.offset], offsets[lines.offset + len(lines)]
    return memoryview(lines.buffers()[2])[first:end]


def _text(values: pa.ChunkedArray, column: Column) -> pa.Array:
    """A column's fields as they stand in a CSV file; null stays null."""
    values = values.combine_chunks()
    match column.type:
        case "float" if column.decimals is not None:
            # Numbers with few decimals have few distinct values, and each of these is converted once.
            coded = values.dictionary_encode()
            return coded.dictionary.cast(pa.decimal128(_DIGITS, column.decimals)).cast(pa.string()).take(coded.indices)
        case "boolean":
            return pc.if_else(values, "True", "False")
        case "datetime":
            # As in 2026-01-05T17:00:00.
            return pc.utf8_replace_slice(values.cast(pa.string()), start=10, stop=11, replacement="T")
        case "string" | "json":
            return _quoted_where_needed(values)
        case _:
            return values.cast(pa.string())


def _quoted_where_needed(values: pa.Array) -> pa.Array:
    needed = pc.match_substring_regex(values, _NEEDS_QUOTES)
    if not pc.any(needed).as_py():
        return values
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(needed, pc.binary_join_element_wise('"', doubled, '"', ""), values)


# ---------------------------------------------------------------- reading


def _read_parquet(path: Path) -> pa.Table:
    with os_file(path) as file:
        table = pq.ParquetFile(file).read()
    return table.cast(as_written(table.schema))


def _read_csv(path: Path, schema: pa.Schema) -> pa.Table:
    content = path.read_bytes().removeprefix(codecs.BOM_UTF8)  # which spreadsheets put there
    if not content.endswith(b"\n"):
        raise ValueError("is cut off within a line")
    return pcsv.read_csv(
        pa.BufferReader(content),
        # one thread: a quoted line break may stand anywhere, and row order is the file's
        read_options=pcsv.ReadOptions(use_threads=False, block_size=_BYTES_AT_ONCE),
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["True"],
            false_values=["False"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _conform(table: pa.Table, contract: Table) -> pa.Table:
    """The table under the contract's schema. Raises ValueError where it is of another."""
    for fault in faults_of_columns(table.schema, contract):
        raise ValueError(fault)
    for column in contract.schema:
        if table[column.name].null_count and not column.nullable:
            raise ValueError(f"column {column.name} has {table[column.name].null_count} nulls, and may have none")
    return pa.table(table.columns, schema=contract.schema)
