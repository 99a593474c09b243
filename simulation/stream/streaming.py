"""A scenario's world lived through at some speed, with each observable event handed on before the next moment."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulation.scenario import Scenario
from simulation.stream import StreamError

if TYPE_CHECKING:
    import pyarrow as pa

Send = Callable[[str], None]


class Nowhere:
    """A sink for what nobody reads."""

    def write(self, chunk: "pa.Table") -> None:
        """Let a chunk go."""

    def close(self) -> None:
        """Nothing more comes."""


def stream_world(scenario: Scenario, send: Send, *, speed: float, after: str | None = None, region: int = 1) -> None:
    """Live through a scenario's only region and `send` each observable event as a line of JSON when it happens.

    The warm-up, and with `after` what comes up to the event of that id, takes no longer than it must; events up to it
    are not sent. Raises StreamError where there is no such id.
    """
    Streaming(scenario, send, speed, after, region).run()


class Streaming:
    """One stream: what happened in a moment waits until the moment is over, and is sent before the clock goes on."""

    def __init__(self, scenario: Scenario, send: Send, speed: float, after: str | None, region: int) -> None:
        from simulation.stream.cloud_events import Envelopes
        from simulation.stream.pacing import PacedEnvironment
        from simulation.world import World

        self._send = send
        self._after = 0 if after is None else _number(after)
        self._last = ""
        self._happened: list[dict[str, Any]] = []
        self._environment = PacedEnvironment(speed, self._hand_on)
        self._world = World(
            scenario, Nowhere(), Nowhere(), region=region, environment=self._environment, on_event=self._note
        )
        self._envelopes = Envelopes(scenario, self._world.clock)

    def run(self) -> None:
        """Live to the end of the window."""
        self._world.run()
        self._hand_on()
        if _number(self._last) < self._after:
            raise StreamError(f"--from-event-id: EV{self._after:06d} is not in this stream; its last is {self._last}")

    def _note(self, event_id: str, second: int, event: Any) -> None:
        self._last = event_id
        if _number(event_id) > self._after:
            if second >= self._world.clock.window_start:
                self._environment.keep_pace()
            self._happened.append(self._envelopes.envelope(event_id, second, event))

    def _hand_on(self) -> None:
        for envelope in self._happened:
            self._send(json.dumps(envelope, separators=(",", ":")) + "\n")
        self._happened.clear()


def _number(event_id: str) -> int:
    """The number in an event's id. Raises StreamError."""
    if not re.fullmatch(r"EV[0-9]{6,}", event_id):
        raise StreamError(f"--from-event-id: {event_id!r} is no id of an event; allowed is an id as in EV000017")
    return int(event_id[2:])
