"""A scenario's worlds lived through at some speed, with each observable event handed on when its moment has come."""

import heapq
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from simulation.scenario import Scenario
from simulation.stream import StreamError

if TYPE_CHECKING:
    import pyarrow as pa

Send = Callable[[str], None]


class Happening(NamedTuple):
    """An event that waits for its moment, `utc` in seconds since 1970."""

    utc: int
    region: "RegionStream"
    event_id: str
    second: int
    event: Any


class Nowhere:
    """A sink for what nobody reads."""

    def write(self, chunk: "pa.Table") -> None:
        """Let a chunk go."""

    def close(self) -> None:
        """Nothing more comes."""


def stream_world(
    scenario: Scenario, send: Send, *, speed: float, after: str | None = None, only_region: int | None = None
) -> None:
    """Live through a scenario and `send` each observable event as a line of JSON when it happens.

    Several regions' worlds are lived through side by side, and their events come in the order of the merged log;
    `only_region` is the number of the one that is streamed alone. The warm-up, and with `after` what comes up to the
    event of that id, takes no longer than it must; events up to it are not sent. Raises StreamError where there is no
    such id.
    """
    from simulation.stream.pacing import Pace

    if after is not None:
        _check_id(after)
    pace = Pace(speed)
    for happening in _rest(happenings(scenario, only_region), after):
        if happening.region.is_recorded(happening.second):
            pace.wait_for(happening.utc)
        envelope = happening.region.envelopes.envelope(happening.event_id, happening.second, happening.event)
        send(json.dumps(envelope, separators=(",", ":")) + "\n")


def happenings(scenario: Scenario, only_region: int | None = None) -> Iterator[Happening]:
    """All observable events in the order of the log: by time in UTC, then by region, then as they were written."""
    numbers = range(1, len(scenario.regions) + 1) if only_region is None else [only_region]
    regions = [RegionStream(scenario, number) for number in numbers]
    # Of two that happen at once, that of the earlier region comes first.
    return heapq.merge(*(region.live() for region in regions), key=lambda happening: happening.utc)


class RegionStream:
    """One region's world, lived through a day at a time: what is held of it is never more than the events of a day."""

    def __init__(self, scenario: Scenario, number: int) -> None:
        from simulation.scenario.partition import regional
        from simulation.stream.cloud_events import Envelopes, source_of
        from simulation.world import World

        own = regional(scenario, number)
        self._happened: list[Happening] = []
        self._world = World(own, Nowhere(), Nowhere(), region=number, on_event=self._note)
        clock = self._world.clock
        self._epoch = clock.local_epoch_start - clock.utc_shift
        self.envelopes = Envelopes(source_of(scenario), clock)

    def live(self) -> Iterator[Happening]:
        """Each observable event of the world, in order; a day is lived when the one before has been asked for."""
        for _ in self._world.days():
            yield from self._taken()
        yield from self._taken()

    def is_recorded(self, second: int) -> bool:
        """Whether the window is open at a simulated second, or over."""
        return second >= self._world.clock.window_start

    def _note(self, event_id: str, second: int, event: Any) -> None:
        self._happened.append(Happening(self._epoch + second, self, event_id, second, event))

    def _taken(self) -> list[Happening]:
        happened, self._happened = self._happened, []
        return happened


def _rest(stream: Iterator[Happening], after: str | None) -> Iterator[Happening]:
    """What comes after the event of an id. Raises StreamError where there is none."""
    if after is not None:
        last = None
        for happening in stream:
            last = happening.event_id
            if last == after:
                break
        else:
            raise StreamError(f"--from-event-id: {after} is not in this stream; its last is {last}")
    yield from stream


def _check_id(event_id: str) -> None:
    if not re.fullmatch(r"EV[0-9]{6,}", event_id):
        raise StreamError(f"--from-event-id: {event_id!r} is no id of an event; allowed is an id as in EV000017")
