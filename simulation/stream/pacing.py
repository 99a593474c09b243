"""A pace that keeps step with the clock on the wall, from some moment on."""

from simpy.rt import RealtimeEnvironment


class Pace:
    """Lets `speed` simulated seconds take a real one; with a speed of 0 it never waits. Who is late catches up."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._wall: RealtimeEnvironment | None = None

    def wait_for(self, second: int) -> None:
        """Return no earlier than a second should come, counted from the first that was waited for."""
        if not self._speed:
            return
        if self._wall is None:
            self._wall = RealtimeEnvironment(initial_time=second, factor=1 / self._speed, strict=False)
        if second > self._wall.now:
            self._wall.run(until=second)
