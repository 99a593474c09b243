"""Moments and days as people write them: in local time, like everything in a run, and to the second."""

from contextlib import suppress
from datetime import date, datetime

_DAY = "%Y-%m-%d"
_FORMS = (_DAY, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_ALLOWED = "allowed are YYYY-MM-DD, YYYY-MM-DDTHH:MM and YYYY-MM-DDTHH:MM:SS, in local time"


def moment_of(text: str) -> datetime:
    """Read a moment; a day alone is the midnight at which it begins.

    Raises ValueError with a line that says what is wrong and what is allowed.
    """
    for form in _FORMS:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    raise ValueError(f"{text!r} {_fault_of(text)}; {_ALLOWED}")


def day_of(text: str) -> date:
    """Read a day. Raises ValueError with such a line, also for a moment within a day."""
    with suppress(ValueError):
        return datetime.strptime(text, _DAY).date()
    try:
        moment_of(text)
    except ValueError:
        fault = "is no day"
    else:
        fault = "is a moment, and days are shown whole"
    raise ValueError(f"{text!r} {fault}; allowed is YYYY-MM-DD")


def short(moment: datetime) -> str:
    """A moment in its shortest form: without zero seconds, and a midnight as the day alone."""
    written = moment.isoformat()
    return written.removesuffix("T00:00:00") if written.endswith("T00:00:00") else written.removesuffix(":00")


def _fault_of(text: str) -> str:
    """Why a text is not a moment here; elsewhere it may be one."""
    try:
        elsewhere = datetime.fromisoformat(text)
    except ValueError:
        return "is no moment"
    if elsewhere.tzinfo is not None:
        return "has an offset from UTC, and a region has no other time than its own"
    if "." in text or "," in text:
        return "has a fraction of a second, and moments are whole seconds"
    return "is a moment in another form"
