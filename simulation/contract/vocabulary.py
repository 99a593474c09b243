"""The words of a run: names that its scenario gives to subjects, personas and kinds of things, and what extensions add.

It is plain data, and stands in the log's metadata: whoever reads a run needs no code of its extensions. A log may be a
stranger's, so everything read is checked: names are short printable texts, and templates can show fields, nothing else.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import attrs
from attrs import field, frozen

Made = TypeVar("Made")

EXTENDED_TABLES = {
    "sessions": "session_id",
    "tutor_aggregates": "tutor_id",
    "tutor_profiles": "tutor_id",
    "students": "student_id",
}
"""The tables that extensions may add columns to, and the field by which events belong to their rows."""
COLUMN_TYPES = ("string", "integer", "float", "boolean")
FIELD_TYPES = (*COLUMN_TYPES, "datetime")

_TRUTH = ("personas", "edge_cases", "student_personas")
NAMES = ("subjects", "grade_levels", "connection_qualities", "intervention_types", *_TRUTH)
"""The kinds of names."""

LONGEST_NAME, _LONGEST_IDENTIFIER, _LONGEST_TEXT = 60, 50, 1_000
_MOST_NAMES, _MOST_DECIMALS = 200, 10
_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SHOWN_FIELD = re.compile(r"\{([^{}]*)\}")


class VocabularyError(ValueError):
    """What is wrong with a vocabulary, in one line."""


def fault_of_name(name: Any) -> str | None:
    """Why something cannot name a subject, a persona or a kind; None where it can. Tables list names by commas."""
    if not isinstance(name, str) or not name or name != name.strip():
        return f"{_told(name)} is no name: it must be a text without spaces around it"
    if len(name) > LONGEST_NAME:
        return f"the name {_told(name)} has more than {LONGEST_NAME} characters"
    if not name.isprintable():
        return f"the name {_told(name)} has characters that cannot be printed"
    return f"the name {_told(name)} has a comma, which separates names in tables" if "," in name else None


def fault_of_identifier(name: Any) -> str | None:
    """Why something cannot name a column, a field or a type of events; None where it can."""
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name) or len(name) > _LONGEST_IDENTIFIER:
        return f"{_told(name)} is no name of a column or an event: lower-case letters, digits and single underscores"
    return None


def _text(_: Any, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise VocabularyError(f"{attribute.name}: {_told(value)} is no printable text of a line")


def _identifier(_: Any, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if (fault := fault_of_identifier(value)) is not None:
        raise VocabularyError(f"{attribute.name}: {fault}")


def _truth_value(_: Any, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if not isinstance(value, bool):
        raise VocabularyError(f"{attribute.name}: {_told(value)} is neither true nor false")


def _one_of(allowed: Iterable[str]) -> Callable[[Any, "attrs.Attribute[Any]", Any], None]:
    def check(_: Any, attribute: "attrs.Attribute[Any]", value: Any) -> None:
        if not isinstance(value, str) or value not in allowed:
            raise VocabularyError(f"{attribute.name}: {_told(value)} is not one of {', '.join(allowed)}")

    return check


def _names(_: Any, attribute: "attrs.Attribute[Any]", value: tuple[Any, ...]) -> None:
    for fault in filter(None, map(fault_of_name, value)):
        raise VocabularyError(f"{attribute.name}: {fault}")
    _distinct(attribute.name, value)


def _distinct(what: str, names: Iterable[str]) -> None:
    listed = list(names)
    if len(listed) > _MOST_NAMES:
        raise VocabularyError(f"{what}: there are {len(listed)}, more than {_MOST_NAMES}")
    for name in listed:
        if listed.count(name) > 1:
            raise VocabularyError(f"{what}: {_told(name)} is there more than once")


@frozen
class ExtraColumn:
    """A column that an extension adds to a table: the last value of `field` among the row's events of type `event`.

    Without a `field` it tells whether there was such an event, or how many if it is an integer. Where there was none,
    it is null, false or 0. Floats are stored with so many `decimals`.
    """

    table: str = field(validator=_one_of(EXTENDED_TABLES))
    name: str = field(validator=_identifier)
    type: str = field(validator=_one_of(COLUMN_TYPES))
    event: str = field(validator=_identifier)
    field: str = ""
    description: str = attrs.field(default="", validator=_text)
    decimals: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.field:
            _identifier(self, attrs.fields(ExtraColumn).field, self.field)
        elif self.type not in ("boolean", "integer"):
            raise VocabularyError(f"column {self.name}: without a field it is a boolean or an integer")
        if (self.type == "float") != (self.decimals is not None):
            raise VocabularyError(f"column {self.name}: a float has decimals, and nothing else has")
        if self.decimals is not None and not _is_whole(self.decimals, _MOST_DECIMALS):
            raise VocabularyError(f"column {self.name}: decimals are a whole number from 0 to {_MOST_DECIMALS}")


@frozen
class ExtraField:
    """A field of an extension's events."""

    name: str = field(validator=_identifier)
    type: str = field(validator=_one_of(FIELD_TYPES))
    nullable: bool = field(default=False, validator=_truth_value)
    description: str = field(default="", validator=_text)


@frozen
class ExtraEvent:
    """A type of events that an extension adds to the log: its name there, and its fields in their order.

    It is `told` in timelines by a template of words in which `{name}` is the value of the field of that name.
    """

    name: str = field(validator=_identifier)
    of_truth: bool = field(validator=_truth_value)
    fields: tuple[ExtraField, ...]
    told: str = field(default="", validator=_text)
    description: str = field(default="", validator=_text)

    def __attrs_post_init__(self) -> None:
        names = [one.name for one in self.fields]
        _distinct(f"fields of {self.name}", names)
        for place in self.shown:
            if place not in names:
                raise VocabularyError(f"event {self.name}: its words show {{{place}}}, which is none of its fields")
        if re.search("[{}]", _SHOWN_FIELD.sub("", self.told)):
            raise VocabularyError(f"event {self.name}: its words have a brace that is not closed")

    @property
    def shown(self) -> tuple[str, ...]:
        """The fields that the template shows."""
        return tuple(_SHOWN_FIELD.findall(self.told))

    def in_words(self, values: Mapping[str, str]) -> str:
        """The template with these texts for its fields; fields without one are left out."""
        return _SHOWN_FIELD.sub(lambda found: values.get(found.group(1), ""), self.told)


# Without slots: it is a key of caches, and remembers its hash.
@frozen(slots=False, cache_hash=True)
class Vocabulary:
    """The names of a run, each tuple in the scenario's order, and what extensions add to its log and tables.

    Personas and edge cases are known to the simulator alone: what is `observable` has none of them.
    """

    subjects: tuple[str, ...] = field(default=(), validator=_names)
    grade_levels: tuple[str, ...] = field(default=(), validator=_names)
    connection_qualities: tuple[str, ...] = field(default=(), validator=_names)
    intervention_types: tuple[str, ...] = field(default=(), validator=_names)
    personas: tuple[str, ...] = field(default=(), validator=_names)
    edge_cases: tuple[str, ...] = field(default=(), validator=_names)
    student_personas: tuple[str, ...] = field(default=(), validator=_names)
    columns: tuple[ExtraColumn, ...] = ()
    events: tuple[ExtraEvent, ...] = ()

    def __attrs_post_init__(self) -> None:
        _distinct("events", (one.name for one in self.events))
        _distinct("columns", (f"{one.table}.{one.name}" for one in self.columns))
        known = {one.name: one for one in self.events}
        for column in self.columns:
            if (event := known.get(column.event)) is not None:
                _check_source(column, event)

    def observable(self) -> "Vocabulary":
        """What of it a platform could know: no personas, no edge cases, and no events of the truth part."""
        events = tuple(one for one in self.events if not one.of_truth)
        return attrs.evolve(self, **dict.fromkeys(_TRUTH, ()), events=events)

    def to_plain(self) -> dict[str, Any]:
        """It as dictionaries, lists and plain values, ready for JSON."""
        return {
            **{name: list(getattr(self, name)) for name in NAMES if getattr(self, name)},
            **{name: [attrs.asdict(one) for one in getattr(self, name)] for name in ("columns", "events")
               if getattr(self, name)},
        }  # fmt: skip

    @classmethod
    def from_plain(cls, data: Any) -> "Vocabulary":
        """The vocabulary of such data. Raises VocabularyError for everything else."""
        stated = _keys(data, cls, "vocabulary")
        names = {key: tuple(_listed(stated[key], key)) for key in NAMES if key in stated}
        columns = (_made(ExtraColumn, one, "column") for one in _listed(stated.get("columns", []), "columns"))
        events = (_event(one) for one in _listed(stated.get("events", []), "events"))
        return cls(**names, columns=tuple(columns), events=tuple(events))


def _check_source(column: ExtraColumn, event: ExtraEvent) -> None:
    """Raise VocabularyError where an event cannot fill a column. Tables of the platform know nothing of the truth."""
    of_event = f"column {column.name}: {event.name}"
    kinds = {one.name: one.type for one in event.fields}
    key = EXTENDED_TABLES[column.table]
    if event.of_truth:
        raise VocabularyError(f"{of_event} is an event of the truth, which {column.table} cannot know")
    if kinds.get(key) != "string":
        raise VocabularyError(f"{of_event} has no field {key}, by which it would belong to a row of {column.table}")
    if column.field and kinds.get(column.field) != column.type:
        raise VocabularyError(f"{of_event} has no field {column.field} of the type {column.type}")


def _event(data: Any) -> ExtraEvent:
    stated = _keys(data, ExtraEvent, "event")
    fields = tuple(_made(ExtraField, one, "field") for one in _listed(stated.get("fields", []), "fields"))
    return _made(ExtraEvent, {**stated, "fields": fields}, "event")


def _made(kind: type[Made], data: Any, what: str) -> Made:
    return kind(**_keys(data, kind, what))


def _keys(data: Any, kind: type[Any], what: str) -> dict[str, Any]:
    """A dictionary with the fields of a class. Raises VocabularyError where it is none, lacks one or has others."""
    if not isinstance(data, dict):
        raise VocabularyError(f"{what}: {_told(data)} is no table")
    for name in sorted(data.keys() - attrs.fields_dict(kind).keys()):
        raise VocabularyError(f"{what}: there is no key {_told(name)}")
    for one in attrs.fields(kind):
        if one.default is attrs.NOTHING and one.name not in data:
            raise VocabularyError(f"{what}: lacks the key {one.name}")
    return data


def _listed(data: Any, what: str) -> Iterator[Any]:
    if not isinstance(data, list | tuple):
        raise VocabularyError(f"{what}: {_told(data)} is no list")
    yield from data


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _told(value: Any) -> str:
    """A value for a message: escaped, and not too long."""
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else repr(value)
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}..."
