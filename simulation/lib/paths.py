"""Runs and scenarios on a disk: how each is recognised, and hints for paths at which there is none.

A hint ends a line: it asks which run or scenario was meant, or says what was found instead. It is empty where there is
nothing to say.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from simulation.lib.invocation import typed
from simulation.lib.staging import MARKER, RunDirError, settle
from simulation.lib.suggestions import nearest

SCENARIO = ".toml"

# The files by which directories are known: of runs, of tables as of an earlier moment, of sweeps.
RUN_RECORD, SNAPSHOTS, SWEEP_RECORD, COMPARISON_RECORD = "run.json", "as_of.json", "sweep.json", "comparison.json"
_KEYS = ("schema_version", "scenario", "scenario_digest", "seed", "window_start", "window_end", "rows", "files")

# Where runs and scenarios lie by custom.
_SCENARIOS, _RUNS = Path("scenarios"), Path("runs")
_LISTED = 5


def is_run(directory: Path) -> bool:
    """Whether a directory holds a run of ours, of whatever version."""
    try:
        settle(directory)
        record = json.loads((directory / RUN_RECORD).read_text(encoding="utf-8-sig"))
    except (RunDirError, OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and all(key in record for key in _KEYS)


def instead_of_run(path: Path) -> str:
    """What is at a path where a run's directory was wanted, or which run is meant."""
    return _first(_faults_of_run(path))


def instead_of_scenario(path: Path, names: Iterable[str]) -> str:
    """What is at a path where a scenario was wanted, or which is meant: one of a known name, or a file."""
    return _first(_faults_of_scenario(path, names))


def _faults_of_run(path: Path) -> Iterator[str]:
    if is_run(path):
        return
    if not path.exists():
        yield _meant(path, runs_near(path))
    if runs := runs_in(path):
        yield f"; the runs in it are {_listed(runs)}"
    if around := _run_around(path):
        yield f"; it is part of a run, did you mean {around}?"
    if path.suffix == SCENARIO and path.is_file():
        yield f"; it is a scenario, which is simulated by: {typed('run', path)}"
    if _is_sweep(path):
        yield "; it is a sweep, which keeps the key figures of its runs and not their tables"
    if (path / SNAPSHOTS).is_file():
        yield "; it holds tables as of an earlier moment, without a log"
    if (path / MARKER).is_file():
        yield "; it was left unfinished, and the command that began it begins again"


def _faults_of_scenario(path: Path, names: Iterable[str]) -> Iterator[str]:
    if is_run(path):
        yield f"; it is a run, which is gone on with by: {typed('run', '--resume-from', path)}"
    if not path.exists():
        yield _scenario_meant(path, names)
    if _is_sweep(path):
        yield "; it is a sweep, and no scenario"
    if scenarios := _scenarios_in(path):
        yield f"; the scenarios in it are {_listed(scenarios)}"
    if runs_in(path) or _run_around(path):
        yield "; there are runs, and no scenarios"


def instead_of_either(path: Path, names: Iterable[str]) -> str:
    """Which scenario or run is meant by a path at which there is nothing."""
    return _scenario_meant(path, names, runs_near(path))


def _scenario_meant(path: Path, names: Iterable[str], others: Iterable[Path] = ()) -> str:
    """Which scenario is meant, one of a known name or a file, whichever the path looks like; or any other path."""
    known, files = [Path(name) for name in names], scenarios_near(path)
    if path.suffix or len(path.parts) > 1:
        return _meant(path, [*files, *known, *others])
    return _meant(path, [*known, *files, *others]) or f"; the known names are listed by: {typed('scenarios')}"


def scenarios_near(path: Path) -> list[Path]:
    """The files of scenarios in the folder of a path, and where scenarios lie by custom."""
    return [*_scenarios_in(path.parent), *_scenarios_in(_SCENARIOS)]


def runs_near(path: Path) -> list[Path]:
    """The directories of runs in the folder of a path, and where runs lie by custom."""
    return [*runs_in(path.parent), *runs_in(_RUNS)]


def _first(faults: Iterator[str]) -> str:
    with suppress(OSError):  # names may be too long, or lie where nobody may look
        return next(faults, "")
    return ""


def _is_sweep(path: Path) -> bool:
    return (path / SWEEP_RECORD).is_file()


def _scenarios_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*{SCENARIO}") if path.exists())


def runs_in(folder: Path) -> list[Path]:
    """The directories of runs in a folder, by name."""
    return sorted(file.parent for file in folder.glob(f"*/{RUN_RECORD}") if is_run(file.parent))


def _meant(path: Path, known: Iterable[Path]) -> str:
    """The nearest by name, with or without its ending; of a run, by the name of its scenario alone, too."""
    called: dict[str, Path] = {}
    for one in reversed(list(known)):
        name = one.name.removesuffix(SCENARIO)
        called |= {name.partition("-seed")[0]: one, name: one}
    near = nearest(path.name.removesuffix(SCENARIO), called)
    return "" if near is None else f"; did you mean {called[near]}?"


def _run_around(path: Path) -> Path | None:
    """The run that a path lies in, named from where the path starts if it can be."""
    return next(filter(is_run, (*path.parents, *path.absolute().parents)), None)


def _listed(paths: list[Path]) -> str:
    names = [str(path) for path in paths[:_LISTED]]
    return ", ".join(names) + (f", and {len(paths) - _LISTED} more" if len(paths) > _LISTED else "")
