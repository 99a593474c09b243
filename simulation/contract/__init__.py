"""The contract of the tables: their columns, types, ranges and keys, in the order in which files carry them.

`TABLES` maps the names of a run's tables to their contracts, `REQUESTED` those of tables made on request only;
`EVENT_LOG` is what is promised of the log. All are read from `tables.toml`. Schemas, files, checks and documentation of
the tables are made from them.
"""

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from attrs.validators import in_

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMN_TYPES", "EVENT_LOG", "REQUESTED", "TABLES", "Column", "EventLogContract", "Table", "contract_of"]

COLUMN_TYPES = ("string", "integer", "float", "boolean", "datetime", "json")


@frozen
class Column:
    """A column's type and which values are allowed: `low` and `high` are inclusive, `decimals` is the stored precision.

    Where JSON values are known to be of one kind, `holds` is it: `object` or `array`.
    """

    name: str
    type: str = field(validator=in_(COLUMN_TYPES))
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
    return TABLES[name] if name in TABLES else REQUESTED[name]


def _table(entry: dict[str, Any], known: Mapping[str, Table]) -> Table:
    """A table as declared; the columns of the known table that it `extends` come after its own."""
    own = map(_column, entry.pop("columns"))
    extended = known[entry.pop("extends")].columns if "extends" in entry else ()
    return Table(key=tuple(entry.pop("key")), columns=(*own, *extended), **entry)


def _column(entry: dict[str, Any]) -> Column:
    low, high = entry.pop("range", (None, None))
    return Column(nullable=entry.pop("null", False), low=low, high=high, enum=tuple(entry.pop("enum", ())), **entry)


_DECLARED = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))

TABLES = {entry["name"]: _table(entry, {}) for entry in _DECLARED["table"]}
REQUESTED = {entry["name"]: _table(entry, TABLES) for entry in _DECLARED["requested"]}
EVENT_LOG = EventLogContract(
    files=tuple(_DECLARED["event_log"].pop("files")),
    columns=tuple(map(_column, _DECLARED["event_log"].pop("columns"))),
    **_DECLARED["event_log"],
)
