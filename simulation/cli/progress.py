"""The progress of long work: a bar on a terminal, or log lines. It only watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulation.execution.executors import OnDone, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_LINES = 10


@contextmanager
def shown_progress(of: str, *, quiet: bool = False, as_lines: bool = False) -> Iterator[OnDone | None]:
    """What to tell of each of these that is over (days, runs, rows): a bar on a terminal, or log lines if asked for."""
    if quiet or not (as_lines or sys.stderr.isatty()):
        yield None
    elif as_lines:
        yield log_progress(of)
    else:
        with _bar(of) as on_done:
            yield on_done


def log_progress(of: str) -> OnDone:
    """Log a line now and then, about ten in all."""
    import structlog

    log = structlog.get_logger()
    told = 0

    def on_done(done: int, total: int) -> None:
        nonlocal told
        if done * _LINES // total > told:
            told = done * _LINES // total
            log.info("simulated", **{of: done}, of=total)

    return on_done


@contextmanager
def _bar(of: str) -> Iterator[OnDone]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("remaining"), TimeRemainingColumn(),
    )  # fmt: skip
    with Bars(*columns, console=Console(file=sys.stderr)) as bars:
        yield _Bar(bars, bars.add_task(of, total=None))


class _Bar(Progress):
    """A bar whose length is not known at first."""

    def __init__(self, bars: "Bars", task: "TaskID") -> None:
        self._bars = bars
        self._task = task

    def __call__(self, done: int, total: int) -> None:
        self._bars.update(self._task, completed=done, total=total)

    def expect(self, total: int) -> None:
        self._bars.update(self._task, total=total)
