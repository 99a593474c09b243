"""Looks for what a load can lose: kills loads at random moments, and lets two loads into one database meet.

    python -m tools.load_search --kills 100 --races 50 --seed 1

After a kill the database has to be as it was or complete, and the next load to work and to leave nothing beside it.
After a race what was said to be there has to be there, and nothing else; who was refused has to be told in one line.
Both are tried so many times with each of SQLite and DuckDB, with files that are there and that are not.
"""

import multiprocessing
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from attrs import frozen

KINDS = ("sqlite", "duckdb")
REFUSED = (2, 3)
PRELOADED = [
    "simulation.cli",
    "simulation.exports.databases.loading",
    "adbc_driver_sqlite.dbapi",
    "duckdb",
    "pyarrow.parquet",
]

Contents = frozenset[tuple[str, str]] | None
"""The rows of a database, each with its table; nothing where there is no file."""


@frozen
class Outcome:
    """What became of a try, and what is wrong with that."""

    became: str
    fault: str = ""


# ---------------------------------------------------------------- loads


class Load:
    """A load in a process of its own, which begins without importing what loads need."""

    _context: Any = multiprocessing.get_context("forkserver")
    _context.set_forkserver_preload(PRELOADED)

    def __init__(self, run: Path, kind: str, path: Path, if_exists: str) -> None:
        self._told = path.with_name(f"told-{run.name}")
        arguments = ["load", str(run), "--to", f"{kind}:///{path}", "--quiet", "--if-exists", if_exists]
        self._process = self._context.Process(target=_load, args=(arguments, self._told))
        self._process.start()

    def kill(self) -> None:
        """Kill it, if it is still there."""
        self._process.kill()

    def ended(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        self._process.join()
        told = self._told.read_text(encoding="utf-8") if self._told.exists() else ""
        self._told.unlink(missing_ok=True)
        return self._process.exitcode, told


def _load(arguments: list[str], told: Path) -> None:
    from simulation.cli import main

    with told.open("w", encoding="utf-8") as sys.stderr:
        main(arguments)


def contents(kind: str, path: Path) -> Contents:
    """What is in a database."""
    import sqlite3

    import duckdb

    if not path.exists():
        return None
    try:
        return _rows(kind, path)
    except (sqlite3.Error, duckdb.Error) as error:
        return frozenset({("cannot be read", str(error).splitlines()[0])})


def _rows(kind: str, path: Path) -> frozenset[tuple[str, str]]:
    import sqlite3

    import duckdb

    connection: Any
    with closing(sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(path)) as connection:
        listed = "sqlite_master WHERE type = 'table'" if kind == "sqlite" else "duckdb_tables()"
        name = "name" if kind == "sqlite" else "table_name"
        tables = [table for (table,) in connection.execute(f"SELECT {name} FROM {listed}").fetchall()]  # noqa: S608
        return frozenset(
            (table, repr(row))
            for table in tables
            for row in connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
        )


# ---------------------------------------------------------------- what is prepared


@frozen
class Prepared:
    """Two runs that go into one database, and databases with the first, the second and both of them."""

    runs: tuple[Path, Path]
    databases: dict[tuple[str, str], Path]
    contents: dict[tuple[str, str], Contents]
    seconds: dict[str, float]


def prepared(place: Path) -> Prepared:
    """Two small runs, and what they come to."""
    from simulation.runs import write_run
    from simulation.scenario.loading import load_scenario

    scenario = load_scenario("scenarios/two-regions.toml", ["days=2", "warm_up_days=2", "experiments=[]"])
    first, second = (
        write_run(scenario, place / f"region{one}", ["parquet"], only_region=one).directory for one in (1, 2)
    )
    databases, seconds = {}, {}
    for kind in KINDS:
        for name, runs in (("first", [first]), ("second", [second]), ("both", [first, second])):
            path = databases[kind, name] = place / f"{name}.{kind}"
            for run in runs:
                began = time.monotonic()
                if Load(run, kind, path, "append").ended() != (0, ""):
                    raise RuntimeError(f"{run} cannot be loaded into {path}")
                seconds[kind] = time.monotonic() - began
    found = {key: contents(key[0], path) for key, path in databases.items()}
    return Prepared((first, second), databases, found, seconds)


# ---------------------------------------------------------------- kills and races


def kill(ready: Prepared, kind: str, path: Path, draw: random.Random) -> Outcome:
    """Kill the second run's load into nothing, in place of the first, or beside it; then load it again."""
    way = draw.choice(["fail", "replace", "append"])
    before: Contents = None
    if way != "fail":
        shutil.copy(ready.databases[kind, "first"], path)
        before = ready.contents[kind, "first"]
    after = ready.contents[kind, "both" if way == "append" else "second"]
    load = Load(ready.runs[1], kind, path, way)
    time.sleep(draw.uniform(0, 1.1 * ready.seconds[kind]))
    load.kill()
    code, _ = load.ended()
    left = sorted(one.name for one in path.parent.iterdir() if one != path)
    found = contents(kind, path)
    became = {before: "as before", after: "complete"}.get(found, "")
    if not became or (code == 0 and found != after):
        told = next(iter(found or ()), None)
        return Outcome(
            f"{way}, neither as before nor complete", f"exit code {code}, beside it {left}, in it {told} ..."
        )
    again = Load(ready.runs[1], kind, path, "replace").ended()
    beside = [one.name for one in path.parent.iterdir() if one != path]
    if again != (0, "") or beside or contents(kind, path) != ready.contents[kind, "second"]:
        return Outcome(f"{way}, {became}", f"the next load came to {again}, beside it {beside}")
    return Outcome(f"{way}, {became}" + (", with something left beside it" if left else ""))


def race(ready: Prepared, kind: str, path: Path, draw: random.Random) -> Outcome:
    """Load both runs at once, into nothing or in place of another, one of them somewhat later."""
    way = draw.choice(["fail", "replace", "append"])
    if way == "replace":
        shutil.copy(ready.databases[kind, "both"], path)
    first = Load(ready.runs[0], kind, path, way)
    time.sleep(draw.choice([0.0, draw.uniform(0, 1.1 * ready.seconds[kind])]))
    second = Load(ready.runs[1], kind, path, way)
    ends = {"first": first.ended(), "second": second.ended()}
    return judged(way, ends, {name: ready.contents[kind, name] for name in ("first", "second", "both")},
                  contents(kind, path), [one.name for one in path.parent.iterdir() if one != path])  # fmt: skip


def judged(
    way: str, ends: dict[str, tuple[int, str]], whole: dict[str, Contents], found: Contents, beside: list[str]
) -> Outcome:
    """Whether what two loads said goes with what was found of them in the database, and beside it."""
    done = [name for name, (code, _) in ends.items() if code == 0]
    if way == "append" and len(done) > 1:
        allowed = [whole["both"]]
    elif way == "fail" and len(done) > 1:
        allowed = []
    else:
        allowed = [whole[name] for name in done]
    became = f"{way}, done: {' and '.join(done) or 'none'}"
    refused = [end for end in ends.values() if end[0]]
    if any(code not in REFUSED or told.count("\n") != 1 for code, told in refused):
        return Outcome(became, f"refused with {refused}")
    if found not in allowed or beside:
        return Outcome(became, f"something else is there, and beside it {beside}; they ended with {ends}")
    return Outcome(became)


def tries(ready: Prepared, kills: int, races: int, draw: random.Random) -> Iterator[tuple[str, Outcome]]:
    """What becomes of each try."""
    for kind in KINDS:
        for name, what, count in (("killed", kill, kills), ("raced", race, races)):
            for _ in range(count):
                with TemporaryDirectory(dir=ready.runs[0].parent) as place:
                    yield f"{kind} {name}", what(ready, kind, Path(place) / "x.db", draw)


@click.command()
@click.option("--kills", type=click.IntRange(min=0), default=100, show_default=True, help="For each kind of database.")
@click.option("--races", type=click.IntRange(min=0), default=50, show_default=True, help="For each kind of database.")
@click.option("--seed", type=int, default=1, show_default=True, help="What the moments are drawn from.")
def main(kills: int, races: int, seed: int) -> None:
    """Kill loads, let loads meet, and tell what became of them. Exits with 1 where something is wrong."""
    became: Counter[str] = Counter()
    faults = []
    with TemporaryDirectory() as place:
        for name, outcome in tries(prepared(Path(place)), kills, races, random.Random(seed)):  # noqa: S311
            became[f"{name}, {outcome.became}"] += 1
            if outcome.fault:
                faults.append(f"{name}, {outcome.became}: {outcome.fault}")
    for told, count in sorted(became.items()):
        click.echo(f"{count:5d}  {told}")
    for fault in faults:
        click.echo(f"FAULT  {fault}")
    click.echo(f"{became.total()} tries, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
