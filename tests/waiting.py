"""Waiting for what is to happen, however slow the machine is."""

import time
from collections.abc import Callable

# Seconds that only what hangs takes.
PATIENCE = 600


def until(happened: Callable[[], object], pause: float = 0.01) -> None:
    """Return as soon as something has happened. Fails where it does not."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(pause)
