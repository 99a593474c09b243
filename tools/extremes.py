"""Extremes of a scenario's parameters, as their declarations allow them: what `extremes_search` tries.

A change is dotted keys with their values in plain data. Sizes (how many days, tutors, sessions) are drawn small and
odd, since their extremes would take for ever; of all else there are both ends, the next number inside each, and zero.
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

# Shares that are taken from those of other kinds, and may not be larger.
TAKEN_FROM: Mapping[str, Sequence[str]] = {
    "population.personas": [
        f"population.edge_cases.{name}"
        for name in ("new_high_performers", "chronic_reschedulers", "technical_issue_victims", "weekend_warriors")
    ]
}
_REGIONAL = ("population.", "demand.")


def every_extreme(document: Document) -> Iterator[Change]:
    """The extremes of all parameters of a scenario in plain data, one at a time."""
    for changes in extremes_by_key(document).values():
        yield from changes


def extremes_by_key(document: Document) -> dict[str, list[Change]]:
    """The extremes of each parameter of a scenario by its key; those of a mix of kinds by the mix's."""
    return dict(_extremes(Scenario, document, ""))


def drawn_extremes(document: Document, random: Random) -> Change:
    """Several extremes at once, with sizes of their own, and sometimes a second region that has some of them alone."""
    extremes = extremes_by_key(document)
    drawn: Change = {key: random.choice(sizes) for key, sizes in SIZES.items()}
    two = random.random() < 0.25
    if two:
        region = {"name": "Second", "utc_offset_hours": random.choice((-12.0, 5.75, 14.0))}
        drawn["regions"] = [*document["regions"], {**region, "population": {}, "demand": {}}]
    for key in random.sample(list(extremes), random.choice((2, 3, 5, 8, 13, 40))):
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


def _extremes(kind: type[Any], section: Document, prefix: str) -> Iterator[tuple[str, list[Change]]]:
    if _is_mix(kind):
        yield prefix.rstrip("."), list(_mixes(list(section), prefix))
    for field in attrs.fields(kind):
        if field.name not in section:  # changes, of which there are none
            continue
        key, value, declared = prefix + field.name, section[field.name], field.metadata
        if declared.get("section"):
            yield from _extremes(kind_of(field), value, f"{key}.")
        elif "list_of" in declared:
            for index, item in enumerate(value):
                yield from _extremes(declared["list_of"], item, f"{key}.{index}.")
            if not declared["min_items"]:
                yield key, [{key: []}]
        elif "part_of" not in declared and key not in SIZES:
            yield key, [{key: extreme} for extreme in extremes_of(field, value)]


def _is_mix(kind: type[Any]) -> bool:
    """Whether a section has nothing but kinds of somebody, each with its share of all."""
    fields = attrs.fields(kind)
    return all(field.metadata.get("section") and "share" in attrs.fields_dict(kind_of(field)) for field in fields)


def _mixes(names: Sequence[str], prefix: str) -> Iterator[Change]:
    """Everybody is of one kind."""
    for chosen in names:
        shares = {f"{prefix}{name}.share": float(name == chosen) for name in names}
        yield {**dict.fromkeys(TAKEN_FROM.get(prefix.rstrip("."), ()), 0.0), **shares}


# ---------------------------------------------------------------- one parameter


def extremes_of(field: Field, value: Any) -> list[Any]:
    """The extremes of a parameter by its declaration; `value` is what it has."""
    kind, declared = kind_of(field), field.metadata
    if get_origin(kind) is tuple:
        return _lists(field, value)
    if kind is bool:
        return [False, True]
    if kind is str:
        return list(declared["choices"] or TEXTS)
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
        few, many = declared["min_items"], list(declared["choices"] or map(str, range(9)))
        return [many[:few], many]
    low, high = declared["low"], declared["high"]
    if declared.get("sums_to_one"):
        return [[float(index == chosen) for index in range(size)] for chosen in range(size)]
    if declared.get("span"):
        points = dict.fromkeys(map(float, (low, *value, (low + high) / 2, high, *_zero(low, high))))
        return [[low, high], *([point, point] for point in points)]
    only = [[high if index == chosen else low for index in range(size)] for chosen in (0, size - 1)]
    return [[low] * size, [high] * size, *only]
