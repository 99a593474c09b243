"""The command line: run, reduce, check, scenario."""

import json
import os
import subprocess
import sys
import tomllib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest

import simulation
from simulation.cli.program import Exit
from simulation.contract import TABLE_NAMES
from simulation.runs import read_record
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario, resolved
from simulation.validation import RuleResult
from tests.command_line import answer, mistake
from tests.run_files import files_of, lasting

ROOT = Path(__file__).parents[2]


# ---------------------------------------------------------------- run


def test_run_writes_the_directory_and_ends_with_a_summary(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_run: Path, tmp_path: Path
) -> None:
    code, out, err = answer(capsys, "run", tiny_file, "--out", tmp_path / "run")
    assert code == 0
    assert lasting(tmp_path / "run") == lasting(tiny_run)
    for name in (*TABLE_NAMES, "event_log", "truth/event_log"):
        assert f"{name} " in out
    assert f"{read_record(tiny_run)['rows']['event_log']:,}" in out
    assert "tiny, seed 7, 2026-01-05 to 2026-01-12, simulated in" in out
    assert str(tmp_path / "run") in out
    assert err == ""


def test_run_goes_to_a_directory_of_its_own_unless_told(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer(capsys, "run", tiny_file, "--seed", "8", "--format", "csv").code == 0
    assert read_record("runs/tiny-seed8")["seed"] == 8


def test_run_takes_seed_overrides_and_formats(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    options = ("--seed", "3", "--set", "days=4", "--set", "mechanisms.experiments=false", "--format", "parquet")
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run", *options).code == 0
    record = read_record(tmp_path / "run")
    assert (record["seed"], record["scenario"]["days"], record["window_end"]) == (3, 4, "2026-01-09T00:00:00")
    assert record["rows"]["experiments"] == 0
    assert not list((tmp_path / "run").rglob("*.csv"))


def test_run_replaces_a_run_with_force_only(capsys: pytest.CaptureFixture[str], tiny_file: Path, own_run: Path) -> None:
    said = mistake(capsys, "run", tiny_file, "--out", own_run, "--seed", "8", expected=Exit.EXISTS)
    assert said == f"{own_run}: exists; name another directory, or replace the run in it with --force"
    assert answer(capsys, "run", tiny_file, "--out", own_run, "--seed", "8", "--force").code == 0
    assert read_record(own_run)["seed"] == 8


# ---------------------------------------------------------------- looking on


def test_elsewhere_than_on_a_terminal_nothing_is_said_of_progress(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--format", "csv").err == ""
    assert answer(capsys, "validate", tiny_file, "--seeds", "2", "--workers", "1").err == ""


def test_progress_is_log_lines_where_a_level_is_asked_for(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    options = ("--out", tmp_path / "run", "--format", "csv", "--log-level", "info")
    lines = answer(capsys, "run", tiny_file, *options).err.splitlines()
    assert len(lines) == 10
    assert all("info" in line and "simulated" in line for line in lines)
    assert "days=21 of=21" in " ".join(lines[-1].split())


def test_log_lines_come_as_json_if_asked_for(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    err = answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--format", "csv", "--log-json").err
    events = [json.loads(line) for line in err.splitlines()]
    assert events[-1].items() >= {"event": "simulated", "days": 21, "of": 21, "level": "info"}.items()


@pytest.mark.parametrize("option", [("--log-level", "warning"), ("--quiet",)])
def test_log_lines_go_by_their_level(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, option: tuple[str, ...]
) -> None:
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--format", "csv", *option).err == ""


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path) -> None:
    options = ("--out", tmp_path / "run", "--format", "csv", "--quiet")
    assert answer(capsys, "run", tiny_file, *options) == (0, "", "")
    assert answer(capsys, "reduce", tmp_path / "run", "--quiet") == (0, "", "")
    assert mistake(capsys, "run", tiny_file, *options, expected=Exit.EXISTS).endswith("--force")


@pytest.mark.parametrize("option", ["--quiet", "--log-json", "--log-level=debug", "a terminal"])
def test_who_looks_on_changes_nothing(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_run: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, option: str,
) -> None:  # fmt: skip
    if option == "a terminal":
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        code, _, err = answer(capsys, "run", tiny_file, "--out", tmp_path / "run")
        assert "21/21" in err
        assert "info" not in err
    else:
        code = answer(capsys, "run", tiny_file, "--out", tmp_path / "run", option).code
    assert code == 0
    assert lasting(tmp_path / "run") == lasting(tiny_run)


# ---------------------------------------------------------------- reduce


def test_reduce_makes_the_tables_again(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    before = files_of(own_run)
    (own_run / "sessions.csv").unlink()
    code, out, _ = answer(capsys, "reduce", own_run)
    assert code == 0
    assert "sessions" in out
    assert files_of(own_run) == before


# ---------------------------------------------------------------- check


def test_check_finds_every_rule_kept(capsys: pytest.CaptureFixture[str], tiny_run: Path) -> None:
    code, out, _ = answer(capsys, "check", tiny_run)
    assert code == 0, out
    assert "BROKEN" not in out
    assert "time.no_double_booking.tutor" in out
    assert "whole.reproducible" not in out
    assert "0 broken" in out


def test_check_simulates_again_if_asked_for(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--format", "csv")
    code, out, _ = answer(capsys, "check", tmp_path / "run", "--rerun", "--json")
    rules = {rule["id"]: rule for rule in json.loads(out)["rules"]}
    assert code == 0
    assert rules["whole.reproducible"]["holds"]


def test_check_names_what_does_not_come_out_again(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    with (own_run / "students.csv").open("a") as file:
        file.write("one more\n")
    code, out, _ = answer(capsys, "check", own_run, "--rerun", "--json")
    rules = {rule["id"]: rule for rule in json.loads(out)["rules"]}
    assert code == 1
    assert not json.loads(out)["holds"]
    assert rules["files"]["violations"] == ["students.csv is not as run.json says"]
    assert rules["whole.reproducible"]["violations"] == ["students.csv: has other bytes"]
    assert rules["time.no_double_booking.tutor"]["holds"]


def test_check_shows_the_first_rows_that_break_a_rule(
    capsys: pytest.CaptureFixture[str], tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"session_id": f"S{number}", "subject": None, "at": datetime(2026, 1, 5)} for number in range(30)]
    broken = [RuleResult.of_rows("session.subject_of_tutor", rows)]
    monkeypatch.setattr("simulation.validation.check.check_run", lambda *_, **__: broken)
    code, out, _ = answer(capsys, "check", tiny_run)
    assert code == 1
    assert "session.subject_of_tutor: 20 of 30 rows" in out
    assert "S19" in out
    assert "S20" not in out
    (rule,) = json.loads(answer(capsys, "check", tiny_run, "--json")[1])["rules"]
    assert rule["rows"][1] == {"session_id": "S1", "subject": None, "at": "2026-01-05T00:00:00"}
    assert (len(rule["rows"]), rule["total"], rule["violations"][-1]) == (20, 30, "and 10 more")


def test_check_puts_what_is_broken_first_and_exits_with_1(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    (own_run / "students.parquet").unlink()
    text = (own_run / "students.csv").read_text().splitlines()
    (own_run / "students.csv").write_text("\n".join([*text, text[-1]]) + "\n")
    code, out, _ = answer(capsys, "check", own_run)
    assert code == 1
    rules = [line for line in out.splitlines() if "holds" in line or "BROKEN" in line]
    marks = ["BROKEN" in line for line in rules]
    assert marks[0]
    assert marks == sorted(marks, reverse=True)
    assert "students.csv is not as run.json says" in out
    assert "students.parquet is missing" in out


# ---------------------------------------------------------------- scenario


def test_scenario_prints_what_can_be_loaded_again(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_scenario: Scenario, tmp_path: Path
) -> None:
    code, out, _ = answer(capsys, "scenario", tiny_file)
    assert code == 0
    path = tmp_path / "resolved.toml"
    path.write_text(out)
    assert load_scenario(path) == tiny_scenario
    assert tomllib.loads(out)["demand"]["overhead"] == tiny_scenario.demand.overhead


def test_scenario_prints_meaning_range_and_default(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    lines = answer(capsys, "scenario", tiny_file, "--set", "days=9").out.splitlines()
    told = (
        "length of the recorded window | a whole number from 1 to 1095 (days) | default 30 | read as the world begins"
    )
    assert f"days = 9  # {told}" in lines


def test_scenario_prints_json_for_programs(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_scenario: Scenario
) -> None:
    document = json.loads(answer(capsys, "scenario", tiny_file, "--seed", "7", "--json").out)
    assert document["scenario"] == resolved(tiny_scenario)
    parameters = {parameter["key"]: parameter for parameter in document["parameters"]}
    assert parameters["demand.sessions_per_day"] == {
        "key": "demand.sessions_per_day", "value": 30.0, "default": 750.0, "unit": "sessions", "is_default": False,
        "allowed": "a number from 0 to 100000 (sessions)", "description": "sessions a day, mean over the week",
        "acts": "joiners",
    }  # fmt: skip


# ---------------------------------------------------------------- as a program


def program(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulation", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def test_the_program_has_help_and_a_version() -> None:
    shown = program()
    assert shown.returncode == 0
    assert all(command in shown.stdout for command in ("run", "reduce", "check", "scenario"))
    assert program("--help").stdout == shown.stdout
    assert program("--version").stdout == f"{simulation.__version__}\n"
    assert "--seed" in program("run", "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["scenario", "scenarios/dev.toml"], 0), (["run", "scenarios/dev.toml", "--set", "days=0"], 2)],
)
def test_an_answer_that_takes_no_simulation_imports_nothing_heavy(arguments: list[str], code: int) -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "simulation", *arguments],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if line.startswith("import time:")}
    assert told.returncode == code
    assert "simulation.cli" in imported
    assert not imported & {"numpy", "pandas", "pyarrow", "simpy", "structlog", "rich"}


@pytest.mark.parametrize("command", ["--help", "reduce"])
def test_scenarios_are_not_imported_where_there_is_none(command: str, own_run: Path) -> None:
    arguments = [command] if command == "--help" else [command, str(own_run)]
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "simulation", *arguments],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if line.startswith("import time:")}
    assert "simulation.cli" in imported
    assert not imported & {"simulation.scenario", "simpy", "simulation.world"}


@pytest.mark.parametrize(("named", "used"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_memory_is_the_systems_unless_the_user_names_another(named: str | None, used: str) -> None:
    code = (
        "from simulation.lib.arrow import import_arrow_alone; import_arrow_alone()\n"
        "import pyarrow as pa; print(pa.default_memory_pool().backend_name)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    if named:
        environment["ARROW_DEFAULT_MEMORY_POOL"] = named
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True, env=environment
    )
    assert told.stdout == f"{used}\n"


def test_arrow_comes_without_pandas_which_can_come_later() -> None:
    before_18 = int(version("pyarrow").partition(".")[0]) < 18  # it looks for pandas again and again
    code = (
        "import sys; from simulation.lib.arrow import import_arrow_alone; import_arrow_alone()\n"
        "import pyarrow as pa; table = pa.table({'a': pa.array([1, 2])}); table.filter(pa.array([True, False]))\n"
        "print('pandas' in sys.modules, len(table.to_pandas()))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    assert told.stdout == f"{before_18} 2\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "simulation", "scenario", "scenarios/dev.toml"]
    told = subprocess.run(command, cwd=ROOT, check=False, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert told.stderr == ""
