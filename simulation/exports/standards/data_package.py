"""A Frictionless Data Package (version 2) that describes a run's CSV files."""

import json
from pathlib import Path
from typing import Any

from simulation import __version__
from simulation.contract import Column, Table, contract_for
from simulation.exports.standards import ExportError
from simulation.exports.standards.descriptors import described, seen_from, unchanged
from simulation.runs.tables import vocabulary_of_run

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
OPENING = f'{{\n  "$schema": "{_PROFILE}"'.encode()

_TYPES = {"integer": "integer", "float": "number", "boolean": "boolean", "datetime": "datetime"}


def write(directory: Path, record: dict[str, Any], file: Path, target: Path) -> None:
    """Write the package's descriptor. Raises ExportError where the run has no CSV files, or none below `target`."""
    names = unchanged(directory, record, "csv")
    if not names:
        told = "has no CSV files, which a data package describes; simulate it with --format csv"
        raise ExportError(f"{directory}: {told}")
    place = seen_from(target, directory)
    if place.startswith(".."):
        raise ExportError(f"{target}: a data package lies beside or above the files it describes, those in {directory}")
    package = descriptor(directory, record, names, Path(place))
    file.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def descriptor(directory: Path, record: dict[str, Any], names: list[str], place: Path) -> dict[str, Any]:
    """The descriptor of these CSV files; `place` is the path of their directory relative to it."""
    tables = contract_for(vocabulary_of_run(directory, record)).tables
    present = {Path(name).stem for name in names}
    world = f"scenario {record['scenario_name']}, seed {record['seed']}, version {record['version']}"
    return {
        "$schema": _PROFILE,
        "name": f"{record['scenario_name']}-seed{record['seed']}".lower(),
        "title": "A simulated tutoring marketplace",
        "description": f"Synthetic tables of a tutor quality platform, simulated: {world}. "
        "They describe no real person. Times are local to the tutor's region.",
        "version": __version__,
        "licenses": [{"name": "MIT", "title": "MIT License", "path": "https://opensource.org/license/mit"}],
        "sources": [{"title": f"tutoring-simulation: {world}, scenario digest {record['scenario_digest']}"}],
        "resources": [
            {
                "name": Path(name).stem,
                "type": "table",
                "path": (place / name).as_posix(),
                **described(tables[Path(name).stem].description),
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": (directory / name).stat().st_size,
                "hash": f"sha256:{record['files'][name]}",
                "schema": _schema(tables[Path(name).stem], present),
            }
            for name in names
        ],
    }


def _schema(table: Table, present: set[str]) -> dict[str, Any]:
    references = [(column, *target.split(".")) for column, target in table.ref.items()]
    return {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
        "foreignKeys": [
            {"fields": [column], "reference": {"resource": other, "fields": [key]}}
            for column, other, key in references
            if other in present
        ],
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.holds or _TYPES.get(column.type, "string")}
    if column.type == "datetime":
        field["format"] = "%Y-%m-%dT%H:%M:%S"
    if column.type == "boolean":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    constraints = {
        "required": not column.nullable,
        "minimum": column.low,
        "maximum": column.high,
        "enum": list(column.enum) or None,
        "pattern": column.pattern,
    }
    return {
        **field,
        **described(column.description),
        "constraints": {name: value for name, value in constraints.items() if value is not None},
    }
