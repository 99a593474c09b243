"""A simulated clock that keeps step with the one on the wall, from some moment on."""

from collections.abc import Callable

from simpy import Environment
from simpy.rt import RealtimeEnvironment


class PacedEnvironment(RealtimeEnvironment):
    """Turns the clock without waiting until it is asked to; then `speed` simulated seconds take a real one.

    With a speed of 0 it never waits. `after_step` is called when a moment is over: what it raises reaches whoever
    turns the clock, where what a behaviour raises would be reported as its failure.
    """

    def __init__(self, speed: float, after_step: Callable[[], None]) -> None:
        super().__init__(factor=1 / speed if speed else 0.0, strict=False)
        self._waits = False
        self._after_step = after_step

    def keep_pace(self) -> None:
        """Wait from now on: what lies ahead comes no earlier than it should."""
        if not self._waits:
            self._waits = True
            self.env_start = self.now
            self.sync()

    def step(self) -> None:
        """Wait for the next moment if it is time to wait, and live through it."""
        if self._waits:
            super().step()
        else:
            Environment.step(self)
        self._after_step()
