"""A Dask cluster for tests: a scheduler and workers, real processes on this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from attrs import define, field

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]

Answer = TypeVar("Answer")

# How many workers a task may take with it before it is given up.
ALLOWED_LOSSES = 1

_ON_THIS_MACHINE = ("--host", "127.0.0.1", "--no-dashboard")


@define
class LocalCluster:
    """A scheduler, and as many workers as a test asks for."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(factory=list)
    _started: int = 0

    @property
    def address(self) -> str:
        """Where the scheduler answers, which it writes to a file."""
        path = self.folder / "scheduler.json"
        return _soon(lambda: str(json.loads(path.read_text())["address"]))

    def have_workers(self, number: int, directory: Path = ROOT) -> None:
        """See to it that so many workers live and are known; new ones can import what lies in a directory."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        missing = number - len(self.workers)
        options = (
            *_ON_THIS_MACHINE, "--nthreads", "1", "--no-nanny", "--death-timeout", str(PATIENCE),
            "--local-directory", str(self.folder),
        )  # fmt: skip
        self.workers += [_dask(self.folder, directory, "worker", self.address, *options) for _ in range(missing)]
        self._started += missing
        _soon(self._check_registrations)

    def stop_workers(self) -> None:
        """End all workers."""
        _end(self.workers)
        self.workers = []

    def _check_registrations(self) -> None:
        """Raise ValueError until each worker that was ever started has written that the scheduler knows it."""
        known = (self.folder / "worker.log").read_text().count("Registered to")
        if known < self._started:
            raise ValueError(f"{known} of {self._started} workers are known")


@contextmanager
def local_cluster(folder: Path) -> Iterator[LocalCluster]:
    """A cluster without workers, which ends with all its processes."""
    options = (*_ON_THIS_MACHINE, "--port", "0", "--scheduler-file", "scheduler.json")
    cluster = LocalCluster(folder, _dask(folder, folder, "scheduler", *options))
    try:
        yield cluster
    finally:
        _end([*cluster.workers, cluster.scheduler])


def _dask(folder: Path, directory: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(ALLOWED_LOSSES)}
        command = [sys.executable, "-m", "dask", *arguments]
        return subprocess.Popen(command, cwd=directory, env=environment, stdout=log, stderr=log)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()


def _soon(ask: Callable[[], Answer]) -> Answer:
    """What is answered as soon as it can be. Raises OSError or ValueError when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (OSError, ValueError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
