"""How events are declared: a place among the event types, and fields with types and meanings.

Columns of the log and lists of event types follow the places, not the order of imports. A place is given once: a new
event takes the next free one, so that its columns come after those that logs have already.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

__all__ = ["KEYS", "Field", "LocalTime", "Moment", "fields", "observable", "truth", "type_name"]

KEYS = ("tutor_id", "student_id", "session_id", "intervention_id", "experiment_id")

Event = TypeVar("Event")


class LocalTime:
    """Marks a field that is a simulated second here, and written as the region's local time."""


Moment = Annotated[int, LocalTime]


class Part:
    """Decorates the events of one part of the log, each with its place there: `@observable(35)`."""

    def __init__(self) -> None:
        self._places: dict[int, type[Any]] = {}

    def __call__(self, place: int) -> Callable[[type[Event]], type[Event]]:
        """What declares an event at a place. Raises ValueError where another event has it."""

        def declared(event: type[Event]) -> type[Event]:
            holder = self._places.setdefault(place, event)
            if holder is not event:
                free = max(self._places) + 1
                raise ValueError(f"{event.__name__} claims the place {place} of {holder.__name__}; {free} is free")
            return event

        return declared

    def in_order(self) -> tuple[type[Any], ...]:
        """The events declared so far, by their places."""
        return tuple(self._places[place] for place in sorted(self._places))


observable, truth = Part(), Part()


def type_name(event: type[Any]) -> str:
    """The event's type as the log has it, e.g. `session_completed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


class Field(NamedTuple):
    """A declared field: its name, Python type, whether it may be null, and what it means."""

    name: str
    type: type
    nullable: bool
    description: str


def fields(event: type[Any]) -> tuple[Field, ...]:
    """The declared fields of an event, in order."""
    return tuple(_field(name, hint) for name, hint in get_type_hints(event, include_extras=True).items())


def _field(name: str, hint: Any) -> Field:
    notes: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
    options = [option for option in get_args(hint) or (hint,) if option is not type(None)]
    kind = LocalTime if LocalTime in notes else options[0]
    description = next((note for note in notes if isinstance(note, str)), "")
    return Field(name, kind, type(None) in get_args(hint), description)
