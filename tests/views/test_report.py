"""The report of a run is one file that needs nothing else."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from simulation.contract import TABLES
from simulation.files import read_table, write_table
from simulation.run import load_run
from tests.command_line import answer, mistake


def test_a_report_names_every_tutor_and_reaches_for_no_network(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "report", tiny_run, "--out", tmp_path / "a.html")
    answer(capsys, "report", tiny_run, "--out", tmp_path / "b.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert all(f"<td>{tutor}</td>" in page for tutor in load_run(tiny_run).tables["tutor_profiles"]["tutor_id"])
    assert "default-src 'none'" in page
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")


def test_a_report_that_is_there_is_not_overwritten(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.html").write_text("mine", encoding="utf-8")
    assert "--force" in mistake(capsys, "report", tiny_run, "--out", tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "mine"


def test_what_stands_in_the_tables_is_text_and_never_markup(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, contract = tmp_path / "run", TABLES["tutor_profiles"]
    shutil.copytree(tiny_run, run)
    profiles = read_table(run, contract)
    place = profiles.column_names.index("primary_subject")
    hostile = pa.array(["<img src=x onerror=alert(1)>"] * len(profiles))
    write_table(profiles.set_column(place, profiles.schema.field(place), hostile), contract, run, ("csv", "parquet"))
    answer(capsys, "report", run)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
