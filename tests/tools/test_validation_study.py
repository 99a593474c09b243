"""The study of validation: what it simulates, and what it keeps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click
import pytest

from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario, scenario_digest
from simulation.validation.validation import Measured, choose_seeds, measure_scenarios
from tests.conftest import TINY
from tests.tools.studies import measured, runs_of
from tools.far_scenarios import CROWDED, FAR
from tools.knock_outs import SWITCHES
from tools.validation_study import DEV, PARTS, PRODUCTION, Extent, keep, kept, measure, plan

EXTENT = Extent("a text", seeds=5, mechanism_seeds=3, far_seeds=1, knock_out_seeds=2)


def test_each_part_has_its_scenarios() -> None:
    planned = plan(PRODUCTION, DEV, EXTENT)
    assert tuple(planned) == PARTS
    assert list(planned["far"]) == [*FAR, *CROWDED]
    assert list(planned["knock_outs"]) == ["unchanged", *SWITCHES]
    for switch in SWITCHES:
        assert all(not getattr(run.mechanisms, switch) for run in planned["knock_outs"][switch].values())
    (few,) = planned["far"]["5 tutors"].values()
    assert few.population.tutors == 5


def test_each_part_takes_its_seeds_from_the_first_on() -> None:
    planned = plan(PRODUCTION, DEV, EXTENT)
    seeds = choose_seeds(Scenario(), 5, "a text")
    taken = {part: {tuple(runs) for runs in scenarios.values()} for part, scenarios in planned.items()}
    wanted = {"production": 5, "dev": 5, "mechanisms": 3, "far": 1, "knock_outs": 2}
    assert taken == {part: {tuple(seeds[:number])} for part, number in wanted.items()}
    for scenarios in planned.values():
        for runs in scenarios.values():
            assert all(run.seed == seed for seed, run in runs.items())


def test_what_stands_in_several_parts_is_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    simulated: list[Scenario] = []

    def measure_each(scenarios: Sequence[Scenario], **_: Any) -> list[Measured]:
        simulated.extend(scenarios)
        return [measured({"volume.sessions": float(run.seed)}) for run in scenarios]

    monkeypatch.setattr("tools.validation_study.measure_scenarios", measure_each)
    measured_parts = dict(measure(plan(PRODUCTION, DEV, EXTENT)))
    # burnout, trends, daily variance and (far, under one seed) interventions are switched off in two parts
    production, dev, mechanisms, far, knock_outs = 5, 5, 3 * 8, 19 - 1, 2 * (len(SWITCHES) - 3)
    assert len(simulated) == production + dev + mechanisms + far + knock_outs
    assert len(set(map(scenario_digest, simulated))) == len(simulated)
    assert measured_parts["production"]["production"] == {
        seed: measured({"volume.sessions": float(seed)}) for seed in choose_seeds(Scenario(), 5, "a text")
    }


def test_runs_are_measured_as_they_are_elsewhere() -> None:
    scenario = attrs.evolve(load_scenario(TINY), days=1, warm_up_days=0)
    assert dict(measure({"dev": {"dev": {7: scenario}}}, workers=1)) == {
        "dev": {"dev": {7: measure_scenarios([scenario], workers=1)[0]}}
    }


# ---------------------------------------------------------------- what is kept


def test_what_was_measured_is_kept_as_it_is(tmp_path: Path) -> None:
    measured_parts = {"dev": {"dev": runs_of(measured({"volume.sessions": None}), measured(broken="event.valid"))}}
    keep(tmp_path / "runs" / "kept.json", EXTENT, measured_parts)
    assert kept(tmp_path / "runs" / "kept.json", EXTENT) == measured_parts


def test_nothing_is_kept_before_a_first_time(tmp_path: Path) -> None:
    assert kept(tmp_path / "kept.json", EXTENT) == {}


def test_parts_of_another_extent_are_not_mixed(tmp_path: Path) -> None:
    keep(tmp_path / "kept.json", EXTENT, {})
    with pytest.raises(click.ClickException, match=r"kept\.json: was measured by .*--seeds 5.*; measure all parts"):
        kept(tmp_path / "kept.json", attrs.evolve(EXTENT, seeds=6))


def test_the_command_states_the_whole_extent() -> None:
    assert EXTENT.command() == (
        "python -m tools.validation_study --seeds-from 'a text' --seeds 5 --mechanism-seeds 3 --far-seeds 1 "
        "--knock-out-seeds 2"
    )
