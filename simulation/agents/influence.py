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
    """All influences on one tutor. `caps`, none below 0, limits their sum by aspect; `until` is when the last ends."""

    caps: dict[Aspect, float]
    until: float = 0.0
    _of: dict[Aspect, list[Influence]] = field(factory=dict)

    def add(self, aspect: Aspect, influence: Influence) -> None:
        """Add an influence."""
        if influence.size:
            self.until = max(self.until, influence.start + influence.lasts)
            self._of.setdefault(aspect, []).append(influence)

    def on(self, aspect: Aspect, now: int) -> float:
        """The sum of all influences on an aspect at a simulated second, at most its cap."""
        # Nearly always there are none, and this is asked after for every session and at every midnight.
        if now >= self.until or not (influences := self._of.get(aspect)):
            return 0.0
        total = 0.0
        for influence in influences:
            total += influence.at(now)
        return min(total, self.caps.get(aspect, math.inf))
