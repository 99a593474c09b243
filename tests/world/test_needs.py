"""What a parameter is declared to need it does need: without it, the parameter changes nothing that happens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from simulation.events import StudentTraitsDrawn, TutorTraitsDrawn, type_name
from simulation.scenario import Scenario
from simulation.scenario.description import describe
from simulation.scenario.loading import load_scenario
from tests.world.perturbing import every_parameter, perturbed
from tests.world.simulated import simulated

PATH = Path(__file__).with_name("lively.toml")
LIVELY = load_scenario(PATH, ["days=5", "warm_up_days=6"])

NEEDS = {parameter.key: parameter.needs for parameter in describe(LIVELY)}

# Traits stand in the truth, whether or not anything comes of them.
TRAITS = pa.array([type_name(StudentTraitsDrawn), type_name(TutorTraitsDrawn)])


def needs_of(path: str) -> Sequence[str]:
    """What the parameter at a path needs, or the one of which it is an end."""
    return NEEDS.get(path) or NEEDS.get(path.rpartition(".")[0], ())


def off(key: str) -> Scenario:
    """The lively world without what others need."""
    return load_scenario(PATH, ["days=5", "warm_up_days=6", f"{key}={'false' if key.startswith('mechanisms') else 0}"])


def dependents(key: str) -> list[Any]:
    """The parameters that have no effect without a single other one."""
    return [one for one in every_parameter(LIVELY) if key in needs_of(one.path) and one.path != key]


def happened(scenario: Scenario) -> list[pa.Table]:
    run = simulated(scenario)
    logs = (run.log.table, run.truth_log.table)
    return [log.filter(pc.invert(pc.is_in(log["event_type"], value_set=TRAITS))) for log in logs]


PARAMETERS = {parameter.path for parameter in every_parameter(LIVELY)}
# A share needs itself where it is that of a named table. Edge cases are among the unclassified, who have to be there.
KEYS = sorted(
    {need for path in PARAMETERS for need in needs_of(path) if need in PARAMETERS and need != path}
    - {"population.personas.unclassified.share"}
)


@pytest.mark.parametrize("key", KEYS)
def test_without_what_they_need_parameters_change_nothing(key: str) -> None:
    before = changed = off(key)
    for parameter in dependents(key):
        changed = perturbed(changed, parameter)
    assert changed != before
    assert happened(changed) == happened(before)
