"""Parameters change at a midnight: nothing is different before, and what follows obeys those of the moment."""

from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from simulation.clock import DAY
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, MemorySink
from simulation.scenario import Change, Scenario
from simulation.scenario.checking import check_scenario
from simulation.scenario.regions import regional
from simulation.world import World

DEMAND = Change(day=2, set={"demand.factor": 3.0})
RULE = Change(day=3, set={"churn": {"low_engagement": 9.0}})
OUTAGE = Change(day=1, until=4, set={"sessions.measures.technical_issue_factor": 6.0})
RAMP = Change(day=1, ramp_days=4, set={"interventions.withheld": 1.0})


def logs(scenario: Scenario, *changes: Change, stop: int | None = None) -> list[pa.Table]:
    """Both parts of the log of a world with changes; of one that was kept at a second, and gone on with by another."""
    changed = attrs.evolve(scenario, changes=changes)
    check_scenario(changed)
    own = regional(changed, 1)
    sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    world = World(own, *sinks)
    if stop is not None:
        world.run(until=stop)
        world = World(own, *sinks, state=world.state())
    world.run()
    return [sink.table() for sink in sinks]


def before(table: pa.Table, second: int, scenario: Scenario) -> pa.Table:
    start = World(regional(scenario, 1), MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)).clock.local(second)
    return table.filter(pc.less(table["timestamp"], pa.scalar(start)))


@pytest.mark.parametrize("change", [DEMAND, RULE, OUTAGE, RAMP], ids=["demand", "rule", "outage", "ramp"])
def test_nothing_is_different_before_the_midnight_of_the_change(tiny_scenario: Scenario, change: Change) -> None:
    midnight = (tiny_scenario.warm_up_days + int(change.day or 0)) * DAY
    for changed, plain in zip(logs(tiny_scenario, change), logs(tiny_scenario), strict=True):
        assert before(changed, midnight, tiny_scenario).equals(before(plain, midnight, tiny_scenario))
        assert not changed.equals(plain)


def of_type(table: pa.Table, name: str) -> list[dict[str, Any]]:
    return list(table.filter(pc.equal(table["event_type"], name)).to_pylist())


def test_rules_of_the_platform_are_recorded_when_they_change_and_all_else_is_truth(tiny_scenario: Scenario) -> None:
    observable, truth = logs(tiny_scenario, DEMAND, RULE)
    assert [(event["timestamp"].day, event["content"]) for event in of_type(observable, "parameters_changed")] == [
        (8, '{"churn.low_engagement": 9.0}')
    ]
    assert [event["content"] for event in of_type(truth, "scenario_changed")] == [
        '{"demand.factor": 3.0}', '{"churn.low_engagement": 9.0}',
    ]  # fmt: skip


def test_scores_follow_the_rules_of_the_moment(tiny_scenario: Scenario) -> None:
    observable, _ = logs(tiny_scenario, RULE)
    showing = {False: 0, True: 0}
    for event in of_type(observable, "churn_scored"):
        if event["avg_engagement_score"] is not None and event["avg_engagement_score"] < 9.0:
            showing[event["timestamp"].day > 8] += event["signal_low_engagement"]
    assert showing[True] > showing[False]


def test_more_demand_brings_more_requests_at_once(tiny_scenario: Scenario) -> None:
    def requests(table: pa.Table) -> int:
        earlier = before(table, midnight, tiny_scenario)
        return len(of_type(table, "session_requested")) - len(of_type(earlier, "session_requested"))

    midnight = (tiny_scenario.warm_up_days + 2) * DAY
    assert requests(logs(tiny_scenario, DEMAND)[0]) > 2 * requests(logs(tiny_scenario)[0])


@pytest.mark.parametrize("hours", [-5, 24 * 1, 24 * 2 + 11, 24 * 4])
def test_a_world_that_is_kept_before_between_or_after_changes_goes_on_the_same(
    tiny_scenario: Scenario, hours: int
) -> None:
    stop = tiny_scenario.warm_up_days * DAY + hours * DAY // 24
    changes = (OUTAGE, RULE, RAMP)
    assert logs(tiny_scenario, *changes, stop=stop) == logs(tiny_scenario, *changes)


def test_a_change_that_changes_nothing_leaves_the_world_as_it_is(tiny_scenario: Scenario) -> None:
    same = Change(day=2, set={"demand.factor": tiny_scenario.demand.factor})
    assert logs(tiny_scenario, same) == logs(tiny_scenario)
