"""How events are declared: their place in the log, and fields with types and meanings that become its columns."""

import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

Declared = TypeVar("Declared", bound=type[Any])

KEYS = ("tutor_id", "student_id", "session_id", "intervention_id", "experiment_id")

_observable: dict[int, type[Any]] = {}
_truth: dict[int, type[Any]] = {}


def observable(place: int) -> Callable[[Declared], Declared]:
    """Declare an event that a platform could record, with its place among them: a new one goes behind the last.

    Raises TypeError where another event has the place.
    """
    return _at_place(_observable, place)


def truth(place: int) -> Callable[[Declared], Declared]:
    """Declare an event that only the simulator knows, with its place among them: a new one goes behind the last.

    Raises TypeError where another event has the place.
    """
    return _at_place(_truth, place)


def declared_observable() -> tuple[type[Any], ...]:
    """All observable events that are declared, in the order of their places."""
    return tuple(_observable[place] for place in sorted(_observable))


def declared_truth() -> tuple[type[Any], ...]:
    """All events of the truth that are declared, in the order of their places."""
    return tuple(_truth[place] for place in sorted(_truth))


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


def _at_place(declared: dict[int, type[Any]], place: int) -> Callable[[Declared], Declared]:
    def declare(event: Declared) -> Declared:
        if declared.setdefault(place, event) is not event:
            free = max(declared) + 1
            raise TypeError(f"{event.__name__}: {declared[place].__name__} has place {place}; {free} is free")
        return event

    return declare


def _field(name: str, hint: Any) -> Field:
    notes: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
    options = get_args(hint)
    nullable = type(None) in options
    kind = next(option for option in options if option is not type(None)) if nullable else hint
    if LocalTime in notes:
        kind = LocalTime
    description = next((note for note in notes if isinstance(note, str)), "")
    return Field(name, kind, nullable, description)
