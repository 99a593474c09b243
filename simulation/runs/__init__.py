"""A run's directory: filled under another name, renamed when complete, described by run.json.

    NAME/event_log.parquet          the observable part of the log
    NAME/truth/event_log.parquet    its truth part
    NAME/truth/region-0001.state    where region 1 stood at the window's end, to go on from; one a region
    NAME/<table>.csv, .parquet      the documented tables, made from the log
    NAME/truth/<table>.csv, ...     the truth tables
    NAME/run.json                   the scenario as resolved, row counts, and the SHA-256 of every other file
    NAME/regions/0001/ ...          the runs of single regions, where they are kept
    NAME/as-of/DATE/ ...            the documented tables as of an earlier moment, where they were asked for

All of it is the same bytes in every run of a scenario, but for the timings in run.json.
"""

from simulation.lib.paths import is_run
from simulation.lib.staging import RunDirError
from simulation.runs.continuing import Continuation
from simulation.runs.record import RunSummary, changed_files, formats_of, read_record, scenario_of
from simulation.runs.regions import write_region, write_run
from simulation.runs.writing import (
    add_tables,
    default_directory,
    reduce_as_of,
    reduce_daily,
    reduce_run,
    write_directory,
)

__all__ = [
    "Continuation",
    "RunDirError",
    "RunSummary",
    "add_tables",
    "changed_files",
    "default_directory",
    "formats_of",
    "is_run",
    "read_record",
    "reduce_as_of",
    "reduce_daily",
    "reduce_run",
    "scenario_of",
    "write_directory",
    "write_region",
    "write_run",
]
