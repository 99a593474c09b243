"""What contract and scenario allow a run, as tables that rules join: a run is held to what its own scenario states."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from simulation.agents.identity import experiment_id
from simulation.contract import EVERY_RUN
from simulation.contract.vocabulary import NAMES
from simulation.events import OBSERVABLE, TRUTH, type_name
from simulation.scenario.fields import Range
from simulation.scenario.interventions import effect_ranges
from simulation.scenario.plain import merged

if TYPE_CHECKING:
    from simulation.validation.run import Run

_HOUR, _DAY = 3600, 86400


def _decimals(run: "Run") -> pa.Table:
    """The precision in which columns are stored."""
    rows = [
        {"table_name": name, "column_name": column.name, "decimals": column.decimals or 0}
        for name, table in run.contract.tables.items()
        for column in table.columns
    ]
    return pa.Table.from_pylist(rows)


def _vocabulary(run: "Run") -> pa.Table:
    """The run's names, each with its kind, as `subjects`, in the scenario's order."""
    named = [(kind, enumerate(getattr(run.vocabulary, kind))) for kind in NAMES]
    rows = [{"kind": kind, "place": place, "name": name} for kind, names in named for place, name in names]
    return pa.Table.from_pylist(rows, schema=pa.schema({"kind": pa.string(), "place": pa.int64(), "name": pa.string()}))


def _event_types(run: "Run") -> pa.Table:
    """The declared types of events, and whether they are of the truth."""
    rows = [
        {"event_type": type_name(event), "of_truth": events is TRUTH}
        for events in (OBSERVABLE, TRUTH)
        for event in events
    ]
    rows += [{"event_type": event.name, "of_truth": event.of_truth} for event in run.vocabulary.events]
    return pa.Table.from_pylist(rows)


def _outcome_bounds(run: "Run") -> pa.Table:
    """By type and outcome, from where to where an intervention's effects on engagement and on sessions a week lie."""
    rules = [scenario.interventions for _, scenario in run.in_force]
    rows = []
    for kind in rules[0].kinds:
        of_kind = [effect_ranges(one, one.kinds[kind]) for one in rules]
        for outcome in of_kind[0]:
            engagement, sessions = (_widest(ranges) for ranges in zip(*(one[outcome] for one in of_kind), strict=True))
            ends = {"engagement": [round(end, 4) for end in engagement], "sessions": list(map(int, sessions))}
            rows.append({"intervention_type": kind, "outcome": outcome, **ends})
        nothing = {"engagement": [0.0, 0.0], "sessions": [0, 0]}
        rows.append({"intervention_type": kind, "outcome": "ignored", **nothing})
    columns = {"intervention_type": pa.string(), "outcome": pa.string(), "engagement": pa.list_(pa.float64()),
               "sessions": pa.list_(pa.int64())}  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _widest(ranges: Iterable[Range]) -> Range:
    """From the lowest to the highest of an effect's ranges: one that is cut short is drawn once more, at its end."""
    lows, highs = zip(*ranges, strict=True)
    return min(lows), max(highs)


def _experiment_bounds(run: "Run") -> pa.Table:
    """By experiment, after how many seconds exposure and then conversion follow, and the range of its value."""
    decimals = EVERY_RUN.tables["experiment_assignments"].column("conversion_value").decimals
    rows = [
        {
            "experiment_id": experiment_id(number),
            "exposure": [round(end * _HOUR) for end in plan["exposure_hours"]],
            "conversion": [round(end * _DAY) for end in plan["conversion_days"]],
            "bounds_of_value": [round(end, decimals) for end in plan["conversion_value"]],
        }
        for number, plan in enumerate(_first_scenario(run)["experiments"], 1)
    ]
    columns = {"experiment_id": pa.string(), "exposure": pa.list_(pa.int64()), "conversion": pa.list_(pa.int64()),
               "bounds_of_value": pa.list_(pa.float64())}  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _hour_bounds(run: "Run") -> pa.Table:
    """By region and chronotype, from where to where preferred hours may lie: the region's own, where it states them.

    Where there is one region alone, its number is null: it may be any, of a world in which there are others.
    """
    scenario = _first_scenario(run)
    rows, regions = [], scenario["regions"]
    for number, region in enumerate(regions, 1):
        traits = merged(scenario["population"], region["population"])["traits"]
        for chronotype in ("morning", "evening"):
            first, last = traits[f"{chronotype}_hours"]
            place = number if len(regions) > 1 else None
            rows.append({"region": place, "chronotype": chronotype, "first": int(first), "last": int(last)})
    columns = {"region": pa.int64(), "chronotype": pa.string(), "first": pa.int64(), "last": pa.int64()}
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _first_scenario(run: "Run") -> Mapping[str, Any]:
    """The scenario of a run as it was from the beginning, in plain data."""
    return run.segments[0][1]


BOUNDS: Mapping[str, Callable[["Run"], pa.Table]] = {
    "vocabulary": _vocabulary,
    "decimals": _decimals,
    "event_types": _event_types,
    "outcome_bounds": _outcome_bounds,
    "experiment_bounds": _experiment_bounds,
    "hour_bounds": _hour_bounds,
}
