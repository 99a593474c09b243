"""A bar that shows on a terminal how much of long work is done. It only watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(of: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, and what to tell how many of how many of these (days, runs) are done."""
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
    with Progress(*columns, console=Console(file=sys.stderr)) as bars:
        task = bars.add_task(of, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
