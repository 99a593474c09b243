"""The scenarios that are there are listed with what they ask, and every command knows them by name."""

import json
from pathlib import Path

import pytest

from simulation.runs import read_record
from simulation.scenario.gallery import names
from simulation.scenario.loading import load_scenario
from tests.command_line import answer, mistake


def test_scenarios_lists_each_with_its_title_and_question(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capsys, "scenarios")
    assert (code, err) == (0, "")
    for name in names():
        scenario = load_scenario(name)
        (line,) = (line for line in out.splitlines() if f" {name} " in line)
        assert f"{scenario.title}: {scenario.question}" in line
    assert out.index(" production ") < out.index(" dev ") < out.index(" aggressive-interventions ")


def test_scenarios_are_listed_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(answer(capsys, "scenarios", "--json").out)
    assert [one["scenario"] for one in listed] == list(names())
    for one in listed:
        scenario = load_scenario(one["file"])
        assert one == {
            "scenario": scenario.name, "title": scenario.title, "question": scenario.question,
            "figures": list(scenario.figures), "file": one["file"],
        }  # fmt: skip


def test_a_folder_of_ones_own_is_listed_but_for_what_is_no_scenario(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text('extends = "dev"\ntitle = "[Mine]"\nquestion = "What if?"\n', "utf-8")
    (tmp_path / "broken.toml").write_text("sed = 1\n", "utf-8")
    code, out, err = answer(capsys, "scenarios", tmp_path)
    assert code == 0
    assert "[Mine]: What if?" in out
    assert str(tmp_path / "own.toml") in out.replace("\n", "")
    assert err == f"warning: {tmp_path / 'broken.toml'}: sed is not a known key (did you mean seed?)\n"
    (own,) = json.loads(answer(capsys, "scenarios", tmp_path, "--json").out)
    assert own["scenario"] == own["file"] == str(tmp_path / "own.toml")


def test_a_folder_without_scenarios_is_told_from_a_scenario(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        said = mistake(capsys, "scenarios", folder)
        assert said == f"{folder}: is no folder with scenarios, which are files that end in .toml"
    assert mistake(capsys, "scenarios", "dev").endswith(" scenario dev")


SMALL = ("--set", "population.tutors=5", "--set", "demand.sessions_per_day=8", "--set", "days=2",
         "--set", "warm_up_days=0")  # fmt: skip


def test_commands_know_scenarios_by_name_in_any_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer(capsys, "run", "production", *SMALL, "--format", "csv").code == 0
    assert read_record("runs/production-seed42")["scenario_name"] == "production"
    assert 'name = "dev"' in answer(capsys, "scenario", "dev").out
    pair = answer(capsys, "compare", "production", "high-no-show", *SMALL, "--replications", "2", "--workers", "1")
    assert pair.code == 0, pair.err
    assert "high-no-show" in pair.out
    claims = answer(capsys, "validate", "holdout", *SMALL, "--seeds", "1", "--workers", "1")
    assert "holdout, 1 runs, seeds 42" in claims.out
    points = ("--vary", "days=1,2", "--out", "swept", "--workers", "1")
    assert answer(capsys, "sweep", "dev", *SMALL, *points).code == 0
    assert answer(capsys, "stream", "dev", *SMALL, "--speed", "0").out.startswith('{"')


@pytest.mark.parametrize("command", ["run", "scenario", "stream", "validate"])
def test_a_misspelt_name_is_answered_with_the_right_one(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert mistake(capsys, command, "high_noshow").endswith("; did you mean high-no-show?")
