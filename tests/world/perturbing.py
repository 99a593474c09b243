"""Every parameter of a scenario, down to single figures, and the same scenario with one of them changed."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, TypeAlias

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.fields import kind_of
from simulation.scenario.loading import resolved, scenario_from_dict

Field: TypeAlias = "attrs.Attribute[Any]"

CASES = ("new_high_performer", "chronic_rescheduler", "technical_issue_victim", "weekend_warrior")
KINDS = ("first_session", "churn", "quality", "technical", "engagement")

# Where twice as much, or half, is no change that a few days could show.
STATED: dict[str, Any] = {
    "regions.0.population": {"tutors": 17},
    "regions.0.demand": {"sessions_per_day": 50.0},
    **{f"population.edge_cases.{case}.share": 0.0 for case in CASES},
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
    "sessions.connection.qualities.Excellent.rank": 9,
    "sessions.connection.qualities.Poor.rank": 0,
    "interventions.kinds.engagement.priority": 1,
    **{f"interventions.kinds.{kind}.condition": "churn_probability < 0" for kind in KINDS},
    **{f"interventions.kinds.{kind}.engagement_effect": {"success": [-0.3, -0.2], "partial": [-0.3, -0.2]}
       for kind in KINDS},
    **{f"interventions.kinds.{kind}.sessions_effect": {"success": [0, 0], "partial": [-1, -1]} for kind in KINDS},
    **{f"experiments.{index}.engagement_change": -0.5 for index in range(2)},
    **{f"experiments.{index}.reschedule_change": 2.0 for index in range(2)},
    **{f"experiments.{index}.no_show_change": change for index, change in enumerate((-1.0, 2.0))},
    **{f"experiments.{index}.login_change": 5.0 for index in range(2)},
}  # fmt: skip

# Where the names are stated of which a list has some, by what the list is declared to have.
NAMED = {
    "names of personas": ("population", "personas"),
    "names of kinds of intervention": ("interventions", "kinds"),
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
    """All of them: the fields of sections, of named tables and of those in lists, and each item of several.

    Without extensions, whose parameters are those of their own packages.
    """
    return (one for one in _parameters(scenario, "") if not one.path.startswith("extensions."))


def _parameters(section: Any, prefix: str) -> Iterator[Parameter]:
    for field in attrs.fields(type(section)):
        yield from _parameters_at(prefix + field.name, getattr(section, field.name), field)


def _parameters_at(path: str, value: Any, field: Field) -> Iterator[Parameter]:
    """What there is at a path; what is stated of a part is declared in the part's class."""
    if attrs.has(type(value)):
        yield from _parameters(value, f"{path}.")
    elif "entries_of" in field.metadata:
        for name, entry in value.items():
            yield from _parameters(entry, f"{path}.{name}.")
    elif isinstance(value, tuple | list) and value:
        for index, item in enumerate(value):
            yield from _parameters_at(f"{path}.{index}", item, field)
    elif value and "part_of" in field.metadata:
        declared = attrs.fields_dict(kind_of(field))
        for name, stated in value.items():
            yield from _parameters_at(f"{path}.{name}", stated, declared[name])
    elif not isinstance(value, tuple):
        yield Parameter(path, field)


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
    elif last == "share" and "personas" in parents:
        _share_with_others(above, parents[-1])
    elif declared.get("unit") in NAMED:
        section, key = NAMED[declared["unit"]]
        place[last] = next(name for name in document[section][key] if name not in place)
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
