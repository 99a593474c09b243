"""The rule about types of interventions: their conditions are the scenario's, and no SQL."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from simulation.churn.conditions import ScoreCondition, score_condition
from simulation.events import ChurnSignalsChanged
from simulation.scenario.interventions import InterventionKind, by_priority
from simulation.validation.rules import Row, in_order, rule
from simulation.validation.run import Run

_FIGURES = tuple(name for name in ChurnSignalsChanged._fields if name != "tutor_id")
_SCORES = " UNION ALL ".join(
    f"SELECT event_id, {', '.join(_FIGURES)} FROM {event}"  # noqa: S608 -- columns of the log
    for event in ("churn_signals_changed", "churn_scored")
)
_FIGURES_OF_SCORE = ", ".join(f"score.{name} AS {name}" for name in _FIGURES)
_DECIDED = f"""
    SELECT position, intervention_id, sent.tutor_id, created_at, triggered_by_event_id, intervention_type, event_id,
        {_FIGURES_OF_SCORE}
    FROM interventions AS sent LEFT JOIN ({_SCORES}) AS score ON event_id = triggered_by_event_id
"""  # noqa: S608 -- likewise
_SHOWN = ("position", "intervention_id", "tutor_id", "triggered_by_event_id", "intervention_type")


@rule("intervention.type_follows_priority")
def types_follow_priority(run: Run) -> list[Row]:
    """Whatever is not of the first type by priority whose condition held on the score that triggered it."""
    rules = [(since, _conditions(scenario.interventions.kinds)) for since, scenario in run.in_force]
    return in_order(list(_others(run.database.rows(_DECIDED), rules)))


def _others(decided: list[Row], rules: list[tuple[datetime, dict[str, ScoreCondition]]]) -> Iterator[Row]:
    for row in decided:
        *_, conditions = (kinds for since, kinds in rules if since <= row["created_at"])
        expected = "none" if row["event_id"] is None else _first(conditions, {name: row[name] for name in _FIGURES})
        if row["intervention_type"] != expected:
            yield {**{name: row[name] for name in _SHOWN}, "expected": expected}


def _first(conditions: Mapping[str, ScoreCondition], figures: Mapping[str, Any]) -> str:
    return next((name for name, condition in conditions.items() if condition.holds(figures)), "none")


def _conditions(kinds: Mapping[str, InterventionKind]) -> dict[str, ScoreCondition]:
    """The conditions of types in the order in which they are tried."""
    return {name: score_condition(kinds[name].condition) for name in by_priority(kinds)}
