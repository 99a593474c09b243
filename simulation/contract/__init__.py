"""The contract of the tables: their columns, types, ranges and keys, in the order in which files carry them.

`TABLES` maps the names of a run's tables to their contracts, `REQUESTED` those of tables made on request only;
`EVENT_LOG` is what is promised of the log. All are read from `tables.toml` when first asked for. Schemas, files,
checks and documentation of the tables are made from them.
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
    """A column's type and which values are allowed: `low` and `high` are inclusive, `decimals` is the stored precision.

    Where JSON values are known to be of one kind, `holds` is it: `object` or `array`.
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
    description: str = ""


# Without slots: older attrs has no cached properties in slotted classes.
@frozen(slots=False)
class Table:
    """A table: one row per `key`, with references to other tables in `ref` (column: "table.column")."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    ref: dict[str, str] = field(factory=dict, hash=False)
    truth: bool = False
    extra: bool = False
    description: str = ""
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
    """What is promised of the log: its files, its order, its common columns, and what readers may rely on."""

    files: tuple[str, ...]
    description: str
    order: str
    columns: tuple[Column, ...]
    payload: str
    event_notes: str


def contract_of(name: str) -> Table:
    """The contract of a table, one of every run or one made on request. Raises KeyError for an unknown name."""
    tables, requested, _ = _contract()
    return tables[name] if name in tables else requested[name]


@cache
def _contract() -> tuple[dict[str, Table], dict[str, Table], EventLogContract]:
    document = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    tables = {entry["name"]: _table(entry, {}) for entry in document["table"]}
    requested = {entry["name"]: _table(entry, tables) for entry in document["requested"]}
    log = document["event_log"]
    columns = tuple(map(_column, log.pop("columns")))
    return tables, requested, EventLogContract(files=tuple(log.pop("files")), columns=columns, **log)


def _table(entry: dict[str, Any], known: Mapping[str, Table]) -> Table:
    """A table as declared; the columns of the known table that it `extends` come after its own."""
    own = map(_column, entry.pop("columns"))
    extended = known[entry.pop("extends")].columns if "extends" in entry else ()
    return Table(key=tuple(entry.pop("key")), columns=(*own, *extended), **entry)


def _column(entry: dict[str, Any]) -> Column:
    low, high = entry.pop("range", (None, None))
    nullable, enum = entry.pop("null", False), tuple(entry.pop("enum", ()))
    column = Column(nullable=nullable, low=low, high=high, enum=enum, **entry)
    if column.type not in COLUMN_TYPES:
        raise ValueError(f"column {column.name} has the unknown type {column.type}")
    return column


def __getattr__(name: str) -> Any:
    """Read the contract when one of its parts is first asked for: importing this module costs nothing."""
    if name not in ("TABLES", "REQUESTED", "EVENT_LOG"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    tables, requested, event_log = _contract()
    globals().update(TABLES=tables, REQUESTED=requested, EVENT_LOG=event_log)
    return globals()[name]
