"""Keeps simulated time in step with real time."""

from simpy.rt import RealtimeEnvironment


class Pace:
    """Makes `speed` simulated seconds take a real one; a speed of 0 never waits. Delays are made up for."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._wall: RealtimeEnvironment | None = None

    def wait_for(self, second: int) -> None:
        """Wait until a simulated second is due, counted from the first one waited for."""
        if not self._speed:
            return
        if self._wall is None:
            self._wall = RealtimeEnvironment(initial_time=second, factor=1 / self._speed, strict=False)
        if second > self._wall.now:
            self._wall.run(until=second)
