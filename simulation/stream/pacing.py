"""A pace that keeps step with the clock on the wall, from some moment on."""

import time


class Pace:
    """Lets `speed` simulated seconds take a real one; with a speed of 0 it never waits. Who is late catches up."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began: tuple[int, float] | None = None

    def wait_for(self, second: int) -> None:
        """Return no earlier than the second should come, counted from the first that was waited for."""
        if not self._speed:
            return
        now = time.monotonic()
        if self._began is None:
            self._began = second, now
        first, began = self._began
        ahead = began + (second - first) / self._speed - now
        if ahead > 0:
            time.sleep(ahead)
