"""A run, a comparison and a sweep that many tests look at."""

from pathlib import Path

import pytest

import simulation as sim
from simulation import ComparedScenarios, Counterfactual, SimulatedRun, SweptScenario


@pytest.fixture(scope="session")
def run(tiny_file: Path) -> SimulatedRun:
    """A small world in which emails are sent, by seed 7."""
    return sim.simulate(tiny_file)


@pytest.fixture(scope="session")
def comparison(tiny_file: Path) -> ComparedScenarios:
    """The same world for two days, and with more demand."""
    busy = sim.load_scenario(tiny_file, {"name": "tiny-busy", "demand.sessions_per_day": 40})
    return sim.compare([tiny_file, busy], replications=3, days=2, workers=1)


@pytest.fixture(scope="session")
def swept(tiny_file: Path) -> SweptScenario:
    """That world under two demands."""
    return sim.sweep(tiny_file, {"demand.sessions_per_day": [20, 40]}, replications=2, days=2, workers=1)


@pytest.fixture(scope="session")
def counterfactual(run: SimulatedRun) -> Counterfactual:
    """The first world without the first email of its window."""
    return run.without(run.tables["interventions"]["intervention_id"].iloc[0], workers=1)
