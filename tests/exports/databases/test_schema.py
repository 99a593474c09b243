"""The schema that a run has in a database, made from the contract."""

import sqlite3

import duckdb
import pytest

from simulation.contract import EVERY_RUN
from simulation.contract.conditions import quoted
from simulation.exports.databases import DIALECTS
from simulation.exports.databases import schema as schemas
from simulation.log import OBSERVABLE_SCHEMA
from simulation.scenario import Scenario
from simulation.scenario.vocabulary import vocabulary_of
from tests.command_line import answer, mistake

NAMES = vocabulary_of(Scenario())


def test_the_printed_statements_make_all_tables_and_their_indexes() -> None:
    for with_truth in (False, True):
        wanted = {contract.name for contract in schemas.contracts(NAMES, with_truth=with_truth)}
        with sqlite3.connect(":memory:") as lite:
            lite.executescript(schemas.ddl("sqlite", NAMES, with_truth=with_truth))
            assert {name for (name,) in lite.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} == wanted
        lite.close()
        with duckdb.connect() as duck:
            duck.execute(schemas.ddl("duckdb", NAMES, with_truth=with_truth, schema="platform"))
            told = duck.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'platform'").fetchall()
            assert {name for (name,) in told} == wanted


def test_a_table_has_the_contracts_columns_keys_and_references() -> None:
    told = schemas.ddl("postgresql", NAMES)
    for contract in EVERY_RUN.tables.values():
        if contract.truth:
            assert contract.name not in told
            continue
        (table,) = [each for each in told.split(";\n\n") if each.startswith(f"CREATE TABLE {contract.name} (")]
        keys = ", ".join(map(quoted, contract.key))
        assert f"CONSTRAINT pk_{contract.name} PRIMARY KEY ({keys})" in table
        for name in contract.column_names:
            assert f'\t"{name}" ' in table
        for column, target in contract.ref.items():
            other, key = target.split(".")
            assert f'FOREIGN KEY("{column}") REFERENCES {other} ("{key}")' in table


def test_the_log_is_a_table_with_a_column_for_each_payload() -> None:
    (log,) = [contract for contract in schemas.contracts(NAMES, with_truth=False) if contract.name == schemas.EVENTS]
    assert list(log.column_names) == OBSERVABLE_SCHEMA.names
    assert log.schema.types == OBSERVABLE_SCHEMA.types


def test_each_table_comes_after_those_it_refers_to() -> None:
    seen: set[str] = set()
    for contract in schemas.contracts(NAMES, with_truth=True):
        assert schemas.parents(contract) <= seen
        seen.add(contract.name)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_command_prints_the_schema(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "ddl", "--dialect", dialect) == (0, schemas.ddl(dialect, NAMES), "")


def test_sqlite_has_no_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    assert "SQLite has no schemas" in mistake(capsys, "ddl", "--dialect", "sqlite", "--schema", "a")
