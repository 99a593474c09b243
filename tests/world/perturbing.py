"""Every parameter of a scenario, down to single figures, and the same scenario with one of them changed."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, TypeAlias

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.loading import resolved, scenario_from_dict

Field: TypeAlias = "attrs.Attribute[Any]"

# Where twice as much, or half, is no change that a few days could show.
STATED: dict[str, Any] = {
    "regions.0.population": {"tutors": 17},
    "regions.0.demand": {"sessions_per_day": 50.0},
    "population.traits.certification_luck": 10.0,
    "population.traits.morning_hours.0": 9.0,
    "population.traits.morning_hours.1": 11.0,
    "population.traits.evening_hours.0": 16.0,
    "population.traits.evening_hours.1": 20.0,
    "matching.reputation_memory": 1.0,
    "matching.odd_hours_reliability": 1.0,
    "matching.other_tutors_tried": 0,
    "sessions.attendance.no_show_probability_per_count": 0.002,
    "sessions.burnout.load": 200.0,
    "sessions.burnout.reschedule_factor": 10.0,
    "sessions.trends.high_reliability": 0.65,
    "churn.rating_drop": 0.0,
    "churn.activity_divisor": 1.0,
    "interventions.quality_rating": 1.0,
    "interventions.technical_rate": 1.0,
    **{f"experiments.{index}.engagement_change": -0.5 for index in range(2)},
    **{f"experiments.{index}.reschedule_change": 2.0 for index in range(2)},
    **{f"experiments.{index}.no_show_change": change for index, change in enumerate((-1.0, 2.0))},
    **{f"experiments.{index}.login_change": 5.0 for index in range(2)},
}


@frozen
class Parameter:
    """A figure of a scenario: its dotted path, and the field that declares it."""

    path: str
    field: Field

    @property
    def parts(self) -> list[Any]:
        """The keys and indices that lead to it in plain data."""
        return [int(part) if part.isdigit() else part for part in self.path.split(".")]


def every_parameter(scenario: Scenario) -> Iterator[Parameter]:
    """All of them: the fields of sections, of sections in lists too, and each item of those that have several."""
    return _parameters(scenario, "")


def _parameters(section: Any, prefix: str) -> Iterator[Parameter]:
    for field in attrs.fields(type(section)):
        value, path = getattr(section, field.name), prefix + field.name
        items = {path: value}
        if isinstance(value, tuple):
            items = {f"{path}.{index}": item for index, item in enumerate(value)}
        for place, item in items.items():
            if attrs.has(type(item)):
                yield from _parameters(item, f"{place}.")
            else:
                yield Parameter(place, field)


def perturbed(scenario: Scenario, parameter: Parameter) -> Scenario:
    """The scenario with the parameter changed, and with as little else as its declaration asks for."""
    document = deepcopy(resolved(scenario))
    *parents, last = parameter.parts
    place: Any = document
    above: Any = None
    for part in parents:
        above, place = place, place[part]
    declared = parameter.field.metadata
    if parameter.path in STATED:
        place[last] = STATED[parameter.path]
    elif declared.get("sums_to_one"):
        _give_half(place, last, (last + 1) % len(place))
    elif declared.get("span"):
        place[last] = _another_end(place, last)
    elif last == "share":
        _share_with_others(above, parents[-1])
    else:
        place[last] = _another(place[last], parameter.field, place)
    return scenario_from_dict(document)


def _give_half(shares: Any, giver: Any, taker: Any) -> None:
    """Move half of a share to another; of one that is nothing, the other way round."""
    if not shares[giver]:
        giver, taker = taker, giver
    half = shares[giver] / 2
    shares[giver] -= half
    shares[taker] += half


def _share_with_others(personas: dict[str, Any], name: str) -> None:
    """Half of a persona becomes the most frequent other one."""
    shares = {persona: traits["share"] for persona, traits in personas.items()}
    taker = max((persona for persona in shares if persona != name), key=lambda persona: shares[persona])
    _give_half(shares, name, taker)
    for persona, share in shares.items():
        personas[persona]["share"] = share


def _another_end(ends: list[float], index: int) -> float:
    """Close to the other end."""
    value, other = ends[index], ends[1 - index]
    return value + 0.9 * (other - value)


def _another(value: Any, field: Field, neighbours: Any) -> Any:
    if field.type is date:
        return (date.fromisoformat(value) + timedelta(days=1)).isoformat()
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        among = neighbours if isinstance(neighbours, list) else [value]
        return next((choice for choice in field.metadata["choices"] if choice not in among), f"another {value}")
    return _another_number(value, field.metadata)


def _another_number(value: float, declared: Mapping[str, Any]) -> float:
    """Twice as much where that is allowed, else half."""
    low, high = declared["low"], declared["high"]
    if declared["unit"] == "weight":
        return value + 20
    if not value:
        return high if high <= 1 else type(value)(1)
    return 2 * value if low <= 2 * value <= high else type(value)(value / 2)
