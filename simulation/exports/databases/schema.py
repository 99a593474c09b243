"""The tables of a database, made from the contract and the declared events: types, keys, checks, indexes."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from simulation.contract import EVERY_RUN, Column, Table, contract_for
from simulation.contract.conditions import conditions, quoted
from simulation.contract.vocabulary import Vocabulary

if TYPE_CHECKING:
    import sqlalchemy as sa

EVENTS, TRUTH_EVENTS = "event_log", "truth_event_log"

_LOG = EVERY_RUN.event_log


def contracts(vocabulary: Vocabulary, *, with_truth: bool) -> list[Table]:
    """The tables that a database has of a run, its log included, each after those it refers to."""
    tables = [table for table in contract_for(vocabulary).tables.values() if with_truth or not table.truth]
    logs = [_log_contract(EVENTS, vocabulary)] + ([_log_contract(TRUTH_EVENTS, vocabulary)] if with_truth else [])
    return [*sorted(tables, key=_generation), *logs]


def ddl(dialect: str, vocabulary: Vocabulary, *, schema: str | None = None, with_truth: bool = False) -> str:
    """The statements that make the tables and indexes of runs with a vocabulary, in a dialect."""
    made = statements(contracts(vocabulary, with_truth=with_truth), dialect, schema)
    return "".join(f"{statement};\n\n" for statement in chain.from_iterable(made))


def statements(wanted: Sequence[Table], dialect: str, schema: str | None = None) -> tuple[list[str], list[str]]:
    """The statements that make tables in order, within a schema if it has a name, and those that make their indexes.

    Foreign keys are those to other wanted tables. It is faster to make indexes after the rows.
    """
    from sqlalchemy import MetaData
    from sqlalchemy.schema import CreateIndex, CreateTable

    metadata = MetaData(schema=schema)
    tables = [_table(contract, metadata, dialect, {other.name for other in wanted}) for contract in wanted]
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]
    makes_schema = [] if schema is None else [f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}"]
    return (
        [*makes_schema, *(_told(CreateTable(table), dialect) for table in tables)],
        [_told(CreateIndex(index), dialect) for index in indexes],
    )


# ---------------------------------------------------------------- what is wanted


def parents(table: Table) -> set[str]:
    """The names of the tables that a table refers to."""
    return {target.split(".")[0] for target in table.ref.values()}


def _generation(table: Table) -> int:
    """How many tables refer one to the other up to this one."""
    return max((1 + _generation(EVERY_RUN.tables[parent]) for parent in parents(table)), default=0)


@cache
def _log_contract(name: str, vocabulary: Vocabulary) -> Table:
    """A part of the log as a table: common columns as promised by the contract, payload columns as declared."""
    from simulation.events import OBSERVABLE, TRUTH, type_name
    from simulation.log import schemas_of

    truth = name == TRUTH_EVENTS
    schema = schemas_of(vocabulary.events)[truth]
    extra = (one.name for one in vocabulary.events if truth or not one.of_truth)
    kinds = (*map(type_name, (*OBSERVABLE, *TRUTH) if truth else OBSERVABLE), *extra)
    promised = [
        Column(column.name, column.type, column.nullable, enum=kinds if column.name == "event_type" else ())
        for column in _LOG.columns
    ]
    types = {"string": "string", "int64": "integer", "double": "float", "bool": "boolean", "timestamp[s]": "datetime"}
    payload = [Column(field.name, types[str(field.type)], nullable=True) for field in schema][len(promised) :]
    return Table(name, ("event_id",), (*promised, *payload), {}, truth=truth, description=_LOG.description)


# ---------------------------------------------------------------- tables of SQLAlchemy


def _table(contract: Table, metadata: "sa.MetaData", dialect: str, here: set[str]) -> "sa.Table":
    import sqlalchemy as sa

    prefix = "" if metadata.schema is None else f"{metadata.schema}."
    types = _types(dialect)
    columns = [
        sa.Column(column.name, types[column.type], nullable=column.nullable, quote=True) for column in contract.columns
    ]
    references = [
        sa.ForeignKeyConstraint([column], [f"{prefix}{target}"], name=f"fk_{contract.name}_{column}")
        for column, target in contract.ref.items()
        if target.split(".")[0] in here
    ]
    checks = [
        # A colon before a word would be taken for a parameter.
        sa.CheckConstraint(condition.replace(":", r"\:"), name=f"ck_{contract.name}_{column.name}_{number}")
        for column in contract.columns
        for number, (condition, _) in enumerate(conditions(column, dialect), 1)
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
    keys = [column.name for column in _LOG.columns if column.nullable] if "event_log" in contract.name else []
    wanted = [*contract.ref, *keys, *times]
    return [column for column in wanted if column != contract.key[0]]


def _types(dialect: str) -> "dict[str, sa.types.TypeEngine[Any]]":
    """A dialect's types by those of the contract."""
    import sqlalchemy as sa

    if dialect == "sqlite":  # whose strict tables know few types, and refuse other values
        texts = dict.fromkeys(("string", "datetime", "json"), sa.Text())
        return {**texts, "integer": sa.Integer(), "boolean": sa.Integer(), "float": sa.REAL()}
    return {
        "string": sa.Text(),
        "integer": sa.BigInteger(),
        "float": sa.Double(),
        "boolean": sa.Boolean(),
        "datetime": sa.TIMESTAMP(),
        # Not jsonb, which does not keep the text as written.
        "json": sa.JSON(),
    }


def _told(statement: Any, dialect: str) -> str:
    """A statement's text. DuckDB understands PostgreSQL's."""
    from sqlalchemy.dialects import postgresql, sqlite

    # With parameters by name, of which there are none, a per cent sign stays as it is.
    speaks: Any = sqlite.dialect if dialect == "sqlite" else postgresql.dialect
    spoken: sa.Dialect = speaks(paramstyle="named")
    told = statement.compile(dialect=spoken)
    return re.sub(r"[ \t]+$", "", str(told), flags=re.MULTILINE).strip()
