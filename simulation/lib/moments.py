"""Moments and days as people write them: in local time, as everything in a run is, and to the second."""

from datetime import date, datetime

_DAY = "%Y-%m-%d"
_FORMS = (_DAY, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_ALLOWED = "allowed are YYYY-MM-DD, YYYY-MM-DDTHH:MM and YYYY-MM-DDTHH:MM:SS, in local time"


def moment_of(text: str) -> datetime:
    """The moment that is written; of a day alone, the midnight at which it begins.

    Raises ValueError, whose message is a line that says why it is none, and what is allowed.
    """
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(f"{text!r} {_fault_of(text)}; {_ALLOWED}")


def day_of(text: str) -> date:
    """The day that is written. Raises ValueError, likewise; for a moment of a day, too."""
    try:
        return datetime.strptime(text, _DAY).date()
    except ValueError:
        pass
    try:
        moment_of(text)
    except ValueError:
        fault = "is no day"
    else:
        fault = "is a moment, and days are shown whole"
    raise ValueError(f"{text!r} {fault}; allowed is YYYY-MM-DD")


def short(moment: datetime) -> str:
    """A moment as briefly as it can be written: without seconds where there are none, and of a midnight the day."""
    written = moment.isoformat()
    return written.removesuffix("T00:00:00") if written.endswith("T00:00:00") else written.removesuffix(":00")


def _fault_of(text: str) -> str:
    """Why a text is no moment here, which it may be elsewhere."""
    try:
        elsewhere = datetime.fromisoformat(text)
    except ValueError:
        return "is no moment"
    if elsewhere.tzinfo is not None:
        return "has an offset from UTC, and a region has no other time than its own"
    if "." in text or "," in text:
        return "has a fraction of a second, and moments are whole seconds"
    return "is a moment in another form"
