"""Tasks for executors, such as other processes can import."""

import gc
import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from tests.waiting import until


class Chore(NamedTuple):
    """Something to be done once, that leaves a trace in a folder each time it is begun."""

    folder: Path
    number: int
    seconds: float = 0.0
    waits_for: str = ""  # a file in the folder, without which it does not end
    deaths: int = 0  # how many processes it takes with it before it succeeds


class MisfitError(Exception):
    """An error that cannot be made again from its arguments, as pickling does."""

    def __init__(self, found: int, expected: int) -> None:
        super().__init__(f"{found} is no {expected}")


def square(number: int) -> int:
    return number * number


def reciprocal(number: int) -> float:
    return 1 / number


def refuse(number: int) -> int:
    raise MisfitError(4, number)


class World:
    """Something that holds itself, and leaves a trace when it is let go."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace
        self.world = self

    def __del__(self) -> None:
        self.trace.touch()


def make_a_world(trace: Path) -> None:
    gc.disable()  # as who simulates does
    World(trace)


def process_of(_: int) -> int:
    return os.getpid()


def process_among_two(folder: Path) -> int:
    """The process that this is done in, which leaves its number and waits until there are two of them."""
    (folder / str(os.getpid())).touch()
    until(lambda: len(list(folder.iterdir())) >= 2)
    return os.getpid()


def do(chore: Chore) -> str:
    """Write the chore's number into a file; returns its name."""
    attempt = len(attempts_at(chore.folder, chore.number)) + 1
    (chore.folder / f"{chore.number}.{attempt}.begun").touch()
    time.sleep(chore.seconds)
    until((chore.folder / chore.waits_for).exists)
    if attempt <= chore.deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    path = chore.folder / f"{chore.number}.txt"
    path.write_text(f"{chore.number}\n")
    return path.name


def attempts_at(folder: Path, number: int) -> list[Path]:
    """The traces of a chore, one for each time that it was begun."""
    return list(folder.glob(f"{number}.*.begun"))


def begin_processes_forever(folder: str) -> None:
    """Be a parent whose processes say that they live, again and again."""
    from simulation.execution.executors import Processes

    list(Processes(2).outcomes(live, [folder, folder]))


def live(folder: str) -> None:
    """Touch a file named after this process, again and again."""
    while True:
        (Path(folder) / str(os.getpid())).touch()
        time.sleep(0.02)
