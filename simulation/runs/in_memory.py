"""A simulation in memory: its log, and its tables as data frames."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from simulation.contract import TABLE_NAMES, is_truth
from simulation.execution.executors import OnDone
from simulation.lib.pickling import MadeAgain
from simulation.lib.suggestions import hint
from simulation.log import (
    Log,
    ParquetSink,
    read_log,
)
from simulation.log.merging import merged
from simulation.runs import RunSummary, read_record, scenario_of, write_directory
from simulation.runs.states import LOGS, copy_states, run_and_keep, state_file, states_of
from simulation.scenario import Scenario
from simulation.scenario.extension_code import require_permission
from simulation.scenario.loading import check_scenario
from simulation.scenario.regions import regional
from simulation.tables import Parts, joined, reduce_observable, reduce_truth

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Simulation", "load_run", "simulate"]


class Simulation(MadeAgain):
    """A scenario that was simulated.

    `log` and `truth_log` are the two parts of the log, `tables` the documented tables and `truth` the truth tables,
    by name, as pandas data frames; each is made when it is first asked for. `read_part` reads the truth part of the log
    if called with True, else the observable one: a run that is passed on may lack its truth.

    A simulation can be pickled and copied, if what reads and writes its log can be.
    """

    def __init__(
        self,
        scenario: Scenario,
        read_part: Callable[[bool], Log],
        write_logs: Callable[[Path], None],
        region: int | None = None,
        write_states: Callable[[Path], object] | None = None,
    ) -> None:
        #: What was simulated.
        self.scenario = scenario
        self._region = region
        self._read_part = read_part
        self._write_logs = write_logs
        self._write_states = write_states
        #: The documented tables by name, each a data frame that is made when it is first asked for.
        self.tables: Mapping[str, pd.DataFrame] = DataFrames(partial(getattr, self, "_documented"), truth=False)
        #: The truth tables, likewise.
        self.truth: Mapping[str, pd.DataFrame] = DataFrames(partial(getattr, self, "_of_truth"), truth=True)

    @classmethod
    def simulated(cls, scenario: Scenario, on_day: OnDone | None = None, *, state: bool = True) -> Self:
        """Simulate a scenario; parameters and errors are those of `simulate`."""
        check_scenario(scenario)
        require_permission(scenario.extensions, f"scenario {scenario.name}")
        from simulation.world import World, log_metadata, memory_sinks

        sinks = memory_sinks(scenario)
        count = len(scenario.regions)
        states: dict[str, bytes] = {}
        for number in range(1, count + 1):
            own = regional(scenario, number)
            world = World(own, *sinks, _of_all(on_day, number, count), number)
            if state:
                states[state_file(number)] = run_and_keep(world, own, number)
            else:
                world.run()
        tables = [sink.table() if count == 1 else merged(sink.table()) for sink in sinks]
        metadata = log_metadata(scenario)
        parts = [Log(tables[0], metadata.observable()), Log(tables[1], metadata)]
        write_states = partial(_write_files, states)
        return cls(scenario, parts.__getitem__, partial(_write_logs, parts), write_states=write_states)

    @classmethod
    def loaded(cls, directory: str | Path, extensions: Sequence[str] = ()) -> Self:
        """Open the run in a directory; errors are those of `load_run`."""
        record = read_record(directory)
        # where it is now, whatever directory this process goes on in
        place = Path(directory).absolute()
        scenario = scenario_of(directory, record, extensions)
        return cls(
            scenario, partial(_read_part, place), partial(_copy_logs, place), record.get("region"),
            partial(copy_states, place, names=states_of(record)),
        )  # fmt: skip

    @cached_property
    def log(self) -> Log:
        """The observable part of the log."""
        return self._read_part(False)

    @cached_property
    def truth_log(self) -> Log:
        """The truth part of the log."""
        return self._read_part(True)

    def write(
        self, out: str | Path, formats: Sequence[str] | None = None, *, force: bool = False, state: bool = True
    ) -> RunSummary:
        """Write the run's directory: the same bytes as `python -m simulation run`. Raises RunDirError.

        Without `state` it does not have where the worlds stood at the window's end, as with `--no-state`.

        Example:
            >>> run.write(folder / "run", ["csv"]).record["rows"]["tutor_profiles"]
            10
        """

        def write_logs(directory: Path) -> None:
            self._write_logs(directory)
            if state and self._write_states is not None:
                self._write_states(directory)

        return write_directory(self.scenario, out, formats, force=force, write_logs=write_logs, region=self._region)

    @cached_property
    def _parts(self) -> Parts:
        return reduce_observable(self.log)

    @cached_property
    def _documented(self) -> dict[str, pa.Table]:
        return joined(self._parts)

    @cached_property
    def _of_truth(self) -> dict[str, pa.Table]:
        return joined(reduce_truth(self.log, self.truth_log, self._parts))


class DataFrames(Mapping[str, "pd.DataFrame"]):
    """Tables by name, each turned into a data frame when it is first asked for.

    Whole numbers, truth values and text are of pandas' nullable types, whatever is missing in them: Int64, boolean and
    string. Moments are datetime64[s] and other numbers float64, as NumPy has them.
    """

    def __init__(self, arrow: Callable[[], Mapping[str, pa.Table]], *, truth: bool) -> None:
        self._arrow = arrow
        self._names = [name for name in TABLE_NAMES if is_truth(name) == truth]
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> "pd.DataFrame":
        if name not in self._names:
            raise KeyError(f"there is no table {name!r}{hint(name, self._names)}")
        if name not in self._made:
            self._made[name] = self._arrow()[name].to_pandas(types_mapper=_nullable_type)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"DataFrames({', '.join(self._names)})"


def _nullable_type(kind: pa.DataType) -> Any:
    """The type of pandas that has a missing value of its own, for an Arrow type of tables; None to leave it."""
    import pandas as pd

    # text as Python has it: that in Arrow comes out of groups as other types than it went in
    types = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype("python")}
    return types.get(kind)


def simulate(scenario: Scenario, on_day: OnDone | None = None, *, state: bool = True) -> Simulation:
    """Simulate a scenario in memory, region after region. `on_day` is told how many days of how many are over.

    Without `state`, where its worlds stood at the window's end is not kept for a directory that is written later.

    Raises ScenarioError for a scenario that is not what its declarations allow.
    """
    return Simulation.simulated(scenario, on_day, state=state)


def _of_all(on_day: OnDone | None, number: int, count: int) -> OnDone | None:
    """Report the days of one region as days of all regions."""
    if on_day is None:
        return None
    return lambda done, days: on_day((number - 1) * days + done, count * days)


def load_run(directory: str | Path) -> Simulation:
    """The simulation in a run's directory; its log is read when first asked for.

    Raises RunDirError where run.json is missing or damaged, and ScenarioError for its scenario. LogError is raised by
    what reads a log that is.
    """
    return Simulation.loaded(directory)


def _write_logs(parts: Sequence[Log], directory: Path) -> None:
    """Write both parts of a log in memory into a run's directory."""
    for name, log in zip(LOGS, parts, strict=True):
        with closing(ParquetSink(directory / name, log.schema.with_metadata(log.metadata.to_arrow()))) as sink:
            for chunk in filter(len, log.table.to_batches()):
                sink.write(pa.Table.from_batches([chunk]))


def _write_files(files: Mapping[str, bytes], directory: Path) -> None:
    for name, content in files.items():
        (directory / name).write_bytes(content)


def _read_part(directory: Path, of_truth: bool) -> Log:
    return read_log(directory / LOGS[of_truth], truth=of_truth)


def _copy_logs(directory: Path, target: Path) -> None:
    for name in LOGS:
        shutil.copyfile(directory / name, target / name)
