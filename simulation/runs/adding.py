"""Tables that are added to a run on request: all of them or none, and run.json says so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from simulation.contract import REQUESTED
from simulation.lib.paths import RUN_RECORD
from simulation.lib.staging import ExistsError, cannot_be_written, changed
from simulation.log import OBSERVABLE_FILE, read_log
from simulation.runs.record import (
    RunSummary,
    checked_formats,
    digests_of,
    formats_of,
    read_record,
    updated,
    write_record,
)
from simulation.runs.tables import folder_of
from simulation.tables.files import write_table


class Addition:
    """Tables being added to a run. `summary` is the whole run's, once all are there."""

    summary: RunSummary

    def __init__(self) -> None:
        self.tables: dict[str, pa.Table] = {}

    def __call__(self, name: str, table: pa.Table) -> None:
        """Add a table that is made on request."""
        self.tables[name] = table


@contextmanager
def add_tables(directory: Path, names: Sequence[str], *, force: bool) -> Iterator[Addition]:
    """Collect tables that are made on request, and put them into a run's directory when all are there.

    They come in the run's formats. Raises ExistsError where one of these `names` is there already, unless `force`d.
    """
    read_record(directory)  # nothing is written into what is no run
    addition = Addition()
    with cannot_be_written(directory), changed(directory, record=RUN_RECORD) as change:
        record = read_record(directory)
        formats = checked_formats(formats_of(record))
        for name in names:
            if name in record["rows"] and not force:
                raise ExistsError(f"{folder_of(directory, name) / name}: exists; replace it with --force")
        yield addition
        files = []
        metadata = read_log(directory / OBSERVABLE_FILE).metadata.to_arrow()
        for name, table in addition.tables.items():
            folder = folder_of(change.stage, name)
            folder.mkdir(exist_ok=True)
            paths = write_table(table, REQUESTED[name], folder, formats, metadata)
            files += [path.relative_to(change.stage).as_posix() for path in paths]
        rows = {name: len(table) for name, table in addition.tables.items()}
        record = updated(record, rows, digests_of(change.stage, files), outdated=set())
        write_record(change.stage, record)
    addition.summary = RunSummary(directory, record)
