"""Looks for files with states that are answered with anything but a world or one line: a run may come from a stranger.

    nice python -m tools.try_states --count 10000 --seed 1

Takes the states of a small world at several moments, and makes them hostile: cut off, bits flipped, other headers,
values of any type in any place under a checksum that is right, bombs, noise. Each is read, a world is made of it, and
lives to its end. That has to succeed, or to raise a StateError whose one line names the file; within seconds of
processor time, within memory, and without running code, importing modules, starting programs or writing files, for all
of which there is an audit hook. Prints what else happens, and ends with 1 if something does.
"""

import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click
from attrs import frozen

from simulation.agents.people import People
from simulation.cli.progress import shown_progress
from simulation.clock import DAY
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario, scenario_digest
from simulation.scenario.shown import shown
from simulation.state.files import StateError, read_state, state_bytes, state_is_at_fault
from simulation.world import World, memory_sinks
from tools.hostile_states import hostile

ROOT = Path(__file__).parents[1]
LIVELY = ROOT / "tests" / "world" / "lively.toml"
SMALL = ("days=2", "warm_up_days=3", "follow_up_days=1", "population.tutors=5", "demand.sessions_per_day=15",
         "experiments.0.start_day=-2", "experiments.1.start_day=-1")  # fmt: skip
# Seconds of processor time for one state, and bytes of memory for all.
PATIENCE, MEMORY = 20.0, 2 << 30
LIVED, REFUSED = "lived in", "refused"

# What happens while Python runs code, imports, starts programs or talks to others.
_FORBIDDEN = ("compile", "exec", "import", "marshal.", "pickle.", "os.", "subprocess.", "socket.", "ctypes.", "shutil.")
# It writes functions for classes, of their declarations alone.
_WRITER = "cattrs."


class Tried(BaseException):
    """Something that no state may bring about; no `except Exception` keeps it back."""


@frozen
class Place:
    """The scenario of all worlds that are tried, their people, and the states to begin with."""

    scenario: Scenario
    digest: str
    people: People
    states: tuple[bytes, ...]

    @classmethod
    def prepared(cls) -> "Place":
        """Simulate a small world, and take its state before, in, at the end of, and after the window."""
        scenario = load_scenario(LIVELY, SMALL)
        digest, states = scenario_digest(scenario), []
        world = World(scenario, *memory_sinks(scenario))
        for second in (2 * DAY + 40_000, 3 * DAY, 4 * DAY + 60_000, 5 * DAY, 5 * DAY + 50_000):
            world.run(until=second)
            states.append(state_bytes(world.state(), digest, 1))
        return cls(scenario, digest, world.people, tuple(states))

    def live(self, path: Path) -> None:
        """Make a world of the state in a file, and live in it to its end. Raises StateError."""
        state = read_state(path, self.digest, 1)
        with state_is_at_fault(path):
            World(self.scenario, *memory_sinks(self.scenario), state=state, people=self.people).run()


# ---------------------------------------------------------------- what may not happen

_watching = False


def look(event: str, details: tuple[Any, ...]) -> None:
    """The audit hook: raise Tried for what is forbidden, while a state is tried."""
    if not _watching:
        return
    if event == "open":
        path, mode, flags = details
        writes = set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes:
            raise Tried(f"writes to {path}")
    elif event.startswith(_FORBIDDEN):
        caller = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001 -- there is no other way
        if not caller.startswith(_WRITER):
            raise Tried(f"{event} {details!r:.200} by {caller}")


def _too_long(*_: object) -> None:
    raise Tried(f"takes more than {PATIENCE:.0f} seconds")


@contextmanager
def watched() -> Iterator[None]:
    """Hold what is done against all that is forbidden, and the time it takes."""
    global _watching  # noqa: PLW0603 -- an audit hook stays for ever
    _watching = True
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _watching = False


def verdict(place: Place, path: Path) -> tuple[str, str | None]:
    """What came of the state in a file, and what is wrong with that; None where nothing is."""
    try:
        with watched():
            place.live(path)
    except StateError as error:
        said = str(error)
        if isinstance(error.__cause__, MemoryError):
            return REFUSED, "fills all memory"
        if len(said.splitlines()) != 1 or not said.isprintable() or not said.startswith(str(path)):
            return REFUSED, f"is no line that names the file: {said!r}"
        return REFUSED, None
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        return "failed", f"{type(error).__name__}: {error!s:.200}"
    except Tried as error:
        return "failed", str(error)
    return LIVED, None


def search(count: int, seed: int, folder: Path) -> Iterator[tuple[str, str, str | None]]:
    """Try so many states; of each how it was made hostile, what came of it, and what is wrong with that."""
    place, path = Place.prepared(), folder / "region-0001.state"
    for nth in range(len(place.states)):  # also imports all that is needed
        path.write_bytes(place.states[nth])
        place.live(path)
    shown("\n")
    for number in range(count):
        random = Random(f"{seed}/{number}")  # noqa: S311 -- drawn, not secret
        kind, content = hostile(random.choice(place.states), random)
        path.write_bytes(content)
        came, fault = verdict(place, path)
        yield f"{number}, {kind}", came, fault


def guard() -> None:
    """Let nothing happen unseen, from now on, in this process."""
    sys.addaudithook(look)
    signal.signal(signal.SIGPROF, _too_long)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


@click.command()
@click.option("--count", type=click.IntRange(min=1), default=10_000, show_default=True, help="States to try.")
@click.option("--seed", default=1, show_default=True, help="Root of all random choices.")
def main(count: int, seed: int) -> None:
    """Try hostile states, and say what came of them."""
    guard()
    seen, faults = Counter[str](), 0
    with TemporaryDirectory() as scratch, shown_progress("states") as on_done:
        for done, (what, came, fault) in enumerate(search(count, seed, Path(scratch)), 1):
            seen[came] += 1
            if fault is not None:
                faults += 1
                click.echo(f"{what}: {fault}")
            if on_done is not None:
                on_done(done, count)
    told = ", ".join(f"{number:,} {came}" for came, number in sorted(seen.items()))
    click.echo(f"{count:,} hostile states: {told}; {faults} faults")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
