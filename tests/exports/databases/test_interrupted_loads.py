"""Loads that are interrupted: the database is as it was before, or complete."""

import hashlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
import pytest

from simulation.exports.databases.loading import load
from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from tests.conftest import TINY
from tests.exports.databases.loaded import connected, ended, is_complete, loading, tables_in
from tests.waiting import until

# Of the time that a whole load takes.
MOMENTS = (0.4, 0.6, 0.75, 0.9, 1.0)


def killed(process: "subprocess.Popen[str]", seconds: float) -> None:
    """Kill a load after so many seconds."""
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.fixture
def seconds(tiny_run: Path, url: str, tmp_path: Path) -> float:
    """What a whole load takes."""
    elsewhere = url if url.startswith("postgresql") else f"{url.partition(':')[0]}:///{tmp_path / 'elsewhere.db'}"
    began = time.monotonic()
    assert ended(loading(tiny_run, elsewhere, *(["--schema", "s"] if elsewhere == url else []))) == (0, "")
    return time.monotonic() - began


@pytest.mark.parametrize("options", [(), ("--if-exists", "replace")], ids=["into nothing", "in place of another"])
def test_a_load_that_is_killed_leaves_all_or_nothing(
    tiny_run: Path, another_run: Path, url: str, seconds: float, options: tuple[str, ...]
) -> None:
    if options:
        load(another_run, url)
    before = tables_in(url) if options or url.startswith("postgresql") else {}
    for moment in MOMENTS:
        killed(loading(tiny_run, url, *options), moment * seconds)
        if not options and not _is_there(url):
            continue
        if tables_in(url) != before:
            assert is_complete(tiny_run, url)
            break
        assert not options or is_complete(another_run, url)
    assert ended(loading(tiny_run, url, "--if-exists", "replace")) == (0, "")
    assert is_complete(tiny_run, url)


def test_a_load_that_is_killed_while_adding_adds_nothing(tiny_run: Path, another_run: Path, url: str) -> None:
    """The run is there already, so that it could not be added in any case: what counts is that nothing of it stays."""
    load(another_run, url)
    before = tables_in(url)
    for moment in MOMENTS:
        killed(loading(tiny_run, url, "--if-exists", "append"), moment)
        assert tables_in(url) == before


def test_a_connection_that_is_lost_leaves_nothing_and_is_told_in_one_line(tiny_run: Path, postgresql_url: str) -> None:
    with connected(postgresql_url) as connection:
        _stop_at_indexes(connection)
        process = loading(tiny_run, postgresql_url)
        asked = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        until(lambda: connection.execute(asked).fetchone())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    code, told = ended(process)
    assert code == 2
    assert told.startswith("error: postgresql://")
    assert told.endswith("; nothing was changed\n")
    assert told.count("\n") == 1
    assert tables_in(postgresql_url) == {}


@pytest.fixture(scope="module")
def small_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Runs so small that DuckDB would keep what is committed in its log of writes at first."""
    place = tmp_path_factory.mktemp("small")
    changes = ["days=3", "warm_up_days=3", "population.tutors=5", "demand.sessions_per_day=10"]
    first, second = (
        write_run(load_scenario(TINY, changes, seed), place / str(seed), ["parquet"]).directory for seed in (1, 2)
    )
    return first, second


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_whatever_the_step_before_which_a_load_is_killed_all_is_there_or_nothing_changed(
    small_runs: tuple[Path, Path], tmp_path: Path, kind: str, there: bool
) -> None:
    """What a killed process leaves is what is in the directory at that moment: it is copied before each step."""
    run, other = small_runs
    place, copies = tmp_path / "place", tmp_path / "copies"
    place.mkdir()
    if there:
        load(other, f"{kind}:///{place / 'x.db'}")
    seen: set[bytes] = set()

    def copy(step: str) -> None:
        files = sorted(path for path in place.rglob("*") if path.is_file())
        state = hashlib.sha256()
        for path in files:
            state.update(path.name.encode() + path.read_bytes())
        if state.digest() not in seen:
            seen.add(state.digest())
            shutil.copytree(place, copies / f"{len(seen):03d} {step}")

    with _before_each_step(copy):
        load(run, f"{kind}:///{place / 'x.db'}", if_exists="replace")
    copy("end")
    assert len(seen) > 3
    became, tried = [], set()
    for left in sorted(copies.iterdir()):
        url = f"{kind}:///{left / 'x.db'}"
        became.append((left / "x.db").exists() and is_complete(run, url))
        assert became[-1] or (is_complete(other, url) if there else not (left / "x.db").exists()), left.name
        beside = frozenset(path.name for path in left.rglob("*"))
        if beside not in tried:
            tried.add(beside)
            load(run, url, if_exists="replace")
            assert is_complete(run, url), left.name
            assert [path.name for path in left.iterdir()] == ["x.db"], left.name
    assert became == sorted(became), "complete, it stays"
    assert became[-1]


@contextmanager
def _before_each_step(act: Callable[[str], None]) -> Iterator[None]:
    """Have something done before each call that may change files: of the database, or of the system."""
    steps = {
        "execute",
        "adbc_ingest",
        "close",
        "open",
        "mkdir",
        "touch",
        "fsync",
        "flock",
        "rename",
        "replace",
        "unlink",
    }
    acting = False

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal acting
        if isinstance(getattr(argument, "__self__", None), str):
            return  # texts have things replaced, too
        name = argument.__name__ if event == "c_call" else frame.f_code.co_name
        if not acting and event in {"call", "c_call"} and name in steps | {"rmdir", "__exit__"}:
            acting = True
            act(name)
            acting = False

    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_file_that_may_not_grow_is_as_before_or_complete(
    tiny_run: Path, another_run: Path, tmp_path: Path, kind: str, there: bool
) -> None:
    path, whole = tmp_path / "x.db", tmp_path / "whole.db"
    url = f"{kind}:///{path}"
    load(tiny_run, f"{kind}:///{whole}")
    if there:
        load(another_run, url)
    for share in (0.1, 0.5, 0.9):
        code, told = ended(loading(tiny_run, url, "--if-exists", "replace", limit=int(share * whole.stat().st_size)))
        assert code == 2
        assert told.startswith("error: ")
        assert told.count("\n") == 1
        assert path.exists() == there
        assert not list(tmp_path.glob("*.partial*"))
        assert not there or is_complete(another_run, url)
    assert ended(loading(tiny_run, url, "--if-exists", "replace", limit=4 * whole.stat().st_size)) == (0, "")
    assert is_complete(tiny_run, url)


def _is_there(url: str) -> bool:
    return url.startswith("postgresql") or Path(url.partition(":///")[2]).exists()


def _stop_at_indexes(connection: "psycopg.Connection[object]") -> None:
    """Have a load sleep when all rows are copied, before the first index is made."""
    connection.execute(
        "CREATE FUNCTION sleep() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); END'"
    )
    connection.execute(
        "CREATE EVENT TRIGGER sleep ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION sleep()"
    )
