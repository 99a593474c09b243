"""Rules about the whole: the contract of tables and log, and that the tables are nothing but the log reduced.

The one place where the reductions themselves are called.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulation.contract import EVENT_LOG, TABLES
from simulation.contract.checks import check_references, check_table
from simulation.events import OBSERVABLE, TRUTH, fields, type_name
from simulation.lib.arrow import os_file
from simulation.log import EVENTS_PER_REGION, OBSERVABLE_FILE, OBSERVABLE_SCHEMA, TRUTH_FILE, TRUTH_SCHEMA, Log
from simulation.runs.record import formats_of_table
from simulation.tables import Parts, joined, reduce_observable, reduce_truth
from simulation.tables.files import write_parts
from simulation.validation.rules import Row, faults, in_order, rule
from simulation.validation.run import Run

_SETTLEMENTS = ("session_completed", "student_no_show", "tutor_no_show")
_EVENT_ID = r"^EV(?P<sequence>[0-9]{6,})(?:T(?P<ordinal>[0-9]{2,}))?$"
_OUTSIDE = """
    SELECT position, 'lies outside the window' AS fault, session_id, session_datetime FROM sessions
    WHERE session_datetime < $window_start OR session_datetime >= $window_end
"""

Numbers = NDArray[np.int64]


@rule("whole.contract")
def tables_and_log_keep_the_contract(run: Run) -> list[Row]:
    """The tables have their columns, types, values, keys and references, the log its columns, ids and order."""
    return [*faults([*_faults_of_tables(run)]), *_sessions_outside(run), *faults([*_faults_of_log(run)])]


@rule("whole.log_without_truth")
def log_holds_no_truth(run: Run) -> list[Row]:
    """The observable part has no column or event of the truth, and gives the documented tables by itself."""
    truth_columns = {field.name for event in TRUTH for field in fields(event)} - set(OBSERVABLE_SCHEMA.names)
    found = [f"{OBSERVABLE_FILE}: has the column {n} of the truth" for n in run.log.schema.names if n in truth_columns]
    found += _events(run.log, _is_one_of(run.log, TRUTH), f"of {OBSERVABLE_FILE} is of the truth")
    if not found:
        try:
            found = _other_tables(run, joined(run.once(_documented)))
        except ValueError as error:
            found = [f"{OBSERVABLE_FILE}: cannot be reduced: {error}"]
    return faults(found)


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
    tables = {name: run.tables[name] for name in TABLES if name in run.tables}
    yield from (f"the table {name} is missing" for name in TABLES if name not in tables)
    for name, table in tables.items():
        yield from check_table(table, TABLES[name])
    yield from check_references(tables)


def _sessions_outside(run: Run) -> list[Row]:
    """The sessions that start outside the window, if there are sessions at all."""
    contract = TABLES["sessions"].schema
    readable = "sessions" in run.tables and run.tables["sessions"].schema.equals(contract)
    return in_order(run.database.rows(_OUTSIDE)) if readable else []


def _faults_of_log(run: Run) -> Iterator[str]:
    observable, truth = run.log, run.truth_log
    found = [
        *_faults_of_columns(observable, OBSERVABLE_FILE, OBSERVABLE_SCHEMA),
        *_faults_of_columns(truth, TRUTH_FILE, TRUTH_SCHEMA),
    ]
    yield from found
    if found:
        return
    yield from _faults_of_metadata(run)
    for log, file, declared in ((observable, OBSERVABLE_FILE, OBSERVABLE), (truth, TRUTH_FILE, (*OBSERVABLE, *TRUTH))):
        yield from _events(log, pc.invert(_is_one_of(log, declared)), f"of {file} is of an undeclared type")
    late = pc.greater(observable.heads["timestamp"], run.window_end)
    settled = pc.is_in(observable.heads["event_type"], value_set=pa.array(_SETTLEMENTS))
    yield from _events(observable, pc.and_not(late, settled), "comes after the window has closed")
    ids = pa.chunked_array([*observable.heads["event_id"].chunks, *truth.heads["event_id"].chunks], pa.string())
    if repeated := len(ids) - len(pc.unique(ids)):
        yield f"{repeated} event_ids of the log occur more than once"
    yield from _faults_of_order(observable, truth)


def _faults_of_columns(log: Log, file: str, schema: pa.Schema) -> Iterator[str]:
    """Columns that are not those of the declared events, and nulls among those that every event has."""
    if log.schema.names != schema.names or log.schema.types != schema.types:
        yield f"{file}: its columns are not those of the declared events"
        return
    for column in EVENT_LOG.columns:
        if not column.nullable and log.heads[column.name].null_count:
            yield f"{file}: {column.name} has {log.heads[column.name].null_count} nulls"


def _faults_of_metadata(run: Run) -> Iterator[str]:
    """What the log's files say of the run, and run.json does not."""
    for log, file in ((run.log, OBSERVABLE_FILE), (run.truth_log, TRUTH_FILE)):
        for name in ("seed", "scenario_digest", "version", "schema_version", "window_start", "window_end"):
            stated, recorded = getattr(log.metadata, name), run.record.get(name)
            if name in run.record and stated != recorded:
                yield f"{file}: states {name} {stated}, run.json {recorded}"


def _faults_of_order(observable: Log, truth: Log) -> Iterator[str]:
    """Ids that are not made as they should be, and events that are not in the order of the log."""
    parts = [_Order(observable), _Order(truth)]
    malformed = [fault for part in parts for fault in part.malformed()]
    yield from malformed
    if malformed:
        return
    for part in parts:
        yield from part.faults()
    # in the one order of both parts, time does not go back either
    regions, sequences, ordinals, moments = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("regions", "sequences", "ordinals", "moments")
    )
    order = np.lexsort((ordinals, sequences, regions))
    same_region = np.diff(regions[order]) == 0
    if (same_region & (np.diff(moments[order]) < 0)).any():
        yield "the ids of the log's two parts are not in the order of time"


class _Order:
    """Where the events of one part are: their regions, places within these, and times."""

    def __init__(self, log: Log) -> None:
        self._log = log
        parsed = pc.extract_regex(log.heads["event_id"].combine_chunks(), _EVENT_ID)
        self._fine = parsed.is_valid().to_numpy(zero_copy_only=False)
        self.sequences, self.ordinals = (_numbers(parsed.field(part)) for part in ("sequence", "ordinal"))
        self.regions = log.heads["region"].to_numpy()
        self.moments, self._local = (log.heads[name].cast(pa.int64()).to_numpy() for name in ("time_utc", "timestamp"))

    def malformed(self) -> list[str]:
        """The ids that are not made of the region's number and a sequence."""
        regions_of_ids = np.maximum(self.sequences - 1, 0) // EVENTS_PER_REGION + 1
        return _events(self._log, ~self._fine | (regions_of_ids != self.regions), "has an id that is not of its region")

    def faults(self) -> Iterator[str]:
        """The events that are out of order."""
        later, further = (np.diff(values, prepend=values[:1]) for values in (self.moments, self.regions))
        yield from _events(self._log, later < 0, "comes after a later one")
        tied = (later == 0) & (further < 0)
        yield from _events(self._log, tied, "comes after one of another region at the same time")
        for region in np.unique(self.regions):
            rows = self.regions == region
            later, further = np.diff(self.sequences[rows]), np.diff(self.ordinals[rows])
            if ((later < 0) | ((later == 0) & (further <= 0))).any():
                yield f"the sequence of region {region} does not increase from event to event"
            if (np.diff(self._local[rows]) < 0).any():
                yield f"the timestamps of region {region} decrease"
            if np.ptp(self._local[rows] - self.moments[rows]) != 0:
                yield f"the timestamps of region {region} are not its local time throughout"


def _numbers(digits: pa.Array) -> Numbers:
    """What a regular expression found as numbers; 0 where it found none, which is an empty string."""
    found = pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64())
    return pc.fill_null(found, 0).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _is_one_of(log: Log, events: tuple[type[Any], ...]) -> pa.ChunkedArray:
    return pc.is_in(log.heads["event_type"], value_set=pa.array([type_name(event) for event in events]))


def _events(log: Log, broken: Any, fault: str) -> list[str]:
    """The events for which a flag is set, in words."""
    flags = broken if isinstance(broken, pa.ChunkedArray) else pa.array(broken)
    rows = log.heads.filter(flags).to_pylist()
    return [f"{row['event_type']} {row['event_id']} at {row['timestamp'].isoformat()} {fault}" for row in rows]


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
            folder = directory / "truth" if TABLES[name].truth else directory
            formats = [
                suffix for suffix in formats_of_table(run.record, name) if (folder / f"{name}.{suffix}").exists()
            ]
            metadata = _metadata(folder / f"{name}.parquet") if "parquet" in formats else {}
            written = write_parts(parts, TABLES[name], Path(scratch), formats, metadata)
            other = [folder / path.name for path in written if path.read_bytes() != (folder / path.name).read_bytes()]
            violations += [f"{path}: its bytes are not those that the log is reduced to" for path in other]
    return violations


def _metadata(path: Path) -> dict[bytes, bytes]:
    with os_file(path) as file:
        return dict(pq.ParquetFile(file).schema_arrow.metadata or {})
