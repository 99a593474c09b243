"""run.json: the description of a run, and whether its files are still as described."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from simulation import __version__
from simulation.clock import LONGEST_WINDOW_DAYS
from simulation.contract import EVERY_RUN, is_truth
from simulation.lib.disks import digest_of
from simulation.lib.paths import RUN_RECORD, instead_of_run
from simulation.lib.staging import RunDirError, settle
from simulation.lib.suggestions import hint
from simulation.log import OBSERVABLE_FILE, SCHEMA_VERSION, TRUTH_FILE, LogMetadata

if TYPE_CHECKING:
    from simulation.scenario import Scenario

FORMATS = ("csv", "parquet")

_MOMENT = "%Y-%m-%dT%H:%M:%S"
_LONGEST_NAME = 255
_DIGEST = re.compile("[0-9a-f]{64}")


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


def scenario_of(directory: str | Path, record: Mapping[str, Any], extensions: Sequence[str] = ()) -> "Scenario":
    """The scenario of a run. Raises ScenarioError if this version cannot simulate it.

    Of extensions that it names, the code of those that are permitted by `extensions` is imported, and no other. Raises
    ExtensionError where that is another than the run was simulated with.
    """
    from simulation.scenario.extensions import Source
    from simulation.scenario.loading import scenario_from_dict

    sources = {name: Source(**stated) for name, stated in record.get("extensions", {}).items()}
    return scenario_from_dict(record["scenario"], str(Path(directory) / RUN_RECORD), extensions, sources)


def changes_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What changed in the scenario of a run, and when, each in words; nothing where only its log is known."""
    if not record.get("scenario", {}).get("changes"):
        return ()
    from simulation.scenario.loading import scenario_from_dict
    from simulation.scenario.showing import changes_in_words

    return changes_in_words(scenario_from_dict(record["scenario"], RUN_RECORD))


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
    return {name for name in names if Path(name).suffix[1:] in FORMATS and Path(name).stem not in EVERY_RUN.requested}


def formats_of(record: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The formats in which a run has its tables; None where run.json names none."""
    found = {Path(name).suffix[1:] for name in tables_of(record)}
    return tuple(name for name in FORMATS if name in found) or None


def formats_of_table(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The formats in which a run has one table."""
    folder = "truth/" if is_truth(name) else ""
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
    from simulation.scenario.extensions import sources_as_plain
    from simulation.scenario.loading import resolved, scenario_digest
    from simulation.scenario.without_effect import without_effect

    timings.lap("digest")
    warnings, extensions = list(without_effect(scenario)), sources_as_plain(scenario.extensions)
    return {
        "schema_version": SCHEMA_VERSION,
        "version": __version__,
        "scenario_name": scenario.name,
        "seed": scenario.seed,
        "scenario_digest": scenario_digest(scenario),
        **({} if region is None else {"region": region}),
        **({"warnings": warnings} if warnings else {}),
        **({"extensions": extensions} if extensions else {}),
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


# ---------------------------------------------------------------- entries, and the allowed values of each


@frozen
class RecordEntry:
    """An entry: whether a value `fits`, and what is `allowed`, in words. `of_items` is for the values in a table."""

    fits: Callable[[Any], bool]
    allowed: str
    of_items: "RecordEntry | None" = None
    optional: bool = False


def fault_of(record: Mapping[str, Any]) -> str | None:
    """What is wrong with the first entry that is missing or not allowed; None if all are well.

    A record without its `schema_version` is none.
    """
    return next(_faults(record), None)


def _faults(record: Mapping[str, Any]) -> Iterator[str]:
    if record["schema_version"] != SCHEMA_VERSION:
        yield f"has schema version {_shown(record['schema_version'])}; this version reads {_shown(SCHEMA_VERSION)}"
    for key, entry in ENTRIES.items():
        if key not in record:
            if not entry.optional:
                yield f"{key} is missing; it is {entry.allowed}"
        elif not entry.fits(record[key]):
            yield f"{key} is {_shown(record[key])}; allowed is {entry.allowed}"
        elif items := entry.of_items:
            for name, item in record[key].items():
                if not items.fits(item):
                    yield f"{key}.{_on_a_line(name)} is {_shown(item)}; allowed is {items.allowed}"
    opens, closes = (datetime.fromisoformat(record[key]) for key in ("window_start", "window_end"))
    if not timedelta(0) < closes - opens <= timedelta(days=LONGEST_WINDOW_DAYS):
        most = f"up to {LONGEST_WINDOW_DAYS} days after window_start"
        yield f"window_end is {_shown(record['window_end'])}; allowed is {most}"


def _shown(value: Any) -> str:
    # Scenarios take a while to import, and most records have no fault.
    from simulation.scenario.shown import shown

    return shown(value)


def _on_a_line(name: str) -> str:
    from simulation.scenario.shown import on_a_line

    return on_a_line(name)


def _is_text(value: Any) -> bool:
    """Whether it is text that can be encoded: JSON may contain lone surrogates."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _is_line(value: Any) -> bool:
    return _is_text(value) and len(value.splitlines()) == 1


def _has_lines(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_line, value))


def _is_moment(value: Any) -> bool:
    try:
        return datetime.strptime(value, _MOMENT).isoformat() == str(value)
    except (TypeError, ValueError):
        return False


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_source(value: Any) -> bool:
    """Whether it says which code an extension is."""
    if not isinstance(value, Mapping) or value.keys() != {"version", "sha256"}:
        return False
    version = value["version"]
    return (version == "" or _is_line(version)) and _is_digest(value["sha256"])


def _is_whole(value: Any, low: int = 0, high: float = math.inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value))


def _has_paths(value: Any) -> bool:
    """Whether all names are of files within the run: a reduction removes files that are no tables any more."""
    return _is_table(value) and all(map(_lies_within, value))


def _lies_within(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name and len(name) <= _LONGEST_NAME


_TEXT = RecordEntry(_is_text, "text")
_LOCAL = RecordEntry(_is_moment, "a moment in local time, as 2026-01-05T00:00:00")

ENTRIES: Mapping[str, RecordEntry] = {
    "schema_version": _TEXT,
    "version": RecordEntry(_is_line, "text on a line"),
    "scenario_name": _TEXT,
    "seed": RecordEntry(_is_whole, "a whole number from 0"),
    "scenario_digest": RecordEntry(_is_digest, "a SHA-256, in hex"),
    "region": RecordEntry(lambda value: _is_whole(value, 1, 10_000), "a whole number from 1 to 10000", optional=True),
    "warnings": RecordEntry(_has_lines, "a list of texts, each on a line", optional=True),
    "extensions": RecordEntry(
        _is_table,
        "a table of sources by extension",
        RecordEntry(_is_source, "a version and the SHA-256 of a source"),
        optional=True,
    ),
    "window_start": _LOCAL,
    "window_end": _LOCAL,
    "rows": RecordEntry(_is_table, "a table of rows by table", RecordEntry(_is_whole, "a whole number from 0")),
    "files": RecordEntry(
        _has_paths, "a table of digests by file in the run", RecordEntry(_is_digest, "a SHA-256, in hex")
    ),
    "scenario": RecordEntry(_is_table, "a scenario as resolved"),
    "timings": RecordEntry(_is_table, "a table of seconds by stage", RecordEntry(_is_number, "a number")),
}
