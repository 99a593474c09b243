"""Simulates a scenario at some speed and sends each observable event when it happens."""

import heapq
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from simulation.exports.stream import StreamError
from simulation.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

Send = Callable[[str], None]


class Happening(NamedTuple):
    """An observable event: its id, its simulated second, and what happened."""

    event_id: str
    second: int
    event: Any


class Nowhere:
    """A sink that drops what it is given."""

    def write(self, chunk: "pa.Table") -> None:
        """Let a chunk go."""

    def close(self) -> None:
        """Nothing more comes."""


def stream_world(
    scenario: Scenario, send: Send, *, speed: float, after: str | None = None, only_region: int | None = None
) -> None:
    """Simulate a scenario and `send` each observable event as a line of JSON when it happens.

    `speed` is in simulated seconds per second. Several regions are simulated side by side, and their events come in
    the order of the merged log; `only_region` is the number of a region to stream alone. The warm-up is not paced, and
    with `after` neither is what comes up to the event of that id; events up to it are not sent. Raises StreamError for
    an unknown id, and ScenarioError for an unknown region.
    """
    from simpy.rt import RealtimeEnvironment

    from simulation.scenario.partition import checked_number

    if after is not None:
        _check_id(after)
    last, goes_on = "", after is None
    wall: RealtimeEnvironment | None = None
    numbers = range(1, len(scenario.regions) + 1) if only_region is None else [checked_number(scenario, only_region)]
    # Simultaneous events come in the order of the regions, as in the merged log.
    queue = [(region.due, region.number, region) for region in (RegionStream(scenario, number) for number in numbers)]
    heapq.heapify(queue)
    while queue:
        due, number, region = queue[0]
        if goes_on and speed and due >= region.opens:
            # It makes up for delays.
            wall = wall or RealtimeEnvironment(initial_time=due, factor=1 / speed, strict=False)
            if due > wall.now:
                wall.run(until=due)
        for happening in region.step():
            last = happening.event_id
            if goes_on:
                send(region.line(happening))
            goes_on = goes_on or last == after
        if region.is_over:
            heapq.heappop(queue)
        else:
            heapq.heapreplace(queue, (region.due, number, region))
    if not goes_on:
        raise StreamError(f"--from-event-id: {after} is not in this stream; its last is {last}")


class RegionStream:
    """One region's world, simulated a moment at a time.

    `due` is the next moment and `opens` the window's opening, both in seconds since 1970 in UTC.
    """

    def __init__(self, scenario: Scenario, number: int) -> None:
        from simulation.exports.stream.cloud_events import Envelopes, source_of
        from simulation.scenario.regions import regional
        from simulation.world import World

        self.number = number
        self._happened: list[Happening] = []
        world = World(regional(scenario, number), Nowhere(), Nowhere(), region=number, on_event=self._note)
        self._envelopes = Envelopes(source_of(scenario), world.clock)
        self._epoch = world.clock.utc_epoch_start
        self._moments = world.moments()
        self.opens = self._epoch + world.clock.window_start
        self.due = self._epoch
        self.is_over = False

    def step(self) -> list[Happening]:
        """Simulate the moment that is due; its events, in order."""
        second = next(self._moments, None)
        self.is_over = second is None
        self.due = self.due if second is None else self._epoch + second
        happened, self._happened = self._happened, []
        return happened

    def line(self, happening: Happening) -> str:
        """An event as a line of JSON."""
        return json.dumps(self._envelopes.envelope(*happening), separators=(",", ":")) + "\n"

    def _note(self, event_id: str, second: int, event: Any) -> None:
        self._happened.append(Happening(event_id, second, event))


def _check_id(event_id: str) -> None:
    if not re.fullmatch(r"EV[0-9]{6,}", event_id):
        raise StreamError(f"--from-event-id: {event_id!r} is no id of an event; allowed is an id as in EV000017")
