"""A sweep's directory: what is swept, and a file for each run that is over. Files appear whole or not at all."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from simulation.lib.disks import sync
from simulation.lib.paths import SWEEP_RECORD
from simulation.lib.staging import MARKER, PARTIAL, ExistsError, cannot_be_written, entries, locked, settle

RUNS = "runs"


@frozen
class SweepDirectory:
    """The runs in a sweep's directory."""

    path: Path

    def read(self, run_id: str) -> dict[str, Any] | None:
        """What was kept of a run; None where nothing was."""
        return _read(self._file(run_id))

    def keep(self, run_id: str, result: Mapping[str, Any]) -> None:
        """Keep what a run came to."""
        _write(self._file(run_id), result)

    def _file(self, run_id: str) -> Path:
        return self.path / RUNS / f"{run_id}.json"


@contextmanager
def opened(out: Path, description: Mapping[str, Any]) -> Iterator[SweepDirectory]:
    """The directory of a sweep, new or as it was left, for this process alone.

    Raises ExistsError where something else is there, and RunDirError where it cannot be written or is being written.
    """
    described = json.loads(_text(description))
    with cannot_be_written(out):
        _refuse_unless_ours(out, described)
        out.mkdir(parents=True, exist_ok=True)
        with locked(out / MARKER, out):
            settle(out)
            _refuse_unless_ours(out, described)  # what another process made of it meanwhile
            _write(out / SWEEP_RECORD, described)
            (out / RUNS).mkdir(exist_ok=True)
            yield SweepDirectory(out)
            (out / MARKER).unlink(missing_ok=True)


def _refuse_unless_ours(out: Path, described: Mapping[str, Any]) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise ExistsError(f"{out}: is no directory; name one that does not exist")
    found = _read(out / SWEEP_RECORD)
    if found is None and any(path.name != SWEEP_RECORD + PARTIAL for path in entries(out)):
        told = "name a directory that is empty or does not exist"
        raise ExistsError(f"{out}: exists and is no sweep, so it stays; {told}")
    if found is not None:
        for key, value in described.items():
            if found.get(key) != value:
                raise ExistsError(f"{out}: holds another sweep, which differs in its {key}; name another directory")


def _read(file: Path) -> dict[str, Any] | None:
    """What a file holds; nothing where there is none, or where it is none of ours."""
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """Write a file under another name, and give it its own when it is on the disk."""
    partial = file.with_name(file.name + PARTIAL)
    with partial.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(_text(document))
    sync(partial)
    partial.replace(file)
    sync(file.parent)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"
