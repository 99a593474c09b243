"""Tasks carried out in this process and in others: the same results, failures as values, nothing left behind."""

import os
import pickle
import signal
import subprocess
import sys
from contextlib import closing
from multiprocessing import active_children
from pathlib import Path

import pytest

from simulation.execution.executors import ATTEMPTS, Executor, Failure, InProcess, Processes, TaskFailed, executor_for
from simulation.lib.staging import RunDirError
from tests.tasks import (
    Chore,
    attempts_at,
    do,
    make_a_world,
    process_among_two,
    process_of,
    reciprocal,
    refuse,
    square,
)
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]

EXECUTORS = [InProcess(), Processes(2)]


def refuse_the_disk(_: int) -> None:
    raise RunDirError("runs/one: cannot be written: No space left on device")


# ---------------------------------------------------------------- which


def test_one_worker_is_this_process_and_more_are_others() -> None:
    assert executor_for(1) == InProcess()
    assert executor_for(3) == Processes(3)


@pytest.mark.parametrize(("processors", "chosen"), [(8, Processes(8)), (1, InProcess()), (None, InProcess())])
def test_there_is_one_worker_per_processor_unless_stated(
    processors: int | None, chosen: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert executor_for() == chosen


def test_there_are_never_more_processes_than_workers(tmp_path: Path) -> None:
    processes = {process for _, process in Processes(2).map(process_among_two, [tmp_path] * 8)}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_one_task_alone_stays_in_this_process() -> None:
    assert list(Processes(2).map(process_of, [0])) == [(0, os.getpid())]


# ---------------------------------------------------------------- results and failures


@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_result_comes_with_the_place_of_its_item(executor: Executor) -> None:
    assert sorted(executor.map(square, [5, 3, 4])) == [(0, 25), (1, 9), (2, 16)]
    assert list(executor.map(square, [])) == []


@pytest.mark.parametrize("executor", EXECUTORS)
def test_results_can_be_had_in_the_order_of_the_items_and_are_counted_as_they_are_done(executor: Executor) -> None:
    told: list[tuple[int, int]] = []
    assert executor.in_order(square, [5, 3, 4], lambda done, total: told.append((done, total))) == [25, 9, 16]
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert executor.in_order(square, []) == []


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_first_failure_is_raised_with_its_place_and_one_line_of_why(executor: Executor) -> None:
    with pytest.raises(TaskFailed, match=r"^task 1: ZeroDivisionError: division by zero$") as failed:
        list(executor.map(reciprocal, [1, 0]))
    assert (failed.value.place, failed.value.cause) == (1, "ZeroDivisionError: division by zero")
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_failure_can_be_a_value_and_the_rest_goes_on(executor: Executor) -> None:
    outcomes = dict(executor.outcomes(reciprocal, [1, 0, 2]))
    failure = outcomes.pop(1)
    assert outcomes == {0: 1.0, 2: 0.5}
    assert isinstance(failure, Failure)
    assert failure.cause == "ZeroDivisionError: division by zero"


def test_a_failure_elsewhere_says_where_it_came_from() -> None:
    for _, failure in Processes(2).outcomes(reciprocal, [0, 0]):
        assert isinstance(failure, Failure)
        assert "in reciprocal" in failure.error.__notes__[0]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_error_that_cannot_be_sent_is_told_in_its_words(executor: Executor) -> None:
    told = {outcome.cause for _, outcome in executor.outcomes(refuse, [5, 6]) if isinstance(outcome, Failure)}
    assert told == {"MisfitError: 4 is no 5", "MisfitError: 4 is no 6"}


def test_errors_worded_for_people_are_told_as_they_are() -> None:
    with pytest.raises(TaskFailed, match=r"^task 0: runs/one: cannot be written: No space left on device$"):
        list(InProcess().map(refuse_the_disk, [0]))


def test_a_failure_can_itself_be_sent() -> None:
    sent = pickle.loads(pickle.dumps(TaskFailed(3, "it rained")))  # noqa: S301
    assert (sent.place, sent.cause, str(sent)) == (3, "it rained", "task 3: it rained")


def test_memory_is_given_back_after_each_task(tmp_path: Path) -> None:
    for place, _ in Processes(2).map(make_a_world, [tmp_path / "0", tmp_path / "1"]):
        assert (tmp_path / str(place)).exists()


# ---------------------------------------------------------------- ends


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_is_not_begun_is_cancelled_after_a_failure(executor: Executor, tmp_path: Path) -> None:
    # so many that no machine is slow enough to do all of them before it hears of the failure
    chores = [Chore(tmp_path / "missing", 0), *(Chore(tmp_path, number, seconds=0.1) for number in range(1, 1000))]
    with pytest.raises(TaskFailed, match=r"^task 0: FileNotFoundError"):
        list(executor.map(do, chores))
    until(lambda: not active_children())
    assert len(list(tmp_path.glob("*.txt"))) < 999


def test_nothing_begins_before_the_first_outcome_is_asked_for(tmp_path: Path) -> None:
    InProcess().map(do, [Chore(tmp_path, 0)])
    assert not attempts_at(tmp_path, 0)


def test_a_task_whose_process_is_lost_is_done_again(tmp_path: Path) -> None:
    chores = [Chore(tmp_path, number, deaths=number == 1) for number in range(3)]
    assert sorted(Processes(2).map(do, chores)) == [(0, "0.txt"), (1, "1.txt"), (2, "2.txt")]
    assert len(attempts_at(tmp_path, 1)) == 2


def test_a_task_that_takes_its_process_with_it_each_time_is_given_up(tmp_path: Path) -> None:
    outcomes = Processes(2).outcomes(do, [Chore(tmp_path, 0), Chore(tmp_path, 1, waits_for="0.told", deaths=99)])
    assert next(outcomes) == (0, "0.txt")
    (tmp_path / "0.told").touch()
    ((_, failure),) = outcomes
    assert isinstance(failure, Failure)
    assert failure.cause == "its process ended abruptly, 3 times; is there enough memory?"
    assert len(attempts_at(tmp_path, 1)) == ATTEMPTS


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_its_parent(signal_: signal.Signals, tmp_path: Path) -> None:
    code = f"from tests.tasks import begin_processes_forever; begin_processes_forever({str(tmp_path)!r})"
    # a session of its own: the interrupt reaches the parent and its processes, as one from a keyboard does
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL)
    until(lambda: len(list(tmp_path.iterdir())) == 2)
    if signal_ is signal.SIGINT:
        os.killpg(parent.pid, signal_)
    else:
        parent.kill()
    parent.wait(PATIENCE)
    until(lambda: not any(is_running(int(path.name)) for path in tmp_path.iterdir()))


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_who_is_interrupted_while_looking_at_an_outcome_waits_for_no_other(
    interruption: type[BaseException], tmp_path: Path
) -> None:
    # The second would take longer than anybody waits.
    chores = [Chore(tmp_path, 0), Chore(tmp_path, 1, seconds=1e6)]

    def look_at_the_first() -> None:
        with closing(Processes(2).outcomes(do, chores)) as outcomes:
            next(outcomes)
            raise interruption

    with pytest.raises(interruption):
        look_at_the_first()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")  # who is ended and not yet waited for is there still
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
