"""What a log says of a change: to the platform its own rules, to the simulator all of it."""

import json
from typing import Any

from simulation.events import OBSERVABLE, TRUTH, ParametersChanged, ScenarioChanged
from simulation.processes.parameter_changes import changed_events, known_to_the_platform
from simulation.scenario import Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.loading import scenario_from_dict
from simulation.validation.queries import _PARAMETER, FOLDER


def told(**changed: Any) -> list[tuple[type[Any], dict[str, Any]]]:
    """The events of a change of the default scenario, each with its content."""
    return [
        (type(event), json.loads(event.content)) for event in changed_events(Scenario(), scenario_from_dict(changed))
    ]


def test_where_nothing_differs_nothing_is_recorded() -> None:
    assert told() == []
    assert told(name="another", title="Another name") == []


def test_what_only_the_simulator_knows_is_in_the_truth_alone() -> None:
    assert told(demand={"factor": 0.5}) == [(ScenarioChanged, {"demand.factor": 0.5})]
    assert ParametersChanged in OBSERVABLE
    assert ScenarioChanged in TRUTH


def test_a_platform_knows_its_own_rules_and_the_truth_has_the_whole_change() -> None:
    rules = {"churn.low_engagement": 6.0, "interventions.max_per_tutor": 2}
    assert told(
        churn={"low_engagement": 6}, interventions={"max_per_tutor": 2, "bounced": 0.5}, attrition={"hazard_per_day": 0}
    ) == [
        (ParametersChanged, rules),
        (ScenarioChanged, {**rules, "interventions.bounced": 0.5, "attrition.hazard_per_day": 0.0}),
    ]


def test_what_a_platform_knows_are_parameters_and_all_thresholds_that_checks_read() -> None:
    known = {key for key, _ in known_keys(Scenario) if known_to_the_platform(key)}
    assert {"interventions.pause_days", "interventions.kinds.quality.condition", "mechanisms.interventions"} <= known
    assert not {key for key in known if "effect" in key}
    read = {key for path in FOLDER.glob("*.sql") for key, _ in _PARAMETER.findall(path.read_text("utf-8"))}
    assert {key for key in read if key.startswith("churn.")} - {"churn.score_offset"} <= known
