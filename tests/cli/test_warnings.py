"""Who states what can have no effect is told so: on standard error, and in what comes out."""

import json
from pathlib import Path

import pytest

from simulation.runs import read_record
from tests.command_line import answer
from tests.scenarios import SCENARIOS

SHORT = ("--set", "days=1", "--set", "warm_up_days=1", "--set", "population.tutors=4")
NO_EMAILS = ("--set", "mechanisms.interventions=false", "--set", "interventions.withheld=0.5")
SAID = "interventions.withheld has no effect: mechanisms.interventions is false"


def test_a_run_has_it_in_its_record_and_is_checked_like_any_other(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    told = answer(capsys, "run", tiny_file, *SHORT, *NO_EMAILS, "--out", tmp_path / "run", "--log-level", "error")
    assert (told.code, told.err) == (0, f"warning: {SAID}\n")
    assert read_record(tmp_path / "run")["warnings"] == [SAID]
    assert answer(capsys, "check", tmp_path / "run", "--rerun").code == 0
    validated = json.loads(answer(capsys, "validate", tmp_path / "run", "--json").out)
    assert validated["warnings"] == [SAID]


def test_a_run_of_what_may_have_an_effect_says_nothing_of_it(tiny_run: Path) -> None:
    assert "warnings" not in read_record(tiny_run)


@pytest.mark.parametrize("option", ["--quiet", "--log-json"])
def test_who_wants_no_words_has_the_record(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, option: str
) -> None:
    told = answer(capsys, "run", tiny_file, *SHORT, *NO_EMAILS, "--out", tmp_path / "run", option)
    assert "warning:" not in told.err
    assert read_record(tmp_path / "run")["warnings"] == [SAID]


def test_a_comparison_says_of_which_scenario_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    told = answer(
        capsys, "compare", SCENARIOS / "production.toml", SCENARIOS / "exam-season.toml", *SHORT,
        "--set", "start_date=2027-05-04", "--set", "demand.sessions_per_day=8", "--replications", "2", "--workers", "1",
        "--json", "--html", page,
    )  # fmt: skip
    said = (
        "exam-season: regions.0.terms.0 has no effect: it lasts from 2026-05-11 to 2026-05-24, "
        "and simulated is 2027-05-03 to 2027-05-04"
    )
    assert f"warning: {said}\n" in told.err
    assert said in json.loads(told.out)["warnings"]
    assert f"<strong>Warning:</strong> {said}." in page.read_text("utf-8")


def test_scenarios_that_are_the_same_are_said_to_be(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "other.toml").write_text(f'extends = "{tiny_file}"\nseed = 5\ndays = 9')
    told = answer(
        capsys, "compare", tiny_file, tmp_path / "other.toml", *SHORT, "--replications", "2", "--workers", "1", "--json"
    )
    said = "other and tiny are the same scenario, so they cannot differ"
    assert f"warning: {said}\n" in told.err
    assert json.loads(told.out)["warnings"] == [said]


def test_a_sweep_says_it_once_for_all_points(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    told = answer(
        capsys, "sweep", tiny_file, *SHORT, "--set", "mechanisms.interventions=false", "--workers", "1",
        "--vary", "interventions.withheld=0.1,0.2,0.3", "--out", tmp_path / "sweep",
    )  # fmt: skip
    assert told.err.count(f"warning: {SAID}\n") == 1
    assert json.loads((tmp_path / "sweep" / "sweep.json").read_text("utf-8"))["warnings"] == [SAID]


@pytest.mark.parametrize("command", ["scenario", "validate"])
def test_other_commands_that_take_a_scenario_say_it_too(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, command: str
) -> None:
    options = ("--seeds", "2", "--workers", "1") if command == "validate" else ()
    told = answer(capsys, command, tiny_file, *SHORT, *NO_EMAILS, "--json", *options)
    assert f"warning: {SAID}\n" in told.err
    assert list(json.loads(told.out)["warnings"]) == [SAID]
