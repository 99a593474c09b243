"""What a command costs: the whole of it, with all the processes that it starts. Needs Linux, which tells of each."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread
from time import perf_counter

import click
from attrs import frozen

ROOT = Path(__file__).parents[1]

# To look costs milliseconds of those who are looked at: it is done the less often, the longer it takes.
_SECONDS_BETWEEN_LOOKS = 0.1
_PAUSES_TO_A_LOOK = 30
_KIB = 1024


@frozen
class Cost:
    """What a command cost.

    `processor` is user and system time of all its processes and `wall` the time that passed, in seconds; `memory`
    is the most that all its processes held together, in bytes.
    """

    processor: float
    wall: float
    memory: int


def simulation(*arguments: str | Path | int) -> list[str]:
    """A command of the simulation's command line."""
    return module("simulation", *arguments)


def module(name: str, *arguments: str | Path | int) -> list[str]:
    """The command that runs a module, in a process of its own."""
    return [sys.executable, "-m", name, *map(str, arguments)]


def cost_of(command: Sequence[str], codes: Iterable[int] = (0,)) -> Cost:
    """Run a command to its end. Raises ClickException where it exits with a code that is not expected."""
    with TemporaryFile() as errors:
        start = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
        with _Memory(process.pid) as memory:
            _, status, used = os.wait4(process.pid, 0)
            wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            errors.seek(0)
            raise _failure(command, process.returncode, errors.read().decode(errors="replace"))
    return Cost(used.ru_utime + used.ru_stime, wall, memory.most)


def answer_of(command: Sequence[str]) -> str:
    """What a command writes to standard output. Raises ClickException where it fails."""
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise _failure(command, finished.returncode, finished.stderr)
    return finished.stdout


def _failure(command: Sequence[str], code: int, said: str) -> click.ClickException:
    *_, last = ["nothing is said of why", *said.strip().splitlines()]
    return click.ClickException(f"{' '.join(command)}: exited with {code}: {last}")


class _Memory:
    """Looks up to ten times a second at what a process and all that descend from it hold.

    Of pages that several processes share, each is counted its part (proportional set size): a library that is
    loaded by three of them is there once.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self.most = 0

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            start = perf_counter()
            self.most = max(self.most, sum(map(_held_by, _family(self._process))))
            pause = max(_SECONDS_BETWEEN_LOOKS, _PAUSES_TO_A_LOOK * (perf_counter() - start))


def _family(process: int) -> Iterator[int]:
    """A process, and all that descend from it and are there."""
    yield process
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended
        return
    for child in children:
        yield from _family(child)


def _held_by(process: int) -> int:
    """The bytes that a process holds; none when it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * _KIB for line in lines if line.startswith("Pss:"))
