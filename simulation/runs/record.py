"""run.json: the description of a run, and whether its files are still as described."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from simulation import __version__
from simulation.contract import REQUESTED, contract_of
from simulation.lib.disks import digest_of
from simulation.lib.paths import RUN_RECORD, instead_of_run
from simulation.lib.staging import RunDirError, settle
from simulation.lib.suggestions import hint
from simulation.log import OBSERVABLE_FILE, SCHEMA_VERSION, TRUTH_FILE, LogMetadata
from simulation.runs.entries import fault_of

if TYPE_CHECKING:
    from simulation.scenario import Scenario

FORMATS = ("csv", "parquet")


@frozen
class RunSummary:
    """A run that was written: its directory, and the content of its run.json."""

    directory: Path
    record: Mapping[str, Any] = field(hash=False)


@define
class Timings:
    """Seconds by stage."""

    seconds: dict[str, float] = field(factory=dict)
    _start: float = field(factory=perf_counter)

    def lap(self, stage: str) -> None:
        """Record the time of a stage that is over."""
        now = perf_counter()
        self.seconds[stage] = round(now - self._start, 3)
        self._start = now


# ---------------------------------------------------------------- reading


def read_record(directory: str | Path) -> dict[str, Any]:
    """The content of a run's run.json, each entry checked.

    Raises RunDirError if it is missing, damaged, of another version, or was changed to something not allowed. The
    scenario is checked by `scenario_of`, as not every use needs a scenario that this version can simulate.
    """
    path = Path(directory) / RUN_RECORD
    settle(path.parent)
    try:
        record = json.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        raise no_run(Path(directory)) from None
    except OSError as error:
        raise RunDirError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise RunDirError(f"{path}: is damaged, or no run.json of ours") from None
    if not isinstance(record, dict) or "schema_version" not in record:
        raise RunDirError(f"{path}: is no run.json of ours")
    if fault := fault_of(record):
        raise RunDirError(f"{path}: {fault}")
    return record


def no_run(directory: Path) -> RunDirError:
    """The error to raise for a path that is no run's directory."""
    if directory.is_dir():
        told = f"has no {RUN_RECORD}, so it is no run"
    else:
        told = "is no directory" if directory.exists() else "there is no such directory"
    return RunDirError(f"{directory}: {told}{instead_of_run(directory)}")


def scenario_of(directory: str | Path, record: Mapping[str, Any]) -> "Scenario":
    """The scenario of a run. Raises ScenarioError if this version cannot simulate it."""
    from simulation.scenario.loading import scenario_from_dict

    return scenario_from_dict(record["scenario"], str(Path(directory) / RUN_RECORD))


def changed_files(directory: str | Path, record: Mapping[str, Any]) -> list[str]:
    """The files that differ from run.json, each with what is wrong."""
    faults = []
    for name, expected in record["files"].items():
        path = Path(directory) / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif digest_of(path) != expected:
            faults.append(f"{name} is not as run.json says")
    return faults


def tables_of(record: Mapping[str, Any]) -> set[str]:
    """The files of a run that are tables reduced from its log; those made on request are not."""
    names = set(record.get("files", ())) - {OBSERVABLE_FILE, TRUTH_FILE}
    return {name for name in names if Path(name).suffix[1:] in FORMATS and Path(name).stem not in REQUESTED}


def formats_of(record: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The formats in which a run has its tables; None where run.json names none."""
    found = {Path(name).suffix[1:] for name in tables_of(record)}
    return tuple(name for name in FORMATS if name in found) or None


def formats_of_table(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The formats in which a run has one table."""
    folder = "truth/" if contract_of(name).truth else ""
    return tuple(suffix for suffix in FORMATS if f"{folder}{name}.{suffix}" in record["files"])


def checked_formats(formats: Sequence[str] | None) -> tuple[str, ...]:
    """The formats that are asked for, each once; all of them where none are. Raises RunDirError."""
    wanted = tuple(dict.fromkeys(FORMATS if formats is None else formats))
    for name in wanted:
        if name not in FORMATS:
            told = f"{name!r} is no format of tables; allowed are {', '.join(FORMATS)}"
            raise RunDirError(told + hint(name, FORMATS))
    if not wanted:
        raise RunDirError(f"no format of tables is given; allowed are {', '.join(FORMATS)}")
    return wanted


# ---------------------------------------------------------------- writing


def record_of(
    scenario: "Scenario",
    metadata: LogMetadata,
    rows: Mapping[str, int],
    digests: Mapping[str, str],
    timings: Timings,
    region: int | None = None,
) -> dict[str, Any]:
    """The content of run.json; `region` is the number of the only region that was simulated, of several."""
    from simulation.scenario.loading import resolved, scenario_digest
    from simulation.scenario.without_effect import without_effect

    timings.lap("digest")
    warnings = list(without_effect(scenario))
    return {
        "schema_version": SCHEMA_VERSION,
        "version": __version__,
        "scenario_name": scenario.name,
        "seed": scenario.seed,
        "scenario_digest": scenario_digest(scenario),
        **({} if region is None else {"region": region}),
        **({"warnings": warnings} if warnings else {}),
        "window_start": metadata.window_start,
        "window_end": metadata.window_end,
        "rows": rows,
        "files": dict(sorted(digests.items())),
        "scenario": resolved(scenario),
        "timings": timings.seconds,
    }


def updated(
    record: Mapping[str, Any], rows: Mapping[str, int], digests: Mapping[str, str], outdated: set[str]
) -> dict[str, Any]:
    """The record after tables were made again. The log's digests stay: a reduction cannot vouch for them."""
    kept = {name: digest for name, digest in record["files"].items() if name not in outdated}
    files = dict(sorted({**kept, **digests}.items()))
    return {**record, "rows": {**record["rows"], **rows}, "files": files}


def write_record(directory: Path, record: Mapping[str, Any]) -> None:
    """Write run.json."""
    with (directory / RUN_RECORD).open("w", encoding="utf-8", newline="\n") as file:
        json.dump(record, file, indent=2, ensure_ascii=False)
        file.write("\n")


def digests_of(directory: Path, names: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of files in a directory, by their names."""
    return {name: digest_of(directory / name) for name in names}
