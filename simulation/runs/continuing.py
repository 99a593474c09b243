"""Continuing a run: its world is simulated again, and further, and only the next window is recorded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
from attrs import frozen

from simulation import __version__
from simulation.events import SessionBooked, SessionRescheduled
from simulation.execution.executors import Executor, OnDone
from simulation.lib.paths import RUN_RECORD
from simulation.lib.staging import RunDirError
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, Log, between, read_log
from simulation.runs.record import RunSummary, changed_files, read_record, scenario_of
from simulation.runs.running import write_region, write_run
from simulation.runs.tables import log_is_at_fault
from simulation.runs.writing import default_directory

if TYPE_CHECKING:
    from simulation.scenario import Scenario

_RESUMED = "--resume-from"
_OUTCOMES = frozenset({"session_completed", "student_no_show", "tutor_no_show"})
_AT_MIDNIGHT = frozenset({"churn_scored", "tutor_state_recorded"})
# An event's number, and the reference to another's.
_IDS = ["event_id", "triggered_by_event_id"]


@frozen
class Continuation:
    """The run that follows a run in a directory: its scenario, and the region's number if it is of one alone."""

    directory: Path
    scenario: "Scenario"
    region: int | None

    @classmethod
    def of(cls, directory: str | Path, days: int | None = None) -> "Continuation":
        """The window that follows a run's: as long, unless `days` are stated.

        Raises ScenarioError where there may not be so many days, and RunDirError where the run is damaged or of another
        version.
        """
        from simulation.scenario.checking import check_document
        from simulation.scenario.loading import check_scenario

        directory = Path(directory)
        if days is not None:
            check_document({"days": days}, "--days")
        record, scenario = _sound(directory)
        # A ledger has intervals for a scenario's first window.
        continued = attrs.evolve(
            scenario,
            ledger="",
            earlier_days=scenario.earlier_days + scenario.days,
            days=scenario.days if days is None else days,
        )
        check_scenario(continued)
        return cls(directory, continued, record.get("region"))

    def write(
        self,
        out: str | Path | None = None,
        formats: Sequence[str] | None = None,
        *,
        force: bool = False,
        keep_regions: bool = False,
        executor: Executor | None = None,
        shared: str | Path | None = None,
        on_day: OnDone | None = None,
    ) -> RunSummary:
        """Write it; the parameters are those of `write_run`.

        Raises RunDirError where the log of the run before is not what is simulated from its scenario: nothing is
        written then.
        """
        target = Path(out) if out else default_directory(self.scenario, self.region)
        on_log = partial(require_same_world, self.directory, self.scenario.follow_up_days)
        if self.region is not None:
            return write_region(self.scenario, self.region, target, formats, force=force, on_day=on_day, on_log=on_log)
        return write_run(
            self.scenario, target, formats, force=force, keep_regions=keep_regions, executor=executor, shared=shared,
            on_day=on_day, on_log=on_log,
        )  # fmt: skip


def require_same_world(directory: Path, follow_up_days: int, longer: Path) -> None:
    """Raise RunDirError unless a run's log is what a longer one in another directory has of its window."""
    with log_is_at_fault(directory):
        own, others = _both_parts(directory), _both_parts(longer)
        end = datetime.fromisoformat(own[0].metadata.window_end)
        followed = timedelta(days=follow_up_days)
        for number in own[0].regions:
            parts, longer_parts = ([log.of_region(number) for log in logs] for logs in (own, others))
            if not _is_beginning(parts, longer_parts, end, followed):
                raise RunDirError(
                    f"{directory}: its log is not what version {__version__} simulates from its {RUN_RECORD}; "
                    "only from a run that comes out the same again can one go on"
                )


def _sound(directory: Path) -> "tuple[dict[str, Any], Scenario]":
    """The record and the scenario of a run of this version whose log is unchanged.

    Raises RunDirError, and ScenarioError for the scenario.
    """
    from simulation.scenario.loading import scenario_digest

    record = read_record(directory)
    if record["version"] != __version__:
        raise RunDirError(
            f"{directory}: is of version {record['version']}; "
            f"{_RESUMED} goes on from runs of this version, {__version__}"
        )
    scenario = scenario_of(directory, record)
    if scenario_digest(scenario) != record["scenario_digest"]:
        raise RunDirError(
            f"{directory / RUN_RECORD}: its scenario is not the one that was simulated: the digest is another's"
        )
    logs = {name: record["files"].get(name) for name in (OBSERVABLE_FILE, TRUTH_FILE)}
    for fault in changed_files(directory, {"files": logs}):
        raise RunDirError(f"{directory}: {fault}; {_RESUMED} goes on from whole runs only")
    return record, scenario


def _both_parts(directory: Path) -> tuple[Log, Log]:
    return read_log(directory / OBSERVABLE_FILE), read_log(directory / TRUTH_FILE, truth=True)


def _is_beginning(parts: Sequence[Log], longer_parts: Sequence[Log], end: datetime, followed: timedelta) -> bool:
    """Whether a region's log up to the window's end is that of a longer one, and what came after it is what should.

    From the end on, a log leaves out what is not of its window, so that the same events have other ids.
    """
    if not all(_agree_before(end, part, longer) for part, longer in zip(parts, longer_parts, strict=True)):
        return False
    over = end + followed
    # Whatever has begun is settled within a day, and no window is shorter.
    later = list(_nameless(longer_parts, end, over + timedelta(days=1)))
    begun = _begun_before(parts[0], end)
    owed = (event for event in later if event["timestamp"] < over or _is_owed(event, over, begun))
    return _counted(owed) <= _counted(_nameless(parts, end, datetime.max)) <= _counted(later)


def _is_owed(event: dict[str, Any], over: datetime, begun: set[str]) -> bool:
    """Whether an event is in a log although its days are over: an outcome of a begun session, or the last scores."""
    if event["event_type"] in _OUTCOMES:
        return event["session_id"] in begun
    return event["event_type"] in _AT_MIDNIGHT and bool(event["timestamp"] == over)


def _agree_before(end: datetime, log: Log, longer: Log) -> bool:
    """Whether two logs have the same events up to a moment: a column at a time, as all of them would fill memory."""

    def before(one: Log, name: str) -> pa.Table:
        return between(one.columns(sorted({name, "timestamp"})), "timestamp", datetime.min, end)

    return all(before(log, name).equals(before(longer, name)) for name in log.schema.names)


def _begun_before(log: Log, end: datetime) -> set[str]:
    """The sessions that were to start before the window's end, by their last time."""
    starts: dict[str, datetime] = {}
    for event, column in ((SessionBooked, "scheduled_start"), (SessionRescheduled, "new_time")):
        rows = log.events(event, columns=("session_id", column))
        starts.update(zip(rows["session_id"].to_pylist(), rows[column].to_pylist(), strict=True))
    return {session for session, start in starts.items() if start < end}


def _nameless(parts: Sequence[Log], since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """The events of both parts in a span of time, without event ids and empty columns."""
    for piece in chain.from_iterable(log.parts for log in parts):
        if len(between(piece.heads, "timestamp", since, until)):
            for row in between(piece.table, "timestamp", since, until).drop_columns(_IDS).to_pylist():
                yield {name: value for name, value in row.items() if value is not None}


def _counted(events: Iterable[dict[str, Any]]) -> Counter[tuple[tuple[str, Any], ...]]:
    """How often each event is there: in a follow-up, their order differs from that of a longer window."""
    return Counter(tuple(sorted(event.items())) for event in events)
