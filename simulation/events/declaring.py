"""How events are declared: fields with types and meanings, from which the log's columns are made."""

import re
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

KEYS = ("tutor_id", "student_id", "session_id", "intervention_id", "experiment_id")


class LocalTime:
    """Marks a field that is a simulated second here, and written as the region's local time."""


Moment = Annotated[int, LocalTime]


def type_name(event: type[Any]) -> str:
    """The event's type as the log has it, e.g. `session_completed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


class Field(NamedTuple):
    """A declared field: its name, Python type, whether it may be null, and what it means."""

    name: str
    type: type
    nullable: bool
    says: str


def fields(event: type[Any]) -> tuple[Field, ...]:
    """The declared fields of an event, in order."""
    return tuple(_field(name, hint) for name, hint in get_type_hints(event, include_extras=True).items())


def _field(name: str, hint: Any) -> Field:
    notes: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
    options = get_args(hint)
    nullable = type(None) in options
    kind = next(option for option in options if option is not type(None)) if nullable else hint
    if LocalTime in notes:
        kind = LocalTime
    says = next((note for note in notes if isinstance(note, str)), "")
    return Field(name, kind, nullable, says)
