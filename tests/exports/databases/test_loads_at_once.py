"""Loads that meet another load, another program or what one left: each is refused in one line, waits, or is there."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulation.contract import EVERY_RUN
from simulation.exports.databases import DatabaseError, sqlite
from simulation.exports.databases.loading import load
from simulation.exports.standards import ExportError, ocel_json
from simulation.exports.standards.exporting import export
from simulation.lib.staging import RunDirError
from tests.command_line import mistake
from tests.exports.databases.loaded import connected, ended, expected_rows, is_complete, loading, regions, rows_of

FILES = ("sqlite", "duckdb")


def meanwhile(run: Path, url: str, action: Callable[[], object], **options: Any) -> None:
    """Load a run, and do something when its first rows are in the database."""
    waiting = [action]

    def once(_: int, __: int) -> None:
        if waiting:
            waiting.pop()()

    load(run, url, on_rows=once, **options)


# ---------------------------------------------------------------- two loads


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_second_load_into_a_file_is_refused_by_whatever_path_and_the_first_is_there(
    tiny_run: Path, another_run: Path, tmp_path: Path, kind: str, there: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path, link = tmp_path / "x.db", tmp_path / "link.db"
    link.symlink_to(path)
    url = f"{kind}:///{path}"
    if there:
        load(another_run, url)

    def load_another() -> None:
        for other in (path, link, tmp_path / ".." / tmp_path.name / "x.db"):
            told = mistake(
                capsys, "load", another_run, "--to", f"{kind}:///{other}", "--quiet", "--if-exists", "replace"
            )
            assert told == f"{other}: another process is writing it"

    meanwhile(tiny_run, url, load_another, if_exists="replace")
    assert is_complete(tiny_run, url)
    assert sorted(tmp_path.iterdir()) == [link, path]


@pytest.mark.parametrize("kind", FILES)
def test_a_link_to_a_file_that_is_not_there_stays_a_link(tiny_run: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "x.db")
    load(tiny_run, f"{kind}:///{tmp_path / 'link.db'}")
    assert is_complete(tiny_run, f"{kind}:///{tmp_path / 'x.db'}")
    assert (tmp_path / "link.db").is_symlink()


def test_a_second_load_into_a_schema_that_is_being_made_waits_and_finds_the_tables(
    tiny_run: Path, another_run: Path, postgresql_url: str
) -> None:
    second = LoadBehind(another_run, postgresql_url, "--schema", "quality")
    meanwhile(tiny_run, postgresql_url, second.begin, schema="quality")
    code, told = second.ended()
    assert code in {2, 3}
    assert "has the tables tutor_profiles, students" in told
    assert told.count("\n") == 1
    sessions = EVERY_RUN.table("sessions")
    assert rows_of(postgresql_url, sessions, "quality") == expected_rows(tiny_run, sessions)


def test_of_two_regions_that_are_added_at_once_to_a_server_both_are_there(postgresql_url: str, tmp_path: Path) -> None:
    first, second = regions(tmp_path)
    other = LoadBehind(second, postgresql_url, "--if-exists", "append")
    meanwhile(first, postgresql_url, other.begin, if_exists="append")
    assert other.ended() == (0, "")
    for contract in (EVERY_RUN.table("tutor_profiles"), EVERY_RUN.table("sessions")):
        both = [*expected_rows(first, contract), *expected_rows(second, contract)]
        assert rows_of(postgresql_url, contract) == sorted(both)


class LoadBehind:
    """A load in a process of its own that has to wait for who has begun before."""

    def __init__(self, run: Path, url: str, *options: str) -> None:
        self._run, self._url, self._options = run, url, options

    def begin(self) -> None:
        """Begin, and return when it waits."""
        self._process = loading(self._run, self._url, *self._options)
        with connected(self._url) as connection:
            asked = (
                "SELECT 1 FROM pg_locks JOIN pg_database ON database = pg_database.oid"
                " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
            )
            while connection.execute(asked).fetchone() is None:
                assert self._process.poll() is None, ended(self._process)
                time.sleep(0.01)

    def ended(self) -> tuple[int, str]:
        """The exit code, and what was said."""
        return ended(self._process)


# ---------------------------------------------------------------- other programs


@contextmanager
def another_program(code: str, path: Path) -> "Iterator[subprocess.Popen[str]]":
    """A program that has a database in its hands when it says so, until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()


READS = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN")
database.execute("SELECT count(*) FROM sessions").fetchall()
print("ready", flush=True)
"""
WRITES = READS.replace('"BEGIN"', '"BEGIN IMMEDIATE"')
UNTIL_TOLD = "sys.stdin.read()"
FOR_A_WHILE = "import time; time.sleep(0.3)"
OPENS_DUCKDB = """
import duckdb, sys
database = duckdb.connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("wal", [False, True], ids=["journal", "wal"])
@pytest.mark.parametrize("program", [READS, WRITES], ids=["reads", "writes"])
def test_a_program_that_has_an_sqlite_file_for_a_while_is_waited_for(
    tiny_run: Path, another_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, wal: bool
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 600)
    path = tmp_path / "x.db"
    load(another_run, f"sqlite:///{path}")
    if wal:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = WAL")
    with another_program(program + FOR_A_WHILE, path):
        load(tiny_run, f"sqlite:///{path}", if_exists="replace")
    assert is_complete(tiny_run, f"sqlite:///{path}")


@pytest.mark.parametrize("program", [READS, WRITES], ids=["reads", "writes"])
def test_an_sqlite_file_that_another_program_keeps_stays_as_it_is(
    tiny_run: Path, another_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    load(another_run, url)
    with (
        another_program(program + UNTIL_TOLD, tmp_path / "x.db"),
        pytest.raises(DatabaseError, match=r"x\.db: .*database is locked.*; nothing was changed"),
    ):
        load(tiny_run, url, if_exists="replace")
    assert is_complete(another_run, url)


def test_a_duckdb_file_that_another_program_has_open_stays_as_it_is(
    tiny_run: Path, another_run: Path, tmp_path: Path
) -> None:
    url = f"duckdb:///{tmp_path / 'x.db'}"
    load(another_run, url)
    with another_program(OPENS_DUCKDB, tmp_path / "x.db"), pytest.raises(DatabaseError, match="nothing was") as refused:
        load(tiny_run, url, if_exists="replace")
    assert "Could not set lock on file" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert is_complete(another_run, url)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_another_program_makes_meanwhile_stays(tiny_run: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.db"
    with pytest.raises(DatabaseError, match=r"x\.db: was made by another program meanwhile; nothing was changed"):
        meanwhile(tiny_run, f"{kind}:///{path}", lambda: path.write_text("theirs"))
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("x.db", "theirs")]


def test_an_export_that_appears_meanwhile_stays(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "events.jsonocel"
    write = ocel_json.write

    def write_twice(*arguments: Any) -> None:
        monkeypatch.setattr(ocel_json, "write", write)
        with pytest.raises(RunDirError, match=r"events\.jsonocel: another process is writing it"):
            export(tiny_run, "ocel-json", out)
        out.write_bytes(ocel_json.OPENING)
        write(*arguments)

    monkeypatch.setattr(ocel_json, "write", write_twice)
    with pytest.raises((ExportError, RunDirError), match="exists; name another file, or replace it with --force"):
        export(tiny_run, "ocel-json", out)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [(out.name, ocel_json.OPENING)]


# ---------------------------------------------------------------- what others left

LEAVES_JOURNAL = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN")
database.execute("UPDATE event_log SET event_type = event_type")
database.execute("DELETE FROM sessions")
os.kill(os.getpid(), signal.SIGKILL)
"""
LEAVES_WAL = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("DELETE FROM sessions")
os.kill(os.getpid(), signal.SIGKILL)
"""
LEAVES_WAL_OF_DUCKDB = """
import duckdb, os, signal, sys
database = duckdb.connect(sys.argv[1])
database.execute("DELETE FROM sessions")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("kind", "program", "left"),
    [
        ("sqlite", LEAVES_JOURNAL, "x.db-journal"),
        ("sqlite", LEAVES_WAL, "x.db-wal"),
        ("duckdb", LEAVES_WAL_OF_DUCKDB, "x.db.wal"),
    ],
)
@pytest.mark.parametrize("gone", [False, True], ids=["database is there", "database is gone"])
def test_what_a_killed_program_kept_beside_a_database_does_no_harm(
    tiny_run: Path, another_run: Path, tmp_path: Path, kind: str, program: str, left: str, gone: bool
) -> None:
    path = tmp_path / "x.db"
    load(another_run, f"{kind}:///{path}")
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / left).stat().st_size
    if gone:
        path.unlink()
    load(tiny_run, f"{kind}:///{path}", if_exists="replace")
    assert is_complete(tiny_run, f"{kind}:///{path}")
    assert [one.name for one in tmp_path.iterdir()] == ["x.db"]
