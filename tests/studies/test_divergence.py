"""Where two runs part: in all, and for each tutor."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pytest

import simulation as sim
from simulation.events import InterventionSent
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, Log, MemorySink
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies import StudyError
from simulation.studies.divergence import divergence
from simulation.world import World, log_metadata
from tests.conftest import TINY

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> sim.SimulatedRun:
    """A run of a small world."""
    return sim.simulate(TINY)


def with_parts(scenario: Scenario, *parts: Log) -> sim.SimulatedRun:
    """A run that has these parts of a log."""
    return sim.SimulatedRun(scenario, parts.__getitem__, lambda _: None)


def edited(run: sim.SimulatedRun, edit: Callable[[Rows], Rows]) -> sim.SimulatedRun:
    """The run with another observable part of its log."""
    rows = edit(run.log.table.to_pylist())
    return with_parts(run.scenario, Log(pa.Table.from_pylist(rows, OBSERVABLE_SCHEMA), run.log.metadata), run.truth_log)


def place_of(run: sim.SimulatedRun, event_type: str) -> int:
    """The place of the event of a type in the middle of the log."""
    places = [place for place, kind in enumerate(run.log.table["event_type"].to_pylist()) if kind == event_type]
    return places[len(places) // 2]


def test_a_run_does_not_differ_from_itself(run: sim.SimulatedRun) -> None:
    found = divergence(run, run)
    assert found.first is None
    assert found.tutors == {}
    assert found.same == run.scenario.population.tutors
    assert str(found) == "Both runs are the same, as far as both go."
    assert found.frame().empty


def test_the_first_field_that_differs_is_told_with_both_values(run: sim.SimulatedRun) -> None:
    place = place_of(run, "session_completed")

    def edit(rows: Rows) -> Rows:
        rows[place] |= {"student_rating": 1.25, "clarity_score": 9.75}
        return rows

    before = run.log.table.slice(place, 1).to_pylist()[0]
    found = divergence(run, edited(run, edit))
    assert found.first is not None
    assert (found.first.when, found.first.event_type) == (before["timestamp"], "session_completed")
    assert (found.first.field, found.first.values) == ("clarity_score", (before["clarity_score"], 9.75))
    assert found.tutors == {before["tutor_id"]: found.first}
    assert found.same == run.scenario.population.tutors - 1
    told = f"session_completed with clarity_score {before['clarity_score']:g} in the first run, 9.75 in the second"
    assert str(found).splitlines()[0] == (
        f"Both runs are the same until {before['timestamp'].day} {before['timestamp']:%B %H:%M}: "
        f"{told} ({before['tutor_id']})."
    )


@pytest.mark.parametrize("event_type", ["session_completed", "session_rescheduled"])
def test_an_event_that_one_run_lacks_is_told_and_nobody_else_differs(run: sim.SimulatedRun, event_type: str) -> None:
    place = place_of(run, event_type)
    before = run.log.table.slice(place, 1).to_pylist()[0]
    shorter = edited(run, lambda rows: rows[:place] + rows[place + 1 :])
    for first, second, values, side in (
        (run, shorter, (event_type, None), "first"), (shorter, run, (None, event_type), "second"),
    ):  # fmt: skip
        found = divergence(first, second)
        assert [*found.tutors] == [before["tutor_id"]]
        of_tutor = found.tutors[before["tutor_id"]]
        assert (of_tutor.when, of_tutor.field, of_tutor.values) == (before["timestamp"], None, values)
        assert str(of_tutor) == f"{event_type} in the {side} run only"
        assert found.frame().loc[before["tutor_id"], side] == event_type


def test_an_event_that_is_missing_at_the_very_end_is_found(run: sim.SimulatedRun) -> None:
    last = [row for row in run.log.table.to_pylist() if row["tutor_id"] == "T0001" and _in_window(run, row)][-1]
    found = divergence(run, edited(run, lambda rows: [row for row in rows if row["event_id"] != last["event_id"]]))
    assert found.tutors["T0001"].when == last["timestamp"]
    assert found.tutors["T0001"].second is None


def _in_window(run: sim.SimulatedRun, row: dict[str, Any]) -> bool:
    return bool(row["timestamp"] < datetime.fromisoformat(run.log.metadata.window_end))


def test_how_events_are_numbered_makes_no_difference(run: sim.SimulatedRun) -> None:
    def shifted(log: Log) -> Log:
        ids = [re.sub(r"\d+", lambda found: f"{int(found[0]) + 7:06d}", name, count=1)
               for name in log.table["event_id"].to_pylist()]  # fmt: skip
        return Log(log.table.set_column(0, log.schema.field(0), pa.array(ids)), log.metadata)

    assert divergence(run, with_parts(run.scenario, shifted(run.log), shifted(run.truth_log))).first is None


def test_worlds_that_an_email_tells_apart_are_the_same_until_it_is_sent(run: sim.SimulatedRun) -> None:
    sent = run.log.events(InterventionSent).to_pylist()[1]
    sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    World(run.scenario, *sinks, muted=frozenset([sent["intervention_id"]])).run()
    without = with_parts(run.scenario, *(Log(sink.table(), log_metadata(run.scenario)) for sink in sinks))
    found = divergence(run, without)
    assert found.first is not None
    assert (found.first.when, found.first.field) == (sent["timestamp"], "event_type")
    assert found.first.values == ("intervention_sent", "intervention_muted")
    assert str(found.first) == "intervention_sent in the first run, intervention_muted in the second"
    assert found.tutors[sent["tutor_id"]] == found.first
    assert [*found.tutors.values()] == sorted(found.tutors.values(), key=lambda one: one.when)
    assert str(found).splitlines()[1].strip() == f"{len(found.tutors)} tutors come to differ, {found.same} do not:"


def test_runs_are_compared_as_far_as_both_go(run: sim.SimulatedRun, tiny_run: Path) -> None:
    assert divergence(run, sim.simulate(TINY, days=run.scenario.days + 2)).first is None
    assert divergence(tiny_run, run) == divergence(run, run)


def test_runs_that_begin_at_different_moments_have_no_past_to_share(run: sim.SimulatedRun) -> None:
    later = attrs.evolve(load_scenario(TINY), warm_up_days=run.scenario.warm_up_days - 1, days=1)
    with pytest.raises(StudyError, match=r"^divergence: the logs begin at \S+ and \S+; allowed are runs that begin"):
        divergence(run, sim.simulate(later))
