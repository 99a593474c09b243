"""Calendars: days of 48 half hours, each free or taken."""

from simulation.clock import DAY, MINUTE

SLOT = 30 * MINUTE
SLOTS_PER_DAY = DAY // SLOT
SLOTS_PER_HOUR = 2


def place(second: int) -> tuple[int, int]:
    """The day and the half hour in which a simulated second falls."""
    return second // DAY, second % DAY // SLOT


def second_of(day: int, slot: int) -> int:
    """The simulated second at which a half hour begins."""
    return day * DAY + slot * SLOT


def slots_of(minutes: int) -> int:
    """How many half hours a session of some minutes reserves."""
    return minutes * MINUTE // SLOT


def hours(first: float, last: float) -> int:
    """The half hours from one hour of the day until another, as bits."""
    low, high = round(first * SLOTS_PER_HOUR), round(last * SLOTS_PER_HOUR)
    return (1 << high) - (1 << low)


class Calendar:
    """What somebody's days are taken up with: `half_hours` as bits by day, and how many `sessions` are on a day."""

    __slots__ = ("half_hours", "sessions")

    def __init__(self) -> None:
        self.half_hours: dict[int, int] = {}
        self.sessions: dict[int, int] = {}

    def taken(self, day: int) -> int:
        """The half hours of a day that are taken, as bits."""
        return self.half_hours.get(day, 0)

    def sessions_on(self, day: int) -> int:
        """How many sessions are booked on a day."""
        return self.sessions.get(day, 0)

    def is_free(self, day: int, slot: int, slots: int) -> bool:
        """Whether so many half hours from a slot on are free; a session ends by midnight."""
        return slot + slots <= SLOTS_PER_DAY and not (self.half_hours.get(day, 0) >> slot) & ((1 << slots) - 1)

    def take(self, day: int, slot: int, slots: int) -> None:
        """Put a session there. Raises ValueError where something is already: nobody is in two places at once."""
        taken, wanted = self.half_hours.get(day, 0), ((1 << slots) - 1) << slot
        if taken & wanted or slot + slots > SLOTS_PER_DAY:
            raise ValueError(f"day {day}, half hour {slot} is taken already")
        self.half_hours[day] = taken | wanted
        self.sessions[day] = self.sessions.get(day, 0) + 1

    def release(self, day: int, slot: int, slots: int) -> None:
        """Take a session away; its time is free again."""
        self.half_hours[day] &= ~(((1 << slots) - 1) << slot)
        self.sessions[day] -= 1

    def block(self, day: int) -> None:
        """Take a session away from a day, and keep its time for something else."""
        self.sessions[day] -= 1

    def forget_before(self, day: int) -> None:
        """Drop the days that are over."""
        for diary in (self.half_hours, self.sessions):
            for past in [known for known in diary if known < day]:
                del diary[past]
