"""A run's directory: filled under another name, renamed when complete, described by run.json.

    NAME/event_log.parquet          the observable part of the log
    NAME/truth/event_log.parquet    its truth part
    NAME/<table>.csv, .parquet      the documented tables, made from the log
    NAME/truth/<table>.csv, ...     the truth tables
    NAME/run.json                   the scenario as resolved, row counts, and the SHA-256 of every other file

All of it is the same bytes in every run of a scenario, but for the timings in run.json.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from simulation import __version__
from simulation.staging import RunDirError, cannot_be_written, staged

if TYPE_CHECKING:
    from simulation.log import LogMetadata
    from simulation.scenario import Scenario

__all__ = ["RunDirError", "RunSummary", "changed_files", "read_record", "reduce_run", "write_run"]

OnDay = Callable[[int, int], None]
WriteLogs = Callable[[Path], None]

RECORD = "run.json"
TRUTH = "truth"

_FORMATS = ("csv", "parquet")
_RECORD_KEYS = ("schema_version", "scenario", "scenario_digest", "seed", "window_start", "window_end", "rows", "files")


@frozen
class RunSummary:
    """A run that was written: its directory, and what run.json says of it."""

    directory: Path
    record: Mapping[str, Any]


def write_run(
    scenario: "Scenario",
    out: str | Path,
    formats: Sequence[str] | None = None,
    *,
    force: bool = False,
    on_day: OnDay | None = None,
) -> RunSummary:
    """Simulate a scenario into a directory, with the tables in each of `formats` (both, unless stated).

    The log is written in chunks while the world runs. `force` replaces a run that is there already,
    and nothing else. `on_day` is told how many days of how many are over.

    Raises ScenarioError or RunDirError, with one line, before or after which nothing half-written is left.
    """

    def simulate(directory: Path) -> None:
        from simulation.log import OBSERVABLE_FILE, OBSERVABLE_SCHEMA, TRUTH_FILE, TRUTH_SCHEMA, ParquetSink
        from simulation.world import World, log_metadata

        metadata = log_metadata(scenario).to_arrow()
        observable = ParquetSink(directory / OBSERVABLE_FILE, OBSERVABLE_SCHEMA.with_metadata(metadata))
        truth = ParquetSink(directory / TRUTH_FILE, TRUTH_SCHEMA.with_metadata(metadata))
        try:
            World(scenario, observable, truth, on_day).run()
        except BaseException:
            for sink in (observable, truth):
                with suppress(OSError):
                    sink.close()
            raise

    return write_directory(scenario, out, formats, force=force, write_logs=simulate)


def write_directory(
    scenario: "Scenario", out: str | Path, formats: Sequence[str] | None, *, force: bool, write_logs: WriteLogs
) -> RunSummary:
    """Make a run's directory: `write_logs` writes both parts of the log into it, all else follows from them."""
    from simulation.scenario.loading import check_scenario

    check_scenario(scenario)
    formats = _checked(formats)
    timings = _Timings()
    with cannot_be_written(Path(out)), staged(Path(out), force=force, is_ours=is_run) as directory:
        (directory / TRUTH).mkdir()
        write_logs(directory)
        timings.lap("simulate")
        made = _make_tables(directory, directory, formats, timings)
        record = _record(scenario, made, _digests(directory, [*made.logs, *made.files]), timings)
        _write_record(directory, record)
    return RunSummary(Path(out), record)


def reduce_run(directory: str | Path, formats: Sequence[str] | None = None) -> RunSummary:
    """Make a run's tables again from its log alone; the files are the same, byte for byte.

    Files are replaced one by one, when all are made. Without `formats` the tables come in those of run.json. A
    directory that holds nothing but the log will do: then there is no run.json to keep up to date, and without the
    truth part there are no truth tables.

    Raises RunDirError, with one line, for a log that is missing, truncated or not ours, and for files that cannot be
    written; the directory is then as it was.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise RunDirError(f"{directory}: there is no such directory")
    record = read_record(directory) if (directory / RECORD).exists() else {}
    wanted = _checked(formats or formats_of(record))
    with cannot_be_written(directory), staged(directory / ".tables", publish=False) as stage:
        (stage / TRUTH).mkdir()
        with _log_is_at_fault(directory):
            made = _make_tables(directory, stage, wanted, _Timings())
        outdated: set[str] = set()
        if record:
            outdated = _tables_of(record) - set(made.files)
            record = _updated(record, made, _digests(stage, made.files), outdated)
            _write_record(stage, record)
        for name in (*made.files, *([RECORD] if record else ())):
            (directory / name).parent.mkdir(exist_ok=True)
            (stage / name).replace(directory / name)
        for name in sorted(outdated):
            (directory / name).unlink(missing_ok=True)
    return RunSummary(directory, record or {"rows": made.rows})


def read_record(directory: str | Path) -> dict[str, Any]:
    """What run.json says of a run. Raises RunDirError where it is missing, damaged, or of another version."""
    path = Path(directory) / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        missing = "has no run.json, so it is no run" if Path(directory).is_dir() else "there is no such directory"
        raise RunDirError(f"{directory}: {missing}") from None
    except OSError as error:
        raise RunDirError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise RunDirError(f"{path}: is damaged, or no run.json of ours") from None
    if not isinstance(record, dict) or not all(key in record for key in _RECORD_KEYS):
        raise RunDirError(f"{path}: is no run.json of ours")
    if record["schema_version"] != _schema_version():
        found = record["schema_version"]
        raise RunDirError(f"{path}: has schema version {found}; this version reads {_schema_version()}")
    return record


def default_directory(scenario: "Scenario") -> Path:
    """Where a run goes unless stated."""
    return Path("runs") / f"{scenario.name}-seed{scenario.seed}"


def is_run(directory: Path) -> bool:
    """Whether a directory holds a run of ours, of whatever version."""
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and all(key in record for key in _RECORD_KEYS)


def changed_files(directory: str | Path, record: Mapping[str, Any]) -> list[str]:
    """The files that are not there as run.json has them, each with what is wrong."""
    faults = []
    for name, expected in record["files"].items():
        path = Path(directory) / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif _digest(path) != expected:
            faults.append(f"{name} is not as run.json says")
    return faults


# ---------------------------------------------------------------- tables


@frozen
class _Made:
    """What there is after a reduction: rows by table, the tables' files and the log's, relative to the directory."""

    rows: dict[str, int]
    files: list[str]
    logs: list[str]
    metadata: "LogMetadata"


@define
class _Timings:
    """Seconds by stage."""

    seconds: dict[str, float] = field(factory=dict)
    _start: float = field(factory=perf_counter)

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.seconds[stage] = round(now - self._start, 3)
        self._start = now


def _make_tables(source: Path, target: Path, formats: Sequence[str], timings: _Timings) -> _Made:
    """Reduce the log in one directory to tables in another."""
    from simulation.contract import TABLES
    from simulation.files import write_table
    from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, read_log
    from simulation.tables import reduce_log

    log = read_log(source / OBSERVABLE_FILE)
    truth = read_log(source / TRUTH_FILE, truth=True) if (source / TRUTH_FILE).exists() else None
    tables = reduce_log(log, truth)
    timings.lap("reduce")
    rows = {name: table.num_rows for name, table in tables.items()}
    rows[_stem(OBSERVABLE_FILE)] = len(log)
    if truth is not None:
        rows[_stem(TRUTH_FILE)] = len(truth)
    files = []
    for name, table in tables.items():
        folder = target / TRUTH if TABLES[name].truth else target
        files += write_table(table, TABLES[name], folder, formats, log.metadata.to_arrow())
    timings.lap("write")
    logs = [OBSERVABLE_FILE] if truth is None else [OBSERVABLE_FILE, TRUTH_FILE]
    return _Made(rows, [path.relative_to(target).as_posix() for path in files], logs, log.metadata)


@contextmanager
def _log_is_at_fault(directory: Path) -> Iterator[None]:
    """A log that was handed to us is the user's; what it lacks is said in one line."""
    from simulation.files import TableError
    from simulation.log import LogError

    try:
        yield
    except LogError as error:
        raise RunDirError(str(error)) from None
    except (TableError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise RunDirError(f"{directory}: its log cannot be reduced to tables: {reason}") from error


def _checked(formats: Sequence[str] | None) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(_FORMATS if formats is None else formats))
    for name in wanted:
        if name not in _FORMATS:
            raise RunDirError(f"{name!r} is no format of tables; allowed are {', '.join(_FORMATS)}")
    if not wanted:
        raise RunDirError(f"no format of tables is given; allowed are {', '.join(_FORMATS)}")
    return wanted


def _tables_of(record: Mapping[str, Any]) -> set[str]:
    """The files of a run that are tables."""
    from simulation.log import OBSERVABLE_FILE, TRUTH_FILE

    names = set(record.get("files", ())) - {OBSERVABLE_FILE, TRUTH_FILE}
    return {name for name in names if _format_of(name) in _FORMATS}


def formats_of(record: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The formats in which a run has its tables; None where run.json names none."""
    found = {_format_of(name) for name in _tables_of(record)}
    return tuple(name for name in _FORMATS if name in found) or None


def _format_of(name: str) -> str:
    return name.rpartition(".")[2]


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


# ---------------------------------------------------------------- run.json


def _record(scenario: "Scenario", made: _Made, digests: Mapping[str, str], timings: _Timings) -> dict[str, Any]:
    from simulation.scenario.loading import resolved, scenario_digest

    timings.lap("digest")
    return {
        "schema_version": _schema_version(),
        "version": __version__,
        "scenario_name": scenario.name,
        "seed": scenario.seed,
        "scenario_digest": scenario_digest(scenario),
        "window_start": made.metadata.window_start,
        "window_end": made.metadata.window_end,
        "rows": made.rows,
        "files": dict(sorted(digests.items())),
        "scenario": resolved(scenario),
        "timings": timings.seconds,
    }


def _updated(record: Mapping[str, Any], made: _Made, digests: Mapping[str, str], outdated: set[str]) -> dict[str, Any]:
    """What run.json says once tables were made again. The log's digests stay: a reduction cannot vouch for those."""
    kept = {name: digest for name, digest in record["files"].items() if name not in outdated}
    files = dict(sorted({**kept, **digests}.items()))
    return {**record, "rows": {**record["rows"], **made.rows}, "files": files}


def _write_record(directory: Path, record: Mapping[str, Any]) -> None:
    with (directory / RECORD).open("w", encoding="utf-8", newline="\n") as file:
        json.dump(record, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _digests(directory: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: _digest(directory / name) for name in names}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _schema_version() -> str:
    from simulation.log import SCHEMA_VERSION

    return SCHEMA_VERSION
