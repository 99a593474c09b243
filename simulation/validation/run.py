"""A run to be measured: its tables, both parts of its log, and what run.json says; read when asked for."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, reduce
from operator import getitem
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from attrs import define, field, frozen
from numpy.typing import NDArray

from simulation.contract import TABLES
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, Log, read_log
from simulation.runs import read_record, scenario_of
from simulation.runs.tables import read_table_of_run
from simulation.scenario.loading import resolved
from simulation.validation.frames import DAY, Floats, Frame

RECENT_DAYS = 7
LONG_DAYS = 30

Computed = TypeVar("Computed")


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
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


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

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The resolved scenario, nested."""
        return self.record["scenario"]  # type: ignore[no-any-return]

    @cached_property
    def window_start(self) -> int:
        """When the window opens, in seconds since 1970, local time."""
        return _seconds(self.record["window_start"])

    @cached_property
    def window_end(self) -> int:
        """When the window closes, likewise."""
        return _seconds(self.record["window_end"])

    def last_days(self, days: int) -> int:
        """When the last `days` of the window begin: with the window, where it is shorter."""
        return max(self.window_end - days * DAY, self.window_start)

    def stated(self, key: str) -> Any:
        """What the scenario states under a dotted key: a figure, a range, or a whole section."""
        return reduce(getitem, key.split("."), self.scenario)

    def churn_rule(self, name: str) -> float:
        """A threshold or weight of the churn signals, from the scenario."""
        return float(self.stated(f"churn.{name}"))

    def intervention_rule(self, name: str) -> float:
        """A threshold or limit of the interventions, likewise."""
        return float(self.stated(f"interventions.{name}"))

    def risk_levels(self, probabilities: Floats) -> NDArray[Any]:
        """The churn risk levels that probabilities, as stored, stand for, as strings."""
        high, medium = self.churn_rule("high_risk"), self.churn_rule("medium_risk")
        levels = np.select([probabilities >= high, probabilities >= medium], ["High", "Medium"], "Low")
        return levels.astype(object)

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def once(self, compute: "Callable[[Run], Computed]") -> Computed:
        """What a function makes of the run, computed when first asked for and kept as long as the run."""
        if compute not in self._kept:
            self._kept[compute] = compute(self)
        return self._kept[compute]  # type: ignore[no-any-return]

    def frame(self, name: str) -> Frame:
        """A table as a frame."""
        if name not in self._kept:
            self._kept[name] = Frame(self.tables[name].combine_chunks())
        return self._kept[name]  # type: ignore[no-any-return]

    def events(self, *event_types: type[Any], columns: tuple[str, ...] = ()) -> Frame:
        """The observable events of some types as a frame: all their fields, or the named ones only."""
        return self._events(self.log, event_types, columns)

    def truth_events(self, *event_types: type[Any]) -> Frame:
        """The events of some types in the truth part, as a frame."""
        return self._events(self.truth_log, event_types)

    def _events(self, log: Log, event_types: tuple[type[Any], ...], columns: tuple[str, ...] = ()) -> Frame:
        asked = (log is self.log, event_types, columns)
        if asked not in self._kept:
            self._kept[asked] = Frame(log.events(*event_types, columns=columns))
        return self._kept[asked]  # type: ignore[no-any-return]


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())
