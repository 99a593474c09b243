"""What many tests start from: a small scenario, and a run of it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from simulation.runs import write_run
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario

# How fast a machine is says nothing about the model; the same examples are tried in every run.
settings.register_profile(
    "model", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("model")

TINY = Path(__file__).with_name("tiny.toml")


@pytest.fixture(scope="session")
def tiny_file() -> Path:
    """The file of a scenario that is simulated in a moment."""
    return TINY


@pytest.fixture(scope="session")
def tiny_scenario() -> Scenario:
    """That scenario."""
    return load_scenario(TINY)


@pytest.fixture(scope="session")
def tiny_run(tiny_scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run of it, to be read only."""
    return write_run(tiny_scenario, tmp_path_factory.mktemp("tiny") / "run").directory


@pytest.fixture
def own_run(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as one likes."""
    return Path(shutil.copytree(tiny_run, tmp_path / "own_run"))
