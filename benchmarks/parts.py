"""What is measured, part by part: each part a table of figures, with the runs behind them.

Whatever is divided by each other is measured in turn: machines are noisy, and a slow minute has to fall on both.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

import click
from attrs import frozen

from benchmarks.costs import answer_of, cost_of, module, simulation
from benchmarks.explorer import waits_in_explorer
from benchmarks.pages import browser_is_here, seconds_to_charts
from benchmarks.phases import PHASES

# Rows by name, each with its figures by name; their names end in the unit.
Figures = dict[str, dict[str, float]]
Runs = dict[str, list[dict[str, float]]]

Name = TypeVar("Name")
Result = TypeVar("Result")

PER_SESSION = "processor ms per session"

# The sessions of a month in production: the floor is drawn for as many.
FLOOR_SESSIONS = 22_500

# So many regions are simulated for each size, or one run: a hundred regions take minutes.
_REGIONS_PER_SIZE = 30

# What commands exit with that do not simply succeed; validating takes as long where a claim fails.
_CODES = {"a refused scenario": (2,), "validate": (0, 1)}


@frozen
class Plan:
    """What to measure with: a scenario, numbers of regions, and how often."""

    scenario: Path
    sizes: tuple[int, ...] = (1, 10, 100)
    repetitions: int = 5
    times_larger: int = 10

    def repetitions_of(self, size: int) -> int:
        """How often a run of so many regions is measured."""
        return max(1, min(self.repetitions, _REGIONS_PER_SIZE // size))


@frozen
class Part:
    """What was measured: figures, which are medians, and the runs behind them."""

    figures: Figures
    runs: Runs


def measure_regions(plan: Plan) -> Part:
    """Whole processes, from the command to the written files, by number of regions."""
    runs: Runs = {str(size): [] for size in plan.sizes}
    for size in in_turn({size: plan.repetitions_of(size) for size in plan.sizes}):
        runs[str(size)].append(_run(plan.scenario, "--regions", size))
    base = str(min(plan.sizes))
    return Part(over(_all_medians(runs), base, PER_SESSION, "per session, over one region"), runs)


def measure_larger(plan: Plan) -> Part:
    """One region, and one of many times the tutors and the demand."""
    from simulation.scenario.loading import load_scenario

    scenario, times = load_scenario(plan.scenario), plan.times_larger
    larger = (
        *("--set", f"population.tutors={scenario.population.tutors * times}"),
        *("--set", f"demand.sessions_per_day={scenario.demand.sessions_per_day * times}"),
    )
    options = {"as it is": (), f"{times} times larger": larger}
    runs: Runs = {row: [] for row in options}
    few = plan.repetitions // 2
    for row in in_turn({"as it is": few + 1, f"{times} times larger": max(1, few)}):
        runs[row].append(_run(plan.scenario, *options[row]))
    return Part(over(_all_medians(runs), "as it is", PER_SESSION, "per session, over as it is"), runs)


def measure_phases(plan: Plan) -> Part:
    """The phases of a run in one process."""
    runs = []
    for _ in range(plan.repetitions):
        with TemporaryDirectory() as directory:
            whole = _told(module("benchmarks.phases", plan.scenario, directory), cost_of).processor
            seconds: dict[str, float] = json.loads(Path(directory, PHASES).read_text("utf-8"))
        # What a world leaves behind is cleared away when the process ends.
        runs.append(seconds | {"end": whole - sum(seconds.values()), "all of it": whole})
    by_phase: Runs = {phase: [{"processor s": run[phase]} for run in runs] for phase in runs[0]}
    return Part(over(_all_medians(by_phase), "all of it", "processor s", "over all of it"), by_phase)


def measure_kernel(plan: Plan) -> Part:
    """The world's run alone, over a bare SimPy loop with as many live processes and kernel events."""
    measured = json.loads(_told(module("benchmarks.kernel", plan.scenario, plan.repetitions), answer_of))
    pairs = measured["seconds"]
    ratios = [{"over the loop": pair["world"] / pair["loop"]} for pair in pairs]
    load = {"kernel events": measured["events"], "live processes": measured["processes"]}
    runs = {
        name: [{"processor s": pair[name]} | load | (ratio if name == "world" else {"over the loop": 1.0})
               for pair, ratio in zip(pairs, ratios, strict=True)]
        for name in ("world", "loop")
    }  # fmt: skip
    return Part(_all_medians(runs), runs)


def measure_floor(plan: Plan) -> Part:
    """A run, over merely drawing 35 columns for as many sessions as in a month of production, and writing them."""
    runs: Runs = {"a run": [], "the floor": []}
    for row in in_turn({"a run": plan.repetitions, "the floor": plan.repetitions}):
        with TemporaryDirectory() as directory:
            command = (
                simulation("run", plan.scenario, "--out", Path(directory, "run"), "--quiet")
                if row == "a run"
                else module("benchmarks.sampling", directory, FLOOR_SESSIONS)
            )
            cost = _told(command, cost_of)
            runs[row].append({"processor s": cost.processor, "wall s": cost.wall})
    return Part(over(_all_medians(runs), "the floor", "processor s", "over the floor"), runs)


def measure_commands(plan: Plan) -> Part:
    """How long the command line takes to answer, and to make or to measure again what a run has."""
    with TemporaryDirectory() as folder:
        run, refused = Path(folder, "run"), Path(folder, "refused.toml")
        refused.write_text(f'extends = "{plan.scenario.resolve()}"\ndayz = 3\n')
        cost_of(simulation("run", plan.scenario, "--out", run, "--quiet"))
        commands = {
            "--help": simulation("--help"),
            "scenario": simulation("scenario", plan.scenario),
            "a refused scenario": simulation("run", refused),
            "reduce": simulation("reduce", run, "--quiet"),
            "validate": simulation("validate", run),
        }
        runs: Runs = {row: [] for row in commands}
        for row in in_turn(dict.fromkeys(commands, plan.repetitions)):
            cost = _told(commands[row], partial(cost_of, codes=_CODES.get(row, (0,))))
            runs[row].append({"wall s": cost.wall, "processor s": cost.processor})
    return Part(_all_medians(runs), runs)


def measure_explorer(plan: Plan) -> Part:
    """How long whoever explores in the browser waits, for the scenario that is simulated in a moment."""
    click.echo("  explore", err=True)
    waits = [waits_in_explorer("dev") for _ in range(plan.repetitions)]
    runs: Runs = {row: [{"wall s": wait[row]} for wait in waits] for row in waits[0]}
    return Part(_all_medians(runs), runs)


def measure_report(plan: Plan) -> Part:
    """The report of a run: to write it, and to see its charts in Chromium, where that is installed."""
    with TemporaryDirectory() as folder:
        run, page = Path(folder, "run"), Path(folder, "run.html")
        cost_of(simulation("run", plan.scenario, "--out", run, "--quiet"))
        written = simulation("report", run, "--out", page, "--force")
        runs: Runs = {"written": [{"wall s": _told(written, cost_of).wall} for _ in range(plan.repetitions)]}
        if browser_is_here():
            seconds = list(seconds_to_charts(page, plan.repetitions))
            runs["its first chart"] = [{"wall s": first} for first, _ in seconds]
            runs["all of its charts"] = [{"wall s": last} for _, last in seconds]
    return Part(_all_medians(runs), runs)


PARTS: dict[str, Callable[[Plan], Part]] = {
    "regions": measure_regions,
    "phases": measure_phases,
    "kernel": measure_kernel,
    "floor": measure_floor,
    "larger": measure_larger,
    "commands": measure_commands,
    "explorer": measure_explorer,
    "report": measure_report,
}


def in_turn(times: Mapping[Name, int]) -> list[Name]:
    """Each name so many times, spread over the whole evenly: short ones all around the long ones."""
    places = [((nth + 0.5) / often, name) for name, often in times.items() for nth in range(often)]
    return [name for _, name in sorted(places, key=lambda place: place[0])]


def _run(scenario: Path, *options: str | int) -> dict[str, float]:
    """A run in a directory of its own: what it cost, by session and by event."""
    with TemporaryDirectory() as folder:
        directory = Path(folder, "run")
        cost = _told(simulation("run", scenario, "--out", directory, "--quiet", *options), cost_of)
        rows = json.loads((directory / "run.json").read_text("utf-8"))["rows"]
    return {
        "processor s": cost.processor,
        "wall s": cost.wall,
        "peak memory MB": cost.memory / 1e6,
        "sessions": rows["sessions"],
        "events": rows["event_log"],
        PER_SESSION: cost.processor / rows["sessions"] * 1e3,
        "events per s": rows["event_log"] / cost.wall,
    }


def over(figures: Figures, base: str, name: str, ratio: str) -> Figures:
    """The figures, and a further one: what one of them comes to over what it is in the row `base`."""
    return {row: values | {ratio: values[name] / figures[base][name]} for row, values in figures.items()}


def _all_medians(runs: Runs) -> Figures:
    return {row: _medians(of_row) for row, of_row in runs.items()}


def _medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def _told(command: Sequence[str], measured: Callable[[Sequence[str]], Result]) -> Result:
    """What came of a command, of which a line on standard error tells before."""
    click.echo(f"  {' '.join(command[2:])}", err=True)
    return measured(command)
