"""Continuing a run: its world is simulated again, and further, and only the next window is recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from simulation import __version__
from simulation.events import SessionBooked, SessionRescheduled
from simulation.execution.executors import Executor, OnDone
from simulation.lib.paths import RUN_RECORD
from simulation.lib.query_database import keep, query_database
from simulation.lib.staging import RunDirError
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, Log, read_log
from simulation.runs.record import RunSummary, changed_files, read_record, scenario_of
from simulation.runs.regions import write_region, write_run
from simulation.runs.tables import log_is_at_fault
from simulation.runs.writing import default_directory

if TYPE_CHECKING:
    from simulation.scenario import Scenario

_RESUMED = "--resume-from"
_DISAGREEMENTS = Path(__file__).with_name("disagreements.sql")
# An event's number, and the reference to another's.
_IDS = ["event_id", "triggered_by_event_id"]

# The observable and the truth part of a log.
Parts = tuple[Log, Log]


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
        state: bool = True,
    ) -> RunSummary:
        """Write it; the parameters are those of `write_run`.

        Raises RunDirError where the log of the run before is not what is simulated from its scenario: nothing is
        written then.
        """
        target = Path(out) if out else default_directory(self.scenario, self.region)
        on_log = partial(require_same_world, self.directory, self.scenario.follow_up_days)
        if self.region is not None:
            return write_region(
                self.scenario, self.region, target, formats, force=force, on_day=on_day, on_log=on_log, state=state
            )
        return write_run(
            self.scenario, target, formats, force=force, keep_regions=keep_regions, executor=executor, shared=shared,
            on_day=on_day, on_log=on_log, state=state,
        )  # fmt: skip


def require_same_world(directory: Path, follow_up_days: int, longer: Path) -> None:
    """Raise RunDirError unless a run's log is what a longer one in another directory has of its window."""
    with log_is_at_fault(directory):
        own, others = _both_parts(directory), _both_parts(longer)
        end = own[0].metadata.window[1]
        over = end + timedelta(days=follow_up_days)
        if not (_agree_before(end, own, others) and _agree_after(end, own, others, over)):
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


def _agree_before(end: datetime, own: Parts, others: Parts) -> bool:
    """Whether two logs have the same events up to a moment: a column at a time, as all of them would fill memory."""
    pairs = [[log.during(datetime.min, end) for log in pair] for pair in zip(own, others, strict=True)]
    return all(log.columns([name]) == longer.columns([name]) for log, longer in pairs for name in log.schema.names)


def _agree_after(end: datetime, own: Parts, others: Parts, over: datetime) -> bool:
    """Whether a log has what it should of a longer one's events from the window's end on; its days are `over` later."""
    planned = own[0].events(SessionBooked, SessionRescheduled, columns=("session_id", "scheduled_start", "new_time"))
    starts = pc.coalesce(planned["new_time"], planned["scheduled_start"])
    last_starts = dict(zip(planned["session_id"].to_pylist(), starts.to_pylist(), strict=True))
    begun = [session for session, start in last_starts.items() if start < end]
    database = query_database()
    keep(database, "settled", _nameless(own, end, datetime.max))
    # Whatever has begun is settled within a day, and no window is shorter.
    keep(database, "later", _nameless(others, end, over + timedelta(days=1)))
    keep(database, "begun", pa.table({"session_id": pa.array(begun, pa.string())}))
    keep(database, "follow_up", pa.table({"over": pa.array([over], pa.timestamp("s"))}))
    return not database.execute(_DISAGREEMENTS.read_text(encoding="utf-8")).fetchall()


def _nameless(parts: Parts, since: datetime, until: datetime) -> pa.Table:
    """The events of both parts in a span of time, without what refers to event ids."""
    tables = [log.during(since, until).table.drop_columns(_IDS) for log in parts]
    return pa.concat_tables(tables, promote_options="default")


def _both_parts(directory: Path) -> Parts:
    return read_log(directory / OBSERVABLE_FILE), read_log(directory / TRUTH_FILE, truth=True)
