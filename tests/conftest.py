"""What many tests start from: a small scenario, and a run of it."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from simulation.lib.disks import lock_on
from simulation.runs import write_run
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario

# How fast a machine is says nothing about the model; the same examples are tried in every run.
settings.register_profile(
    "model", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("model")

# Thousands of tests are there until the end, and to look through them for garbage takes long: that is done seldom.
gc.set_threshold(50_000, 50, 50)

# The files that take longest, longest first, as of when this was last measured: whoever runs several files side by side
# begins with them, so that none is left alone at the end. All others follow in their usual order.
LONGEST = (
    "cli/test_exit_codes.py",
    "exports/databases/test_interrupted_loads.py",
    "exports/databases/test_loading.py",
    "benchmarks/test_command.py",
    "world/test_when_parameters_act.py",
    "world/test_rules_hold.py",
    "runs/test_runs_of_regions.py",
    "explorer/test_in_browser.py",
    "runs/test_kills.py",
    "world/test_extremes.py",
    "explorer/test_jobs.py",
    "tools/test_load_search.py",
    "world/test_parameters.py",
    "views/test_report_page.py",
    "studies/test_commands.py",
    "runs/test_continuations.py",
    "views/test_study_pages.py",
    "views/test_timeline_page.py",
    "tools/test_output_search.py",
    "validation/test_rules.py",
    "validation/test_validation.py",
    "studies/test_comparison.py",
    "world/test_load.py",
    "world/test_needs.py",
    "world/test_far_scenarios.py",
)

TINY = Path(__file__).with_name("tiny.toml")
ODD_NAMES = Path(__file__).with_name("odd-names.toml")
PRODUCTION = Path(__file__).parents[1] / "scenarios" / "production.toml"


def pytest_configure(config: pytest.Config) -> None:
    """Have xdist keep the order of files: it would begin with those of the most tests, which are the shortest ones."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[None]:
    """Nothing that tests write has to outlast a power cut: to wait for the disk takes long, and shows nothing."""

    def fsync(_: int) -> None:
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield


@pytest.fixture(scope="module", autouse=True)
def small_memory(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the tests of a module kept for each other is given back: what collects garbage, or forks, looks at all."""
    yield
    for kept in vars(request.module).values():
        if getattr(kept, "__module__", "") == request.module.__name__ and hasattr(kept, "cache_clear"):
            kept.cache_clear()
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="session")
def odd_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run whose names are a trial for whatever quotes them, to be read only."""
    return write_run(load_scenario(ODD_NAMES), tmp_path_factory.mktemp("odd") / "run").directory


def shared_place(tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str) -> Path:
    """A path that is the same for all workers."""
    place = tmp_path_factory.getbasetemp()
    return (place if worker_id == "master" else place.parent) / name


def made_once(place: Path, make: Callable[[], object]) -> Path:
    """What stands at a place: the first worker who comes makes it, and others wait for that."""
    with lock_on(place.with_suffix(".lock"), wait=True):
        if not place.exists():
            make()
    return place


@pytest.fixture(scope="session")
def production_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The directory of a run of production in Parquet files, to be read only."""
    place = shared_place(tmp_path_factory, worker_id, "production")
    return made_once(place, lambda: write_run(load_scenario(PRODUCTION), place, ["parquet"]))


@pytest.fixture
def own_run(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as one likes."""
    return Path(shutil.copytree(tiny_run, tmp_path / "own_run"))
