"""Extremes of a scenario's parameters, as their declarations allow them: what `extremes_search` tries.

A change is dotted keys with their values in plain data. Sizes (how many days, tutors, sessions) are drawn small and
odd, since their extremes would take for ever; of all else there are both ends, the next number inside each, and zero.
Of named tables there may be one more, a copy of one, or another one instead of all.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from math import nextafter
from random import Random
from typing import Any, get_args, get_origin

import attrs

from simulation.scenario import Scenario
from simulation.scenario.fields import Field, kind_of
from simulation.scenario.names import LIKE, REPLACE, tables_of_names
from simulation.scenario.plain import Document

Change = dict[str, Any]

SIZES: Mapping[str, Sequence[Any]] = {
    "days": (1, 2, 5, 9),
    "warm_up_days": (0, 1, 9),
    "earlier_days": (0, 0, 3),
    "follow_up_days": (0, 0, 5),
    "population.tutors": (1, 2, 3, 8),
    "demand.sessions_per_day": (0.0, 0.5, 7.5, 40.0),
}
# A text that is not there, and one that has to be quoted wherever it is written.
TEXTS = ("", "π, \"x\"\n; 'y'")

# Conditions that hold of some churn scores, of all, and one that is none.
CONDITIONS = ("", "churn_risk_level in ('Medium', 'High')", "avg_rating_7d is None or not signal_no_shows", "never")
# The name of a table that there was not.
FURTHER = 'One more "\u03c0"'
_HOW_MANY = (2, 3, 5, 8, 13, 40)
_REGIONAL = ("population.", "demand.")


def every_extreme(document: Document) -> Iterator[Change]:
    """The extremes of all parameters of a scenario in plain data, one at a time."""
    for changes in extremes_by_key(document).values():
        yield from changes


def extremes_by_key(document: Document) -> dict[str, list[Change]]:
    """The extremes of each parameter of a scenario by its key; those of which named tables there are by the tables'."""
    return dict(_extremes(Scenario, document, "", document))


def drawn_extremes(document: Document, random: Random) -> Change:
    """Several extremes at once, with sizes of their own, and sometimes a second region that has some of them alone."""
    extremes = extremes_by_key(document)
    drawn: Change = {key: random.choice(sizes) for key, sizes in SIZES.items()}
    two = random.random() < 0.25
    if two:
        region = {"name": "Second", "utc_offset_hours": random.choice((-12.0, 5.75, 14.0))}
        drawn["regions"] = [*document["regions"], {**region, "population": {}, "demand": {}}]
    tables = [".".join(path) for path in tables_of_names(Scenario)]
    keys = [*random.sample(tables, random.choice((0, 1, 2))), *random.sample(list(extremes), random.choice(_HOW_MANY))]
    for key in keys:
        own = "regions.1." if two and key.startswith(_REGIONAL) and random.random() < 0.5 else ""
        drawn |= {f"{own}{place}": value for place, value in random.choice(extremes[key]).items()}
    emptied = tuple(f"{key}." for key, value in drawn.items() if value == [])
    return {key: value for key, value in drawn.items() if not key.startswith(emptied)}


def changed(document: Document, change: Change) -> Document:
    """A scenario in plain data, changed key by key; what a region states of its own is begun where there is nothing."""
    document = deepcopy(document)
    for key, value in change.items():
        *parents, last = (int(part) if part.isdigit() else part for part in key.split("."))
        place: Any = document
        for part in parents:
            place = place.setdefault(part, {}) if isinstance(place, dict) else place[part]
        place[last] = deepcopy(value)
    return document


def _extremes(  # noqa: C901 -- one case for each way in which a section holds others
    kind: type[Any], section: Document, prefix: str, document: Document
) -> Iterator[tuple[str, list[Change]]]:
    for field in attrs.fields(kind):
        if field.name not in section:  # changes, of which there are none
            continue
        key, value, declared = prefix + field.name, section[field.name], field.metadata
        if declared.get("section"):
            yield from _extremes(kind_of(field), value, f"{key}.", document)
        elif "section_named" in declared:
            for name, table in value.items():
                yield from _extremes(declared["section_named"](name), table, f"{key}.{name}.", document)
        elif "entries_of" in declared:
            yield key, list(_tables(kind_of(field), list(value), key, document))
            for name, entry in value.items():
                yield from _extremes(kind_of(field), entry, f"{key}.{name}.", document)
                yield from _extremes_of_parts(kind_of(field), entry, f"{key}.{name}.")
        elif "list_of" in declared:
            for index, item in enumerate(value):
                yield from _extremes(declared["list_of"], item, f"{key}.{index}.", document)
            if not declared["min_items"]:
                yield key, [{key: []}]
        elif "part_of" not in declared and key not in SIZES:
            yield key, [{key: extreme} for extreme in extremes_of(field, value)]


def _extremes_of_parts(kind: type[Any], entry: Document, prefix: str) -> Iterator[tuple[str, list[Change]]]:
    """Extremes of what a named table states that differs from another one; of all that it may, where nothing is."""
    for part in attrs.fields(kind):
        if "part_of" not in part.metadata:
            continue
        key, declared = prefix + part.name, attrs.fields_dict(kind_of(part))
        stated = entry[part.name]
        for name, value in stated.items():
            yield f"{key}.{name}", [{f"{key}.{name}": extreme} for extreme in extremes_of(declared[name], value)]
        if not stated:
            yield (
                key,
                [
                    {f"{key}.{name}": one}
                    for name, field in declared.items()
                    for one in extremes_of(field, field.default)
                ],
            )


# ---------------------------------------------------------------- named tables


def _tables(kind: type[Any], names: Sequence[str], key: str, document: Document) -> Iterator[Change]:
    """All weight on one of some named tables, one of them more, a copy of one, and another one instead of all."""
    free = _without_references(key, document)
    for chosen in names if _weight_of(kind) == "share" else ():
        shares = {f"{key}.{name}.share": float(name == chosen) for name in names}
        yield {**free, **shares}
    further = _further(kind)
    yield {f"{key}.{FURTHER}": further}
    yield {f"{key}.{FURTHER}": {LIKE: names[0]}}
    yield {**free, key: {REPLACE: True, FURTHER: further}}


def _weight_of(kind: type[Any]) -> str | None:
    """The weight by which tables of a class are chosen, if they are by a single one."""
    weights = [field.name for field in attrs.fields(kind) if field.metadata.get("unit") == "weight"]
    return weights[0] if len(weights) == 1 else None


def _further(kind: type[Any]) -> Document:
    """A further table of a class: with weight, and with the texts that have to be there."""
    further: Document = {}
    for field in attrs.fields(kind):
        if field.metadata["unit"] == "weight" or field.name == "share":
            further[field.name] = 0.5
        elif kind_of(field) is str and not field.metadata["choices"] and field.name != "condition":
            further[field.name] = f"Further {field.name}"
    return further


def _without_references(key: str, document: Document) -> Change:
    """What lets go of the names of tables, wherever others state them."""
    if key == "population.personas":
        cases = [f"population.edge_cases.{name}" for name in document["population"]["edge_cases"]]
        return {**{f"{case}.share": 0.0 for case in cases}, **{f"{case}.among": [] for case in cases}}
    if key == "interventions.kinds":
        return {f"experiments.{index}.intervention_types": [] for index in range(len(document["experiments"]))}
    return {}


# ---------------------------------------------------------------- one parameter


def extremes_of(field: Field, value: Any) -> list[Any]:
    """The extremes of a parameter by its declaration; `value` is what it has."""
    kind, declared = kind_of(field), field.metadata
    if get_origin(kind) is tuple:
        return _lists(field, value)
    if kind is bool:
        return [False, True]
    if kind is str:
        return list(CONDITIONS if field.name == "condition" else declared["choices"] or TEXTS)
    if kind is date:
        return [day.isoformat() for day in (declared["low"], declared["low"] + timedelta(1), declared["high"])]
    return _numbers(declared["low"], declared["high"], kind)


def _numbers(low: Any, high: Any, kind: type[Any]) -> list[Any]:
    inside = [low + 1, high - 1] if kind is int else [nextafter(low, high), nextafter(high, low)]
    return list(dict.fromkeys(kind(number) for number in (low, *inside, high, *_zero(low, high))))


def _zero(low: float, high: float) -> list[float]:
    return [0.0] if low < 0 < high else []


def _lists(field: Field, value: Sequence[Any]) -> list[list[Any]]:
    declared, size = field.metadata, len(value)
    if get_args(kind_of(field))[0] is str:
        names = value if declared["unit"].startswith("names of") else map(str, range(9))
        few, many = declared["min_items"], list(declared["choices"] or names)
        return [many[:few], many]
    low, high = declared["low"], declared["high"]
    if declared.get("sums_to_one"):
        return [[float(index == chosen) for index in range(size)] for chosen in range(size)]
    if declared.get("span"):
        points = dict.fromkeys(map(float, (low, *value, (low + high) / 2, high, *_zero(low, high))))
        return [[low, high], *([point, point] for point in points)]
    only = [[high if index == chosen else low for index in range(size)] for chosen in (0, size - 1)]
    return [[low] * size, [high] * size, *only]
