"""How a scenario declares a parameter: default, description, unit and allowed range, all in one place."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import attrs

from simulation.scenario.plain import nested, plain, plain_date, plain_value

Field: TypeAlias = "attrs.Attribute[Any]"
Range = tuple[float, float]
Kind = TypeVar("Kind")

# The types of single values.
_SINGLE = (bool, int, float, str, date)

# What a parameter, or all of a section, needs to have any effect: keys of parameters each of which is neither false
# nor 0, or "A|B" where one of them suffices. ".key" is one beside it, or within the section. A parameter's own needs
# replace those of its section.
Needs = tuple[str, ...]

# When a parameter acts: only as the world begins; on those who join from then on; or whenever it is read. What is
# declared for a section goes for all in it that declare nothing themselves.
OPENING, JOINERS, ALWAYS = "opening", "joiners", "always"


def param(  # noqa: PLR0913 -- what a declaration may state
    default: Any,
    description: str,
    *,
    unit: str = "",
    low: float | date | None = None,
    high: float | date | None = None,
    choices: tuple[str, ...] = (),
    min_items: int = 0,
    max_items: float = math.inf,
    needs: Needs = (),
    acts: str = "",
    **shape: Any,
) -> Any:
    """A single value, or a tuple of single values that are each within the bounds, which are inclusive.

    `shape` is for the other functions here: what else a value has to be, or the class that it is made of.
    """
    metadata = {
        "description": description, "unit": unit, "low": low, "high": high, "choices": choices, "min_items": min_items,
        "max_items": max_items, "needs": needs, "acts": acts, **shape,
    }  # fmt: skip
    # A part of a section is a dictionary, which has no hash: equal scenarios have the same hash without it.
    hashed = False if "part_of" in shape else None
    return attrs.field(default=default, converter=_CONVERTER, hash=hashed, metadata=metadata)


def optional(kind: type[Any], description: str, **declared: Any) -> Any:
    """A single value of a kind, or None where it is not stated; with `or_date` it may be a date, too."""
    return param(None, description, kind=kind, **declared)


def probability(default: Any, description: str, *, needs: Needs = (), acts: str = "") -> Any:
    """A share or probability, or a tuple of them."""
    return param(default, description, unit="share", low=0, high=1, needs=needs, acts=acts)


def weight(default: float, description: str, *, needs: Needs = (), acts: str = "") -> Any:
    """A weight among others: what counts is its share of their sum."""
    return param(default, description, unit="weight", low=0, high=1_000_000, needs=needs, acts=acts)


def span(
    default: Range,
    description: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    needs: Needs = (),
    acts: str = "",
) -> Any:
    """A range from the first number to the second, which is not the smaller."""
    return param(default, description, unit=unit, low=low, high=high, needs=needs, acts=acts, span=True)


def shares(default: tuple[float, ...], description: str, *, acts: str = "") -> Any:
    """Shares that sum to 1."""
    return param(default, description, unit="share", low=0, high=1, acts=acts, sums_to_one=True)


def section(kind: Callable[[], Any], description: str, *, needs: Needs = (), acts: str = "") -> Any:
    """A group of parameters: a class of its own, or a function that makes one with other defaults."""
    declared = {"description": description, "section": True, "needs": needs, "acts": acts}
    return attrs.field(factory=kind, metadata=declared)


def part(kind: type[Any], description: str) -> Any:
    """What differs from a section: a table of any of its keys, with values converted as in the section."""
    return param(attrs.Factory(dict), description, part_of=kind)


def part_of_all(kind: Callable[[], type[Any]], description: str) -> Any:
    """What differs from a whole scenario: keys of any section, nested or dotted. `kind` gives the scenario's class."""
    return param(attrs.Factory(dict), description, part_of=kind, dotted=True)


def tables(
    kind: type[Any],
    description: str,
    default: Callable[[], Any] = tuple,
    *,
    min_items: int = 0,
    max_items: int,
    needs: Needs = (),
    acts: str = "",
) -> Any:
    """A list of tables, each with the keys of a class."""
    made = attrs.Factory(default)
    return param(made, description, min_items=min_items, max_items=max_items, needs=needs, acts=acts, list_of=kind)


def entries(
    kind: type[Any], description: str, default: Callable[[], Mapping[str, Any]], *, needs: Needs = (), acts: str = ""
) -> Any:
    """Tables by name, each with the keys of a class. A file may add to those of `default`, and change them."""
    declared = {"description": description, "entries_of": kind, "needs": needs, "acts": acts}
    return attrs.field(factory=default, hash=False, metadata=declared)


def sections_by_name(
    default: Callable[[], Any], made: Callable[[Any], Any], section_named: Callable[[str], type[Any] | None],
    description: str,
) -> Any:  # fmt: skip
    """Sections of which a scenario names some; `section_named` gives the class of one, or None where it is not known.

    What is stated is `made` into the value, a mapping.
    """
    declared = {"description": description, "section_named": section_named, "needs": (), "acts": ""}
    return attrs.field(factory=default, converter=made, hash=False, metadata=declared)


def kind_of(field: Field) -> type[Any]:
    """The declared type of a parameter, and of a stated value where it is optional.

    Of a part it is that of the section, of named tables that of each of them.
    """
    if "entries_of" in field.metadata:
        return field.metadata["entries_of"]  # type: ignore[no-any-return]
    part_of = field.metadata.get("part_of")
    if part_of is not None:
        return part_of if isinstance(part_of, type) else part_of()
    return field.metadata.get("kind") or field.type  # type: ignore[return-value]


def known_keys(kind: type[Any], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """All parameters of a class by their dotted keys, in order, with the named tables that there are by default.

    A list of tables counts as one, and extensions as none.
    """
    for field in attrs.fields(kind):
        if "section_named" in field.metadata:
            continue
        if "section" in field.metadata:
            yield from known_keys(kind_of(field), f"{prefix}{field.name}.")
        elif "entries_of" in field.metadata:
            for name, entry in default_entries(field).items():
                yield from _keys_of_entry(entry, f"{prefix}{field.name}.{name}.")
        else:
            yield prefix + field.name, field


def _keys_of_entry(entry: Any, prefix: str) -> Iterator[tuple[str, Field]]:
    """The keys of a named table, with those that it states of what differs there from another one."""
    for key, field in known_keys(type(entry)):
        if differing := "part_of" in field.metadata and getattr(entry, key):
            declared = attrs.fields_dict(kind_of(field))
            yield from ((f"{prefix}{key}.{name}", declared[name]) for name in differing)
        else:
            yield prefix + key, field


def declared_at(key: str, kind: type[Any]) -> Field:
    """How a parameter of a class is declared, by its dotted key: through named tables, parts, and items of lists.

    Raises KeyError where the class has none.
    """
    section: Any = kind
    is_named, section_named = False, None
    for name in key.split("."):
        if section_named is not None:
            section, section_named = section_named(name), None
        elif is_named or name.isdigit():
            is_named = False  # an entry or an item, of the class that its field has told already
        elif not attrs.has(section) or name not in attrs.fields_dict(section):
            raise KeyError(key)
        else:
            field = attrs.fields_dict(section)[name]
            section, is_named = field.metadata.get("list_of") or kind_of(field), "entries_of" in field.metadata
            section_named = field.metadata.get("section_named")
    return field


def default_entries(field: Field) -> Mapping[str, Any]:
    """The named tables that there are unless a scenario states others."""
    return field.default.factory()  # type: ignore[union-attr, no-any-return]


def acting(
    stated: Mapping[str, Any], kind: type[Any], acts: str = ALWAYS, prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """When each parameter that is stated acts, by its dotted key; `acts` goes for those that declare nothing."""
    for name, value in stated.items():
        field = attrs.fields_dict(kind)[name]
        own = field.metadata["acts"] or acts
        if "section" in field.metadata or (value and "part_of" in field.metadata):
            yield from acting(value, kind_of(field), own, f"{prefix}{name}.")
        elif "entries_of" in field.metadata:
            for entry, stated_of_it in value.items():
                yield from acting(stated_of_it, kind_of(field), own, f"{prefix}{name}.{entry}.")
        elif "section_named" in field.metadata:
            for section, table in value.items():
                kind_named = field.metadata["section_named"](section)
                stands_at = f"{prefix}{name}.{section}"
                yield from [(stands_at, own)] if kind_named is None else acting(table, kind_named, own, f"{stands_at}.")
        else:
            yield prefix + name, own


# ---------------------------------------------------------------- values in their declared types


def structured(document: Mapping[str, Any], kind: type[Kind]) -> Kind:
    """The scenario, section or item of a list in plain data; its fields bring values to their declared types."""
    values = dict(document)
    for field in attrs.fields(kind):  # type: ignore[arg-type]
        if "section" in field.metadata:
            values[field.name] = structured(values[field.name], kind_of(field))
        elif "entries_of" in field.metadata:
            kind_of_entry = kind_of(field)
            values[field.name] = {name: structured(one, kind_of_entry) for name, one in values[field.name].items()}
        elif "list_of" in field.metadata and field.name in values:
            values[field.name] = [structured(item, field.metadata["list_of"]) for item in values[field.name]]
    return kind(**values)


def _as_declared(stated: Any, kind: Any) -> Any:
    """A value in its declared type, where it fits; other values stay as they are, for the check to find.

    A section becomes a table of plain data.
    """
    if kind not in _SINGLE and attrs.has(kind):
        return _as_table(stated, kind)
    value = plain_value(stated)
    if kind is float:
        fits = type(value) in (int, float) and abs(value) <= sys.float_info.max
        return float(value) + 0.0 if fits else value  # without the sign that a zero may have
    if kind is date:
        return plain_date(stated) or stated
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        return tuple(_as_declared(item, get_args(kind)[0]) for item in value)
    return value


def _as_table(stated: Any, kind: type[Any]) -> Any:
    """What is stated of a section, each value in its declared type; lists as plain data has them."""
    if not isinstance(stated, Mapping):
        return stated
    declared = attrs.fields_dict(kind)
    return plain({key: _as_field(value, declared[key]) if key in declared else value for key, value in stated.items()})


def _as_field(stated: Any, field: Field) -> Any:
    """What is stated of a section's field, in the types that are declared."""
    if "entries_of" in field.metadata and isinstance(stated, Mapping):
        return {name: _as_table(entry, kind_of(field)) for name, entry in stated.items()}
    return _as_declared(stated, field.type)


def _converted(stated: Any, field: Field) -> Any:
    """What is stated of a field, in the field's type."""
    if "or_date" in field.metadata:
        stated = plain_date(stated) or stated
    return _as_declared(nested(stated) if "dotted" in field.metadata else stated, kind_of(field))


_CONVERTER: Any = attrs.Converter(_converted, takes_field=True)
