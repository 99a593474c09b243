"""Temporary changes of a tutor: the effects of interventions, coaching and experiments."""

import math
from enum import IntEnum, auto

from attrs import define, field, frozen


class Aspect(IntEnum):
    """What an influence changes."""

    ENGAGEMENT = auto()
    SESSIONS_PER_WEEK = auto()
    QUALITY = auto()
    RESCHEDULING = auto()
    NO_SHOWS = auto()
    LOGINS = auto()


@frozen
class Influence:
    """A change by `size` from second `start` on for `lasts` seconds; it fades linearly, or holds until its end."""

    size: float
    start: int
    lasts: float
    fades: bool = True

    def at(self, now: int) -> float:
        """What is left of it at a simulated second."""
        age = now - self.start
        if age < 0 or age >= self.lasts:
            return 0.0
        return self.size * (1.0 - age / self.lasts) if self.fades else self.size


@define
class Influences:
    """All influences on one tutor, `of` each aspect. `caps`, none below 0, limit their sum; `until` the last ends."""

    caps: dict[Aspect, float]
    until: float = 0.0
    of: dict[Aspect, list[Influence]] = field(factory=dict)

    def add(self, aspect: Aspect, influence: Influence) -> None:
        """Add an influence that begins now; what has ended by then is forgotten, lest years of it be summed."""
        if influence.size:
            self.until = max(self.until, influence.start + influence.lasts)
            lasting = [one for one in self.of.get(aspect, ()) if influence.start - one.start < one.lasts]
            self.of[aspect] = [*lasting, influence]

    def on(self, aspect: Aspect, now: int) -> float:
        """The sum of all influences on an aspect at a simulated second, at most its cap."""
        # Nearly always there are none, and this is asked after for every session and at every midnight.
        if now >= self.until or not (influences := self.of.get(aspect)):
            return 0.0
        total = 0.0
        for influence in influences:
            total += influence.at(now)
        return min(total, self.caps.get(aspect, math.inf))
