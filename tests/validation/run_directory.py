"""Runs as directories, written by the means of a test."""

import hashlib
import json
from pathlib import Path
from typing import Any

from simulation.contract import EVERY_RUN, is_truth
from simulation.log import OBSERVABLE_FILE, OBSERVABLE_SCHEMA, TRUTH_FILE, TRUTH_SCHEMA, ParquetSink
from simulation.tables.files import FORMATS, write_table
from simulation.validation import Run


def write_run(directory: Path, run: Run, **record: Any) -> Path:
    """Write the tables and logs of a run, and a run.json with some entries changed."""
    (directory / "truth").mkdir(parents=True)
    metadata = run.log.metadata.to_arrow()
    for file, schema, log in (
        (OBSERVABLE_FILE, OBSERVABLE_SCHEMA, run.log),
        (TRUTH_FILE, TRUTH_SCHEMA, run.truth_log),
    ):
        sink = ParquetSink(directory / file, schema.with_metadata(log.metadata.to_arrow()))
        sink.write(log.table)
        sink.close()
    for name, table in run.tables.items():
        folder = directory / "truth" if is_truth(name) else directory
        write_table(table, EVERY_RUN.tables[name], folder, FORMATS, metadata)
    entries = {**run.record, "rows": rows(run), "files": digests(directory), "timings": {"simulate": 0.1}, **record}
    (directory / "run.json").write_text(json.dumps(entries), encoding="utf-8")
    return directory


def read_run(directory: Path) -> Run:
    """A run that was written so."""
    return Run.of_files(directory, json.loads((directory / "run.json").read_text("utf-8")))


def rows(run: Run) -> dict[str, int]:
    """The rows of tables and logs."""
    logs = {"event_log": len(run.log.table), "truth/event_log": len(run.truth_log.table)}
    return {name: len(table) for name, table in run.tables.items()} | logs


def digests(directory: Path) -> dict[str, str]:
    """The SHA-256 of each file."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
