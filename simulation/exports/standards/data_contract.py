"""An Open Data Contract (ODCS 3.1) of the documented tables, with the files of a run as its servers."""

from pathlib import Path
from typing import Any

from simulation import __version__
from simulation.contract import Column, Table, contract_for
from simulation.exports.standards import ExportError
from simulation.exports.standards.descriptors import described, seen_from, unchanged
from simulation.lib.extras import require
from simulation.runs.tables import vocabulary_of_run

OPENING = b"apiVersion: v3.1.0\n"

_TYPES = {"integer": "integer", "float": "number", "boolean": "boolean", "datetime": "timestamp"}


def write(directory: Path, record: dict[str, Any], file: Path, target: Path) -> None:
    """Write the contract as YAML. Raises ExportError where the library for YAML is missing."""
    yaml = require("yaml", "standards", "the format odcs needs", ExportError, called="PyYAML")
    document = contract(directory, record, seen_from(target, directory))
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    file.write_text(text, encoding="utf-8", newline="\n")


def contract(directory: Path, record: dict[str, Any], place: str) -> dict[str, Any]:
    """The contract; `place` is the path of the run's directory relative to it."""
    tables = contract_for(vocabulary_of_run(directory, record)).tables
    suffixes = [suffix for suffix in ("csv", "parquet") if unchanged(directory, record, suffix)]
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "tutoring-simulation-tables",
        "name": "Tables of a simulated tutoring marketplace",
        "version": __version__,
        "status": "active",
        "domain": "tutoring",
        "description": {
            "purpose": "Tables of a tutor quality platform with known causes, to build and grade models on.",
            "usage": "MIT licence. Times are local to the tutor's region; a null is an empty field in CSV.",
            "limitations": "The data are synthetic: they describe no real person, and are no evidence about any.",
        },
        "servers": [
            {"server": suffix, "type": "local", "path": f"{place}/{{model}}.{suffix}", "format": suffix}
            for suffix in suffixes
        ],
        "schema": [_schema(table) for table in tables.values() if not table.truth],
    }


def _schema(table: Table) -> dict[str, Any]:
    rules = [
        {"metric": "duplicateValues", "arguments": {"properties": list(table.key)}, "mustBe": 0,
         "description": "one row per key"},
        *([{"type": "text", "description": table.note}] if table.note else []),
    ]  # fmt: skip
    return {
        "name": table.name,
        "physicalName": table.name,
        "physicalType": "table",
        **described(table.description),
        "properties": [_property(column, table) for column in table.columns],
        "quality": rules,
    }


def _property(column: Column, table: Table) -> dict[str, Any]:
    options = {
        "minimum": column.low,
        "maximum": column.high,
        "pattern": column.pattern and f"^(?:{column.pattern})$",
        # The standard's objects and arrays are nested columns; these are text.
        "format": "json" if column.type == "json" else None,
    }
    stated = {name: value for name, value in options.items() if value is not None}
    found: dict[str, Any] = {
        "name": column.name,
        "logicalType": _TYPES.get(column.type, "string"),
        **described(column.description),
        "required": not column.nullable,
    }
    if column.name in table.key:
        found |= {"primaryKey": True, "primaryKeyPosition": table.key.index(column.name) + 1}
    if stated:
        found["logicalTypeOptions"] = stated
    if column.name in table.ref:
        found["relationships"] = [{"type": "foreignKey", "to": table.ref[column.name]}]
    if column.enum:
        allowed = {"validValues": list(column.enum)}
        found["quality"] = [{"metric": "invalidValues", "arguments": allowed, "mustBe": 0}]
    return found
