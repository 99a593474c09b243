"""[[changes]]: parameters that change at a local midnight, for good or until another."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from simulation.clock import LONGEST_WINDOW_DAYS
from simulation.scenario.fields import optional, param, part_of_all

if TYPE_CHECKING:
    from simulation.scenario import Scenario

# Beyond it no scenario simulates: the most of earlier days, of the window's and of the follow-up's.
_LAST_DAY = 1825 + LONGEST_WINDOW_DAYS + 100
_DATES = (dt.date(1970, 1, 1), dt.date(2199, 12, 31))


def _scenario() -> "type[Scenario]":
    from simulation.scenario import Scenario

    return Scenario


@frozen
class Change:
    """Parameters that change at a local midnight. Days count from the first window's opening, which is day 0.

    `day` or `date` says when, `until` (a day or a date) when they return to what they were; without it they do not.
    With `ramp_days` numbers take so many equal steps to their new values, one each midnight and the first at once;
    what returns does so at once. `set` has keys of the scenario, nested or dotted, and their new values.
    """

    day: int | None = optional(int, "the day at whose midnight it begins", unit="days", low=0, high=_LAST_DAY)
    date: dt.date | None = optional(dt.date, "the same, as a local date", low=_DATES[0], high=_DATES[1])
    until: int | dt.date | None = optional(
        int, "the day, or the date, at whose midnight it ends; never, unless stated", unit="days", low=1,
        high=_LAST_DAY, or_date=_DATES,
    )  # fmt: skip
    ramp_days: int = param(1, "midnights over which numbers move to their new values", unit="days", low=1, high=365)
    set: Mapping[str, Any] = part_of_all(_scenario, "what changes: keys of the scenario, with their new values")

    def begins(self, start_date: dt.date) -> int:
        """The day on which it begins, where the first window opens on a date; it states `day` or `date`."""
        return _day(self.day if self.date is None else self.date, start_date)

    def ends(self, start_date: dt.date) -> int | None:
        """The day on which it ends; None if it does not."""
        return None if self.until is None else _day(self.until, start_date)

    def steps_taken(self, day: int, start_date: dt.date) -> int:
        """How many of its `ramp_days` steps were taken by the midnight of a day; 0 where it is not in force."""
        begins, ends = self.begins(start_date), self.ends(start_date)
        if day < begins or (ends is not None and day >= ends):
            return 0
        return min(day - begins + 1, self.ramp_days)


def _day(when: Any, start_date: dt.date) -> int:
    return (when - start_date).days if isinstance(when, dt.date) else int(when)
