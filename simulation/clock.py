"""Simulated time: seconds since a region's first local midnight, and what they mean on its calendar.

A simulated day has 24 hours: a region keeps one UTC offset and never changes its clocks.
"""

from datetime import UTC, datetime, timedelta
from enum import IntEnum

from attrs import Factory, field, frozen

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

# The most that a scenario's window may have: three years.
LONGEST_WINDOW_DAYS = 1_095

SATURDAY = 5


class EventPriority(IntEnum):
    """What happens first within the same simulated second: the lower value."""

    SETTLEMENT = 0
    SCORING = 1
    STATE = 2
    BURNOUT = 3
    INVITING = 4
    LEAVING = 5
    JOINING = 6
    PLANNING = 7
    SESSION_START = 8
    RESCHEDULING = 9
    PLATFORM = 10
    INTERVENTION = 11
    EMAIL = 12
    COACHING = 13
    EXPERIMENT = 14


# A moment packs second, priority and agent into one integer, with room for 16 priorities and for every student of a
# region. Integers stay exact however long a world runs.
_WHO_BITS = 27
_RANK_BITS = 31
WHO = (1 << _WHO_BITS) - 1
# No world is simulated so long: later moments are told as this one, which has room in 64 bits.
NEVER = (1 << 63) - 1


def moment(second: int, priority: EventPriority = EventPriority.SETTLEMENT, who: int = 0) -> int:
    """The sort key of an event: its second, its priority, and the number of the agent; by default the second's start.

    Ties in time are ordered by what happens, then by who, never by the order of insertion.
    """
    return (second << _RANK_BITS) + (priority << _WHO_BITS) + who


def second_at(moment: int) -> int:
    """The simulated second in which a moment lies."""
    return moment >> _RANK_BITS


@frozen
class Clock:
    """A region's calendar.

    `log_start` is the local midnight at which the warm-up begins (simulated second 0),
    `window_start` and `window_end` are the simulated seconds that bound the recorded window,
    `utc_offset` is local time minus UTC, in whole seconds,
    `opening` is the second at which the first window opened: `window_start`, unless earlier runs recorded windows.
    """

    log_start: datetime
    window_start: int
    window_end: int
    utc_offset: timedelta = timedelta(0)
    opening: int = Factory(lambda clock: clock.window_start, takes_self=True)
    first_weekday: int = field(init=False, default=Factory(lambda clock: clock.log_start.weekday(), takes_self=True))

    def local(self, second: int) -> datetime:
        """Local date and time of a simulated second, without an offset."""
        return self.log_start + timedelta(seconds=second)

    @property
    def local_epoch_start(self) -> int:
        """Local time of second 0, as seconds since 1970-01-01 in local time."""
        return int(self.log_start.replace(tzinfo=UTC).timestamp())

    @property
    def utc_shift(self) -> int:
        """Local time minus UTC, in seconds."""
        return self.utc_offset // timedelta(seconds=1)

    @property
    def utc_epoch_start(self) -> int:
        """UTC of second 0, as seconds since 1970-01-01."""
        return self.local_epoch_start - self.utc_shift

    def utc(self, second: int) -> datetime:
        """Date and time of a simulated second in UTC, without an offset."""
        return self.log_start + timedelta(seconds=second - self.utc_shift)

    def weekday(self, second: int) -> int:
        """0 for Monday to 6 for Sunday."""
        return (self.first_weekday + second // DAY) % 7

    def is_weekend(self, second: int) -> bool:
        """Whether a simulated second falls on a Saturday or a Sunday."""
        return self.weekday(second) >= SATURDAY

    def days_since_opening(self, second: int) -> float:
        """Days since the first recorded window opened; negative during the warm-up."""
        return (second - self.opening) / DAY


def hour_of_day(second: int) -> int:
    """The hour, 0 to 23, in which a simulated second falls."""
    return second % DAY // HOUR
