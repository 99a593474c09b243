"""Names with quotes, tags and emoji on pages and terminals: they are shown, and never markup or code."""

import json
from pathlib import Path

import pytest

from simulation.log import TRUTH_FILE, read_log
from simulation.validation.check import check_run
from simulation.views.pages.report.page import reported
from tests.command_line import answer, mistake


def test_all_rules_hold_of_names_of_ones_own(odd_run: Path) -> None:
    assert [result for result in check_run(odd_run) if not result.holds] == []


def test_pages_show_names_as_text(odd_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "report", odd_run, "--out", tmp_path / "run.html")
    answer(capsys, "timeline", odd_run, "T0001", "--html", tmp_path / "tutor.html")
    for page in ("run.html", "tutor.html"):
        text = (tmp_path / page).read_text("utf-8")
        assert "<script>alert(1)" not in text
        assert "</script> lair" not in text


def test_charts_have_a_row_for_each_persona_of_the_run_in_its_order(odd_run: Path) -> None:
    personas = read_log(odd_run / TRUTH_FILE, truth=True).metadata.vocabulary.personas
    shown = json.dumps(reported(odd_run).charts["persona_reliability_score"].to_dict(), ensure_ascii=False)
    order = [name.replace("_", " ") for name in personas]
    assert json.dumps({"domain": order}, ensure_ascii=False) in shown
    assert order[-1] == "dragon's </script> lair"


def test_agents_are_found_by_the_names_of_the_run(odd_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "agents", odd_run, "--where", 'primary_subject == "Kids\' Piano"', "--json").out
    assert {row["primary_subject"] for row in json.loads(found)} == {"Kids' Piano"}
    meant = mistake(capsys, "agents", odd_run, "--where", "primary_subject == 'Math'")
    assert "primary_subject is never 'Math'; allowed are \"Kids' Piano\", 'Ünïcode'" in meant


def test_a_timeline_tells_of_sessions_by_the_names_of_the_run(
    odd_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = read_log(odd_run / TRUTH_FILE, truth=True).metadata.vocabulary.subjects
    told = answer(capsys, "timeline", odd_run, "T0001").out
    assert any(name in told for name in names)
