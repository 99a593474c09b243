"""Who has simulated a run in a terminal is told three commands to go on with, and each of them can be typed."""

import shlex
import sys
from pathlib import Path

import attrs
import pytest

from simulation.cli import commands
from simulation.cli.runs import next_steps
from simulation.runs.in_memory import load_run
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from tests.command_line import answer


def words_of(line: str) -> list[str]:
    """A command and what follows it, without the name of the program."""
    words = shlex.split(line)
    return words[next(place for place, word in enumerate(words) if word in commands.commands) :]


def test_on_a_terminal_a_run_ends_with_three_commands(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run = tmp_path / "a run"
    out = answer(capsys, "run", tiny_file, "--out", run, "--format", "csv").out
    told = out.partition("\nNext, ")[2].splitlines()[1:]
    report, timeline, question = map(words_of, told)
    assert report == ["report", str(run)]
    assert answer(capsys, *report).out == f"{run}.html\n"
    assert answer(capsys, *timeline).code == 0
    assert question[0] == "sweep"
    assert "Next, " not in answer(capsys, "run", tiny_file, "--out", run, "--force", "--quiet").out


def test_elsewhere_a_run_ends_with_its_directory(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    out = answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--format", "csv").out
    assert out.endswith(f"{tmp_path / 'run'}\n")


def test_the_timeline_is_that_of_the_tutor_most_at_risk(
    tiny_run: Path, tiny_file: Path, tiny_scenario: Scenario
) -> None:
    report, timeline, question = map(words_of, next_steps(tiny_run, tiny_file, tiny_scenario))
    assert report == ["report", str(tiny_run)]
    aggregates = load_run(tiny_run).tables["tutor_aggregates"]
    most = aggregates.sort_values(["churn_probability", "tutor_id"], ascending=[False, True])["tutor_id"].iloc[0]
    assert timeline == ["timeline", str(tiny_run), most]
    assert question[:2] == ["sweep", str(tiny_file)]
    commands.commands["sweep"].make_context("sweep", question[1:])


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("production", ["compare", "production", "high-no-show"]),
        ("holdout", ["compare", "production", "holdout"]),
        ("dev", ["sweep", "dev"]),
    ],
)
def test_what_if_is_asked_of_scenarios_of_one_size(tiny_run: Path, name: str, asked: list[str]) -> None:
    question = words_of(next_steps(tiny_run, Path(name), load_scenario(name))[2])
    assert question[: len(asked)] == asked


def test_a_run_that_goes_on_with_another_is_checked(tiny_run: Path, tiny_scenario: Scenario) -> None:
    continued = attrs.evolve(tiny_scenario, earlier_days=7)
    assert words_of(next_steps(tiny_run, None, continued)[2]) == ["check", str(tiny_run)]
