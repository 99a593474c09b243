"""A cluster of this machine's processes, for the tests of a module."""

from collections.abc import Iterator

import pytest

from simulation.execution.cluster import Cluster
from tests.cluster.dask_cluster import LocalCluster, local_cluster


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(started: LocalCluster) -> Cluster:
    """A cluster with two workers, of one thread each."""
    started.have_workers(2)
    return Cluster.at(started.address)
