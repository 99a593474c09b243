"""Writes docs/tables.md, the description of all tables and events, from the contract and the declared events.

Usage: python -m tools.make_table_docs
"""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from simulation.contract import Column, Table, contract_for
from simulation.events import OBSERVABLE, TRUTH, Field, LocalTime, fields, type_name
from simulation.scenario import Scenario
from simulation.scenario.vocabulary import vocabulary_of

# Documented are the names of the default scenario.
CONTRACT = contract_for(vocabulary_of(Scenario()))
TARGET = Path(__file__).parents[1] / "docs" / "tables.md"

_INTRODUCTION = """\
# Tables and events

<!-- Made by `python -m tools.make_table_docs` from the contract (simulation/contract/tables.toml) and the declared
events (simulation/events/). Change those, and make it again. -->

Every table is a CSV file, a Parquet file, or both, in a run's directory; those that only the simulator can know are in
`truth/`. Columns marked with * are not in the platform's own schema and stand after those that are.

| Type | Meaning | In CSV | In Parquet |
|---|---|---|---|
| string | text, never empty | quoted where it holds a comma, a quote or a line break | string |
| integer | whole number | digits | int64 |
| float | number, rounded to the stated decimals | with just these decimals | double |
| boolean | yes or no | `True`, `False` | bool |
| datetime | local time of the tutor's region, to the second; simulated days have 24 hours | `2026-01-05T17:00:00` | \
timestamp |
| json | one JSON value | quoted | string |

A null is an empty field in CSV. Ranges include both ends. The names of subjects, grade levels, connection qualities,
kinds of interventions, personas and edge cases are the scenario's; those told here are the defaults.
"""

_ON_REQUEST = """\
A run does not have these by itself: `reduce --snapshots daily` and `counterfactuals` make them.
"""

_TYPES = {str: "string", int: "integer", float: "float", bool: "boolean", LocalTime: "datetime"}


def document() -> str:
    """The text of docs/tables.md."""
    parts = [_INTRODUCTION, "## Documented tables\n"]
    parts += [_table(table) for table in CONTRACT.tables.values() if not table.truth]
    parts += ["## Truth tables\n"]
    parts += [_table(table) for table in CONTRACT.tables.values() if table.truth]
    parts += ["## Tables on request\n", _ON_REQUEST]
    parts += [_table(table) for table in CONTRACT.requested.values()]
    return "\n".join([*parts, _event_log()])


def _table(table: Table) -> str:
    lines = [f"### {table.name}", ""]
    if table.description:
        lines += [table.description, ""]
    lines += [f"Key: {_names(table.key)}."]
    if table.ref:
        refers = ", ".join(f"`{column}` to `{target}`" for column, target in table.ref.items())
        lines += [f"References: {refers}."]
    lines += [
        "",
        *_rows(("Column", "Type", "Null", "Allowed", "Meaning"), (_column(column) for column in table.columns)),
    ]
    if table.note:
        lines += ["", table.note]
    return "\n".join([*lines, ""])


def _column(column: Column) -> tuple[str, ...]:
    name = f"`{column.name}`{' *' if column.extra else ''}"
    return name, column.type, "yes" if column.nullable else "", _allowed(column), column.description


def _allowed(column: Column) -> str:
    """What a column's values are held to."""
    parts = []
    if column.low is not None:
        parts.append(f"{column.low} to {column.high}")
    if column.enum:
        parts.append(", ".join(str(value) for value in column.enum))
    if column.list_of:
        parts.append(f"of {', '.join(column.list_of)}")
    if column.pattern:
        parts.append(f"`{column.pattern}`")
    if column.decimals is not None:
        parts.append(f"{column.decimals} decimals")
    return "; ".join(parts)


def _event_log() -> str:
    head = (
        (f"`{column.name}`", column.type, "yes" if column.nullable else "", column.description)
        for column in CONTRACT.event_log.columns
    )
    lines = [
        "## Event log",
        "",
        CONTRACT.event_log.description,
        "",
        f"Files: {_names(CONTRACT.event_log.files)}. Order: {CONTRACT.event_log.order}.",
        "",
        *_rows(("Column", "Type", "Null", "Meaning"), head),
        "",
        CONTRACT.event_log.payload,
        "",
        CONTRACT.event_log.event_notes,
        "",
        "### Observable events",
        "",
        *_rows(("Event", "Meaning", "Fields"), (_event(event) for event in OBSERVABLE)),
        "",
        "### Truth events",
        "",
        "With a follow-up, the truth part also has observable kinds of events: what happens after the window.",
        "",
        *_rows(("Event", "Meaning", "Fields"), (_event(event) for event in TRUTH)),
    ]
    return "\n".join([*lines, ""])


def _event(event: type[Any]) -> tuple[str, ...]:
    meaning = " ".join((inspect.getdoc(event) or "").split())
    return f"`{type_name(event)}`", meaning, "<br>".join(_field(declared) for declared in fields(event))


def _field(declared: Field) -> str:
    kind = _TYPES[declared.type] + (" or null" if declared.nullable else "")
    return f"`{declared.name}`: {kind}" + (f", {declared.description}" if declared.description else "")


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table in Markdown."""
    yield _line(head)
    yield _line("---" for _ in head)
    for row in rows:
        yield _line(cell.replace("|", "\\|") for cell in row)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
