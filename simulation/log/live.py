"""A log that reports each observable event when it is written."""

from collections.abc import Callable
from typing import Any

from simulation.clock import Clock
from simulation.log.writing import EventLog, Sink

OnEvent = Callable[[str, int, Any], None]
"""Called with an observable event's id, its simulated second, and the event."""


class LiveLog(EventLog):
    """The log of one region's world; `on_event` is called for each event of its observable part, in order."""

    def __init__(self, clock: Clock, observable: Sink, truth: Sink, region: int, on_event: OnEvent) -> None:
        super().__init__(clock, observable, truth, region)
        self._on_event = on_event
        self._reported = self.last_event_id

    def write(self, second: int, event: Any) -> None:
        """Append an event, and report it if it is observable."""
        super().write(second, event)
        event_id = self.last_event_id
        if event_id != self._reported:
            self._reported = event_id
            self._on_event(event_id, second, event)
