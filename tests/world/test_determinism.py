"""The same bytes in every run of a scenario, whatever else is different."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from simulation.validation.comparisons import reproducible, seeds_differ
from tests.needs import needs
from tests.run_files import lasting

SCENARIO = """
seed = 5
days = 4
warm_up_days = 8

[population]
tutors = 8

[demand]
sessions_per_day = 25.0

[churn]
probability_per_signal = 0.3
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("scenario") / "small.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def usual(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run by the command line, with nothing special about it."""
    return run(scenario, tmp_path_factory.mktemp("usual") / "run")


def command(scenario: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "simulation", "run", str(scenario), "--out", str(out), *options]


def run(scenario: Path, out: Path, *options: str, before: tuple[str, ...] = (), **environment: str) -> Path:
    subprocess.run(
        [*before, *command(scenario, out, *options)], check=True, capture_output=True, env={**os.environ, **environment}
    )
    return out


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_the_order_of_sets_reaches_no_result(usual: Path, scenario: Path, tmp_path: Path, seed: str) -> None:
    assert lasting(run(scenario, tmp_path / "run", PYTHONHASHSEED=seed)) == lasting(usual)


def test_the_processor_reaches_no_result(usual: Path, scenario: Path, tmp_path: Path) -> None:
    features = " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))
    without: dict[str, Any] = {"NPY_DISABLE_CPU_FEATURES": features, "ARROW_USER_SIMD_LEVEL": "NONE"}
    assert found_features(without) == []
    assert lasting(run(scenario, tmp_path / "run", **without)) == lasting(usual)


def found_features(environment: dict[str, str]) -> list[str]:
    """What NumPy finds that the processor can do, beyond what every one can."""
    code = "import numpy; print(*numpy.show_config(mode='dicts')['SIMD Extensions'].get('found', []))"
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return told.stdout.split()


@pytest.mark.parametrize("options", [("--quiet",), ("--log-level", "debug"), ("--log-json",)], ids=" ".join)
def test_what_is_told_on_the_way_changes_nothing(
    usual: Path, scenario: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert lasting(run(scenario, tmp_path / "run", *options)) == lasting(usual)


def test_a_progress_bar_changes_nothing(usual: Path, scenario: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(command(scenario, tmp_path / "run"), stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown = read_all(ours)
    assert process.returncode == 0
    assert "12/12" in shown
    assert lasting(tmp_path / "run") == lasting(usual)


def read_all(terminal: int) -> str:
    """What is shown on a terminal until nobody writes to it any more."""
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # how Linux tells that the other end is closed
        pass
    os.close(terminal)
    return shown.decode()


def test_the_clock_on_the_wall_reaches_no_result(usual: Path, scenario: Path, tmp_path: Path) -> None:
    faketime = needs("faketime")
    elsewhen = run(scenario, tmp_path / "run", before=(faketime, "2035-05-06 07:08:09"), TZ="Asia/Kathmandu")
    assert lasting(elsewhen) == lasting(usual)


def test_runs_in_one_process_are_as_those_in_processes_of_their_own(
    usual: Path, scenario: Path, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        written = write_run(load_scenario(scenario), tmp_path / name).directory
        assert lasting(written) == lasting(usual)
        assert reproducible(written, usual) == []


def test_another_seed_gives_another_run(usual: Path, scenario: Path, tmp_path: Path) -> None:
    other = run(scenario, tmp_path / "run", "--seed", "6")
    assert seeds_differ(usual, other) == []
    same, others = lasting(usual), lasting(other)
    assert [name for name in same if name.endswith(".parquet") and same[name] == others[name]] == []
