"""Rules about the whole: the contract of tables and log, and that the tables are nothing but the log reduced.

The one place where the reductions themselves are called.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.contract.checks import check_references, check_tables
from simulation.contract.vocabulary import NAMES
from simulation.lib.arrow import os_file
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, Log, schemas_of
from simulation.runs.record import formats_of_table
from simulation.scenario.vocabulary import vocabulary_of
from simulation.tables import Parts, joined, reduce_observable, reduce_truth
from simulation.tables.files import write_parts
from simulation.validation.queries import queries_in
from simulation.validation.rules import Row, faults, in_order, rule
from simulation.validation.run import Run

_OUTSIDE = """
    SELECT position, 'lies outside the window' AS fault, session_id, session_datetime FROM sessions
    WHERE session_datetime < $window_start OR session_datetime >= $window_end
"""


@rule("whole.contract")
def tables_and_log_keep_the_contract(run: Run) -> list[Row]:
    """The tables have their columns, types, values, keys and references, the log its columns, ids and order."""
    return [*faults([*_faults_of_tables(run)]), *_sessions_outside(run), *_faults_of_log(run)]


@rule("whole.log_without_truth")
def log_holds_no_truth(run: Run) -> list[Row]:
    """The observable part has no column or event of the truth, and gives the documented tables by itself."""
    observable, truth = schemas_of(run.vocabulary.events)
    truth_columns = set(truth.names) - set(observable.names)
    found = faults(
        [f"{OBSERVABLE_FILE}: has the column {n} of the truth" for n in run.log.schema.names if n in truth_columns]
    )
    if run.log.metadata.vocabulary != run.log.metadata.vocabulary.observable():
        found += faults([f"{OBSERVABLE_FILE}: its vocabulary names personas, edge cases or events of the truth"])
    found += in_order(run.database.rows(queries_in("log")["of_the_truth"]))
    if found:
        return found
    try:
        return faults(_other_tables(run, joined(run.once(_documented))))
    except ValueError as error:
        return faults([f"{OBSERVABLE_FILE}: cannot be reduced: {error}"])


@rule("whole.tables_from_log")
def tables_are_the_log_reduced(run: Run) -> list[Row]:
    """All tables reduced again from the log are the same, and so are the bytes of their files."""
    try:
        documented = run.once(_documented)
        reduced = documented | reduce_truth(run.log, run.truth_log, documented)
    except ValueError as error:
        return faults([f"{OBSERVABLE_FILE}: cannot be reduced: {error}"])
    found = _other_tables(run, joined(reduced))
    return faults(found if run.directory is None else [*found, *_other_bytes(run, run.directory, reduced)])


# ---------------------------------------------------------------- the contract


def _faults_of_tables(run: Run) -> Iterator[str]:
    tables = {name: run.tables[name] for name in TABLE_NAMES if name in run.tables}
    yield from (f"the table {name} is missing" for name in TABLE_NAMES if name not in tables)
    yield from check_tables((table, run.contract.tables[name]) for name, table in tables.items())
    yield from check_references(tables)


def _sessions_outside(run: Run) -> list[Row]:
    """The sessions that start outside the window, if there are sessions at all."""
    expected = run.contract.tables["sessions"].schema
    readable = "sessions" in run.tables and run.tables["sessions"].schema.equals(expected)
    return in_order(run.database.rows(_OUTSIDE)) if readable else []


def _faults_of_log(run: Run) -> list[Row]:
    """What is wrong with the log's columns; where these are right, with its metadata and events."""
    observable, truth = schemas_of(run.vocabulary.events)
    parts = ((run.log, OBSERVABLE_FILE, observable), (run.truth_log, TRUTH_FILE, truth))
    of_columns = [fault for log, file, schema in parts for fault in _faults_of_columns(log, file, schema)]
    if of_columns:
        return faults(of_columns)
    of_metadata = [fault for log, file, _ in parts for fault in _faults_of_metadata(run, log, file)]
    return [*faults(of_metadata), *in_order(run.database.rows(queries_in("log")["broken"]))]


def _faults_of_columns(log: Log, file: str, schema: pa.Schema) -> Iterator[str]:
    """Columns that are not those of the declared events, and nulls among those that every event has."""
    if log.schema.names != schema.names or log.schema.types != schema.types:
        yield f"{file}: its columns are not those of the declared events"
        return
    for column in EVERY_RUN.event_log.columns:
        if not column.nullable and log.heads[column.name].null_count:
            yield f"{file}: {column.name} has {log.heads[column.name].null_count} nulls"


def _faults_of_metadata(run: Run, log: Log, file: str) -> Iterator[str]:
    """What a file of the log says of the run, and run.json does not."""
    for name in ("seed", "scenario_digest", "version", "schema_version", "window_start", "window_end"):
        stated, recorded = getattr(log.metadata, name), run.record.get(name)
        if name in run.record and stated != recorded:
            yield f"{file}: states {name} {stated}, run.json {recorded}"
    vocabulary = vocabulary_of(run.whole_scenario)
    expected = vocabulary if file == TRUTH_FILE else vocabulary.observable()
    for kind in NAMES:
        stated, recorded = getattr(log.metadata.vocabulary, kind), getattr(expected, kind)
        if sorted(stated) != sorted(recorded):
            yield f"{file}: states {kind} {', '.join(stated) or 'none'}, run.json {', '.join(recorded) or 'none'}"


# ---------------------------------------------------------------- the tables out of the log


def _documented(run: Run) -> Parts:
    return reduce_observable(run.log)


def _other_tables(run: Run, reduced: Mapping[str, pa.Table]) -> list[str]:
    """The tables that differ from what the log is reduced to."""
    violations = []
    for name, table in reduced.items():
        found = run.tables[name]
        if found.column_names != table.column_names or len(found) != len(table):
            violations.append(f"{name}: has {len(found)} rows, reduced from the log it has {len(table)} in its columns")
        elif not found.equals(table):
            different = [column for column in table.column_names if not found[column].equals(table[column])]
            violations.append(f"{name}: differs from the log in {', '.join(different)}")
    return violations


def _other_bytes(run: Run, directory: Path, reduced: Parts) -> list[str]:
    """The files of tables that are not, byte for byte, what the log is reduced to and written as."""
    violations = []
    with TemporaryDirectory() as scratch:
        for name, parts in reduced.items():
            folder = directory / "truth" if is_truth(name) else directory
            formats = [
                suffix for suffix in formats_of_table(run.record, name) if (folder / f"{name}.{suffix}").exists()
            ]
            metadata = _metadata(folder / f"{name}.parquet") if "parquet" in formats else {}
            written = write_parts(parts, run.contract.tables[name], Path(scratch), formats, metadata)
            other = [folder / path.name for path in written if path.read_bytes() != (folder / path.name).read_bytes()]
            violations += [f"{path}: its bytes are not those that the log is reduced to" for path in other]
    return violations


def _metadata(path: Path) -> dict[bytes, bytes]:
    with os_file(path) as file:
        return dict(pq.ParquetFile(file).schema_arrow.metadata or {})
