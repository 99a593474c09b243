"""Stops worlds at random moments, goes on with them in fresh processes, and looks whether anything differs.

    nice python -m tools.resume_anywhere --count 300 --seed 1

Scenarios are drawn at random, with several parameters at their extremes, with follow-ups and several regions, some with
a parameter that changes at a midnight. Each is simulated to a moment; its state is written to a file, which another
process reads and goes on from. Both parts of the log have to be those of a world that nobody stopped, and so has its
state at the window's end. Prints each that is not, and how many were tried. Ends with 1 if there are any.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from simulation.cli.arguments import EXTENSIONS, OVERRIDES
from simulation.cli.progress import shown_progress
from simulation.clock import DAY
from simulation.runs.states import run_and_keep
from simulation.scenario import Scenario
from simulation.scenario.loading import ScenarioError, load_scenario, resolved, scenario_digest, scenario_from_dict
from simulation.scenario.plain import Document
from simulation.scenario.regions import regional, simulated_days
from simulation.state.files import read_state, state_bytes, write_state
from simulation.world import World, memory_sinks
from tools.extremes import changed, drawn_extremes, every_extreme

ROOT = Path(__file__).parents[1]
LIVELY = ROOT / "tests" / "world" / "lively.toml"
HALF_HOUR = DAY // 48

# The files of a case.
_SCENARIO, _STATE, _END, _FAILURE = "scenario.json", "region.state", "end.state", "failure.txt"
_PARTS = ("observable.parquet", "truth.parquet")


@frozen
class Stop:
    """A world that is stopped at a simulated second: a region of several has its own scenario, and its number."""

    scenario: Scenario
    region: int
    second: int


class Kept:
    """A world whose log is kept in memory."""

    def __init__(self, stop: Stop, state_in: Path | None = None) -> None:
        self._stop = stop
        self.digest = scenario_digest(stop.scenario)
        self._sinks = memory_sinks(stop.scenario)
        state = None if state_in is None else read_state(state_in, self.digest, stop.region)
        self.world = World(stop.scenario, *self._sinks, region=stop.region, state=state)

    def write(self, state_to: Path) -> None:
        """Write the world's state to a file."""
        write_state(state_to, self.world.state(), self.digest, self._stop.region)

    def content(self) -> bytes:
        """What such a file has in it."""
        return state_bytes(self.world.state(), self.digest, self._stop.region)

    def run_to_the_end(self) -> bytes | None:
        """Run the world to its end; its state at the window's end, None where that is over."""
        if self.world.context.now >= self.world.clock.window_end:
            self.world.run()
            return None
        return run_and_keep(self.world, self._stop.scenario, self._stop.region)

    def logs(self) -> list[pa.Table]:
        """Both parts of the log."""
        return [sink.table() for sink in self._sinks]


def drawn_stop(random: Random, document: Document, extensions: Sequence[str] = ()) -> Stop:
    """A small world of a scenario in plain data, with several extremes, and a moment of it."""
    while True:
        change = {**drawn_extremes(document, random), "seed": random.randrange(10**6)}
        if random.random() < 0.5:
            change["changes"] = [_drawn_change(random, document)]
        try:
            scenario = scenario_from_dict(changed(document, change), extensions=extensions)
        except ScenarioError:
            continue
        region = random.randint(1, len(scenario.regions))
        length = simulated_days(scenario) * DAY
        # Midnights, half hours, and seconds in which something happens or nothing does.
        grid = random.choice((DAY, HALF_HOUR, 1))
        return Stop(regional(scenario, region), region, random.randint(0, length // grid) * grid)


def _drawn_change(random: Random, document: Document) -> Document:
    """A parameter that changes to an extreme at a midnight, and sometimes back two days later."""
    (key, value), *_ = random.choice(list(every_extreme(document))).items()
    day = random.randint(0, 5)
    return {"day": day, "set": {key: value}, **({"until": day + 2} if random.random() < 0.3 else {})}


def stop(one: Stop, place: Path) -> list[pa.Table]:
    """Simulate a world to its moment, and lay down its state; its log up to there."""
    place.mkdir()
    kept = Kept(one)
    kept.world.run(until=one.second)
    kept.write(place / _STATE)
    extensions = list(one.scenario.extensions.permitted.values())
    about = {"scenario": resolved(one.scenario), "extensions": extensions, "region": one.region, "second": one.second}
    (place / _SCENARIO).write_text(json.dumps(about), encoding="utf-8")
    return kept.logs()


def go_on(place: Path) -> None:
    """Go on with a world that was laid down, and lay down the rest of its log."""
    about = json.loads((place / _SCENARIO).read_text(encoding="utf-8"))
    scenario = scenario_from_dict(about["scenario"], extensions=about["extensions"])
    one = Stop(scenario, about["region"], about["second"])
    kept = Kept(one, place / _STATE)
    if kept.content() != (place / _STATE).read_bytes():
        raise ValueError(f"{place}: the state of a world that goes on is another than it was")
    end = kept.run_to_the_end()
    if end is not None:
        (place / _END).write_bytes(end)
    for name, log in zip(_PARTS, kept.logs(), strict=True):
        pq.write_table(log, place / name)


def differences(one: Stop, before: list[pa.Table], place: Path) -> Iterator[str]:
    """Where a world that was gone on with differs from one that nobody stopped."""
    whole = Kept(one)
    end = whole.run_to_the_end()
    for name, first, log in zip(_PARTS, before, whole.logs(), strict=True):
        rest = pq.read_table(place / name).cast(log.schema)
        if not pa.concat_tables([first, rest]).equals(log):
            yield f"{name}: other events, of {len(log)}"
    if (place / _END).exists() and (place / _END).read_bytes() != end:
        yield "another state at the window's end"


def go_on_elsewhere(folder: Path) -> None:
    """Go on in a fresh process with all worlds in a folder."""
    words = [sys.executable, "-m", "tools.resume_anywhere", "--going-on", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True)  # noqa: S603 -- this very tool


def faults(stops: Sequence[Stop]) -> Iterator[tuple[Stop, str]]:
    """The worlds that differ when they are gone on with, all in one fresh process, and in what."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        places = [folder / f"{nth:04d}" for nth in range(len(stops))]
        before = [stop(one, place) for one, place in zip(stops, places, strict=True)]
        go_on_elsewhere(folder)
        for one, log, place in zip(stops, before, places, strict=True):
            failure = place / _FAILURE
            if failure.exists():
                yield one, f"is not gone on with: {failure.read_text(encoding='utf-8')}"
            else:
                yield from ((one, what) for what in differences(one, log, place))


def drawn_stops(count: int, seed: int, overrides: Sequence[str] = (), extensions: Sequence[str] = ()) -> list[Stop]:
    """So many worlds and moments; the same for the same seed. Their scenarios may name `extensions` by `overrides`."""
    document = resolved(load_scenario(LIVELY, overrides, extensions=extensions))
    random = Random(seed)  # noqa: S311 -- drawn, not secret
    return [drawn_stop(random, document, extensions) for _ in range(count)]


@click.command()
@click.option("--count", default=300, show_default=True, help="Worlds to stop.")
@click.option("--seed", default=1, show_default=True, help="Of the scenarios and moments.")
@click.option("--together", default=10, show_default=True, help="Worlds that one fresh process goes on with.")
@OVERRIDES
@EXTENSIONS
@click.option("--going-on", type=click.Path(path_type=Path), hidden=True)
def main(
    count: int, seed: int, together: int, overrides: tuple[str, ...], extensions: tuple[str, ...], going_on: Path | None
) -> None:
    """Stop worlds, go on with them, and print where they differ."""
    if going_on is not None:
        for place in sorted(going_on.iterdir()):
            try:
                go_on(place)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
                (place / _FAILURE).write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        return
    stops, found = drawn_stops(count, seed, overrides, extensions), 0
    with shown_progress("worlds") as on_done:
        for start in range(0, count, together):
            for one, what in faults(stops[start : start + together]):
                found += 1
                click.echo(f"region {one.region} of {json.dumps(resolved(one.scenario))}, at {one.second}: {what}")
            if on_done is not None:
                on_done(min(start + together, count), count)
    click.echo(f"{count} worlds were stopped and gone on with; {found} faults")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
