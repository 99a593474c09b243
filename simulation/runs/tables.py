"""The tables of a run's directory, made from the log in it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from attrs import frozen

from simulation.contract import EVERY_RUN, TABLE_NAMES, contract_for, is_truth
from simulation.contract.vocabulary import Vocabulary
from simulation.lib.paths import instead_of_run
from simulation.lib.staging import RunDirError
from simulation.log import (
    OBSERVABLE_FILE,
    TRUTH_FILE,
    Log,
    LogError,
    LogMetadata,
    read_log,
)
from simulation.log.merging import split_log
from simulation.runs.record import Timings, formats_of_table, scenario_of
from simulation.tables import reduce_log
from simulation.tables.experiments import pool_experiments
from simulation.tables.files import TableError, join_tables, read_table, write_table

TRUTH = "truth"

# Experiments run in all regions: theirs is the one table that is pooled.
POOLED = "experiments"


@frozen
class Made:
    """The outcome of a reduction: rows by table, and the files of tables and log, relative to the directory."""

    rows: dict[str, int]
    files: list[str]
    logs: list[str]
    metadata: LogMetadata


def make_tables(source: Path, target: Path, formats: Sequence[str], timings: Timings) -> Made:
    """Reduce the log in one directory to tables in another, one region after the other."""
    log = read_log(source / OBSERVABLE_FILE)
    truth = read_log(source / TRUTH_FILE, truth=True) if (source / TRUTH_FILE).exists() else None
    (target / TRUTH).mkdir(exist_ok=True)
    if len(log.regions) > 1:
        rows, files = _made_by_region(source, target, formats, log)
        timings.lap("reduce")
    else:
        rows, files = _made_at_once(target, formats, log, truth, timings)
    logs = {OBSERVABLE_FILE: log} if truth is None else {OBSERVABLE_FILE: log, TRUTH_FILE: truth}
    rows |= {file.removesuffix(".parquet"): len(part) for file, part in logs.items()}
    return Made(rows, [path.relative_to(target).as_posix() for path in files], list(logs), log.metadata)


def folder_of(directory: Path, name: str) -> Path:
    """The folder of a table in a run's directory."""
    return directory / TRUTH if is_truth(name) else directory


def vocabulary_of_run(directory: Path, record: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary of a run, as its log has it: without personas where the truth part is missing.

    Of a run without a log, it is that of the scenario in run.json. Raises ScenarioError for that.
    """
    for file in (TRUTH_FILE, OBSERVABLE_FILE):
        with suppress(LogError):
            return read_log(directory / file, truth=file == TRUTH_FILE).metadata.vocabulary
    from simulation.scenario.vocabulary import vocabulary_of

    return vocabulary_of(scenario_of(directory, record))


def read_table_of_run(directory: Path, record: Mapping[str, Any], name: str) -> pa.Table:
    """Read a table of a run, from a file that run.json lists, as others are not the run's. Raises TableError."""
    contract = contract_for(vocabulary_of_run(directory, record))
    return read_table(folder_of(directory, name), contract.table(name), formats_of_table(record, name))


def join_table(
    name: str, places: Sequence[Path], target: Path, formats: Sequence[str], metadata: LogMetadata
) -> list[Path]:
    """Write the table of several regions, from the directories of each."""
    folder, contract = folder_of(target, name), contract_for(metadata.vocabulary).tables[name]
    stored = metadata.observable().to_arrow()
    if name == POOLED:
        return write_table(_pooled(places), contract, folder, formats, stored)
    return join_tables([folder_of(place, name) for place in places], contract, folder, formats, stored)


def joined_rows(by_region: Sequence[Mapping[str, int]], places: Sequence[Path]) -> dict[str, int]:
    """The rows of each table of several regions, from those of each and from the directories of their runs."""
    rows = {name: sum(own[name] for own in by_region) for name in by_region[0]}
    return rows | {POOLED: len(_pooled(places))}


def _pooled(places: Sequence[Path]) -> pa.Table:
    """The experiments of several regions, over the assignments of all."""
    experiments, assignments = (
        pa.concat_tables([read_table(place, EVERY_RUN.tables[name]) for place in places])
        for name in (POOLED, "experiment_assignments")
    )
    return pool_experiments(experiments, assignments)


@contextmanager
def log_is_at_fault(directory: Path) -> Iterator[None]:
    """Turn faults of a log, which is the user's, into one clear line."""
    try:
        yield
    except LogError as error:
        raise RunDirError(f"{error}{instead_of_run(directory)}") from None
    except (TableError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise RunDirError(f"{directory}: its log cannot be reduced to tables: {reason}") from error


def _made_at_once(
    target: Path, formats: Sequence[str], log: Log, truth: Log | None, timings: Timings
) -> tuple[dict[str, int], list[Path]]:
    tables = reduce_log(log, truth)
    timings.lap("reduce")
    files, contract = [], contract_for(log.metadata.vocabulary)
    for name, table in tables.items():
        files += write_table(table, contract.tables[name], folder_of(target, name), formats, log.metadata.to_arrow())
    timings.lap("write")
    return {name: table.num_rows for name, table in tables.items()}, files


def _made_by_region(source: Path, target: Path, formats: Sequence[str], log: Log) -> tuple[dict[str, int], list[Path]]:
    """Split the log by region, reduce each, and join the tables, so that not all of it is in memory at once."""
    with TemporaryDirectory(dir=target, prefix=".regions-") as scratch:
        places = [Path(scratch) / f"{number:04d}" for number in log.regions]
        split_logs(source, dict(zip(log.regions, places, strict=True)))
        by_region = [make_tables(place, place, formats, Timings()).rows for place in places]
        rows = joined_rows(by_region, places)
        joined = (join_table(name, places, target, formats, log.metadata) for name in rows if name in TABLE_NAMES)
        return rows, list(chain.from_iterable(joined))


def split_logs(source: Path, places: Mapping[int, Path]) -> None:
    """Write both parts of a log of several regions to directories, a region in each."""
    for place in places.values():
        (place / TRUTH).mkdir(parents=True)
    for file in (OBSERVABLE_FILE, TRUTH_FILE):
        if (source / file).exists():
            schema = read_log(source / file, truth=file == TRUTH_FILE).schema
            split_log(source / file, {number: place / file for number, place in places.items()}, schema)
