"""The files of a run's directory, to be compared."""

import json
from pathlib import Path
from typing import Any


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file in a directory, by its path in it."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def lasting(directory: Path) -> dict[str, Any]:
    """Every file, with run.json parsed and without its timings."""
    files: dict[str, Any] = files_of(directory)
    record = json.loads(files["run.json"])
    del record["timings"]
    return {**files, "run.json": record}
