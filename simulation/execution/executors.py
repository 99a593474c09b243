"""Where tasks run: in this process, in processes beside it, or on a cluster. No result depends on it.

A task is a function that can be imported, with an item that can be pickled; its result should be small. Garbage is
collected after each task: agents and processes of a world refer to each other, and old worlds would pile up.
"""

import gc
import os
import pickle
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TypeVar

from attrs import frozen

from simulation.lib.arrow import import_arrow_alone

Item = TypeVar("Item")
Result = TypeVar("Result")

# Called with how many of how many are done; first with none, before anything is begun.
OnDone = Callable[[int, int], None]

# How often a task is tried whose process is lost: killed, or out of memory.
ATTEMPTS = 3

# What to check when processes are lost, by whether tasks are of the main module.
_TO_CHECK = {
    False: "is there enough memory",
    True: 'has the script if __name__ == "__main__": before what it does, and is there enough memory',
}

# What a process beside this one runs first. It needs the absolute place of the package, as entries of sys.path may be
# relative to a directory that was left. Afterwards that place comes last, behind Python's own modules.
_BEGINNING = """
import sys
sys.path.insert(0, {place!r})
import simulation.execution.executors
sys.path.append(sys.path.pop(0))
simulation.execution.executors.begin_as_worker()
"""

_main_set_aside = Lock()


class TaskFailed(Exception):  # noqa: N818 -- it says what happened
    """A task failed: its place among the items, and a line that says why. The error itself is the `__cause__`."""

    def __init__(self, place: int, cause: str) -> None:
        super().__init__(place, cause)
        self.place = place
        self.cause = cause

    def __str__(self) -> str:
        return f"task {self.place}: {self.cause}"


@frozen(eq=False)
class Failure:
    """The outcome of a task that failed: a line that says why, and the error."""

    cause: str
    error: Exception


# Places of items, each with what came of it.
Outcomes = Generator[tuple[int, Result | Failure], None, None]


class Executor(ABC):
    """Something that runs tasks. None begins before the first outcome is asked for."""

    @abstractmethod
    def outcomes(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Outcomes[Result]:
        """Places of items and outcomes of their tasks, as they are done; a failure is a value, and the rest goes on.

        Closing the iterator cancels tasks that have not begun.
        """

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[int, Result]]:
        """Places of items and their results, as they are done.

        Raises TaskFailed from the first failure; what is not begun is cancelled then.
        """
        with closing(self.outcomes(function, items)) as outcomes:
            for place, outcome in outcomes:
                if isinstance(outcome, Failure):
                    raise TaskFailed(place, outcome.cause) from outcome.error
                yield place, outcome

    def in_order(
        self, function: Callable[[Item], Result], items: Sequence[Item], on_done: OnDone | None = None
    ) -> list[Result]:
        """The results of all items, in their order. `on_done` is told after each how many of how many are done.

        Raises TaskFailed from the first failure; what is not begun is cancelled then.
        """
        results: dict[int, Result] = {}
        if on_done is not None:
            on_done(0, len(items))
        for place, result in self.map(function, items):
            results[place] = result
            if on_done is not None:
                on_done(len(results), len(items))
        return [results[place] for place in range(len(items))]

    @property
    @abstractmethod
    def at_once(self) -> int:
        """How many tasks it carries out side by side."""

    def at_home(self) -> "Executor":
        """An executor on this machine, which can reach its files: this one, if it can."""
        return self


@frozen
class InProcess(Executor):
    """One task after the other, in this process."""

    @property
    def at_once(self) -> int:
        """One."""
        return 1

    def outcomes(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Outcomes[Result]:
        """Places and outcomes, in the order of the items."""
        for place, item in enumerate(items):
            yield place, attempted(function, item)
            if place + 1 < len(items):
                gc.collect()


@frozen
class Processes(Executor):
    """At most so many processes side by side; a single item stays in this process.

    They do not import the main module, which may be a script that would start again in each of them, or no file at
    all. The exception are tasks defined in the main module: as always with multiprocessing, it then needs a guard. In a
    process that may not start others (a worker of `multiprocessing.Pool`), all items stay.
    """

    workers: int

    @property
    def at_once(self) -> int:
        """As many as there are processes."""
        return self.workers

    def outcomes(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Outcomes[Result]:
        """Places and outcomes, as they are done. A task whose process is lost is tried up to `ATTEMPTS` times."""
        from multiprocessing import current_process

        if len(items) == 1 or current_process().daemon:
            yield from InProcess().outcomes(function, items)
            return

        from concurrent.futures.process import BrokenProcessPool

        # Whether tasks refer to anything that is defined in the main module.
        of_main = b"__main__" in pickle.dumps((function, items))
        waiting = dict(enumerate(items))
        attempts = 0
        while waiting:
            attempts += 1
            try:
                for place, outcome in _side_by_side(function, waiting, self.workers, of_main=of_main):
                    del waiting[place]
                    yield place, outcome
            except BrokenProcessPool as error:
                if attempts == ATTEMPTS:
                    lost = Failure(f"its process ended abruptly, {ATTEMPTS} times; {_TO_CHECK[of_main]}?", error)
                    yield from ((place, lost) for place in waiting)
                    return


def executor_for(workers: int | None = None, cluster: str | None = None) -> Executor:
    """The executor on the Dask cluster at an address, or in so many processes (one per processor, unless stated).

    Raises ClusterError, with one line, where the address is none or the extra `cluster` is not installed.
    """
    if cluster is not None:
        from simulation.execution.cluster import Cluster

        return Cluster.at(cluster)
    workers = workers or os.cpu_count() or 1
    return InProcess() if workers == 1 else Processes(workers)


def attempted(function: Callable[[Item], Result], item: Item) -> Result | Failure:
    """The outcome of a task."""
    try:
        return function(item)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to this task alone
        return Failure(line_of(error), error)


def attempted_elsewhere(function: Callable[[Item], Result], item: Item) -> Result | Failure:
    """The outcome of a task, in a form that can be sent back: errors carry their traceback as a note."""
    outcome = attempted(function, item)
    gc.collect()
    return failure_of(outcome.error) if isinstance(outcome, Failure) else outcome


def failure_of(error: Exception) -> Failure:
    """An error as the outcome of a task, in a form that can be sent back: it carries its traceback as a note."""
    from traceback import format_exception

    cause = line_of(error)
    told = "".join(format_exception(error))
    error.add_note(told)
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 -- made a line earlier
    except Exception:  # noqa: BLE001 -- errors with arguments of their own seldom can be made again
        error = RuntimeError(cause)
        error.add_note(told)
    return Failure(cause, error)


def line_of(error: Exception) -> str:
    """What went wrong, in a line. Errors of this package are worded for people; others are named by their type."""
    text = next(iter(str(error).splitlines()), "")
    if type(error).__module__.partition(".")[0] == __name__.partition(".")[0]:
        return text
    return ": ".join(filter(None, (type(error).__name__, text)))


def _side_by_side(
    function: Callable[[Item], Result], items: Mapping[int, Item], workers: int, *, of_main: bool
) -> Outcomes[Result]:
    """Places and outcomes, as they are done. Raises BrokenProcessPool when a process is lost."""
    from concurrent.futures import Future, ProcessPoolExecutor, as_completed
    from multiprocessing import active_children, get_context

    beginning = _BEGINNING.format(place=str(Path(__file__).parents[2]))
    others = active_children()
    # fresh processes: a copy of this one might have been made in the middle of something
    pool = ProcessPoolExecutor(min(workers, len(items)), get_context("spawn"), exec, (beginning,))
    places: dict[Future[Result | Failure], int] = {}
    try:
        with nullcontext() if of_main else _main_is_not_to_be_imported(), _interrupts_held():
            for place, item in items.items():
                places[pool.submit(attempted_elsewhere, function, item)] = place
        for future in as_completed(places):
            yield places.pop(future), future.result()
    except BaseException as error:
        # Cancelled one by one: shutdown(cancel_futures=True) is forgotten once nothing refers to the pool.
        for future in places:
            future.cancel()
        pool.shutdown(wait=False)
        if _is_interruption(error):
            for process in active_children():
                if process not in others:
                    process.terminate()
        raise
    pool.shutdown()


@contextmanager
def _main_is_not_to_be_imported() -> Iterator[None]:
    """Make the main module look like a package's, which multiprocessing does not import in new processes."""
    from importlib.machinery import ModuleSpec

    main = sys.modules["__main__"]
    with _main_set_aside:
        spec = getattr(main, "__spec__", None)
        main.__spec__ = ModuleSpec("__main__", None)
        try:
            yield
        finally:
            main.__spec__ = spec


def _is_interruption(error: BaseException | None) -> bool:
    """Whether to end at once, as on an interrupt; otherwise tasks that have begun are finished."""
    if isinstance(error, GeneratorExit):
        return _is_interruption(error.__context__)
    return error is not None and not isinstance(error, Exception)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Block interrupts for a moment. Processes started meanwhile never get one: this process ends them."""
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_as_worker() -> None:
    """Import Arrow without pandas, collect garbage after each task only, and end with the parent."""
    import_arrow_alone()
    gc.disable()  # collecting while a world runs costs a tenth of the time
    _end_with_parent()


def _end_with_parent() -> None:
    """End this process when its parent ends, even if that was killed."""
    from multiprocessing import parent_process
    from threading import Thread

    def wait_for_the_end() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait_for_the_end, daemon=True).start()
