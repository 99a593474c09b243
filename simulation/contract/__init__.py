"""The contract of the tables: their columns, types, ranges and keys, in the order in which files carry them.

Which names a column may hold, and which columns extensions add, is a run's own: `contract_for(vocabulary)` is the
contract of its tables. `EVERY_RUN` is what holds whatever the vocabulary: names, keys, references, types, precisions.
All is read from `tables.toml`. Schemas, files, checks and documentation of the tables are made from it.
"""

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from attrs.validators import in_

from simulation.contract.vocabulary import ExtraColumn, Vocabulary, VocabularyError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "COLUMN_TYPES", "EVERY_RUN", "TABLE_NAMES", "Column", "Contract", "EventLogContract", "Table", "contract_for",
    "is_truth",
]  # fmt: skip

COLUMN_TYPES = ("string", "integer", "float", "boolean", "datetime", "json")


@frozen
class Column:
    """A column's type and which values are allowed: `low` and `high` are inclusive, `decimals` is the stored precision.

    A text with a `list_of` lists some of these, separated by commas. Where JSON values are known to be of one kind,
    `holds` is it: `object` or `array`.
    """

    name: str
    type: str = field(validator=in_(COLUMN_TYPES))
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    enum: tuple[str | int, ...] = ()
    list_of: tuple[str, ...] = ()
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


@frozen(eq=False)
class Contract:
    """The contract of a run: its `tables` by name, those made on request only (`requested`), and its `event_log`."""

    tables: Mapping[str, Table]
    requested: Mapping[str, Table]
    event_log: EventLogContract

    def table(self, name: str) -> Table:
        """The contract of a table, one of every run or one made on request. Raises KeyError for an unknown name."""
        return self.tables[name] if name in self.tables else self.requested[name]


@cache
def contract_for(vocabulary: Vocabulary) -> Contract:
    """The contract of runs with a vocabulary. Of what has no names in it, as of personas outside the truth, all may be.

    Raises VocabularyError where an extension adds a column that a table has already.
    """
    tables: dict[str, Table] = {}
    for entry in _DECLARED["table"]:
        tables[entry["name"]] = _table(entry, tables, vocabulary)
    requested = {entry["name"]: _table(entry, tables, vocabulary) for entry in _DECLARED["requested"]}
    for table in (*tables.values(), *requested.values()):
        if repeated := [name for name in table.column_names if table.column_names.count(name) > 1]:
            raise VocabularyError(f"an extension adds the column {repeated[0]}, which {table.name} has already")
    log = dict(_DECLARED["event_log"])
    files, columns = tuple(log.pop("files")), tuple(_column(one, vocabulary) for one in log.pop("columns"))
    return Contract(tables, requested, EventLogContract(files=files, columns=columns, **log))


def is_truth(name: str) -> bool:
    """Whether a table is of the truth, one of every run or one made on request. Raises KeyError for an unknown one."""
    return EVERY_RUN.table(name).truth


def _table(entry: Mapping[str, Any], known: Mapping[str, Table], vocabulary: Vocabulary) -> Table:
    """A table as declared. The columns of the known table that it `extends` follow its own, and then extensions'."""
    stated = dict(entry)
    own = [_column(one, vocabulary) for one in stated.pop("columns")]
    extended = known[stated.pop("extends")].columns if "extends" in stated else ()
    added = [_added(one) for one in vocabulary.columns if one.table == stated["name"]]
    return Table(key=tuple(stated.pop("key")), columns=(*own, *extended, *added), **stated)


def _column(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Column:
    stated = dict(entry)
    low, high = stated.pop("range", (None, None))
    enum = stated.pop("enum", None) or _names(vocabulary, stated.pop("enum_of", None))
    listed = _names(vocabulary, stated.pop("list_of", None))
    return Column(nullable=stated.pop("null", False), low=low, high=high, enum=tuple(enum), list_of=listed, **stated)


def _names(vocabulary: Vocabulary, kind: str | None) -> tuple[str, ...]:
    names: tuple[str, ...] = () if kind is None else getattr(vocabulary, kind)
    return names


def _added(column: ExtraColumn) -> Column:
    """A column of an extension: only what is the value of a field can be missing."""
    nullable, described = bool(column.field), column.description
    return Column(column.name, column.type, nullable, decimals=column.decimals, extra=True, description=described)


_DECLARED = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))

EVERY_RUN = contract_for(Vocabulary())
TABLE_NAMES = tuple(EVERY_RUN.tables)
"""The tables of every run, in the contract's order; those of the truth are the last."""
