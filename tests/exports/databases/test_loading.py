"""Runs in databases: the same values, under keys and checks that are in force, all tables or none."""

import sqlite3
from pathlib import Path

import duckdb
import psycopg
import pytest

from simulation.contract import EVERY_RUN, Table
from simulation.contract.vocabulary import Vocabulary
from simulation.exports.databases import DatabaseError
from simulation.exports.databases import schema as schemas
from simulation.exports.databases.loading import load, without_password
from simulation.lib.staging import ExistsError, RunDirError
from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from tests.exports.databases.loaded import connected, expected_rows, regions, rows_of, tables_in
from tests.scenarios import SCENARIOS

REFUSED = (psycopg.errors.IntegrityError, duckdb.ConstraintException, sqlite3.IntegrityError)
DOCUMENTED = [contract.name for contract in schemas.contracts(Vocabulary(), with_truth=False)]


def documented(*, with_truth: bool = False) -> list[Table]:
    return schemas.contracts(Vocabulary(), with_truth=with_truth)


# ---------------------------------------------------------------- what is loaded


def test_each_table_is_its_parquet_file_value_for_value(tiny_run: Path, url: str) -> None:
    load(tiny_run, url)
    for contract in documented():
        rows = rows_of(url, contract)
        assert rows == expected_rows(tiny_run, contract)
        assert rows, contract.name


def test_a_production_run_is_in_postgresql_value_for_value(postgresql_url: str, production_run: Path) -> None:
    load(production_run, postgresql_url)
    for contract in documented():
        assert rows_of(postgresql_url, contract) == expected_rows(production_run, contract)


@pytest.fixture(scope="module")
def run_of_two_regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = load_scenario(SCENARIOS / "two-regions.toml", ["days=7", "warm_up_days=7"])
    return write_run(scenario, tmp_path_factory.mktemp("two-regions") / "run", ["parquet"]).directory


def test_several_regions_are_loaded_like_one(url: str, run_of_two_regions: Path) -> None:
    load(run_of_two_regions, url)
    sessions = EVERY_RUN.table("sessions")
    assert rows_of(url, sessions) == expected_rows(run_of_two_regions, sessions)


def test_truth_comes_only_when_it_is_asked_for(tiny_run: Path, url: str) -> None:
    load(tiny_run, url)
    assert not any("truth" in name for name in tables_in(url))
    load(tiny_run, url, if_exists="replace", with_truth=True)
    truth = EVERY_RUN.table("truth_tutors")
    assert rows_of(url, truth) == expected_rows(tiny_run, truth)
    assert tables_in(url)["truth_event_log"] > 0


@pytest.mark.parametrize("kind", ["postgresql", "duckdb"])
def test_a_schema_of_a_name_has_the_tables(
    tiny_run: Path, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgresql_url") if kind == "postgresql" else f"duckdb:///{tmp_path / 'x.db'}"
    load(tiny_run, url, schema="Quality Platform")
    sessions = EVERY_RUN.table("sessions")
    assert rows_of(url, sessions, "Quality Platform") == expected_rows(tiny_run, sessions)
    assert tables_in(url) == {}


def test_how_far_it_is_is_told(tiny_run: Path, url: str) -> None:
    told: list[tuple[int, int]] = []
    rows = load(tiny_run, url, on_rows=lambda done, total: told.append((done, total)))
    assert rows == tables_in(url)
    assert told[-1] == (sum(rows.values()), sum(rows.values()))
    assert told == sorted(told)


# ---------------------------------------------------------------- what the database refuses


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("sessions", "tutor_id = 'T9999'"),  # a tutor who is not there
        ("sessions", "scheduled_duration_min = 45"),  # not one of those that there are
        ("sessions", "student_attention_pct = 100.5"),  # out of its range
        ("sessions", "session_id = 'X0001'"),  # not like an id
        ("sessions", "session_id = 'S00000x'"),
        ("sessions", "subject = NULL"),
        ("sessions", "session_id = (SELECT min(session_id) FROM sessions)"),  # a key for several
        ("experiment_assignments", "experiment_id = 'EXP999'"),
        ("tutor_aggregates", "churn_risk_level = 'high'"),
        ("event_log", "event_type = 'tutor_tipped'"),  # what only the simulator knows
    ],
)
def test_a_row_that_the_contract_does_not_allow_is_refused(tiny_run: Path, url: str, table: str, change: str) -> None:
    load(tiny_run, url)
    before = rows_of(url, EVERY_RUN.table(table)) if table != "event_log" else None
    with connected(url) as connection, pytest.raises(REFUSED):
        connection.execute(f"UPDATE {table} SET {change}")  # noqa: S608
    assert before is None or rows_of(url, EVERY_RUN.table(table)) == before


def test_a_tutor_who_has_sessions_cannot_be_deleted(tiny_run: Path, url: str) -> None:
    load(tiny_run, url)
    with connected(url) as connection, pytest.raises(REFUSED):
        connection.execute("DELETE FROM tutor_profiles")


def test_what_is_looked_for_has_an_index(tiny_run: Path, postgresql_url: str) -> None:
    load(tiny_run, postgresql_url)
    with connected(postgresql_url) as connection:
        found = {name for (name,) in connection.execute("SELECT indexname FROM pg_indexes").fetchall()}
    assert {"ix_sessions_tutor_id", "ix_sessions_student_id", "ix_sessions_session_datetime", "pk_sessions",
            "ix_event_log_tutor_id", "ix_event_log_time_utc"} <= found  # fmt: skip


# ---------------------------------------------------------------- what is there already


def test_tables_that_are_there_stay_unless_something_else_is_asked_for(tiny_run: Path, url: str) -> None:
    load(tiny_run, url)
    before = tables_in(url)
    with pytest.raises(ExistsError, match=r"has the tables tutor_profiles, students, .* already; --if-exists"):
        load(tiny_run, url)
    assert tables_in(url) == before


def test_a_run_takes_the_place_of_another(tiny_run: Path, url: str, another_run: Path) -> None:
    load(tiny_run, url, with_truth=True)
    load(another_run, url, if_exists="replace")
    for contract in documented():
        assert rows_of(url, contract) == expected_rows(another_run, contract)
    assert sorted(tables_in(url)) == sorted(DOCUMENTED)


def test_other_peoples_tables_stay(tiny_run: Path, url: str) -> None:
    with connected(url) as connection:
        connection.execute("CREATE TABLE notes (words text)")
        connection.execute("INSERT INTO notes VALUES ('keep me')")
    load(tiny_run, url)
    load(tiny_run, url, if_exists="replace")
    with connected(url) as connection:
        assert connection.execute("SELECT words FROM notes").fetchall() == [("keep me",)]


def test_the_regions_of_one_world_can_be_added_one_to_the_other(url: str, tmp_path: Path) -> None:
    first, second = regions(tmp_path)
    load(first, url)
    load(second, url, if_exists="append")
    for name in ("tutor_profiles", "sessions"):
        both = [*expected_rows(first, EVERY_RUN.table(name)), *expected_rows(second, EVERY_RUN.table(name))]
        assert rows_of(url, EVERY_RUN.table(name)) == sorted(both)


def test_adding_what_is_there_is_refused_in_one_line_that_names_the_key(tiny_run: Path, url: str) -> None:
    load(tiny_run, url)
    before = tables_in(url)
    with pytest.raises(DatabaseError, match=r"(?i)tutor_id.*; nothing was changed") as refused:
        load(tiny_run, url, if_exists="append")
    assert "\n" not in str(refused.value)
    assert tables_in(url) == before


def test_truth_is_not_added_where_there_are_no_tables_for_it(tiny_run: Path, url: str, another_run: Path) -> None:
    load(tiny_run, url)
    with pytest.raises(DatabaseError, match="but not the tables truth_tutors"):
        load(another_run, url, if_exists="append", with_truth=True)


# ---------------------------------------------------------------- a user's mistakes


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgres", "'postgres' is no database; allowed are duckdb:///FILE"),
        ("duckbd:///x.db", "did you mean duckdb://?"),
        ("mysql://me:secret@host/x", r"'mysql://me:\*\*\*@host/x' is no database"),
        ("sqlite://x.db", "names no file; write sqlite:///FILE"),
        ("duckdb:////nowhere/at/all/x.db", "there is no directory /nowhere/at/all"),
        ("sqlite:////dev", "/dev: is a directory; name a file"),
    ],
)
def test_a_url_that_names_no_database_is_told(tiny_run: Path, url: str, told: str) -> None:
    with pytest.raises(DatabaseError, match=told):
        load(tiny_run, url)


def test_a_server_that_is_not_there_is_told_without_the_password(tiny_run: Path) -> None:
    for url in (
        "postgresql://me:se@cret@localhost:1/x", "postgresql://me:s/cret@localhost:1/x",
        "postgresql://me@localhost:1/x?password=se@cret",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=r"postgresql://me.*refused.*; nothing was changed") as refused:
            load(tiny_run, url)
        assert "cret" not in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret/x",
        "postgresql://me:secret@[::1/x",
        "postgresql://me@localhost:1/x?password=secret%zz",
        "postgresql://me@localhost:1/x?passwd=secret",
    ],
)
def test_an_address_that_cannot_be_read_is_told_without_what_is_in_it(tiny_run: Path, url: str) -> None:
    with pytest.raises(DatabaseError, match=r"--to: is no address of PostgreSQL; write postgresql://USER@") as refused:
        load(tiny_run, url)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["postgresql://me:sec?ret@h/x", "postgresql://me:s#ret@h/x", "postgresql:/me:s/ret@h/x", "me:s:/ret@h/x"]
)
def test_a_url_is_shown_without_its_password(url: str) -> None:
    assert "ret" not in without_password(url)


def test_a_file_of_sqlite_is_not_opened_by_duckdb(tiny_run: Path, another_run: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    load(another_run, f"sqlite:///{path}")
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match=f"is a database of SQLite; write sqlite:///{path}"):
        load(tiny_run, f"duckdb:///{path}", if_exists="replace")
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_name_that_is_too_long_is_told_in_one_line(tiny_run: Path, tmp_path: Path, kind: str) -> None:
    with pytest.raises(RunDirError, match="cannot be written: File name too long"):
        load(tiny_run, f"{kind}:///{tmp_path / ('n' * 300)}")


def test_a_file_that_is_no_database_is_told_and_stays(tiny_run: Path, tmp_path: Path) -> None:
    for kind in ("sqlite", "duckdb"):
        (tmp_path / "x.db").write_text("no database" * 1000)
        with pytest.raises(DatabaseError, match=r"x\.db: "):
            load(tiny_run, f"{kind}:///{tmp_path / 'x.db'}")
        assert (tmp_path / "x.db").read_text() == "no database" * 1000


def test_sqlite_has_no_schemas(tiny_run: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="SQLite has no schemas"):
        load(tiny_run, f"sqlite:///{tmp_path / 'x.db'}", schema="a")


def test_a_run_that_is_not_as_its_record_says_is_not_loaded(own_run: Path, tmp_path: Path) -> None:
    (own_run / "sessions.parquet").write_bytes(b"")
    with pytest.raises(RunDirError, match=r"sessions\.parquet is not as run\.json says"):
        load(own_run, f"sqlite:///{tmp_path / 'x.db'}")
    assert not (tmp_path / "x.db").exists()


def test_a_library_that_is_missing_is_told_with_the_line_that_installs_it(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(
        DatabaseError, match=r'need psycopg; install it with: pip install "tutoring-simulation\[databases\]"'
    ):
        load(tiny_run, "postgresql://localhost/x")


def test_who_is_unknown_to_the_server_is_told_without_the_password(tiny_run: Path, postgresql_url: str) -> None:
    with pytest.raises(DatabaseError, match='role "nobody" does not exist') as refused:
        load(tiny_run, postgresql_url.replace("//postgres:", "//nobody:wr@ng", 1))
    assert "wr@ng" not in str(refused.value)
