"""The progress of long work, for those who start it in Python."""

import sys
from contextlib import AbstractContextManager, nullcontext

from simulation.execution.executors import OnDone
from simulation.lib.progress import progress_bar


def shown(of: str, wanted: bool | None) -> AbstractContextManager[OnDone | None]:
    """What to tell how many of these (days, runs) are done: a bar if wanted; by default, on a terminal alone."""
    return progress_bar(of) if wanted or (wanted is None and sys.stderr.isatty()) else nullcontext()
