"""Runs whose regions are simulated on a Dask cluster: the same bytes, and nothing done twice that is there."""

import json
import os
import shutil
import signal
from pathlib import Path

import attrs
import pytest

from simulation import __version__
from simulation.execution.artifact_store import FINISHED
from simulation.execution.cluster import Cluster
from simulation.execution.executors import InProcess
from simulation.runs import RunDirError, write_run
from simulation.runs.regions import RegionTask
from simulation.scenario import Scenario
from simulation.scenario.partition import copied
from simulation.scenario.regions import regional
from tests.cluster.dask_cluster import LocalCluster
from tests.command_line import answer, mistake
from tests.run_files import lasting

pytest.importorskip("distributed", reason="needs the extra `cluster`")

FORMATS = ["parquet"]
FOR_SEVERAL = "--cluster and --shared are for several regions; --regions makes one several"


@pytest.fixture(scope="module")
def short(tiny_scenario: Scenario) -> Scenario:
    """A scenario of two regions and one day."""
    return copied(attrs.evolve(tiny_scenario, days=1, warm_up_days=0), 2)


@pytest.fixture(scope="module")
def here(short: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its run, all regions simulated in this process."""
    return write_run(short, tmp_path_factory.mktemp("here") / "run", FORMATS, executor=InProcess()).directory


def published(shared: Path) -> dict[str, int]:
    """The runs of regions in an artifact store, with when they were published."""
    return {path.parent.name: path.stat().st_mtime_ns for path in shared.glob(f"regions/*/{FINISHED}")}


def test_a_cluster_that_writes_to_the_runs_directory_makes_the_same_run(
    cluster: Cluster, short: Scenario, here: Path, tmp_path: Path
) -> None:
    write_run(short, tmp_path / "run", FORMATS, executor=cluster)
    assert lasting(tmp_path / "run") == lasting(here)


def test_a_cluster_that_shares_a_url_makes_the_same_run(
    cluster: Cluster, short: Scenario, here: Path, tmp_path: Path
) -> None:
    write_run(short, tmp_path / "run", FORMATS, executor=cluster, shared=f"file://{tmp_path}/shared")
    assert lasting(tmp_path / "run") == lasting(here)
    assert set(published(tmp_path / "shared")) == {"0001", "0002"}


def test_a_repeated_run_takes_from_the_shared_place_what_is_finished(
    short: Scenario, here: Path, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    write_run(short, tmp_path / "first", FORMATS, executor=InProcess(), shared=shared)
    shutil.rmtree(shared / "regions" / "0002")
    before = published(shared)
    write_run(short, tmp_path / "second", FORMATS, executor=InProcess(), shared=shared)
    assert lasting(tmp_path / "second") == lasting(here)
    assert set(published(shared)) == {"0001", "0002"}
    assert published(shared)["0001"] == before["0001"]


def test_what_belongs_to_another_run_is_made_again(short: Scenario, here: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    other = attrs.evolve(short, seed=8)
    write_run(other, tmp_path / "other", FORMATS, executor=InProcess(), shared=shared)
    write_run(short, tmp_path / "run", FORMATS, executor=InProcess(), shared=shared)
    assert lasting(tmp_path / "run") == lasting(here)


def test_what_is_in_the_store_is_known_by_all_that_its_bytes_depend_on(short: Scenario, tmp_path: Path) -> None:
    task = RegionTask(regional(short, 2), 2, tmp_path / "0002", ("parquet",))
    about = task.about
    assert json.loads(json.dumps(about)) == about
    assert about.items() >= {"version": __version__, "region": 2, "formats": ["parquet"]}.items()
    assert set(about["releases"]) == {"simulation", "Python", "numpy", "pyarrow"}
    assert (task.stored_name, about["scenario"]["seed"]) == ("regions/0002", 7)


def test_regions_whose_worker_is_killed_are_simulated_again(
    cluster: Cluster, started: LocalCluster, tiny_scenario: Scenario, tmp_path: Path
) -> None:
    """The worker is killed as soon as a region is published, while the others are simulated."""
    longer = copied(attrs.evolve(tiny_scenario, days=3, warm_up_days=0), 4)
    shared, out = tmp_path / "shared", tmp_path / "run"
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if 0 < done < total and not killed:
            killed.append(started.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    write_run(longer, out, FORMATS, executor=cluster, shared=shared, on_day=kill_one)
    assert killed
    write_run(longer, tmp_path / "here", FORMATS, executor=InProcess())
    assert lasting(out) == lasting(tmp_path / "here")


# ---------------------------------------------------------------- mistakes


def do_nothing(_: RegionTask) -> None:
    """What a worker does, seen from a machine with another disk."""


def test_where_regions_do_not_arrive_one_line_says_what_to_do(
    short: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulation.runs.regions.simulate_region", do_nothing)
    with pytest.raises(RunDirError) as refused:
        write_run(short, tmp_path / "run", FORMATS, executor=InProcess())
    told = "was simulated and is not there; name a place that all workers can reach with --shared"
    assert str(refused.value) == f"{tmp_path}/run.partial/regions/0001: {told}"


def test_a_cluster_is_named_on_the_command_line(
    started: LocalCluster, tiny_file: Path, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started.have_workers(2)
    shorter = ("--set", "days=1", "--set", "warm_up_days=0", "--regions", "2", "--format", "parquet")
    options = ("--out", tmp_path / "run", "--cluster", started.address, "--shared", tmp_path / "shared")
    assert answer(capsys, "run", tiny_file, *shorter, *options).code == 0
    assert lasting(tmp_path / "run") == lasting(here)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--regions=2", "--cluster=here"], "'here' is no address of a scheduler; it has the form tcp://HOST:PORT"),
        (["--regions=2", "--shared=odd://x"], "odd://x: cannot be used: ValueError: Protocol not known: odd"),
        (["--cluster=tcp://127.0.0.1:1"], FOR_SEVERAL),
        (["--shared=x"], FOR_SEVERAL),
        (["--regions=2", "--only-region=1", "--shared=x"], FOR_SEVERAL),
    ],
)
def test_mistakes_about_clusters_are_answered_by_one_line(
    options: list[str], told: str, tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mistake(capsys, "run", tiny_file, "--out", tmp_path / "run", *options) == told
    assert not list(tmp_path.iterdir())
