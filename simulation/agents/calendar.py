"""Calendars: days of 48 half hours, each free or taken. Half hours of a day are bits of an integer."""

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
    """The half hours between two hours of the day, as bits."""
    low, high = round(first * SLOTS_PER_HOUR), round(last * SLOTS_PER_HOUR)
    return (1 << high) - (1 << low)


class Calendar:
    """One agent's calendar: the `half_hours` taken, as bits, and the number of `sessions`, both by day."""

    __slots__ = ("half_hours", "sessions")

    def __init__(self) -> None:
        self.half_hours: dict[int, int] = {}
        self.sessions: dict[int, int] = {}

    def is_free(self, day: int, slot: int, slots: int) -> bool:
        """Whether `slots` half hours from `slot` on are free; a session ends by midnight."""
        return slot + slots <= SLOTS_PER_DAY and not (self.half_hours.get(day, 0) >> slot) & ((1 << slots) - 1)

    def take(self, day: int, slot: int, slots: int) -> None:
        """Enter a session. Raises ValueError if the time is taken: no one is in two places at once."""
        taken, wanted = self.half_hours.get(day, 0), ((1 << slots) - 1) << slot
        if taken & wanted or slot + slots > SLOTS_PER_DAY:
            raise ValueError(f"day {day}, half hour {slot} is taken already")
        self.half_hours[day] = taken | wanted
        self.sessions[day] = self.sessions.get(day, 0) + 1

    def release(self, day: int, slot: int, slots: int) -> None:
        """Remove a session and free its time."""
        self.half_hours[day] &= ~(((1 << slots) - 1) << slot)
        self.sessions[day] -= 1

    def block(self, day: int) -> None:
        """Remove a session and keep its time blocked."""
        self.sessions[day] -= 1

    def forget_before(self, day: int) -> None:
        """Drop the days that are over."""
        for diary in (self.half_hours, self.sessions):
            for past in [known for known in diary if known < day]:
                del diary[past]
