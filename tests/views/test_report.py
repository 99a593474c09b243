"""The report of a run is one file that needs nothing else."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from simulation.cli.program import Exit
from simulation.contract import EVERY_RUN
from simulation.runs.in_memory import load_run
from simulation.tables.files import read_table, write_table
from tests.command_line import answer, mistake


def test_a_report_names_every_tutor_and_is_the_same_each_time(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "report", tiny_run, "--out", tmp_path / "a.html")
    answer(capsys, "report", tiny_run, "--out", tmp_path / "b.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert all(f'href="#{tutor}">' in page for tutor in load_run(tiny_run).tables["tutor_profiles"]["tutor_id"])
    assert "default-src 'none'" in page
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")


def test_what_changed_in_a_run_is_told_in_a_line_by_the_report_and_where_its_tables_are_made(
    own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((own_run / "run.json").read_text(encoding="utf-8"))
    record["scenario"]["changes"] = [{"day": 2, "until": 3, "set": {"demand.factor": 0.5}}]
    (own_run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    told = "from day 2 (2026-01-07) until day 3 (2026-01-08): demand.factor = 0.5"
    assert f"changes {told}\n" in answer(capsys, "reduce", own_run).out
    answer(capsys, "report", own_run, "--out", tmp_path / "changed.html")
    assert f"<p>Changes {told}.</p>" in (tmp_path / "changed.html").read_text(encoding="utf-8")


def test_a_report_that_is_there_is_not_overwritten(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.html").write_text("mine", encoding="utf-8")
    assert "--force" in mistake(capsys, "report", tiny_run, "--out", tmp_path / "a.html", expected=Exit.EXISTS)
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "mine"


def test_what_stands_in_the_tables_is_text_and_never_markup(
    own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = EVERY_RUN.tables["tutor_profiles"]
    profiles = read_table(own_run, contract)
    place = profiles.column_names.index("primary_subject")
    hostile = pa.array(["<img src=x onerror=alert(1)>"] * len(profiles))
    write_table(
        profiles.set_column(place, profiles.schema.field(place), hostile), contract, own_run, ("csv", "parquet")
    )
    answer(capsys, "report", own_run, "--out", tmp_path / "run.html")
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_without_the_truth_the_report_says_what_it_cannot_show(
    own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(own_run / "truth")
    answer(capsys, "report", own_run, "--out", tmp_path / "run.html")
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "Personas are part of the truth, which this run does not include." in page
    assert "How good the probability is" not in page
    assert "figures lie in the interval" in page


def test_a_run_of_nothing_has_a_report_that_says_so(
    tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = ("--set", "demand.sessions_per_day=0", "--set", "warm_up_days=0", "--set", "mechanisms.experiments=false")
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run", *nothing).code == 0
    assert answer(capsys, "report", tmp_path / "run").code == 0
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "No sessions in this window." in page
    assert "nan%" not in page
    assert 'data-chart="sessions_by_day"' not in page
    assert 'data-chart="persona_avg_rating_30d"' not in page
    assert "No interventions in this window." in page
    assert "No experiments in this window." in page


def test_a_table_that_is_missing_is_named(own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in own_run.glob("sessions.*"):
        shutil.move(file, file.with_name(f"not-{file.name}"))
    assert "sessions" in mistake(capsys, "report", own_run)
    assert not own_run.with_suffix(".html").exists()


def test_a_truth_that_is_damaged_is_told_and_not_taken_for_absent(
    own_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for table in (own_run / "truth").glob("truth_tutors.*"):
        table.write_bytes(table.read_bytes()[:100])
    assert "truth_tutors" in mistake(capsys, "report", own_run)


def test_where_the_churn_monitor_is_off_the_report_says_so(
    tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    off = ("--set", "mechanisms.churn_monitor=false")
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run", *off).code == 0
    assert answer(capsys, "report", tmp_path / "run").code == 0
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "Nobody was scored: this scenario switches the churn monitor off." in page
    assert "In this run the platform writes to nobody." in page
    assert 'data-chart="persona_churn_probability"' not in page


@pytest.mark.parametrize("command", [("report",), ("timeline", "T0001")])
def test_a_page_that_cannot_be_written_is_refused_before_the_run_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    option = "--out" if command[0] == "report" else "--html"
    asked: tuple[str | Path, ...] = (command[0], tmp_path / "nowhere", *command[1:], option)
    assert "exists; name another file" in mistake(capsys, *asked, tmp_path / "mine.html", expected=Exit.EXISTS)
    assert "cannot be written" in mistake(capsys, *asked, tmp_path / f"{'a' * 300}.html")
