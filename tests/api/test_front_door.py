"""The package as one imports it: names, types, and how things show."""

from pathlib import Path
from typing import Any, assert_type

import pandas as pd
import pytest

import simulation as sim
from simulation import ComparedScenarios, Counterfactual, SimulatedRun, SweptScenario


def test_what_the_package_shows_is_for_users() -> None:
    assert dir(sim) == sorted(sim.__all__)
    assert all(getattr(sim, name) is not None for name in sim.__all__)


def test_what_users_write_is_typed(tiny_file: Path, comparison: ComparedScenarios, swept: SweptScenario) -> None:
    """Types are held by the type checker, which reads the tests, too."""
    scenario = sim.load_scenario(tiny_file, days=2, overrides={"population.tutors": 4, "warm_up_days": 2})
    run = sim.simulate(scenario, seed=3)
    assert_type(scenario, sim.Scenario)
    assert_type(run, sim.SimulatedRun)
    assert_type(run.tables["sessions"], pd.DataFrame)
    assert_type(run.features(as_of="2026-01-06").join(run.labels(1, as_of="2026-01-06")), pd.DataFrame)
    assert_type(run.at_risk(3).frame(), pd.DataFrame)
    assert_type(run.timeline("T0001").frame(), pd.DataFrame)
    assert_type(comparison.frame(), pd.DataFrame)
    assert_type(comparison.plot(), sim.Picture)
    assert_type(swept.means(), pd.DataFrame)
    rated: float = run.key_figures()["mean_rating"]
    assert 1 <= rated <= 5


@pytest.mark.parametrize("html", [False, True])
def test_everything_shows_in_one_line_and_in_a_notebook(
    html: bool,
    run: SimulatedRun,
    comparison: ComparedScenarios,
    swept: SweptScenario,
    counterfactual: Counterfactual,
) -> None:
    of_run = [run, run.scenario, run.timeline("T0001"), run.timeline("U00001"), run.at_risk(), counterfactual]
    calm = sim.simulate(run.scenario, overrides={"interventions.max_per_tutor": 1})
    shown: list[Any] = [*of_run, comparison, swept, sim.divergence(run, run), sim.divergence(run, calm)]
    for one in shown:
        if html:
            fragment = one._repr_html_()
            assert fragment.startswith('<div class="simulation">'), one
            assert fragment.endswith("</div>"), one
            assert fragment.count("<div") == fragment.count("</div>"), one
        else:
            assert repr(one).startswith("<"), one
            assert "\n" not in repr(one), one


def test_what_stands_in_a_fragment_is_escaped(tiny_file: Path) -> None:
    named = sim.simulate(tiny_file, days=1, overrides={"name": "<b>", "warm_up_days": 0, "population.tutors": 3})
    assert "&lt;b&gt;" in named._repr_html_()
    assert "<b>" not in named._repr_html_()
