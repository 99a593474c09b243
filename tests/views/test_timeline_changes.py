"""Timelines of a run in which the platform changed its rules, and parameters that nobody sees changed with them."""

import json
from datetime import datetime

import pytest
from attrs import evolve

from simulation.clock import DAY
from simulation.events import StudentChurned, StudentJoined, TutorLeft
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, Log, MemorySink
from simulation.processes.parameter_changes import changed_events
from simulation.runs.in_memory import Simulation
from simulation.scenario import Scenario
from simulation.views.pages.timeline.values import policy_in_words, timeline_value
from simulation.views.timeline import Rules, Timelines
from simulation.views.timeline.printing import timelines_as_json
from simulation.views.timeline.telling import Teller
from simulation.world import World, log_metadata

CHANGED_ON = 3
STRICT = {
    "churn": {"medium_risk": 0.25, "low_engagement": 9.0}, "interventions": {"max_per_tutor": 1, "bounced": 0.5},
}  # fmt: skip


def as_changed(scenario: Scenario) -> Scenario:
    sections = {name: evolve(getattr(scenario, name), **values) for name, values in STRICT.items()}
    return evolve(scenario, **sections)


@pytest.fixture(scope="module")
def scenario(tiny_scenario: Scenario) -> Scenario:
    """A window in which the platform writes to tutors before the change and after it."""
    return evolve(tiny_scenario, days=21)


@pytest.fixture(scope="module")
def run(scenario: Scenario) -> Simulation:
    """A world whose log says after the scores of a midnight that rules are others from then on."""
    sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)

    def on_day(done: int, _: int) -> None:
        if done * DAY == world.clock.opening + CHANGED_ON * DAY:
            for event in changed_events(scenario, as_changed(scenario)):
                world.context.record(event)

    world = World(scenario, *sinks, on_day)
    world.run()
    parts = [Log(sink.table(), log_metadata(scenario)) for sink in sinks]
    return Simulation(scenario, parts.__getitem__, lambda _: None)


@pytest.fixture(scope="module")
def timelines(run: Simulation) -> Timelines:
    return Timelines(run, with_truth=True)


@pytest.fixture(scope="module")
def midnight(timelines: Timelines) -> datetime:
    return datetime.combine(timelines.first, datetime.min.time()).replace(day=timelines.first.day + CHANGED_ON)


def gone_before(run: Simulation, moment: datetime) -> set[str]:
    left = run.log.events(TutorLeft, StudentChurned, columns=("tutor_id", "student_id", "timestamp")).to_pylist()
    return {row["tutor_id"] or row["student_id"] for row in left if row["timestamp"] <= moment}


def test_every_tutor_who_is_there_is_told_of_the_platform_s_rules(
    run: Simulation, timelines: Timelines, midnight: datetime
) -> None:
    told = {
        one: [(entry.at, entry.content) for entry in timelines[one].entries if entry.kind == "rules_changed"]
        for one in (*timelines.tutor_ids, *timelines.student_ids)
    }
    rules = {"churn.low_engagement": 9.0, "churn.medium_risk": 0.25, "interventions.max_per_tutor": 1}
    active = {one for one in timelines.tutor_ids if timelines[one].facts["active_status"]}
    assert {one for one, found in told.items() if found} == active - gone_before(run, midnight)
    assert all(found == [(midnight, rules)] for found in told.values() if found)


def test_the_truth_has_the_whole_change_for_all_who_are_there(
    run: Simulation, timelines: Timelines, midnight: datetime
) -> None:
    told = {
        one: [entry.content for entry in timelines[one].entries if entry.kind == "scenario_changed"]
        for one in (*timelines.tutor_ids, *timelines.student_ids)
    }
    joined = run.log.events(StudentJoined, columns=("student_id", "timestamp")).to_pylist()
    later = {row["student_id"] for row in joined if row["timestamp"] > midnight}
    assert {one for one, found in told.items() if found} == {*told} - later - gone_before(run, midnight)
    assert all(found[0]["interventions.bounced"] == 0.5 for found in told.values() if found)
    assert not any(entry.kind == "scenario_changed" for entry in Timelines(run)[timelines.tutor_ids[0]].entries)


def test_it_is_told_in_a_line(timelines: Timelines, at_work: str) -> None:
    timeline = timelines[at_work]
    teller = Teller(timeline, timelines.rules)
    told = [line for entry in timeline.entries if entry.kind.endswith("_changed") for line in teller.tell(entry)]
    rules = "churn.low_engagement = 9.0, churn.medium_risk = 0.25, interventions.max_per_tutor = 1"
    assert f"the platform changed its rules: {rules}" in told
    assert any(line.startswith("truth: parameters changed: ") and "bounced = 0.5" in line for line in told)
    assert told[0] in timeline_value(timeline, timelines.rules)["told"]


def test_scores_are_read_under_the_rules_of_their_moment(timelines: Timelines, midnight: datetime) -> None:
    seen = set()
    for one in timelines.tutor_ids:
        for score in timelines[one].risk[1:]:
            (engagement,) = (reading for reading in score.readings if reading.signal == "low_engagement")
            after = score.at > midnight  # the scores of the very midnight are those of the day before
            assert engagement.threshold == (9.0 if after else 5.5)
            seen.add((after, score.at == midnight))
    assert seen == {(False, False), (False, True), (True, False)}


def test_interventions_are_explained_by_the_rules_of_their_moment(timelines: Timelines, midnight: datetime) -> None:
    seen = set()
    for one in timelines.tutor_ids:
        teller = Teller(timelines[one], timelines.rules)
        for entry in timelines[one].entries:
            if entry.kind == "intervention":
                allowed = 1 if entry.trigger.score.at > midnight else timelines.rules.max_per_tutor
                assert f"(allowed: {allowed}" in "\n".join(teller.tell(entry))
                seen.add(allowed)
    assert len(seen) > 1


def test_json_and_pages_tell_of_it_and_say_nothing_where_nothing_changed(
    run: Simulation, timelines: Timelines, midnight: datetime
) -> None:
    rules = json.loads(timelines_as_json([timelines[timelines.tutor_ids[0]]], timelines.rules))["rules"]
    (change,) = rules["changes"]
    assert (change["at"], change["region"], change["values"]["churn.medium_risk"]) == (midnight.isoformat(), 1, 0.25)
    assert f"From {midnight:%Y-%m-%d} on, churn.low_engagement = 9.0" in policy_in_words(timelines.rules)
    unchanged: Rules = evolve(timelines.rules, changes=())
    assert "changes" not in json.loads(timelines_as_json([], unchanged))["rules"]
    assert "From" not in policy_in_words(unchanged)
