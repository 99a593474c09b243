"""The progress of long work: a bar on a terminal, or log lines. It only watches."""

import sys
from contextlib import AbstractContextManager, nullcontext

from simulation.execution.executors import OnDone
from simulation.lib.progress import progress_bar

_LINES = 10


def shown_progress(of: str, *, quiet: bool = False, as_lines: bool = False) -> AbstractContextManager[OnDone | None]:
    """What to tell of each of these that is over (days, runs, rows): a bar on a terminal, or log lines if asked for."""
    if quiet or not (as_lines or sys.stderr.isatty()):
        return nullcontext()
    return nullcontext(log_progress(of)) if as_lines else progress_bar(of)


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
