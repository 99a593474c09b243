"""A run in the formats of standards, made of its documented tables and its observable log: one file per format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

from simulation.exports import ExportError
from simulation.lib.staging import ExistsError, cannot_be_written, staged_file
from simulation.lib.suggestions import hint
from simulation.log import LogError
from simulation.runs import read_record


@frozen
class Format:
    """A format: the file that it makes of a run, by what it begins with, and what writes it.

    `write` is called with the run's directory, its record, the file to write, and where that file is going to stand.
    """

    file: str
    opening: bytes
    write: Callable[[Path, dict[str, Any], Path, Path], None]


def formats() -> dict[str, Format]:
    """The formats by name."""
    from simulation.exports import data_contract, data_package, ocel_json, ocel_sqlite

    return {
        "frictionless": Format("datapackage.json", data_package.OPENING, data_package.write),
        "odcs": Format("datacontract.odcs.yaml", data_contract.OPENING, data_contract.write),
        "ocel-json": Format("event_log.jsonocel", ocel_json.OPENING, ocel_json.write),
        "ocel-sqlite": Format("event_log.sqlite", ocel_sqlite.OPENING, ocel_sqlite.write),
    }


def export(directory: str | Path, name: str, out: str | Path | None = None, *, force: bool = False) -> Path:
    """Write a run in a format, into a file `out` or beside what it describes; the path of the file.

    `force` replaces an export of the same format, and nothing else. Raises ExportError and RunDirError.
    """
    directory = Path(directory)
    chosen = _format(name)
    record = read_record(directory)
    target = Path(out) if out else directory / chosen.file
    with staged_file(target, lambda: _refuse_unless_free(target, chosen, force=force)) as file:
        try:
            chosen.write(directory, record, file, target)
        except LogError as error:
            raise ExportError(str(error)) from None
    return target


def _format(name: str) -> Format:
    known = formats()
    if name not in known:
        meant = hint(name, known) or ";"
        raise ExportError(f"--to: {name!r} is no format{meant} allowed are {', '.join(known)}")
    return known[name]


def _refuse_unless_free(target: Path, chosen: Format, *, force: bool) -> None:
    with cannot_be_written(target):
        if not target.exists() and not target.is_symlink():
            return
        is_ours = target.is_file() and _begins(target, chosen.opening)
    if not is_ours:
        raise ExistsError(f"{target}: exists and is no such export, so it stays; name a file that does not exist")
    if not force:
        raise ExistsError(f"{target}: exists; name another file, or replace it with --force")


def _begins(path: Path, opening: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(opening)) == opening
