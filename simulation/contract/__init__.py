"""The contract of the tables: their columns, types, ranges and keys, in the order in which files carry them.

`TABLES` maps each table's name to its contract, and `REQUESTED` those of tables that are made on request only;
`EVENT_LOG` is what is promised of the log's columns and event types. All are read from `tables.toml` when first asked
for. Schemas, files, checks and the documentation of the tables are all made from here.
"""

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMN_TYPES", "EVENT_LOG", "REQUESTED", "TABLES", "Column", "EventLogContract", "Table", "contract_of"]

COLUMN_TYPES = ("string", "integer", "float", "boolean", "datetime", "json")

_SOURCE = Path(__file__).with_name("tables.toml")

TABLES: "dict[str, Table]"
REQUESTED: "dict[str, Table]"
EVENT_LOG: "EventLogContract"


@frozen
class Column:
    """What a column holds. `low` and `high` are inclusive; `decimals` is the precision that is stored.

    Where it is known what JSON values are, `holds` says it: `object` or `array`.
    """

    name: str
    type: str
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    enum: tuple[str | int, ...] = ()
    decimals: int | None = None
    pattern: str | None = None
    holds: str | None = None
    extra: bool = False
    says: str = ""


# Without slots: older attrs has no cached properties in slotted classes.
@frozen(slots=False)
class Table:
    """What a table holds: a row per `key`, with references to other tables in `ref` (column: "table.column")."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    ref: dict[str, str] = field(hash=False)
    truth: bool = False
    extra: bool = False
    says: str = ""
    note: str = ""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError where there is none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def schema(self) -> "pa.Schema":
        """The table's Arrow schema."""
        import pyarrow as pa

        types = {
            "string": pa.string(),
            "integer": pa.int64(),
            "float": pa.float64(),
            "boolean": pa.bool_(),
            "datetime": pa.timestamp("s"),
            "json": pa.string(),
        }
        return pa.schema([pa.field(column.name, types[column.type], column.nullable) for column in self.columns])


@frozen
class EventLogContract:
    """What is promised of the log: its common columns and its order. `simulation.events` has its event types."""

    files: tuple[str, ...]
    says: str
    order: str
    columns: tuple[Column, ...]
    payload: str
    event_notes: str


def contract_of(name: str) -> Table:
    """The contract of a table that every run has, or that is made on request. Raises KeyError where there is none."""
    tables, requested, _ = _contract()
    return tables[name] if name in tables else requested[name]


@cache
def _contract() -> tuple[dict[str, Table], dict[str, Table], EventLogContract]:
    document = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    tables = {entry["name"]: _table(entry) for entry in document["table"]}
    requested = {entry["name"]: _table(entry, tables) for entry in document["requested"]}
    return tables, requested, _event_log(document["event_log"])


def _table(entry: dict[str, Any], known: Mapping[str, Table] | None = None) -> Table:
    """A table as declared: with all columns of the one that it `extends`, of those that are known, after its own."""
    extended = known[entry["extends"]].columns if known is not None and "extends" in entry else ()
    return Table(
        name=entry["name"],
        key=tuple(entry["key"]),
        columns=(*(_column(column) for column in entry["columns"]), *extended),
        ref=entry.get("ref", {}),
        truth=entry.get("truth", False),
        extra=entry.get("extra", False),
        says=entry.get("says", ""),
        note=entry.get("note", ""),
    )


def _column(entry: dict[str, Any]) -> Column:
    known = dict(entry)
    low, high = known.pop("range", (None, None))
    column = Column(
        nullable=known.pop("null", False), low=low, high=high, enum=tuple(known.pop("enum", ())), **known
    )  # fmt: skip
    if column.type not in COLUMN_TYPES:
        raise ValueError(f"column {column.name} has the unknown type {column.type}")
    return column


def _event_log(entry: dict[str, Any]) -> EventLogContract:
    return EventLogContract(
        files=tuple(entry["files"]),
        says=entry["says"].strip(),
        order=entry["order"],
        columns=tuple(_column(column) for column in entry["columns"]),
        payload=entry["payload"],
        event_notes=entry["event_notes"].strip(),
    )


def __getattr__(name: str) -> Any:
    """Read the contract when its tables are first asked for, so that importing this module costs nothing."""
    if name not in ("TABLES", "REQUESTED", "EVENT_LOG"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    tables, requested, event_log = _contract()
    globals().update(TABLES=tables, REQUESTED=requested, EVENT_LOG=event_log)
    return globals()[name]
