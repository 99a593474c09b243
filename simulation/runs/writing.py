"""Writing a run's directory: by simulating, or again from its log; and tables that are made of it on request."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from simulation.contract import EVERY_RUN, contract_for
from simulation.execution.executors import OnDone
from simulation.lib.file_names import as_name
from simulation.lib.moments import moment_of, short
from simulation.lib.paths import RUN_RECORD, SNAPSHOTS, is_run
from simulation.lib.staging import ExistsError, RunDirError, cannot_be_written, changed, settle, staged
from simulation.log import OBSERVABLE_FILE, Log, ParquetSink, read_log, schemas_of_files
from simulation.runs.past import Past
from simulation.runs.record import (
    RunSummary,
    Timings,
    checked_formats,
    digests_of,
    formats_of,
    no_run,
    read_record,
    record_of,
    tables_of,
    updated,
    write_record,
)
from simulation.runs.states import LOGS, run_and_keep, state_file, vouched_states
from simulation.runs.tables import TRUTH, folder_of, log_is_at_fault, make_tables
from simulation.tables import Parts, reduce_observable
from simulation.tables.files import write_parts, write_table
from simulation.tables.snapshots import reduce_tutor_snapshots

if TYPE_CHECKING:
    from simulation.scenario import Scenario

WriteLogs = Callable[[Path], None]
AS_OF = "as-of"
DAILY = "daily"

_AS_OF_OPTION = "--as-of"

# Called with a directory that has the whole log; raises to refuse the run.
OnLog = Callable[[Path], None]


def default_directory(scenario: "Scenario", only_region: int | None = None) -> Path:
    """The default directory of a run, or of the run of one of several regions."""
    part = "" if only_region is None else f"-region{only_region}"
    later = f"-from-{scenario.start_date + timedelta(days=scenario.earlier_days)}" if scenario.earlier_days else ""
    return Path("runs") / as_name(f"{scenario.name}-seed{scenario.seed}{part}{later}")


def write_directory(
    scenario: "Scenario",
    out: str | Path,
    formats: Sequence[str] | None,
    *,
    force: bool,
    write_logs: WriteLogs,
    region: int | None = None,
    on_log: OnLog | None = None,
    waits: bool = False,
) -> RunSummary:
    """Make a run's directory: `write_logs` writes both parts of the log into it, all else follows from them.

    It may write the states of worlds, too. `region` is the number of the one region that the run is of, where there are
    others. `on_log` may refuse the log. A process that is writing the directory already is an error, unless one `waits`
    for it to end.
    """
    formats = checked_formats(formats)
    timings = Timings()
    staging = staged(Path(out), record=RUN_RECORD, force=force, is_ours=is_run, waits=waits)
    with cannot_be_written(Path(out)), staging as directory:
        (directory / TRUTH).mkdir()
        write_logs(directory)
        timings.lap("simulate")
        if on_log is not None:
            on_log(directory)
            timings.lap("compare")
        made = make_tables(directory, directory, formats, timings)
        digests = digests_of(directory, [*made.logs, *made.files])
        digests |= vouched_states(directory, digests)
        record = record_of(scenario, made.metadata, made.rows, digests, timings, region)
        write_record(directory, record)
    return RunSummary(Path(out), record)


def simulate_into(
    directory: Path,
    scenario: "Scenario",
    region: int = 1,
    on_day: OnDone | None = None,
    *,
    state: bool = True,
    past: Past | None = None,
) -> None:
    """Simulate a scenario's only region, and write both parts of the log while its world runs.

    With `state`, where the world stands at the window's end is written, too. With a `past`, the world goes on from
    there and its log is copied; raises StateError where no world can go on from it.
    """
    from simulation.processes.agenda import BehaviourError
    from simulation.scenario.regions import regional
    from simulation.state.files import StateError, state_is_at_fault
    from simulation.world import World, log_metadata

    schemas = schemas_of_files(log_metadata(scenario))
    observable, truth = (ParquetSink(directory / file, schema) for file, schema in zip(LOGS, schemas, strict=True))
    try:
        own = regional(scenario, 1)
        if past is None:
            world = World(own, observable, truth, on_day, region)
        else:
            left = past.state()
            with state_is_at_fault(past.file):
                world = World(own, observable, truth, on_day, region, state=left)
            past.copy(left, observable, truth)
        try:
            if state:
                (directory / state_file(region)).write_bytes(run_and_keep(world, own, region))
            else:
                world.run()
        except BehaviourError as error:
            if past is None:
                raise
            raise StateError(f"{past.file}: no world can go on from it: {error}") from error
    except BaseException:
        for sink in (observable, truth):
            with suppress(OSError):
                sink.close()
        raise


def reduce_run(directory: str | Path, formats: Sequence[str] | None = None) -> RunSummary:
    """Make a run's tables again from its log alone; the files are the same, byte for byte.

    Files are replaced when all are made. Without `formats` the tables come in those of run.json. A
    directory that holds nothing but the log will do: then there is no run.json to keep up to date, and without the
    truth part there are no truth tables.

    Raises RunDirError, with one line, for a log that is missing, truncated or not ours, and for files that cannot be
    written; the directory is then as it was.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise no_run(directory)
    with cannot_be_written(directory), changed(directory, record=RUN_RECORD) as change:
        record = read_record(directory) if (directory / RUN_RECORD).exists() else {}
        wanted = checked_formats(formats or formats_of(record))
        with log_is_at_fault(directory):
            made = make_tables(directory, change.stage, wanted, Timings())
        if record:
            change.removed = tables_of(record) - set(made.files)
            record = updated(record, made.rows, digests_of(change.stage, made.files), change.removed)
            write_record(change.stage, record)
    return RunSummary(directory, record or {"rows": made.rows})


def reduce_as_of(
    directory: str | Path,
    moment: str,
    out: str | Path | None = None,
    formats: Sequence[str] | None = None,
    *,
    force: bool = False,
) -> RunSummary:
    """Make the documented tables as they stood at a moment of local time, DATE[THH:MM[:SS]], in a directory `out`.

    Sessions under way then have no row yet. At the window's end the files are the run's own, byte for byte. `force`
    replaces tables that were made so before. Raises RunDirError, with one line.
    """
    directory = Path(directory)
    log = _log_of(directory)
    when = _moment(moment, log)
    earlier = log.as_of(when)
    target = Path(out) if out else directory / AS_OF / short(when).replace(":", "")
    return _written(
        directory, target, when.isoformat(), partial(reduce_observable, earlier), earlier, formats, force=force
    )


def reduce_daily(
    directory: str | Path, out: str | Path | None = None, formats: Sequence[str] | None = None, *, force: bool = False
) -> RunSummary:
    """Make tutor_aggregates as they stood at each midnight of the window, as one table, in a directory `out`.

    Raises RunDirError, with one line.
    """
    directory = Path(directory)
    log = _log_of(directory)
    target = Path(out) if out else directory / AS_OF / DAILY
    return _written(directory, target, DAILY, partial(_by_midnight, log), log, formats, force=force)


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
            paths = write_table(table, EVERY_RUN.requested[name], folder, formats, metadata)
            files += [path.relative_to(change.stage).as_posix() for path in paths]
        rows = {name: len(table) for name, table in addition.tables.items()}
        record = updated(record, rows, digests_of(change.stage, files), outdated=set())
        write_record(change.stage, record)
    addition.summary = RunSummary(directory, record)


def _log_of(directory: Path) -> Log:
    """The observable log of a run. Raises RunDirError."""
    if not directory.is_dir():
        raise no_run(directory)
    settle(directory)
    with log_is_at_fault(directory):
        return read_log(directory / OBSERVABLE_FILE)


def _by_midnight(log: Log) -> Parts:
    """The tutors as they stood at each midnight at which a day of the window ends."""
    start, end = log.metadata.window
    midnights = [start + timedelta(days=day) for day in range(1, (end - start).days + 1)]
    return {"tutor_snapshots": [reduce_tutor_snapshots(log.of_region(number), midnights) for number in log.regions]}


def _moment(text: str, log: Log) -> datetime:
    """A moment of local time in the window. Raises RunDirError."""
    try:
        moment = moment_of(text)
    except ValueError as error:
        raise RunDirError(f"{_AS_OF_OPTION}: {error}") from None
    start, end = log.metadata.window
    if not start < moment <= end:
        allowed = f"allowed is after {start:%Y-%m-%d}, up to {end:%Y-%m-%d}"
        raise RunDirError(f"{_AS_OF_OPTION}: {text} is not in the run's window; {allowed}")
    return moment


def _written(
    directory: Path,
    out: Path,
    moment: str,
    made: Callable[[], Parts],
    log: Log,
    formats: Sequence[str] | None,
    *,
    force: bool,
) -> RunSummary:
    """Write the tables that are `made` of a log, and their description, into a directory that appears when complete."""
    record = read_record(directory) if (directory / RUN_RECORD).exists() else {}
    wanted = checked_formats(formats or formats_of(record))
    staging = staged(out, record=SNAPSHOTS, force=force, is_ours=lambda found: (found / SNAPSHOTS).is_file())
    with cannot_be_written(out), staging as stage:
        with log_is_at_fault(directory):
            parts = made()
        contract = contract_for(log.metadata.vocabulary)
        paths = [
            path
            for name, tables in parts.items()
            for path in write_parts(tables, contract.table(name), stage, wanted, log.metadata.to_arrow())
        ]
        rows = {name: sum(map(len, tables)) for name, tables in parts.items()}
        described = {"as_of": moment, "rows": rows, "files": digests_of(stage, [path.name for path in paths])}
        (stage / SNAPSHOTS).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8", newline="\n")
    return RunSummary(out, described)
