"""Whatever else a process has set, does or waits for: the world is the same, and nothing is raised."""

import asyncio
import decimal
import gc
import locale
import random
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation import Simulation, load_scenario, simulate
from simulation.scenario import Scenario
from tests.conftest import TINY
from tests.run_files import lasting

ROOT = Path(__file__).parents[2]
BRIEF = ("days=3", "warm_up_days=4")


@pytest.fixture(scope="module")
def brief() -> Scenario:
    return load_scenario(TINY, BRIEF)


def lived(scenario: Scenario, folder: Path) -> dict[str, object]:
    """A run's files, and its data frames as text."""
    return told(simulate(scenario), folder)


def told(run: Simulation, folder: Path) -> dict[str, object]:
    frames = {name: frame.to_csv() for name, frame in (*run.tables.items(), *run.truth.items())}
    run.write(folder / "run", force=True)
    return {**frames, **lasting(folder / "run")}


@pytest.fixture(scope="module")
def usual(brief: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return lived(brief, tmp_path_factory.mktemp("usual"))


# ---------------------------------------------------------------- what is set


@contextmanager
def seeded() -> Iterator[None]:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 -- what others still do
    yield


@contextmanager
def decimals_of_three_digits() -> Iterator[None]:
    with decimal.localcontext() as context:
        context.prec, context.rounding, context.traps[decimal.Inexact] = 3, decimal.ROUND_UP, True
        yield


@contextmanager
def pandas_option(name: str, value: object) -> Iterator[None]:
    """An option of pandas, some of which newer releases are about to let go of, and say so."""
    with warnings.catch_warnings(action="ignore"):
        before = pd.get_option(name)
        pd.set_option(name, value)
    try:
        yield
    finally:
        with warnings.catch_warnings(action="ignore"):
            pd.set_option(name, before)


@contextmanager
def warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def no_garbage_is_collected() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def threads_switch_all_the_time() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def little_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    depth = len(list(_frames()))
    sys.setrecursionlimit(depth + 150)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _frames() -> Iterator[object]:
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back  # type: ignore[assignment]


@contextmanager
def a_clock_that_stands() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("time", "monotonic", "perf_counter", "process_time"):
            patch.setattr(time, name, lambda: 0.0)
        yield


@contextmanager
def printed_shortly() -> Iterator[None]:
    with (
        np.printoptions(precision=1, threshold=2),
        pd.option_context("display.precision", 1, "display.max_rows", 2, "display.float_format", "{:.0f}".format),
    ):
        yield


SETTINGS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "others' random numbers are seeded": seeded,
    "decimals of three digits": decimals_of_three_digits,
    "warnings are errors": warnings_are_errors,
    "NumPy raises": lambda: np.errstate(all="raise"),
    "pandas copies when written": lambda: pandas_option("mode.copy_on_write", True),
    "pandas does not": lambda: pandas_option("mode.copy_on_write", False),
    "pandas infers no texts": lambda: pandas_option("future.infer_string", False),
    "pandas infers texts": lambda: pandas_option("future.infer_string", True),
    "pandas says of chained assignments": lambda: pandas_option("mode.chained_assignment", "raise"),
    "numbers are printed shortly": printed_shortly,
    "no garbage is collected": no_garbage_is_collected,
    "threads switch all the time": threads_switch_all_the_time,
    "little recursion": little_recursion,
    "a clock that stands": a_clock_that_stands,
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_process_has_set_reaches_no_result(
    setting: str, brief: Scenario, usual: dict[str, object], tmp_path: Path
) -> None:
    with SETTINGS[setting]():
        found = lived(brief, tmp_path)
    assert found == usual


def test_a_simulation_leaves_what_is_set_as_it_was(brief: Scenario) -> None:
    def set_now() -> tuple[object, ...]:
        numbers = np.random.get_state(legacy=False)  # noqa: NPY002 -- what others still use
        return (
            random.getstate(), str(numbers), np.geterr(), decimal.getcontext().prec, locale.setlocale(locale.LC_ALL),
            warnings.filters[:], gc.isenabled(), gc.get_threshold(), sys.getswitchinterval(), sys.getrecursionlimit(),
            sys.path[:], sys.meta_path[:],
        )  # fmt: skip

    before = set_now()
    _ = simulate(brief).tables["sessions"]
    assert set_now() == before


# ---------------------------------------------------------------- what else goes on


def test_worlds_in_several_threads_do_not_meet(brief: Scenario, usual: dict[str, object], tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(4)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(4) as threads, threads_switch_all_the_time():
        found = list(threads.map(lambda folder: lived(brief, folder), folders))
    assert found == [usual] * 4


def test_a_world_is_lived_within_a_running_loop_of_asyncio(
    brief: Scenario, usual: dict[str, object], tmp_path: Path
) -> None:
    async def within() -> dict[str, object]:
        return lived(brief, tmp_path)

    assert asyncio.run(within()) == usual


def test_one_run_is_looked_at_by_several_threads_at_once(brief: Scenario, usual: dict[str, object]) -> None:
    run = simulate(brief)
    names = [name for name in usual if name in run.tables]
    assert names
    with ThreadPoolExecutor(4) as threads, threads_switch_all_the_time():
        assert list(threads.map(lambda name: run.tables[name].to_csv(), names)) == [usual[name] for name in names]


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_says_nothing_where_warnings_are_errors() -> None:
    every = "from simulation import *; import simulation.runs, simulation.studies.comparison, simulation.cli"
    for code in ("import simulation", every):
        told = python("-W", "error", "-X", "dev", "-c", code)
        assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_several_threads_can_import_at_once() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "import sys; sys.setswitchinterval(1e-6)\n"
        "def ask(name):\n    import simulation\n    return getattr(simulation, name).__name__\n"
        "names = ['Simulation', 'load_run', 'load_scenario', 'simulate'] * 4\n"
        "with ThreadPoolExecutor(8) as threads: print(list(threads.map(ask, names)) == names)\n"
    )
    told = python("-c", code)
    assert (told.stdout, told.stderr) == ("True\n", "")
