"""The moment of a run that is asked about: its window's end, or an earlier one."""

from datetime import date, datetime, time
from typing import TypeAlias

from simulation.lib.errors import UserError
from simulation.lib.moments import moment_of, short
from simulation.log import Log
from simulation.scenario.plain import plain_value

Moment: TypeAlias = str | date | datetime
"""A moment of local time, as Python or pandas has it, or as text: "2026-01-19" is the midnight at which it begins"""


class ArgumentError(UserError, ValueError):
    """An argument that has no meaning for a run; the message is one line with what was found and what is allowed."""


def moment_in(log: Log, as_of: Moment | None) -> datetime:
    """A moment in the window, by default its end. Raises ArgumentError for any other."""
    opens, closes = log.metadata.window
    if as_of is None:
        return closes
    try:
        found = _read(as_of)
    except ValueError as error:
        raise ArgumentError(f"as_of: {error}") from None
    if not opens < found <= closes:
        raise ArgumentError(
            f"as_of: {short(found)} is not in the run's window; allowed is after {short(opens)}, up to {short(closes)}"
        )
    return found


def _read(as_of: Moment) -> datetime:
    """A moment, to the second. Raises ValueError."""
    value = plain_value(as_of)
    if isinstance(value, datetime):
        return moment_of(value.isoformat(timespec="seconds") if value.microsecond == 0 else value.isoformat())
    return datetime.combine(value, time()) if isinstance(value, date) else moment_of(str(value))
