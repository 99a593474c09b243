"""The tables of a database, made from the contract and the declared events: types, keys, checks, indexes."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from simulation.contract import EVENT_LOG, TABLES, Column, Table

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

EVENTS, TRUTH_EVENTS = "event_log", "truth_event_log"

_NUMBERED = re.compile(r"([A-Z]+)\[0-9\]\{(\d+),\}")


def contracts(*, with_truth: bool) -> list[Table]:
    """The tables that a database has of a run, its log included, each after those it refers to."""
    tables = [table for table in TABLES.values() if with_truth or not table.truth]
    logs = [_log_contract(EVENTS)] + ([_log_contract(TRUTH_EVENTS)] if with_truth else [])
    return [*_parents_first(tables), *logs]


def ddl(dialect: str, *, schema: str | None = None, with_truth: bool = False) -> str:
    """The statements that make the tables and indexes of a run, in a dialect."""
    wanted = contracts(with_truth=with_truth)
    statements = [
        *create_schema(schema),
        *create_tables(wanted, dialect, schema),
        *create_indexes(wanted, dialect, schema),
    ]
    return "".join(f"{statement};\n\n" for statement in statements)


def create_schema(schema: str | None) -> list[str]:
    """The statement that makes a schema where there is none of that name; none without a name."""
    return [] if schema is None else [f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}"]


def create_tables(wanted: Sequence[Table], dialect: str, schema: str | None = None) -> list[str]:
    """A statement for each table, in order. Foreign keys are those to other wanted tables."""
    from sqlalchemy.schema import CreateTable

    return [_told(CreateTable(table), dialect) for table in _tables(wanted, dialect, schema)]


def create_indexes(wanted: Sequence[Table], dialect: str, schema: str | None = None) -> list[str]:
    """A statement for each index; it is faster to make indexes after the rows."""
    from sqlalchemy.schema import CreateIndex

    return [
        _told(CreateIndex(index), dialect)
        for table in _tables(wanted, dialect, schema)
        for index in sorted(table.indexes, key=lambda index: str(index.name))
    ]


def quoted(*names: str | None) -> str:
    """A name, or a name within another, quoted for a statement of any dialect."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names if name is not None)


# ---------------------------------------------------------------- what is wanted


def _parents_first(tables: Sequence[Table]) -> list[Table]:
    ordered: list[Table] = []
    waiting = list(tables)
    while waiting:
        known = {table.name for table in ordered}
        ready = [table for table in waiting if known.issuperset(parents(table))]
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return ordered


def parents(table: Table) -> set[str]:
    """The names of the tables that a table refers to."""
    return {target.split(".")[0] for target in table.ref.values()}


@cache
def _log_contract(name: str) -> Table:
    """A part of the log as a table: common columns as promised by the contract, payload columns as declared."""
    from simulation.events import OBSERVABLE, TRUTH, type_name
    from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA

    truth = name == TRUTH_EVENTS
    schema = TRUTH_SCHEMA if truth else OBSERVABLE_SCHEMA
    kinds = tuple(map(type_name, (*OBSERVABLE, *TRUTH) if truth else OBSERVABLE))
    promised = [
        Column(column.name, column.type, column.nullable, enum=kinds if column.name == "event_type" else ())
        for column in EVENT_LOG.columns
    ]
    payload = [Column(field.name, _type_name(field.type), nullable=True) for field in schema][len(promised) :]
    return Table(name, ("event_id",), (*promised, *payload), {}, truth=truth, description=EVENT_LOG.description)


def _type_name(kind: "pa.DataType") -> str:
    names = {"string": "string", "int64": "integer", "double": "float", "bool": "boolean", "timestamp[s]": "datetime"}
    return names[str(kind)]


# ---------------------------------------------------------------- tables of SQLAlchemy


def _tables(wanted: Sequence[Table], dialect: str, schema: str | None) -> "list[sa.Table]":
    import sqlalchemy as sa

    metadata = sa.MetaData(schema=schema)
    here = {contract.name for contract in wanted}
    return [_table(contract, metadata, dialect, here) for contract in wanted]


def _table(contract: Table, metadata: "sa.MetaData", dialect: str, here: set[str]) -> "sa.Table":
    import sqlalchemy as sa

    prefix = "" if metadata.schema is None else f"{metadata.schema}."
    columns = [
        sa.Column(column.name, _type(column, dialect), nullable=column.nullable, quote=True)
        for column in contract.columns
    ]
    references = [
        sa.ForeignKeyConstraint([column], [f"{prefix}{target}"], name=f"fk_{contract.name}_{column}")
        for column, target in contract.ref.items()
        if target.split(".")[0] in here
    ]
    checks = [
        sa.CheckConstraint(condition, name=f"ck_{contract.name}_{column.name}_{number}")
        for column in contract.columns
        for number, condition in enumerate(_conditions(column, dialect), 1)
    ]
    table = sa.Table(
        contract.name, metadata, *columns, sa.PrimaryKeyConstraint(*contract.key, name=f"pk_{contract.name}"),
        *references, *checks, sqlite_strict=True,
    )  # fmt: skip
    for column in _looked_up(contract):
        sa.Index(f"ix_{contract.name}_{column}", table.c[column])
    return table


def _looked_up(contract: Table) -> list[str]:
    """The columns to index: references, the log's keys, and the first time of each table."""
    times = [column.name for column in contract.columns if column.type == "datetime"][:1]
    keys = [column.name for column in EVENT_LOG.columns if column.nullable] if "event_log" in contract.name else []
    wanted = [*contract.ref, *keys, *times]
    return [column for column in wanted if column != contract.key[0]]


def _type(column: Column, dialect: str) -> "sa.types.TypeEngine[Any]":
    import sqlalchemy as sa

    # SQLite's strict tables know only these types, and refuse other values.
    strict: dict[str, sa.types.TypeEngine[Any]] = {"integer": sa.Integer(), "boolean": sa.Integer(), "float": sa.REAL()}
    if dialect == "sqlite":
        return strict.get(column.type, sa.Text())
    types: dict[str, sa.types.TypeEngine[Any]] = {
        "string": sa.Text(),
        "integer": sa.BigInteger(),
        "float": sa.Double(),
        "boolean": sa.Boolean(),
        "datetime": sa.TIMESTAMP(),
        # Not jsonb, which does not keep the text as written.
        "json": sa.JSON(),
    }
    return types[column.type]


def _conditions(column: Column, dialect: str) -> "list[sa.ColumnElement[bool]]":
    """The conditions on a column's values, besides its type."""
    import sqlalchemy as sa

    value: sa.ColumnClause[Any] = sa.column(column.name)
    conditions: list[sa.ColumnElement[bool]] = []
    if column.low is not None:
        conditions.append(value >= sa.literal_column(str(column.low)))
    if column.high is not None:
        conditions.append(value <= sa.literal_column(str(column.high)))
    if column.enum:
        conditions.append(value.in_([sa.literal(each) for each in column.enum]))
    if column.pattern is not None:
        conditions.append(_is_like(value, column.pattern, dialect))
    if dialect == "sqlite":
        if column.type == "boolean":
            conditions.append(value.in_([sa.literal_column("0"), sa.literal_column("1")]))
        if column.type == "json":
            # Older releases do not take null for valid JSON.
            conditions.append(value.is_(None) | (sa.func.json_valid(value) == sa.literal_column("1")))
    return conditions


def _is_like(value: "sa.ColumnClause[Any]", pattern: str, dialect: str) -> "sa.ColumnElement[bool]":
    if dialect != "sqlite":
        return value.op("~", is_comparison=True)(f"^{pattern}$")
    # SQLite has no regular expressions, but these patterns are letters followed by digits.
    if (found := _NUMBERED.fullmatch(pattern)) is None:
        raise ValueError(f"SQLite cannot check the pattern {pattern}")
    letters, least = found.group(1), int(found.group(2))
    long_enough = value.op("GLOB", is_comparison=True)(f"{letters}{'[0-9]' * least}*")
    return long_enough & value.op("NOT GLOB", is_comparison=True)(f"{letters}*[^0-9]*")


def _told(statement: Any, dialect: str) -> str:
    """A statement's text. DuckDB understands PostgreSQL's."""
    from sqlalchemy.dialects import postgresql, sqlite

    spoken: sa.Dialect = sqlite.dialect() if dialect == "sqlite" else postgresql.dialect()  # type: ignore[no-untyped-call]
    told = statement.compile(dialect=spoken)
    return re.sub(r"[ \t]+$", "", str(told), flags=re.MULTILINE).strip()
