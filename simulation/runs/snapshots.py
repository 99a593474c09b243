"""Tables as they stood at an earlier moment, made from the log up to then."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from simulation.contract import contract_of
from simulation.lib.moments import moment_of, short
from simulation.lib.paths import RUN_RECORD, SNAPSHOTS
from simulation.lib.staging import RunDirError, cannot_be_written, settle, staged
from simulation.log import OBSERVABLE_FILE, Log, read_log
from simulation.runs.record import RunSummary, checked_formats, digests_of, formats_of, no_run, read_record
from simulation.runs.tables import log_is_at_fault
from simulation.tables import Parts, reduce_observable
from simulation.tables.files import write_parts
from simulation.tables.snapshots import reduce_tutor_snapshots

AS_OF = "as-of"
DAILY = "daily"

_OPTION = "--as-of"


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


def _log_of(directory: Path) -> Log:
    """The observable log of a run. Raises RunDirError."""
    if not directory.is_dir():
        raise no_run(directory)
    settle(directory)
    with log_is_at_fault(directory):
        return read_log(directory / OBSERVABLE_FILE)


def _window(log: Log) -> tuple[datetime, datetime]:
    start, end = log.metadata.window_start, log.metadata.window_end
    return datetime.fromisoformat(start), datetime.fromisoformat(end)


def _by_midnight(log: Log) -> Parts:
    """The tutors as they stood at each midnight at which a day of the window ends."""
    start, end = _window(log)
    midnights = [start + timedelta(days=day) for day in range(1, (end - start).days + 1)]
    return {"tutor_snapshots": [reduce_tutor_snapshots(log.of_region(number), midnights) for number in log.regions]}


def _moment(text: str, log: Log) -> datetime:
    """A moment of local time in the window. Raises RunDirError."""
    try:
        moment = moment_of(text)
    except ValueError as error:
        raise RunDirError(f"{_OPTION}: {error}") from None
    start, end = _window(log)
    if not start < moment <= end:
        allowed = f"allowed is after {start:%Y-%m-%d}, up to {end:%Y-%m-%d}"
        raise RunDirError(f"{_OPTION}: {text} is not in the run's window; {allowed}")
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
    with cannot_be_written(out), staged(out, record=SNAPSHOTS, force=force, is_ours=_is_snapshot) as stage:
        with log_is_at_fault(directory):
            parts = made()
        paths = [
            path
            for name, tables in parts.items()
            for path in write_parts(tables, contract_of(name), stage, wanted, log.metadata.to_arrow())
        ]
        rows = {name: sum(map(len, tables)) for name, tables in parts.items()}
        described = {"as_of": moment, "rows": rows, "files": digests_of(stage, [path.name for path in paths])}
        (stage / SNAPSHOTS).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8", newline="\n")
    return RunSummary(out, described)


def _is_snapshot(directory: Path) -> bool:
    return (directory / SNAPSHOTS).is_file()
