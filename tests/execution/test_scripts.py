"""The package used from Python, however that was started: nothing needs a guard, and nothing begins twice."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).parents[1] / "tiny.toml"

# What is done twice if a process that is started begins with the script: it leaves a mark.
MARKED = "open('begun.txt', 'a').write('once ')\n"
SIDE_BY_SIDE = f"""{MARKED}
from simulation.execution.executors import Processes, line_of
print(Processes(2).in_order(line_of, [ValueError("one"), ValueError("two")]), flush=True)
"""
DONE = "['ValueError: one', 'ValueError: two']\n"

SCENARIOS = f"""{MARKED}
from attrs import evolve
from simulation import load_scenario
from simulation.execution.executors import executor_for
small = load_scenario({str(TINY)!r}, ["days=1", "warm_up_days=2", "population.tutors=6"])
"""
REGIONS = """
regions = tuple(evolve(small.regions[0], name=name) for name in ("East", "West"))
two_regions = evolve(small, regions=regions)
"""
WRITE_RUN = f"""{SCENARIOS}{REGIONS}
from simulation.runs import write_run
print(write_run(two_regions, "run", executor=executor_for(2)).directory)
"""
COMPARE = f"""{SCENARIOS}
from simulation.studies.comparison import compare
compared = compare([small, evolve(small, days=2)], lambda count: range(1, count + 1), 2, executor=executor_for(2))
print(compared.seeds, compared.others)
"""


def told_by(folder: Path, *arguments: str, text: str | None = None, errors: str = "", **environment: str) -> str:
    """What Python prints that is started in a folder; it says nothing else, and has begun once."""
    told = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, input=text, env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, errors), told.stderr
    assert (folder / "begun.txt").read_text() == "once "
    return told.stdout


def script(folder: Path, text: str, name: str = "script.py") -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return str(path)


# ---------------------------------------------------------------- a script without a guard


def test_a_script_without_a_guard_writes_a_run_of_two_regions(tmp_path: Path) -> None:
    assert told_by(tmp_path, script(tmp_path, WRITE_RUN)) == "run\n"
    assert (tmp_path / "run" / "run.json").exists()


def test_a_script_without_a_guard_compares_two_scenarios(tmp_path: Path) -> None:
    assert told_by(tmp_path, script(tmp_path, COMPARE)) == "(1, 2) ('tiny (2)',)\n"


# ---------------------------------------------------------------- however Python was started


def test_a_module_that_is_run_by_its_name(tmp_path: Path) -> None:
    script(tmp_path, SIDE_BY_SIDE, "module.py")
    assert told_by(tmp_path, "-m", "module") == DONE


def test_a_script_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "application.pyz", "w") as archive:
        archive.writestr("__main__.py", SIDE_BY_SIDE)
    assert told_by(tmp_path, "application.pyz") == DONE


def test_a_text_on_the_command_line(tmp_path: Path) -> None:
    assert told_by(tmp_path, "-c", SIDE_BY_SIDE) == DONE


def test_standard_input(tmp_path: Path) -> None:
    assert told_by(tmp_path, "-", text=SIDE_BY_SIDE) == DONE


def test_a_prompt(tmp_path: Path) -> None:
    assert DONE in told_by(tmp_path, "-i", "-q", text=SIDE_BY_SIDE, errors=">>> " * 5 + "\n")


def test_a_notebook_whose_kernel_puts_a_module_of_its_own_in_the_place_of_main(tmp_path: Path) -> None:
    kernel = (
        "import sys, types\n"
        "cells = sys.modules['__main__'] = types.ModuleType('__main__')\n"
        f"exec({SIDE_BY_SIDE!r}, vars(cells))\n"
    )
    assert told_by(tmp_path, script(tmp_path, kernel)) == DONE


def test_a_path_that_has_not_the_folder_of_the_script(tmp_path: Path) -> None:
    assert told_by(tmp_path, script(tmp_path, SIDE_BY_SIDE), PYTHONSAFEPATH="1") == DONE


def test_a_python_that_looks_at_no_environment(tmp_path: Path) -> None:
    found = f"import sys; sys.path.append({str(ROOT)!r})\n"
    assert told_by(tmp_path, "-I", script(tmp_path, found + SIDE_BY_SIDE)) == DONE


# ---------------------------------------------------------------- wherever it is


@pytest.mark.parametrize("entry", ["", "project"])
def test_a_directory_that_is_left_after_the_package_was_found_from_it(entry: str, tmp_path: Path) -> None:
    (tmp_path / entry).mkdir(exist_ok=True)
    (tmp_path / entry / "simulation").symlink_to(ROOT / "simulation")
    elsewhere = (
        f"import sys; sys.path.insert(0, {entry!r}); import simulation\n"
        "import os; os.mkdir('elsewhere'); os.chdir('elsewhere'); os.mkdir('simulation')\n"
        "open('simulation/__init__.py', 'w').close()\n"
    )
    code = MARKED + elsewhere + SIDE_BY_SIDE.removeprefix(MARKED)
    assert told_by(tmp_path, "-c", code, PYTHONPATH="") == DONE


def test_a_thread(tmp_path: Path) -> None:
    code = f"from threading import Thread; thread = Thread(target=exec, args=({SIDE_BY_SIDE!r}, {{}}))\n"
    assert told_by(tmp_path, script(tmp_path, code + "thread.start(); thread.join()")) == DONE


def test_two_threads_at_once_leave_the_main_module_as_it_was(tmp_path: Path) -> None:
    code = (
        f"{MARKED}import __main__\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from simulation.execution.executors import Processes, line_of\n"
        "before = dict(vars(__main__))\n"
        "with ThreadPoolExecutor() as threads:\n"
        "    lines = list(threads.map(lambda _: Processes(2).in_order(line_of, [KeyError(), KeyError()]), range(2)))\n"
        "print(lines, __main__.__spec__ is before['__spec__'])\n"
    )
    assert told_by(tmp_path, script(tmp_path, code)) == f"{[['KeyError', 'KeyError']] * 2} True\n"


def test_a_running_loop_of_asyncio(tmp_path: Path) -> None:
    code = f"import asyncio\nasync def main(): exec({SIDE_BY_SIDE!r}, {{}})\nasyncio.run(main())\n"
    assert told_by(tmp_path, script(tmp_path, code)) == DONE


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_worker_of_a_pool_which_may_start_no_processes_of_its_own(method: str, tmp_path: Path) -> None:
    code = (
        "import multiprocessing\n"
        f"def worker(_):\n    exec({SIDE_BY_SIDE!r}, {{}})\n    return 'told'\n"
        "if __name__ == '__main__':\n"
        f"    with multiprocessing.get_context({method!r}).Pool(1) as pool: print(pool.map(worker, [1]))\n"
    )
    assert told_by(tmp_path, script(tmp_path, code)) == f"{DONE}['told']\n"


# ---------------------------------------------------------------- tasks that a script makes itself

OWN_TASK = "def double(number): return 2 * number\n"
OWN_TASKS = "from simulation.execution.executors import Processes\n{}print(Processes(2).in_order(double, [1, 2]))"


def test_a_task_of_the_script_itself_is_found_where_the_script_is_guarded(tmp_path: Path) -> None:
    code = f"{OWN_TASK}if __name__ == '__main__':\n    {MARKED}    {OWN_TASKS.format('    ')}"
    assert told_by(tmp_path, script(tmp_path, code)) == "[2, 4]\n"


def test_a_task_of_a_script_without_a_guard_fails_with_the_line_that_is_missing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, script(tmp_path, OWN_TASK + OWN_TASKS.format(""))],
        env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    missing = 'has the script if __name__ == "__main__": before what it does'
    # those that began in vain may have their say before it or after
    assert len([line for line in told.stderr.splitlines() if missing in line]) == 1
