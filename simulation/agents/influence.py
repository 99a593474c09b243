"""What changes a tutor for a while: interventions, coaching, experiments."""

from enum import IntEnum, auto

from attrs import define, field, frozen


class Aspect(IntEnum):
    """What of a tutor an influence changes."""

    ENGAGEMENT = auto()
    SESSIONS_PER_WEEK = auto()
    QUALITY = auto()
    RESCHEDULING = auto()
    NO_SHOWS = auto()
    LOGINS = auto()


@frozen
class Influence:
    """A change of some size from `start` on for `lasts` seconds; it fades away linearly, or holds until its end."""

    size: float
    start: int
    lasts: float
    fades: bool = True

    def at(self, now: int) -> float:
        """What is left of it."""
        age = now - self.start
        if age < 0 or age >= self.lasts:
            return 0.0
        return self.size * (1.0 - age / self.lasts) if self.fades else self.size


@define
class Influences:
    """All that works on one tutor. `caps` bounds what the influences on an aspect add up to.

    `until` is when the last of them ends: nothing works on the tutor after it.
    """

    caps: dict[Aspect, float]
    until: float = 0.0
    _of: dict[Aspect, list[Influence]] = field(factory=dict)

    def add(self, aspect: Aspect, influence: Influence) -> None:
        """Something begins to work on the tutor."""
        if influence.size:
            self.until = max(self.until, influence.start + influence.lasts)
            self._of.setdefault(aspect, []).append(influence)

    def on(self, aspect: Aspect, now: int) -> float:
        """What all influences on an aspect come to at a simulated second."""
        active = self._of.get(aspect)
        if active is None:
            return 0.0
        total = sum(influence.at(now) for influence in active)
        return min(total, self.caps[aspect]) if aspect in self.caps else total
