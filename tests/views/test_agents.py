"""Tutors and students are found by conditions, which are read and never run."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from simulation.events import TutorLeft
from simulation.runs import write_run
from simulation.runs.in_memory import load_run
from simulation.scenario.loading import load_scenario
from tests.command_line import answer, mistake


def found(capsys: pytest.CaptureFixture[str], run: Path, *options: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(answer(capsys, "agents", run, *options, "--json").out)
    return rows


def test_all_tutors_are_found_those_without_figures_included(
    tiny_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profiles = load_run(tiny_run).tables["tutor_profiles"]
    assert [row["tutor_id"] for row in found(capsys, tiny_run)] == sorted(profiles["tutor_id"])


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        ("churn_probability >= 0.1", "churn_probability >= 0.1"),
        ("primary_subject in ('Math', 'Science')", "primary_subject in ['Math', 'Science']"),
        ("chronotype not in ('evening',) and active_status", "chronotype == 'morning' and active_status"),
        ("3.5 <= avg_rating_30d < 4.2", "avg_rating_30d >= 3.5 and avg_rating_30d < 4.2"),
        ("not signal_no_shows or total_sessions_7d > 10", "signal_no_shows == False or total_sessions_7d > 10"),
        ("sentiment_trend_7d > -0.5", "sentiment_trend_7d > -0.5"),
        ("avg_rating_7d is not None", "avg_rating_7d == avg_rating_7d"),
        ("last_login < '2026-01-10'", "last_login < '2026-01-10'"),
    ],
)
def test_a_condition_finds_what_pandas_finds(
    tiny_run: Path, capsys: pytest.CaptureFixture[str], condition: str, query: str
) -> None:
    tables = load_run(tiny_run).tables
    joined = tables["tutor_profiles"].merge(tables["tutor_aggregates"], on="tutor_id")
    expected = set(joined.query(query)["tutor_id"])
    assert expected
    assert {row["tutor_id"] for row in found(capsys, tiny_run, "--where", condition)} >= expected
    negated = found(capsys, tiny_run, "--where", f"not ({condition})")
    assert not expected & {row["tutor_id"] for row in negated}


def test_moments_have_seconds_and_may_be_listed(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logins = load_run(tiny_run).tables["tutor_profiles"].set_index("tutor_id")["last_login"].dropna()
    (tutor, latest), *_ = logins.sort_values(ascending=False).items()
    for condition in (f"last_login == '{latest}'", f"last_login in ('2020-01-01', '{latest.isoformat()}')"):
        assert [row["tutor_id"] for row in found(capsys, tiny_run, "--where", condition)] == [tutor]


def test_a_text_that_no_tutor_of_this_run_has_finds_nobody(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, tiny_run, "--where", "tutor_id == 'T0999'") == []
    assert found(capsys, tiny_run, "--where", "churn_risk_level > 'N'") == []


def test_tutors_who_left_are_marked_whatever_risk_they_had(
    tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaving = load_scenario(tiny_file, ("attrition.hazard_per_day=0.1",))
    run = write_run(leaving, tmp_path / "run", ["parquet"]).directory
    left = set(load_run(run).log.events(TutorLeft)["tutor_id"].to_pylist())
    assert left
    told = {row["tutor_id"]: row for row in found(capsys, run)}
    assert {name for name, row in told.items() if row["status"] == "left"} == left
    assert any(told[name]["churn_risk_level"] for name in left)
    assert {row["tutor_id"] for row in found(capsys, run, "--where", "status == 'left'")} == left
    assert " left " in answer(capsys, "agents", run).out


def test_without_its_log_a_run_says_nothing_of_who_left(own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_run / "event_log.parquet").unlink()
    assert "status" not in found(capsys, own_run)[0]


def test_null_is_asked_for_by_is_none(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = load_run(tiny_run).tables
    without = set(tables["tutor_profiles"]["tutor_id"]) - set(tables["tutor_aggregates"]["tutor_id"])
    assert {row["tutor_id"] for row in found(capsys, tiny_run, "--where", "churn_probability is None")} == without


@pytest.mark.parametrize("condition", ["!= 2", "not in (2, 3)", "in (2, 3) or not churn_probability > 1"])
def test_a_comparison_with_null_is_not_met(tiny_run: Path, capsys: pytest.CaptureFixture[str], condition: str) -> None:
    scored = found(capsys, tiny_run, "--where", "churn_probability is not None")
    assert 0 < len(scored) < len(found(capsys, tiny_run))
    assert found(capsys, tiny_run, "--where", f"churn_probability {condition}") == scored


def test_nothing_is_among_no_values(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, tiny_run, "--where", "tutor_id in ()") == []


def test_the_riskiest_come_first_and_no_more_than_asked_for(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = found(capsys, tiny_run, "--sort", "churn_probability", "--descending", "--limit", "3")
    highest = load_run(tiny_run).tables["tutor_aggregates"]["churn_probability"].nlargest(3)
    assert [row["churn_probability"] for row in rows] == list(highest)


def test_chosen_columns_are_shown_and_the_one_that_is_sorted_by_without_choice(
    tiny_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(found(capsys, tiny_run, "--columns", "tutor_id,region")[0]) == ["tutor_id", "region"]
    assert "months_experience" in found(capsys, tiny_run, "--sort", "months_experience")[0]


def test_students_are_found_in_their_own_table(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    students = load_run(tiny_run).tables["students"]
    rows = found(capsys, tiny_run, "--students", "--where", "churned_at is None")
    assert {row["student_id"] for row in rows} == set(students["student_id"][students["churned_at"].isna()])


def test_for_people_a_table_says_how_many_of_all_were_found(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "agents", tiny_run, "--limit", "2").out
    assert "T0001" in told
    assert "2 of 10" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--where", "churn_risk == 'High'"), "there is no column 'churn_risk'; did you mean churn_risk_level?"),
        (("--where", "churn_risk_level = 'High'"), "is no condition; allowed are columns"),
        (("--where", "churn_risk_level = 'High'"), "did you mean ==?"),
        (("--where", "churn_risk_level == High"), "there is no column 'High'; did you mean 'High', in quotes?"),
        (("--where", "churn_risk_level in (High, Low)"), "there is no column 'High'; did you mean 'High', in quotes?"),
        (("--where", "T0001 == tutor_id"), "there is no column 'T0001'; did you mean 'T0001', in quotes?"),
        (("--where", "active_status == true"), "there is no column 'true'; did you mean True?"),
        (("--where", "churn_risk_level == 'high'"), "churn_risk_level is never 'high'; did you mean 'High'?"),
        (("--where", "'hgih' != churn_risk_level"), "churn_risk_level is never 'hgih'; did you mean 'High'?"),
        (("--where", "churn_risk_level in ('low',)"), "churn_risk_level is never 'low'; did you mean 'Low'?"),
        (("--where", "churn_risk_level == 'x'"), "never 'x'; allowed are 'Low', 'Medium', 'High'"),
        (("--where", "primary_subject == 'Maths'"), "primary_subject is never 'Maths'; did you mean 'Math'?"),
        (("--where", "certification_level == 'expret'"), "never 'expret'; did you mean 'Expert'?"),
        (("--where", "tutor_id == 't0001'"), "tutor_id is never 't0001'; did you mean 'T0001'?"),
        (("--where", "status == 'gone'"), "status is never 'gone'; allowed are 'active', 'inactive', 'left'"),
        (("--where", "last_login > '2026-01-06T00:00Z'"), "has an offset from UTC"),
        (("--where", "churn_risk_level == 3"), "compares what cannot be compared: churn_risk_level is string"),
        (("--where", "churn_probability"), "compares what cannot be compared: churn_probability is double"),
        (("--where", "last_login in (3,)"), "compares what cannot be compared: last_login is timestamp"),
        (("--where", f"total_sessions_30d > {10**30}"), "cannot be compared: total_sessions_30d is int64"),
        (("--where", "5"), "names no column"),
        (("--where", "last_login > 'soon'"), "'soon' is no moment"),
        (("--where", "__import__('os').getcwd() == ''"), "may not stand there"),
        (("--where", "tutor_id.real == 3"), "may not stand there"),
        (("--where", "tutor_id in region"), "may not stand there"),
        (("--where", "(lambda: True)()"), "may not stand there"),
        (("--sort", "churn_probabilty"), "--sort: there is no column 'churn_probabilty'; did you mean"),
        (("--columns", " , "), "--columns: names none; there are tutor_id, "),
        (("--columns", "tutor"), "--columns: there is no column 'tutor'"),
        (("--descending",), "--descending is for --sort"),
        (("--students", "--sort", "churn_probability"), "--sort: there is no column 'churn_probability'"),
    ],
)
def test_a_mistake_is_answered_in_one_line(
    tiny_run: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    assert told in mistake(capsys, "agents", tiny_run, *options)


def test_a_missing_table_is_answered_in_one_line(own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in own_run.glob("tutor_aggregates.*"):
        path.unlink()
    assert "has neither tutor_aggregates.parquet nor tutor_aggregates.csv" in mistake(capsys, "agents", own_run)


def test_a_window_shorter_than_thirty_days_is_said_to_shorten_its_figures(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        "figures of 30 days are those of the window's 7; the platform's own scores look back further"
        in answer(capsys, "agents", tiny_run).out
    )
    assert "figures of 30 days" not in answer(capsys, "agents", tiny_run, "--students").out
    record = json.loads((tiny_run / "run.json").read_text(encoding="utf-8"))
    long = tmp_path / "long"
    shutil.copytree(tiny_run, long)
    (long / "run.json").write_text(json.dumps({**record, "window_start": "2025-12-01T00:00:00"}), encoding="utf-8")
    assert "figures of 30 days" not in answer(capsys, "agents", long).out
