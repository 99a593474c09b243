"""Rules that compare runs: each takes two runs' directories and lists what breaks it.

They raise OSError or ValueError where a run.json cannot be read, LogError where a log cannot.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import EVERY_RUN
from simulation.events import ChurnScored, type_name
from simulation.lib.disks import digest_of
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, Log
from simulation.scenario import SAID_OF_IT
from simulation.validation.rules import SHOWN
from simulation.validation.run import Run

_RECORD = "run.json"
_TRUTH = "truth/"


def prefix(shorter: Path, longer: Path) -> list[str]:
    """whole.prefix: up to the midnight at which the shorter run's window ends, both have the same log.

    Both parts of the log are compared, and the scores taken at that very midnight; sessions under way then, and their
    settlement, are left aside.
    """
    first, second = _run_in(shorter), _run_in(longer)
    faults = _other_scenario(first, second, "days", "follow_up_days")
    if first.window_start != second.window_start or first.window_end > second.window_end:
        faults.append(f"{longer}: its window does not begin with that of {shorter}")
    if faults:
        return faults
    midnight = first.window_end
    for log, other, file in ((first.log, second.log, OBSERVABLE_FILE), (first.truth_log, second.truth_log, TRUTH_FILE)):
        faults += _other_rows(_before(log, midnight), _before(other, midnight), file)
    scores, others = (_scores_at(run.log, midnight) for run in (first, second))
    return faults + _other_rows(scores, others, f"{OBSERVABLE_FILE}, scores at midnight")


def follow_up_inert(without: Path, followed: Path) -> list[str]:
    """whole.follow_up_inert: a follow-up changes no byte outside truth/, but what run.json says of it.

    That is the follow-up itself, the digests of the scenario and of the truth, the truth's rows, and the timings.
    """
    first, second = _run_in(without), _run_in(followed)
    faults = _other_scenario(first, second, "follow_up_days")
    faults += _other_files(_outside_truth(_digests(without)), _outside_truth(_digests(followed)))
    records = [_without_follow_up(run.record) for run in (first, second)]
    return faults + _other_entries(*records)


def reproducible(first: Path, again: Path) -> list[str]:
    """whole.reproducible: two runs of one scenario and seed write the same bytes, but for run.json's timings."""
    records = [_as_simulated(_read_record(directory)) for directory in (first, again)]
    return [*_other_files(_digests(first), _digests(again)), *_other_entries(*records)]


def seeds_differ(first: Path, other: Path) -> list[str]:
    """whole.reproducible, the other half: another seed writes other events, and other rows of what was sampled."""
    one, two = _run_in(first), _run_in(other)
    faults = _other_scenario(one, two, "seed")
    if one.record["seed"] == two.record["seed"]:
        faults.append(f"{other}: has the seed of {first}")
    if one.log.table.equals(two.log.table):
        faults.append(f"{OBSERVABLE_FILE}: has the same events under both seeds")
    for name in ("tutor_profiles", "sessions"):
        if len(one.tables[name]) and one.tables[name].equals(two.tables[name]):
            faults.append(f"{name}: has the same rows under both seeds")
    return faults


# ---------------------------------------------------------------- logs


def _before(log: Log, moment: datetime) -> pa.Table:
    return log.table.filter(pc.less(log.table["timestamp"], moment))


def _scores_at(log: Log, moment: datetime) -> pa.Table:
    """The scores at a moment, without their ids: these count what was settled before them."""
    scored = pc.equal(log.table["event_type"], type_name(ChurnScored))
    return log.table.filter(pc.and_(scored, pc.equal(log.table["timestamp"], moment))).drop_columns(["event_id"])


def _other_rows(rows: pa.Table, others: pa.Table, where: str) -> list[str]:
    """Where two stretches of a log part, if they do."""
    faults = []
    if len(rows) != len(others):
        faults.append(f"{where}: {len(rows)} events in the shorter run, {len(others)} in the longer one")
    shared = min(len(rows), len(others))
    rows, others = rows.slice(0, shared), others.slice(0, shared)
    different = [name for name in rows.column_names if not rows[name].equals(others[name])]
    if different:
        row = min(_first_difference(rows[name], others[name]) for name in different)
        faults.append(
            f"{where}: they part at event {row + 1}, {_told(rows, row)} in the shorter run and {_told(others, row)} "
            f"in the longer one, and differ in {', '.join(different)}"
        )
    return faults


def _first_difference(values: pa.ChunkedArray, others: pa.ChunkedArray) -> int:
    pairs = zip(values.to_pylist(), others.to_pylist(), strict=True)
    return next((row for row, (one, other) in enumerate(pairs) if one != other), 0)


def _told(rows: pa.Table, row: int) -> str:
    return f"{rows['event_type'][row]} at {rows['timestamp'][row].as_py().isoformat()}"


# ---------------------------------------------------------------- files and run.json


def _run_in(directory: Path) -> Run:
    return Run.of_files(directory, _read_record(directory))


def _read_record(directory: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((directory / _RECORD).read_text(encoding="utf-8-sig"))
    return record


def _digests(directory: Path) -> dict[str, str]:
    """SHA-256 of every file that is there, was simulated and is listed in run.json, by its path.

    What else lies in a run's directory, left there by tools, people or other commands, is no part of the run.
    """
    files = {name: directory / name for name in sorted(_read_record(directory)["files"]) if not _is_requested(name)}
    return {name: digest_of(path) for name, path in files.items() if path.is_file()}


def _is_requested(name: str) -> bool:
    """Whether a file is a table that was made on request, after the run."""
    return PurePosixPath(name).stem in EVERY_RUN.requested


def _other_files(digests: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    names = sorted({*digests, *others})
    faults = [f"{name}: is in one run only" for name in names if (name in digests) != (name in others)]
    shared = [name for name in names if name in digests and name in others]
    faults += [f"{name}: has other bytes" for name in shared if digests[name] != others[name]]
    return faults[:SHOWN]


def _other_entries(record: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The entries of run.json that differ; its order of keys counts, for it is bytes."""
    names = list(dict.fromkeys([*record, *other]))
    different = [name for name in names if json.dumps(record.get(name)) != json.dumps(other.get(name))]
    faults = [f"{_RECORD}: differs in {name}" for name in different]
    if not faults and list(record) != list(other):
        faults.append(f"{_RECORD}: has its entries in another order")
    return faults


def _other_scenario(run: Run, other: Run, *but: str) -> list[str]:
    """The parameters, besides these, in which two runs differ that should be of one scenario."""
    but = (*but, *SAID_OF_IT)
    names = [name for name in dict.fromkeys([*run.scenario, *other.scenario]) if name not in but]
    different = [name for name in names if run.scenario.get(name) != other.scenario.get(name)]
    return [f"{_RECORD}: the runs are of scenarios that differ in {name}" for name in different]


def _without_timings(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "timings"}


def _as_simulated(record: Mapping[str, Any]) -> dict[str, Any]:
    """What run.json says of what was simulated and reduced, and not of what was asked for later."""
    kept = _without_timings(record)
    for name in ("rows", "files"):
        kept[name] = {key: value for key, value in record.get(name, {}).items() if not _is_requested(key)}
    return kept


def _without_follow_up(record: Mapping[str, Any]) -> dict[str, Any]:
    """What run.json says of all but the truth and how long it was followed."""
    kept = _without_timings(record)
    kept.pop("scenario_digest", None)
    for name in ("rows", "files"):
        kept[name] = _outside_truth(record.get(name, {}))
    kept["scenario"] = {name: value for name, value in record.get("scenario", {}).items() if name != "follow_up_days"}
    return kept


def _outside_truth(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of files and tables that are not of the truth."""
    return {name: value for name, value in entries.items() if not name.startswith((_TRUTH, "truth_"))}
