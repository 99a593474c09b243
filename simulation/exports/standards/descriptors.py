"""What the descriptors of a run's files share."""

import os
from pathlib import Path
from typing import Any

from simulation.exports.standards import ExportError
from simulation.lib.file_names import as_text
from simulation.runs import changed_files


def unchanged(directory: Path, record: dict[str, Any], suffix: str) -> list[str]:
    """The documented tables' files in a format. Raises ExportError where one differs from run.json."""
    from simulation.contract import TABLE_NAMES, is_truth

    files: dict[str, str] = record["files"]
    names = [f"{name}.{suffix}" for name in TABLE_NAMES if not is_truth(name) and f"{name}.{suffix}" in files]
    for fault in changed_files(directory, {"files": {name: files[name] for name in names}}):
        raise ExportError(f"{directory}: {fault}; `reduce` makes the tables again")
    return names


def seen_from(target: Path, directory: Path) -> str:
    """The path of a run's directory relative to a descriptor at `target`. Raises ExportError."""
    place = as_text(os.path.relpath(directory.resolve(), target.resolve().parent))
    if not place.isprintable():
        raise ExportError(f"{directory}: its name is no UTF-8 text, so that no descriptor can name it; rename it")
    return Path(place).as_posix()


def described(description: str) -> dict[str, str]:
    """The entry of a descriptor for a table's or column's description; none where the contract has none."""
    return {"description": description} if description else {}
