"""A region's world: its people, sessions and events are known by ids that carry the region."""

import pytest

from simulation.agents.identity import (
    INTERVENTIONS_PER_REGION,
    SESSIONS_PER_REGION,
    STUDENTS_PER_REGION,
    TUTORS_PER_REGION,
)
from simulation.log import EVENTS_PER_REGION, OBSERVABLE_SCHEMA, TRUTH_SCHEMA, MemorySink
from simulation.scenario import Scenario
from simulation.world import World

IDS = {
    "tutor_id": ("T", TUTORS_PER_REGION),
    "student_id": ("U", STUDENTS_PER_REGION),
    "session_id": ("S", SESSIONS_PER_REGION),
    "intervention_id": ("INT", INTERVENTIONS_PER_REGION),
}


@pytest.mark.parametrize("region", [1, 3])
def test_all_ids_of_a_world_carry_its_region(tiny_scenario: Scenario, region: int) -> None:
    sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    World(tiny_scenario, *sinks, region=region).run()
    observable, truth = (sink.table() for sink in sinks)
    for table in (observable, truth):
        for column, (prefix, per_region) in IDS.items():
            names = table[column].drop_null().unique().to_pylist()
            assert names or table is truth
            assert {(int(name.removeprefix(prefix)) - 1) // per_region for name in names} <= {region - 1}
        numbers = {int(name.removeprefix("EV").split("T")[0]) for name in table["event_id"].to_pylist()}
        assert {number // EVENTS_PER_REGION for number in numbers} == {region - 1}
