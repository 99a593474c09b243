"""The command line: validate."""

import json
from pathlib import Path

import pytest

from simulation.validation.measures import measures
from simulation.validation.mechanisms import mechanisms
from tests.command_line import answer, mistake

SHORT = ("--set", "days=1", "--set", "warm_up_days=0", "--workers", "1")
JUDGED = (*SHORT, "--set", "ledger=production")


def verdicts(out: str) -> list[str]:
    """The verdicts of a printed table, in its order."""
    return [
        mark for line in out.splitlines() for mark in ("holds", "FAILS", "not judged") if line.startswith(f"│ {mark}")
    ]


def test_a_run_that_declares_no_ledger_is_shown(capsys: pytest.CaptureFixture[str], tiny_run: Path) -> None:
    code, out, _ = answer(capsys, "validate", tiny_run)
    assert code == 0
    assert set(verdicts(out)) == {"not judged"}
    assert "rules, 0 broken; 153 claims, 0 failing, 153 not judged" in out


def test_a_run_comes_as_json_for_programs(capsys: pytest.CaptureFixture[str], tiny_run: Path) -> None:
    code, out, _ = answer(capsys, "validate", tiny_run, "--json")
    document = json.loads(out)
    claims = {claim["id"]: claim for claim in document["claims"]}
    assert (code, document["holds"]) == (0, True)
    assert {rule["holds"] for rule in document["rules"]} == {True}
    assert claims["volume.tutors"] == {
        "id": "volume.tutors", "description": "rows of tutor_profiles", "value": 10.0, "interval": [150, 150],
        "holds": None,
    }  # fmt: skip


def test_a_run_that_breaks_a_rule_says_so_first_and_exits_with_1(
    capsys: pytest.CaptureFixture[str], own_run: Path
) -> None:
    (own_run / "students.csv").unlink()
    code, out, _ = answer(capsys, "validate", own_run)
    assert code == 1
    assert "students.csv is missing" in out
    assert out.index("BROKEN") < out.index("not judged")
    assert "rules, 1 broken" in out


def test_a_scenario_is_judged_over_many_runs_failures_first(
    capsys: pytest.CaptureFixture[str], tiny_file: Path
) -> None:
    code, out, err = answer(capsys, "validate", tiny_file, "--seeds", "2", *JUDGED)
    marks = verdicts(out)
    assert code == 1
    assert marks == sorted(marks)
    assert set(marks) == {"FAILS", "holds"}
    assert "tiny, 2 runs, seeds 7, 8" in out
    assert "claims of single runs" in out
    assert "1.00% may" in out
    assert err == ""


def test_what_may_fail_can_be_set(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    options = ("--seeds", "2", "--single-failures", "0.02", "--standard-errors", "2", "--quiet", *JUDGED)
    code, out, err = answer(capsys, "validate", tiny_file, *options, "--json")
    document = json.loads(out)
    assert (code, err) == (1, "")
    assert document["allowed_single_failures"] == 0.02
    assert {claim["id"] for claim in document["claims"]} < set(measures())


def test_how_far_a_mean_may_miss_can_be_set(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    options = ("--seeds", "2", "--quiet", *JUDGED)
    strict = answer(capsys, "validate", tiny_file, *options).out
    lenient = answer(capsys, "validate", tiny_file, *options, "--standard-errors", "1000000").out
    assert verdicts(lenient).count("FAILS") < verdicts(strict).count("FAILS")


def test_seeds_can_be_drawn_from_a_text(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    options = ("--seeds", "2", "--seeds-from", "a commit", *SHORT, "--json")
    documents = [json.loads(answer(capsys, "validate", tiny_file, *options).out) for _ in range(2)]
    assert documents[0] == documents[1]
    assert documents[0]["seeds"] != [7, 8]


def test_mechanisms_are_judged_instead(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    code, out, _ = answer(capsys, "validate", tiny_file, "--mechanisms", "--seeds", "1", *JUDGED)
    assert code == 1
    assert len(verdicts(out)) == len(mechanisms())
    assert verdicts(out)[0] == "FAILS"
    assert "tiny, 1 runs, seeds 7" in out


@pytest.mark.parametrize(
    "option",
    [
        ("--mechanisms",), ("--set", "days=3"), ("--seeds-from", "here"), ("--seeds", "10"), ("--workers", "1"),
        ("--standard-errors", "0"), ("--single-failures", "0.01"),
    ],
)  # fmt: skip
def test_a_run_is_what_it_is(capsys: pytest.CaptureFixture[str], tiny_run: Path, option: tuple[str, ...]) -> None:
    assert mistake(capsys, "validate", tiny_run, *option) == f"{option[0]} is for scenarios, not for runs"


@pytest.mark.parametrize("option", ["--standard-errors", "--single-failures"])
def test_mechanisms_are_judged_without_leeway(capsys: pytest.CaptureFixture[str], tiny_file: Path, option: str) -> None:
    said = mistake(capsys, "validate", tiny_file, "--mechanisms", option, "1")
    assert said == f"{option} is for the claims of one scenario, not for --mechanisms"


def test_what_is_neither_run_nor_scenario_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert str(tmp_path / "nothing.toml") in mistake(capsys, "validate", tmp_path / "nothing.toml")
    assert str(tmp_path) in mistake(capsys, "validate", tmp_path)
