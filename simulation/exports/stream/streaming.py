"""Simulates a scenario at some speed and sends each observable event when it happens."""

import heapq
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, Any

from simulation.exports.stream import StreamError
from simulation.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

Send = Callable[[str], None]


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

    if after is not None and not re.fullmatch(r"EV[0-9]{6,}", after):
        raise StreamError(f"--from-event-id: {after!r} is no id of an event; allowed is an id as in EV000017")
    numbers = range(1, len(scenario.regions) + 1) if only_region is None else [checked_number(scenario, only_region)]
    happened: list[Callable[[], dict[str, Any]]] = []
    # Simultaneous events come in the order of the regions, as in the merged log.
    moments = heapq.merge(*(_moments(scenario, number, happened) for number in numbers))
    last, goes_on = "", after is None
    wall: RealtimeEnvironment | None = None
    for due, _, opens in chain(moments, [(0, 0, inf)]):
        # A region is asked for its next moment when it has lived the one before.
        for envelope in happened:
            event = envelope()
            last = event["id"]
            if goes_on:
                send(json.dumps(event, separators=(",", ":")) + "\n")
            goes_on = goes_on or last == after
        happened.clear()
        if goes_on and speed and due >= opens:
            # It makes up for delays.
            wall = wall or RealtimeEnvironment(initial_time=due, factor=1 / speed, strict=False)
            if due > wall.now:
                wall.run(until=due)
    if not goes_on:
        raise StreamError(f"--from-event-id: {after} is not in this stream; its last is {last}")


def _moments(
    scenario: Scenario, number: int, happened: list[Callable[[], dict[str, Any]]]
) -> Iterator[tuple[int, int, float]]:
    """The moments of a region: when it is due, the region, and when the window opens, in seconds since 1970 in UTC.

    What happens at a moment is added to `happened`, as what puts it into its envelope.
    """
    from simulation.exports.stream.cloud_events import Envelopes, source_of
    from simulation.scenario.regions import regional
    from simulation.world import World

    def note(*event: Any) -> None:
        happened.append(partial(envelopes.envelope, *event))

    world = World(regional(scenario, number), Nowhere(), Nowhere(), region=number, on_event=note)
    envelopes = Envelopes(source_of(scenario), world.clock)
    epoch = world.clock.utc_epoch_start
    for second in chain([0], world.moments()):
        yield epoch + second, number, epoch + world.clock.window_start
