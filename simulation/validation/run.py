"""A run to be measured: its tables, both parts of its log, and what run.json says; read when asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cached_property, reduce
from itertools import groupby
from operator import getitem, itemgetter
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from attrs import define, field, frozen

from simulation.contract import TABLE_NAMES, Contract, contract_for
from simulation.contract.vocabulary import Vocabulary
from simulation.log import EVENTS_PER_REGION, OBSERVABLE_FILE, TRUTH_FILE, Log, LogError, read_log
from simulation.runs import read_record, scenario_of
from simulation.runs.tables import read_table_of_run
from simulation.scenario import Scenario
from simulation.scenario.changes import segments
from simulation.scenario.loading import resolved, scenario_from_dict
from simulation.tables.parameter_changes import RecordedChange, recorded_changes
from simulation.validation.queries import RunDatabase

RECENT, LONG = timedelta(days=7), timedelta(days=30)

Computed = TypeVar("Computed")
Place = TypeVar("Place")


@define
class TablesOfDirectory(Mapping[str, pa.Table]):
    """The tables of a run's directory, each read when first asked for."""

    _directory: Path
    _record: Mapping[str, Any]
    _read: dict[str, pa.Table] = field(factory=dict)

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._read:
            self._read[name] = read_table_of_run(self._directory, self._record, name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE_NAMES)

    def __len__(self) -> int:
        return len(TABLE_NAMES)


# Without slots: older attrs has no cached properties in slotted classes.
@frozen(eq=False, slots=False)
class Run:
    """A run. `record` is the content of run.json: scenario, seed, window_start, window_end and more."""

    tables: Mapping[str, pa.Table]
    record: Mapping[str, Any]
    read_observable: Callable[[], Log]
    read_truth: Callable[[], Log]
    directory: Path | None = None

    @classmethod
    def of_directory(cls, directory: Path) -> "Run":
        """The run in a directory; tables and logs are read when asked for.

        What its scenario does not state has its default.
        Raises RunDirError for its run.json, and ScenarioError for the scenario in it.
        """
        record = read_record(directory)
        return cls.of_files(directory, {**record, "scenario": resolved(scenario_of(directory, record))})

    @classmethod
    def of_files(cls, directory: Path, record: Mapping[str, Any]) -> "Run":
        """The run whose files lie in a directory, of which run.json was read; all else is read when asked for."""
        return cls(
            TablesOfDirectory(directory, record),
            record,
            lambda: read_log(directory / OBSERVABLE_FILE),
            lambda: read_log(directory / TRUTH_FILE, truth=True),
            directory,
        )

    @classmethod
    def simulated(cls, scenario: Scenario, tables: Mapping[str, pa.Table], log: Log, truth_log: Log) -> "Run":
        """The run of a scenario that was simulated in memory."""
        record = {
            "scenario": resolved(scenario),
            "seed": scenario.seed,
            "window_start": log.metadata.window_start,
            "window_end": log.metadata.window_end,
        }
        return cls.in_memory(tables, log, truth_log, record)

    @classmethod
    def in_memory(cls, tables: Mapping[str, pa.Table], log: Log, truth_log: Log, record: Mapping[str, Any]) -> "Run":
        """The run out of tables and logs that are there already."""
        return cls(tables, record, lambda: log, lambda: truth_log)

    @cached_property
    def log(self) -> Log:
        """The observable part of the log."""
        return self.read_observable()

    @cached_property
    def truth_log(self) -> Log:
        """The truth part of the log."""
        return self.read_truth()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The run's names; personas and edge cases are known of a run that has its truth part."""
        try:
            return self.truth_log.metadata.vocabulary
        except LogError:
            return self.log.metadata.vocabulary

    @property
    def contract(self) -> Contract:
        """The contract of the run's tables."""
        return contract_for(self.vocabulary)

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The resolved scenario, nested."""
        return self.record["scenario"]  # type: ignore[no-any-return]

    @cached_property
    def whole_scenario(self) -> Scenario:
        """The scenario, which was checked when the run was read."""
        return scenario_from_dict(self.scenario, is_checked=True)

    @cached_property
    def in_force(self) -> tuple[tuple[datetime, Scenario], ...]:
        """The scenarios without changes that held one after the other, each from a local midnight on."""
        scenario = self.whole_scenario
        if not scenario.changes:
            return ((datetime.min, scenario),)
        opening = datetime.combine(scenario.start_date, time())
        return tuple((opening + timedelta(days=one.day), one.scenario) for one in segments(scenario))

    @cached_property
    def segments(self) -> tuple[tuple[datetime, Mapping[str, Any]], ...]:
        """The same as plain data."""
        if not self.scenario.get("changes"):
            return ((datetime.min, self.scenario),)
        return tuple((since, resolved(scenario)) for since, scenario in self.in_force)

    @cached_property
    def recorded_changes(self) -> tuple[RecordedChange, ...]:
        """The changes of parameters that the platform knows."""
        return recorded_changes(self.log)

    @cached_property
    def window_start(self) -> datetime:
        """When the window opens, local time."""
        return datetime.fromisoformat(self.record["window_start"])

    @cached_property
    def window_end(self) -> datetime:
        """When the window closes, likewise."""
        return datetime.fromisoformat(self.record["window_end"])

    def stated(self, key: str) -> Any:
        """What the scenario states under a dotted key: a figure, a range, or a whole section; at the window's end."""
        *_, latest = (one for since, one in self.segments if since < self.window_end)
        return _at(latest, key)

    def values_by_moment(self, key: str) -> list[tuple[datetime, Any]]:
        """The values of a parameter one after the other, each with the local midnight from which it held."""
        return _without_repetitions([(since, _at(scenario, key)) for since, scenario in self.segments])

    def values_by_event(self, key: str) -> list[tuple[int, Any]]:
        """The values of a parameter that the platform knows, each with the number of the event from which it held."""
        first = _at(self.segments[0][1], key)
        if len(self.segments) == 1:
            return [(0, first)]
        changes = [one for one in self.recorded_changes if key in one.values]
        begun = {EVENTS_PER_REGION * (one.region - 1): first for one in changes}
        changed = {one.number: one.values[key] for one in changes}
        return _without_repetitions(sorted({0: first, **begun, **changed}.items()))

    def parameter(self, key: str) -> Any:
        """What a query's parameter stands for: a moment of the run, a size of ids, or what the scenario states."""
        known = {
            "events_per_region": EVENTS_PER_REGION,
            "window_start": self.window_start,
            "window_end": self.window_end,
            "month_start": max(self.window_end - LONG, self.window_start),
            "week_start": max(self.window_end - RECENT, self.window_start),
        }
        return known[key] if key in known else self.stated(key)

    @cached_property
    def database(self) -> RunDatabase:
        """What queries about the run are put to."""
        return RunDatabase(self)

    def row(self, query: str) -> dict[str, Any]:
        """The one row that a query gives, found when first asked for and kept as long as the run."""
        if query not in self._kept:
            (self._kept[query],) = self.database.rows(query)
        return self._kept[query]  # type: ignore[no-any-return]

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def once(self, compute: "Callable[[Run], Computed]") -> Computed:
        """What a function makes of the run, computed when first asked for and kept as long as the run."""
        if compute not in self._kept:
            self._kept[compute] = compute(self)
        return self._kept[compute]  # type: ignore[no-any-return]


def _at(scenario: Mapping[str, Any], key: str) -> Any:
    return reduce(getitem, key.split("."), scenario)


def _without_repetitions(steps: "Sequence[tuple[Place, Any]]") -> "list[tuple[Place, Any]]":
    """Values that hold from a place on, without those that repeat the one before."""
    return [next(same) for _, same in groupby(steps, key=itemgetter(1))]
