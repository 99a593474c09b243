"""How far a simulation is: a bar on a terminal, log lines elsewhere. It watches, and changes nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

OnDay = Callable[[int, int], None]
OnRun = Callable[[int, int], None]

_LINES = 10


@contextmanager
def shown_progress(*, quiet: bool = False, as_lines: bool = False) -> Iterator[OnDay | None]:
    """What is to be told of each simulated day that is over; it shows on standard error."""
    if quiet:
        yield None
    elif as_lines or not sys.stderr.isatty():
        yield log_days()
    else:
        with _bar("days") as on_day:
            yield on_day


@contextmanager
def shown_runs(*, quiet: bool = False) -> Iterator[OnRun | None]:
    """What is to be told of each simulated run that is over; it shows on standard error."""
    if quiet:
        yield None
    elif not sys.stderr.isatty():
        yield log_runs()
    else:
        with _bar("runs") as on_run:
            yield on_run


@contextmanager
def shown_rows(*, quiet: bool = False) -> Iterator[OnRun | None]:
    """What is to be told of rows that are loaded; it shows on a terminal, and nowhere else."""
    if quiet or not sys.stderr.isatty():
        yield None
    else:
        with _bar("rows") as on_rows:
            yield on_rows


def log_runs() -> OnRun:
    """Log a line for each run, with the time that the others will take if they take as long."""
    import structlog

    log, began = structlog.get_logger(), monotonic()

    def on_run(done: int, total: int) -> None:
        remaining = (monotonic() - began) / done * (total - done)
        log.info("simulated", runs=done, of=total, remaining=str(timedelta(seconds=round(remaining))))

    return on_run


def log_days() -> OnDay:
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
def _bar(of: str) -> Iterator[OnDay]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("remaining"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(of)

        def on_day(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield on_day
