"""A run in standard formats, from its documented tables and its observable log: one file per format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

from simulation.exports import begins_with
from simulation.exports.standards import ExportError
from simulation.lib.staging import ExistsError, cannot_be_written, staged_file
from simulation.lib.suggestions import hint
from simulation.log import LogError
from simulation.runs import read_record


@frozen
class Format:
    """A format: its file's name, the bytes that it begins with, and the function that writes it.

    `write` is called with the run's directory, its record, the file to write, and the file's final path.
    """

    file: str
    opening: bytes
    write: Callable[[Path, dict[str, Any], Path, Path], None]


def formats() -> dict[str, Format]:
    """The formats by name."""
    from simulation.exports.standards import data_contract, data_package, ocel_json, ocel_sqlite

    return {
        "frictionless": Format("datapackage.json", data_package.OPENING, data_package.write),
        "odcs": Format("datacontract.odcs.yaml", data_contract.OPENING, data_contract.write),
        "ocel-json": Format("event_log.jsonocel", ocel_json.OPENING, ocel_json.write),
        "ocel-sqlite": Format("event_log.sqlite", ocel_sqlite.OPENING, ocel_sqlite.write),
    }


def export(directory: str | Path, name: str, out: str | Path | None = None, *, force: bool = False) -> Path:
    """Write a run in a format, to the file `out` or into the run's directory; the path of the file.

    `force` replaces an export of the same format only. Raises ExportError and RunDirError.
    """
    directory = Path(directory)
    known = formats()
    if name not in known:
        meant = hint(name, known) or ";"
        raise ExportError(f"--to: {name!r} is no format{meant} allowed are {', '.join(known)}")
    chosen, record = known[name], read_record(directory)
    target = Path(out) if out else directory / chosen.file
    with staged_file(target, lambda: _refuse_unless_free(target, chosen, force=force)) as file:
        try:
            chosen.write(directory, record, file, target)
        except LogError as error:
            raise ExportError(str(error)) from None
    return target


def _refuse_unless_free(target: Path, chosen: Format, *, force: bool) -> None:
    with cannot_be_written(target):
        if not target.exists() and not target.is_symlink():
            return
        is_ours = target.is_file() and begins_with(target, chosen.opening)
    if not is_ours:
        raise ExistsError(f"{target}: exists and is no such export, so it stays; name a file that does not exist")
    if not force:
        raise ExistsError(f"{target}: exists; name another file, or replace it with --force")
