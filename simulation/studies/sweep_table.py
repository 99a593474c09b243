"""The table of a sweep: a row per run, with what was varied, the seed, the key figures, and the error of who failed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulation.contract import Column, Table
from simulation.lib.staging import changed
from simulation.studies.key_figures import KEY_FIGURES
from simulation.tables.files import FORMATS, write_table

NAME = "sweep"

Result = Mapping[str, Any]


def write_sweep_table(results: Sequence[Result], directory: Path) -> list[Path]:
    """Write the table as CSV and Parquet, in place of what is there; the paths of the files."""
    contract = contract_of(results)
    with changed(directory) as change:
        written = write_table(table_of(results, contract), contract, change.stage, FORMATS)
    return [directory / path.name for path in written]


def contract_of(results: Sequence[Result]) -> Table:
    """What the columns hold: those of the varied parameters have the types of their values."""
    keys = results[0]["point"]
    columns = (
        Column("run_id", "string"),
        *(Column(key, _type_of([result["point"][key] for result in results])) for key in keys),
        Column("replication", "integer"),
        Column("seed", "integer"),
        *(
            Column(figure.name, "float" if figure.decimals else "integer", True, decimals=figure.decimals or None)
            for figure in KEY_FIGURES
        ),
        Column("error", "string", nullable=True),
    )
    return Table(NAME, ("run_id",), columns, {})


def table_of(results: Sequence[Result], contract: Table) -> pa.Table:
    """The results as an Arrow table."""
    rows = [
        {
            **{key: _stored(value, contract.column(key)) for key, value in result["point"].items()},
            **(result["figures"] or {}),
            **{name: result[name] for name in ("run_id", "replication", "seed", "error")},
        }
        for result in results
    ]
    columns = [[row.get(name) for row in rows] for name in contract.column_names]
    arrays = [pa.array(values, field.type) for values, field in zip(columns, contract.schema, strict=True)]
    return pa.table(arrays, schema=contract.schema)


def _type_of(values: Sequence[Any]) -> str:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    if kinds <= {int, float}:
        return "float"
    return "string" if kinds == {str} else "json"


def _stored(value: Any, column: Column) -> Any:
    return json.dumps(value, ensure_ascii=False) if column.type == "json" else value
