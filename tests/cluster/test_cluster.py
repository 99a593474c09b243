"""Tasks on a Dask cluster of real processes: the same results, a lost worker made up for, mistakes told in a line."""

import re
import socket
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from simulation import __version__
from simulation.execution import cluster as cluster_module
from simulation.execution.cluster import Cluster, ClusterError, releases
from simulation.execution.executors import Failure, InProcess, TaskFailed, executor_for
from tests.cluster.dask_cluster import ALLOWED_LOSSES, LocalCluster, local_cluster
from tests.tasks import Chore, attempts_at, do, reciprocal, refuse, square

distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")


# ---------------------------------------------------------------- results and failures


def test_a_cluster_comes_to_the_same_results(cluster: Cluster) -> None:
    assert sorted(cluster.map(square, range(20))) == list(InProcess().map(square, range(20)))


def test_a_failure_on_a_cluster_is_raised_with_its_place_and_one_line_of_why(cluster: Cluster) -> None:
    with pytest.raises(TaskFailed, match=r"^task 1: ZeroDivisionError: division by zero$") as failed:
        list(cluster.map(reciprocal, [1, 0]))
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


def test_failures_on_a_cluster_can_be_values_and_the_rest_goes_on(cluster: Cluster) -> None:
    outcomes = dict(cluster.outcomes(reciprocal, [1, 0, 2]))
    failure = outcomes.pop(1)
    assert outcomes == {0: 1.0, 2: 0.5}
    assert isinstance(failure, Failure)
    ((_, misfit),) = cluster.outcomes(refuse, [5])
    assert isinstance(misfit, Failure)
    assert misfit.cause == "MisfitError: 4 is no 5"


def test_what_is_not_begun_on_a_cluster_is_cancelled_after_a_failure(cluster: Cluster, tmp_path: Path) -> None:
    chores = [Chore(tmp_path / "missing", 0), *(Chore(tmp_path, number, seconds=0.1) for number in range(1, 400))]
    with pytest.raises(TaskFailed, match=r"^task 0: FileNotFoundError"):
        list(cluster.map(do, chores))
    assert len(list(tmp_path.glob("*.begun"))) < 399


# ---------------------------------------------------------------- lost workers


def test_only_the_task_of_a_worker_that_is_killed_is_done_twice(cluster: Cluster, tmp_path: Path) -> None:
    deadly = Chore(tmp_path, 2, waits_for="others.told", deaths=1)
    outcomes = cluster.map(do, [deadly if number == 2 else Chore(tmp_path, number) for number in range(8)])
    # One of the others may wait for the worker that is about to be lost.
    told = list(islice(outcomes, 6))
    (tmp_path / "others.told").touch()
    assert sorted([*told, *outcomes]) == [(number, f"{number}.txt") for number in range(8)]
    attempts = {number: len(attempts_at(tmp_path, number)) for number in range(8)}
    assert attempts == {number: 2 if number == 2 else 1 for number in range(8)}


def test_a_task_that_takes_worker_after_worker_with_it_is_given_up(
    cluster: Cluster, started: LocalCluster, tmp_path: Path
) -> None:
    started.have_workers(4)
    outcomes = cluster.outcomes(do, [Chore(tmp_path, 0), Chore(tmp_path, 1, waits_for="0.told", deaths=99)])
    assert next(outcomes) == (0, "0.txt")
    (tmp_path / "0.told").touch()
    ((_, failure),) = outcomes
    assert isinstance(failure, Failure)
    assert failure.cause == "worker after worker was lost while doing it; have they enough memory?"
    assert len(attempts_at(tmp_path, 1)) == ALLOWED_LOSSES + 1


def test_a_scheduler_that_goes_away_is_told_in_one_line(tmp_path: Path) -> None:
    with local_cluster(tmp_path) as lost:
        lost.have_workers(1)
        chores = [Chore(tmp_path, 0), *(Chore(tmp_path, number, waits_for="never") for number in (1, 2))]
        outcomes = Cluster.at(lost.address).outcomes(do, chores)
        next(outcomes)
        lost.scheduler.kill()
        address = lost.address
        with pytest.raises(ClusterError, match=rf"^{address}: the scheduler went away$"):
            list(outcomes)


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize("address", ["127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://a:b", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ClusterError) as refused:
        executor_for(cluster=address)
    assert str(refused.value) == f"{address!r} is no address of a scheduler; it has the form tcp://HOST:PORT"


def test_without_dask_a_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"install it with: pip install \"tutoring-simulation\[cluster\]\"$"):
        executor_for(cluster="tcp://127.0.0.1:8786")


def test_where_nobody_answers_patience_ends() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError, match=rf"^{address}: no scheduler answers within 0.5 s$"):
            list(Cluster(address, patience=0.5).map(square, [1]))


def nobody_comes(*_: object, **__: object) -> None:
    raise TimeoutError


def test_a_cluster_without_workers_is_refused(started: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed.Client, "wait_for_workers", nobody_comes)
    started.stop_workers()
    with pytest.raises(ClusterError, match=rf"^{started.address}: has no workers$"):
        list(Cluster(started.address).map(square, [1]))


def test_workers_without_the_project_are_refused(started: LocalCluster, tmp_path: Path) -> None:
    started.stop_workers()
    started.have_workers(1, directory=tmp_path)
    with pytest.raises(ClusterError) as refused:
        list(Cluster(started.address).map(square, [1]))
    started.stop_workers()
    told = "cannot run the simulation: ModuleNotFoundError: No module named 'simulation'"
    assert re.fullmatch(rf"{started.address}: the worker tcp://[\d.:]+ {told}", str(refused.value))


ANOTHER_VERSION = (
    rf"the worker tcp://[\d.:]+ has simulation {__version__} instead of 7.0; "
    "bytes are promised for the same releases only"
)


@pytest.fixture
def another_version(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cluster_module, "__version__", "7.0")
    releases.cache_clear()
    yield
    releases.cache_clear()


@pytest.mark.usefixtures("another_version")
def test_workers_with_another_version_are_refused(cluster: Cluster) -> None:
    with pytest.raises(ClusterError) as refused:
        list(cluster.map(square, [1]))
    assert re.fullmatch(rf"{cluster.address}: {ANOTHER_VERSION}", str(refused.value))


@pytest.mark.usefixtures("another_version")
def test_a_worker_with_another_version_that_joins_later_does_nothing(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "_check_workers", lambda *_: None)
    with pytest.raises(TaskFailed) as failed:
        list(cluster.map(square, [1]))
    assert re.fullmatch(ANOTHER_VERSION, failed.value.cause)
