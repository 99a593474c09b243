"""Changes of parameters as events: what a platform knows of a change, and the whole of it."""

import json
from typing import Any

from attrs import fields_dict

from simulation.churn.signals import ChurnRules
from simulation.events import ParametersChanged, ScenarioChanged
from simulation.scenario import Scenario
from simulation.scenario.changes import difference

# The rules that a platform makes itself, and by which tables and checks judge what it did.
_KNOWN_TO_THE_PLATFORM = frozenset({
    *(f"churn.{name}" for name in fields_dict(ChurnRules)),
    *(f"interventions.{name}" for name in ("pause_days", "max_per_tutor", "withheld", "latency_minutes")),
    "mechanisms.churn_monitor",
    "mechanisms.interventions",
})  # fmt: skip
_KNOWN_OF_KINDS = ("priority", "condition", "subject", "content")


def known_to_the_platform(key: str) -> bool:
    """Whether a parameter is a rule that the platform makes itself."""
    if key.startswith("interventions.kinds."):
        return key.rpartition(".")[2] in _KNOWN_OF_KINDS
    return key in _KNOWN_TO_THE_PLATFORM


def changed_events(before: Scenario, after: Scenario) -> list[Any]:
    """The events to record at the midnight at which a world goes on under other parameters; none where none differ.

    The observable one comes first, if the platform's own rules are among them.
    """
    changed = difference(before, after)
    known = {key: value for key, value in changed.items() if known_to_the_platform(key)}
    events: list[Any] = [ParametersChanged(json.dumps(known))] if known else []
    return [*events, ScenarioChanged(json.dumps(changed))] if changed else []
