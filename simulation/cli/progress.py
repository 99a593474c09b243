"""How far long work is: a bar on a terminal, log lines where asked for. It watches, and changes nothing."""

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
def shown_progress(*, quiet: bool = False, as_lines: bool = False) -> Iterator[OnDone | None]:
    """What is to be told of each simulated day that is over: a bar on a terminal; log lines where asked for."""
    if as_lines and not quiet:
        yield log_days()
    else:
        with _bar_on_a_terminal("days", quiet=quiet) as on_day:
            yield on_day


@contextmanager
def shown_runs(*, quiet: bool = False) -> Iterator[OnDone | None]:
    """What is to be told of each simulated run that is over; it shows on a terminal, and nowhere else."""
    with _bar_on_a_terminal("runs", quiet=quiet) as on_run:
        yield on_run


@contextmanager
def shown_rows(*, quiet: bool = False) -> Iterator[OnDone | None]:
    """What is to be told of rows that are loaded; it shows on a terminal, and nowhere else."""
    with _bar_on_a_terminal("rows", quiet=quiet) as on_rows:
        yield on_rows


def log_days() -> OnDone:
    """Log a line now and then, about ten in all."""
    import structlog

    log = structlog.get_logger()

    told = 0

    def on_day(done: int, total: int) -> None:
        nonlocal told
        if done * _LINES // total > told:
            told = done * _LINES // total
            log.info("simulated", days=done, of=total)

    return on_day


@contextmanager
def _bar_on_a_terminal(of: str, *, quiet: bool) -> Iterator[OnDone | None]:
    if quiet or not sys.stderr.isatty():
        yield None
    else:
        with _bar(of) as on_done:
            yield on_done


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
    """A bar, of a length that is not known at first."""

    def __init__(self, bars: "Bars", task: "TaskID") -> None:
        self._bars = bars
        self._task = task

    def __call__(self, done: int, total: int) -> None:
        self._bars.update(self._task, completed=done, total=total)

    def expect(self, total: int) -> None:
        self._bars.update(self._task, total=total)
