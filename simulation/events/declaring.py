"""How events are declared: their place in the log, and fields with types and meanings that become its columns."""

import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

Declared = TypeVar("Declared", bound=type[Any])

KEYS = ("tutor_id", "student_id", "session_id", "intervention_id", "experiment_id")


class Declarations:
    """Declares the events of one part of the log, each with its place there, as in `@observable(35)`.

    A new event goes behind the last, so that the log's columns keep their order.
    """

    def __init__(self) -> None:
        self._places: dict[int, type[Any]] = {}

    def __call__(self, place: int) -> Callable[[Declared], Declared]:
        """A decorator that declares an event at a place. It raises TypeError where another event has the place."""

        def declare(event: Declared) -> Declared:
            holder = self._places.setdefault(place, event)
            if holder is not event:
                free = max(self._places) + 1
                raise TypeError(f"{event.__name__}: {holder.__name__} has place {place}; {free} is free")
            return event

        return declare

    def in_order(self) -> tuple[type[Any], ...]:
        """The events declared so far, by place."""
        return tuple(self._places[place] for place in sorted(self._places))


observable, truth = Declarations(), Declarations()
"""What a platform could record, and what only the simulator knows."""


class LocalTime:
    """Marks a field that is a simulated second here, and written as the region's local time."""


Moment = Annotated[int, LocalTime]


def type_name(event: type[Any]) -> str:
    """The event's type as the log has it, e.g. `session_completed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


class Field(NamedTuple):
    """A declared field: its name, Python type, whether it may be null, and its description."""

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
