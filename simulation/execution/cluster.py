"""A Dask cluster that is there already, as a place for tasks. It needs the extra `cluster`."""

import pickle
import platform
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import frozen

from simulation import __version__
from simulation.execution.executors import (
    Executor,
    Failure,
    Item,
    Outcomes,
    Result,
    attempted_elsewhere,
    executor_for,
    line_of,
)
from simulation.lib.arrow import import_arrow_alone
from simulation.lib.errors import UserError
from simulation.lib.extras import require

if TYPE_CHECKING:
    from distributed import Client

Releases = tuple[tuple[str, str], ...]

# Seconds until a scheduler has to answer, and has to have a worker.
PATIENCE = 10


class ClusterError(UserError):
    """A cluster that cannot be used: the message is one line with its address, what is wrong, what is allowed."""


@frozen
class Cluster(Executor):
    """The workers of a Dask scheduler. A task whose worker is lost is done again, as often as the scheduler allows."""

    address: str
    patience: float = PATIENCE

    @classmethod
    def at(cls, address: str) -> "Cluster":
        """The cluster at an address. Raises ClusterError where that is none, or the extra is not installed."""
        if not _is_address(address):
            raise ClusterError(f"{address!r} is no address of a scheduler; it has the form tcp://HOST:PORT")
        require("distributed", "cluster", "a cluster needs", ClusterError, called="Dask")
        return cls(address)

    def outcomes(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Outcomes[Result]:
        """Places and outcomes, as they are done.

        Raises ClusterError where nobody answers, and where workers would not come to the same bytes.
        """
        from concurrent.futures import CancelledError

        from distributed import as_completed

        with self._client() as client:
            self._check_workers(client)
            futures = client.map(_from_here("carried_out"), [_parcel(function, item) for item in items], pure=False)
            places = {future.key: place for place, future in enumerate(futures)}
            done = as_completed(futures, loop=client.loop)
            del futures  # one that nobody holds is forgotten by the cluster, and its result with it
            try:
                for future in done:
                    error = future.exception()
                    yield places[future.key], future.result() if error is None else Failure(_cause(error), error)
            except CancelledError:
                raise ClusterError(f"{self.address}: the scheduler went away") from None

    @property
    def at_once(self) -> int:
        """As many as the workers that are there have threads. Raises ClusterError where nobody answers."""
        with self._client() as client:
            self._check_workers(client)
            return sum(client.nthreads().values())

    def at_home(self) -> Executor:
        """Processes on this machine."""
        return executor_for()

    def _client(self) -> "Client":
        from distributed import Client

        try:
            return Client(self.address, timeout=self.patience, set_as_default=False)
        except OSError:
            raise ClusterError(f"{self.address}: no scheduler answers within {self.patience:g} s") from None

    def _check_workers(self, client: "Client") -> None:
        try:
            client.wait_for_workers(1, timeout=self.patience)
        except TimeoutError:
            raise ClusterError(f"{self.address}: has no workers") from None
        for worker, found in sorted(client.run(_from_here("releases"), on_error="return").items()):
            if found != releases():
                raise ClusterError(f"{self.address}: {_difference(worker, found)}")


@cache
def releases() -> Releases:
    """The releases that bytes depend on: of this project, of Python, and of the libraries that compute and write."""
    python = ".".join(platform.python_version_tuple()[:2])
    libraries = ((name, version(name)) for name in ("numpy", "pyarrow"))
    return (("simulation", __version__), ("Python", python), *libraries)


def carried_out(parcel: bytes) -> object:
    """What came of the task in a parcel. Raises ClusterError on a worker that would not come to the same bytes."""
    import_arrow_alone()
    expected, task = pickle.loads(parcel)  # noqa: S301 -- from the process that uses the cluster
    if releases() != expected:
        from distributed import get_worker

        raise ClusterError(_difference(get_worker().address, releases(), expected))
    return attempted_elsewhere(*pickle.loads(task))  # noqa: S301 -- likewise


def _cause(error: Exception) -> str:
    """One line of why the cluster gave up a task."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "worker after worker was lost while doing it; have they enough memory?"
    return line_of(error)


def _parcel(function: Callable[[Item], Result], item: Item) -> bytes:
    return pickle.dumps((releases(), pickle.dumps((function, item))))


def _from_here(name: str) -> Callable[..., Any]:
    """A function of this module, to be imported where it is called.

    Functions inside functions are sent by value: the scheduler, which looks at what passes, needs nothing of ours.
    """

    def call(*arguments: object) -> object:
        return getattr(import_module("simulation.execution.cluster"), name)(*arguments)

    return call


def _difference(worker: str, found: Releases | Exception, expected: Releases | None = None) -> str:
    """How a worker differs from this process, in one line."""
    if isinstance(found, Exception):
        return f"the worker {worker} cannot run the simulation: {line_of(found)}"
    pairs = zip(found, expected or releases(), strict=True)
    others = ", ".join(f"{name} {theirs} instead of {ours}" for (name, theirs), (_, ours) in pairs if theirs != ours)
    return f"the worker {worker} has {others}; bytes are promised for the same releases only"


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"tcp", "tls"} and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        return False
