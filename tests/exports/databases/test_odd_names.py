"""Names with quotes, colons, per cent signs and emoji, in the checks and the rows of databases."""

from pathlib import Path

import pytest

from simulation.contract import contract_for
from simulation.contract.conditions import quoted, text
from simulation.exports.databases import DIALECTS
from simulation.exports.databases import schema as schemas
from simulation.exports.databases.loading import load
from simulation.log import TRUTH_FILE, read_log
from tests.command_line import answer
from tests.exports.databases.loaded import connected, expected_rows, rows_of


def test_a_run_is_loaded_with_its_own_names(odd_run: Path, url: str) -> None:
    load(odd_run, url, with_truth=True)
    contract = contract_for(read_log(odd_run / TRUTH_FILE, truth=True).metadata.vocabulary)
    for table in contract.tables.values():
        assert rows_of(url, table) == expected_rows(odd_run, table)
    assert {row[0] for row in _asked(url, "SELECT DISTINCT subject FROM sessions")} == {
        "Kids' Piano", "Ünïcode", "🎹 50% :off \\", 'a"b;<script>alert(1)</script>',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"), [("sessions", "connection_quality"), ("interventions", "intervention_type")]
)
def test_a_name_of_another_run_is_refused(odd_run: Path, url: str, table: str, column: str) -> None:
    load(odd_run, url)
    with pytest.raises(Exception, match=f"ck_{table}_{column}_1|CHECK constraint"):
        _asked(url, f"UPDATE {table} SET {quoted(column)} = {text('Middling')}")  # noqa: S608


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_command_prints_the_statements_for_a_run(
    odd_run: Path, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = read_log(odd_run / TRUTH_FILE, truth=True).metadata.vocabulary
    told = answer(capsys, "ddl", odd_run, "--dialect", dialect, "--with-truth")
    assert told == (0, schemas.ddl(dialect, names, with_truth=True), "")
    for kind in ("subjects", "grade_levels", "connection_qualities", "intervention_types", "personas"):
        assert f"IN ({', '.join(map(text, getattr(names, kind)))})" in told.out


def _asked(url: str, statement: str) -> list[tuple[str, ...]]:
    with connected(url) as connection:
        cursor = connection.execute(statement.encode() if url.startswith("postgresql") else statement)
        return cursor.fetchall() if statement.startswith("SELECT") else []
