"""Continuing a run: its worlds go on from where they were left, and what follows is recorded."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from simulation import __version__
from simulation.events import SessionBooked, SessionRescheduled
from simulation.lib.paths import RUN_RECORD
from simulation.lib.query_database import keep, query_database
from simulation.lib.staging import RunDirError
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, Log, read_log
from simulation.runs.past import PastOfRun
from simulation.runs.record import RunSummary, changed_files, read_record, scenario_of
from simulation.runs.regions import write_region, write_run
from simulation.runs.states import LOGS
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
    """The run that goes on from a run in a directory: its scenario, and the region's number if it is of one alone.

    `over` is the day, counted from the first opening, at whose midnight that run's window ends. `is_changed` says
    whether the days from then on have other parameters. `past` is what the worlds go on from.
    """

    directory: Path
    scenario: "Scenario"
    region: int | None
    over: int
    is_changed: bool
    past: PastOfRun

    @classmethod
    def of(
        cls,
        directory: str | Path,
        days: int | None = None,
        *,
        window_start: date | None = None,
        overrides: Sequence[str] = (),
        like: "Scenario | None" = None,
        extensions: Sequence[str] = (),
    ) -> "Continuation":
        """The window that follows a run's: as many days as that has, unless `days` says how many.

        With `window_start` it opens on an earlier date, so that a window can grow. With `overrides`, as of `--set`, or
        a scenario that the days to come shall be `like`, it has the same past and another future. `extensions` permit
        that the code of those that the run names is imported.

        Raises ExtensionError where one is not permitted, or is another than the run was simulated with; ScenarioError
        where there may not be so many days or such changes; and RunDirError where the run is damaged or of another
        version.
        """
        from simulation.scenario.checking import check_document
        from simulation.scenario.futures import future_changes
        from simulation.scenario.loading import check_scenario

        directory = Path(directory)
        if days is not None:
            check_document({"days": days}, "--days")
        record, scenario = _sound(directory, extensions)
        over = scenario.earlier_days + scenario.days
        opens = over if window_start is None else _day_of(window_start, scenario.start_date, over)
        changes = future_changes(scenario, over, overrides, like)
        # A ledger has intervals for a scenario's first window.
        continued = attrs.evolve(
            scenario,
            ledger="",
            earlier_days=opens,
            days=over - opens + (scenario.days if days is None else days),
            changes=(*scenario.changes, *changes),
        )
        check_scenario(continued)
        region = record.get("region")
        return cls(directory, continued, region, over, bool(changes), _past(directory, record, scenario, region))

    @property
    def default_directory(self) -> Path:
        """The directory that is written where none is named."""
        usual, scenario = default_directory(self.scenario, self.region), self.scenario
        end = scenario.start_date + timedelta(days=scenario.earlier_days + scenario.days)
        grown = f"-to-{end}" if scenario.earlier_days < self.over else ""
        return usual.with_name(f"{usual.name}{grown}{'-changed' if self.is_changed else ''}")

    def write(
        self,
        out: str | Path | None = None,
        formats: Sequence[str] | None = None,
        *,
        shared: str | Path | None = None,
        tell: Callable[[str], None] = warnings.warn,
        **options: Any,
    ) -> RunSummary:
        """Write it; the parameters are those of `write_run`.

        Its worlds go on from where those of the run before were left. Where that was not kept, or no world can go on
        from it, `tell` is called with a line that says why, and the past is simulated again; likewise, without a line,
        where processes cannot read the run, as with `shared`. Raises RunDirError where the log of the run before is not
        what is simulated from its scenario: nothing is written then.
        """
        from simulation.state.files import StateError

        target = Path(out) if out else self.default_directory
        if shared is None:
            try:
                return self._write(target, formats, past=self.past, **options)
            except (StateError, RunDirError) as error:
                fault = error if isinstance(error, StateError) else error.__cause__
                if not isinstance(fault, StateError):
                    raise
                tell(f"{fault}; so the past is simulated again")
        followed = None if self.is_changed else self.scenario.follow_up_days
        on_log = partial(require_same_world, self.directory, followed)
        return self._write(target, formats, shared=shared, on_log=on_log, **options)

    def _write(
        self, target: Path, formats: Sequence[str] | None, *, past: PastOfRun | None = None, **options: Any
    ) -> RunSummary:
        if self.region is None:
            return write_run(self.scenario, target, formats, past=past, **options)
        of_region = {name: options[name] for name in ("force", "on_day", "on_log", "state") if name in options}
        past_of_region = None if past is None else past.of(self.region)
        return write_region(self.scenario, self.region, target, formats, past=past_of_region, **of_region)


def _past(directory: Path, record: Mapping[str, Any], scenario: "Scenario", region: int | None) -> PastOfRun:
    """What there is to go on from of a run, or of the one region that it is of."""
    from simulation.scenario.loading import scenario_digest
    from simulation.scenario.regions import regional

    if region is None:
        own = {number: regional(scenario, number) for number in range(1, len(scenario.regions) + 1)}
    else:
        own = {region: regional(scenario, 1)}
    digests = {number: scenario_digest(of_region) for number, of_region in own.items()}
    return PastOfRun(directory, digests, {name: record["files"][name] for name in LOGS})


def _day_of(window_start: date, first: date, over: int) -> int:
    """The day at whose midnight a window opens, counted from the first opening. Raises RunDirError."""
    day = (window_start - first).days
    if not 0 <= day <= over:
        raise RunDirError(
            f"--window-start: is {window_start}; allowed is from {first}, when the first window opened, "
            f"to {first + timedelta(days=over)}, when the last one ended"
        )
    return day


def require_same_world(directory: Path, follow_up_days: int | None, longer: Path) -> None:
    """Raise RunDirError unless a run's log is what a longer one in another directory has of its window.

    That of its follow-up is compared, too, unless None is given: in another future it is another.
    """
    with log_is_at_fault(directory):
        own, others = _both_parts(directory), _both_parts(longer)
        end = own[0].metadata.window[1]
        agree = _agree_before(end, own, others)
        if agree and follow_up_days is not None:
            agree = _agree_after(end, own, others, end + timedelta(days=follow_up_days))
        if not agree:
            raise RunDirError(
                f"{directory}: its log is not what version {__version__} simulates from its {RUN_RECORD}; "
                "only from a run that comes out the same again can one go on"
            )


def _sound(directory: Path, extensions: Sequence[str]) -> "tuple[dict[str, Any], Scenario]":
    """The record and the scenario of a run of this version whose log is unchanged.

    Raises RunDirError, and ScenarioError and ExtensionError for the scenario.
    """
    from simulation.scenario.extension_code import require_permission
    from simulation.scenario.loading import scenario_digest

    record = read_record(directory)
    if record["version"] != __version__:
        raise RunDirError(
            f"{directory}: is of version {record['version']}; "
            f"{_RESUMED} goes on from runs of this version, {__version__}"
        )
    scenario = scenario_of(directory, record, extensions)
    require_permission(scenario.extensions, str(directory / RUN_RECORD))
    if scenario_digest(scenario) != record["scenario_digest"]:
        raise RunDirError(
            f"{directory / RUN_RECORD}: its scenario is not the one that was simulated: the digest is another's"
        )
    logs = {name: record["files"].get(name) for name in LOGS}
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
