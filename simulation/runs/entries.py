"""The entries of run.json, and the allowed values of each."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from attrs import frozen

from simulation.clock import LONGEST_WINDOW_DAYS
from simulation.log import SCHEMA_VERSION

_MOMENT = "%Y-%m-%dT%H:%M:%S"
_LONGEST_NAME = 255
_DIGEST = re.compile("[0-9a-f]{64}")


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
    from simulation.scenario.checking import shown

    return shown(value)


def _on_a_line(name: str) -> str:
    from simulation.scenario.checking import on_a_line

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
    "window_start": _LOCAL,
    "window_end": _LOCAL,
    "rows": RecordEntry(_is_table, "a table of rows by table", RecordEntry(_is_whole, "a whole number from 0")),
    "files": RecordEntry(
        _has_paths, "a table of digests by file in the run", RecordEntry(_is_digest, "a SHA-256, in hex")
    ),
    "scenario": RecordEntry(_is_table, "a scenario as resolved"),
    "timings": RecordEntry(_is_table, "a table of seconds by stage", RecordEntry(_is_number, "a number")),
}
