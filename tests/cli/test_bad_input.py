"""A user's mistakes and a machine's limits: one clear line, exit code 2, nothing half-written left behind."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.cli.program import Exit
from simulation.log import OBSERVABLE_FILE, SCHEMA_VERSION, TRUTH_FILE
from simulation.runs import read_record
from tests.command_line import answer, mistake
from tests.needs import needs
from tests.run_files import files_of, lasting

ROOT = Path(__file__).parents[2]


# ---------------------------------------------------------------- the command line itself


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "name a SCENARIO file, or a run"),
        (["fly"], "there is no command 'fly'"),
        (["run", "x.toml", "--seed", "1.5"], "Invalid value for '--seed': '1.5' is not a valid integer."),
        (["run", "x.toml", "--sead", "1"], "there is no option --sead; did you mean --seed?"),
        (["run", "x.toml"], "x.toml: cannot be read (No such file or directory)"),
        (["scenario", "x.toml"], "x.toml: cannot be read (No such file or directory)"),
        (["reduce", "nowhere"], "nowhere: there is no such directory"),
        (["check", "nowhere"], "nowhere: there is no such directory"),
    ],
)
def test_commands_that_cannot_be_followed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mistake(capsys, *arguments).startswith(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seed", "-1"], "--seed: seed is -1; allowed is a whole number from 0 to 9223372036854775807"),
        (["--set", "days=0"], "--set: days is 0; allowed is a whole number from 1 to 1095 (days)"),
        (["--set", "dayz=3"], "--set: dayz is not a known key (did you mean days?)"),
        (["--format", "xlsx"], "'xlsx' is no format of tables; allowed are csv, parquet"),
        (["--format", ""], "'' is no format of tables; allowed are csv, parquet"),
        (["--log-level", "loud"], "Invalid value for '--log-level': 'loud' is not one of"),
    ],
)
def test_options_that_are_not_allowed(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    assert mistake(capsys, "run", tiny_file, "--out", tmp_path / "run", *options).startswith(said)
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_a_scenario_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("demand.sessions_per_dya = 3")
    said = mistake(capsys, "run", path, "--out", tmp_path / "run")
    assert said == f"{path}: demand.sessions_per_dya is not a known key (did you mean demand.sessions_per_day?)"
    assert list(tmp_path.iterdir()) == [path]


# ---------------------------------------------------------------- where a run cannot go


def test_a_directory_that_is_no_run(capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    said = mistake(capsys, "run", tiny_file, "--out", tmp_path, "--force", expected=Exit.EXISTS)
    assert said == f"{tmp_path}: exists and is no run, so it stays; name a directory that is empty or does not exist"
    assert list(tmp_path.iterdir()) == [tmp_path / "thesis.txt"]


def test_a_file_in_the_way(capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = mistake(capsys, "run", tiny_file, "--out", tmp_path / "file" / "run")
    assert said == f"{tmp_path}/file/run: cannot be written: Not a directory"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_name_that_is_too_long(capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path) -> None:
    said = mistake(capsys, "run", tiny_file, "--out", tmp_path / ("x" * 300))
    assert said.endswith("cannot be written: File name too long")
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_nothing_can_be_made(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    assert (
        mistake(capsys, "run", tiny_file, "--out", "/proc/run")
        == "/proc/run: cannot be written: No such file or directory"
    )


def test_a_directory_without_permission(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdir(path: Path, **_: bool) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", mkdir)
    said = mistake(capsys, "run", tiny_file, "--out", tmp_path / "run")
    assert said == f"{tmp_path}/run: cannot be written: Permission denied"
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- full disks


def limited(size: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command that cannot make a file grow beyond a size."""
    code = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "from simulation.cli import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-B", "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


# In turn too small for the log's beginning, for its end, and for one of the tables.
@pytest.mark.parametrize("size", [0, 1, 1000, 20_000, 50_000])
def test_files_that_may_not_grow(tiny_file: Path, tmp_path: Path, size: int) -> None:
    told = limited(size, "run", tiny_file, "--out", tmp_path / "deep" / "run", "--log-level", "warning")
    assert told.returncode == 2
    assert told.stderr == f"error: {tmp_path}/deep/run: cannot be written: File too large\n"
    assert told.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_tables_that_may_not_grow(own_run: Path) -> None:
    before = files_of(own_run)
    told = limited(3000, "reduce", own_run)
    assert (told.returncode, told.stderr) == (2, f"error: {own_run}: cannot be written: File too large\n")
    assert files_of(own_run) == before


@pytest.fixture(params=["16k", "96k", "200k"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk that is full soon: at the log's beginning, at its end, or among the tables."""
    mount, umount = needs("mount"), needs("umount")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run([umount, "-l", str(disk)], check=True)


def test_a_full_disk(capfd: pytest.CaptureFixture[str], tiny_file: Path, small_disk: Path) -> None:
    said = mistake(capfd, "run", tiny_file, "--out", small_disk / "run")
    assert said == f"{small_disk}/run: cannot be written: No space left on device"
    assert list(small_disk.iterdir()) == []


# ---------------------------------------------------------------- interruptions


def test_an_interruption_leaves_nothing(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulation.cli import progress
    from simulation.execution.executors import OnDone

    def log_progress(_of: str) -> OnDone:
        def on_day(done: int, _total: int) -> None:
            if done == 3:
                raise KeyboardInterrupt

        return on_day

    monkeypatch.setattr(progress, "log_progress", log_progress)
    code, out, err = answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--log-level", "info")
    assert (code, out, err.strip()) == (130, "", "error: interrupted")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_killed_is_run_again_with_the_same_command(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_run: Path, tmp_path: Path
) -> None:
    kill = (
        "import os, pathlib, signal, sys\n"
        "from simulation.runs import write_run\n"
        "from simulation.scenario.loading import load_scenario\n"
        "def on_day(done, total):\n"
        "    if done == total: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_run(load_scenario(sys.argv[1]), sys.argv[2], on_day=on_day)\n"
    )
    killed = subprocess.run([sys.executable, "-c", kill, str(tiny_file), str(tmp_path / "run")], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert lasting(tmp_path / "run") == lasting(tiny_run)


# ---------------------------------------------------------------- runs that are damaged, or none


@pytest.mark.parametrize("name", [OBSERVABLE_FILE, TRUTH_FILE])
@pytest.mark.parametrize("command", ["reduce", "check"])
@pytest.mark.parametrize("kept", [0, 3, 1000, -1])
def test_a_log_that_is_truncated(
    capsys: pytest.CaptureFixture[str], own_run: Path, command: str, name: str, kept: int
) -> None:
    content = (own_run / name).read_bytes()
    (own_run / name).write_bytes(content[:kept])
    before = files_of(own_run)
    assert mistake(capsys, command, own_run).startswith(f"{own_run / name}: is not a whole Parquet file")
    assert files_of(own_run) == before


@pytest.mark.parametrize("command", ["reduce", "check"])
def test_a_parquet_file_that_is_no_log(capsys: pytest.CaptureFixture[str], own_run: Path, command: str) -> None:
    shutil.copy(own_run / "sessions.parquet", own_run / OBSERVABLE_FILE)
    assert mistake(capsys, command, own_run).startswith(f"{own_run / OBSERVABLE_FILE}: ")


@pytest.mark.parametrize("command", ["reduce", "check"])
def test_a_log_that_is_not_there(capsys: pytest.CaptureFixture[str], own_run: Path, command: str) -> None:
    (own_run / OBSERVABLE_FILE).unlink()
    assert mistake(capsys, command, own_run) == f"{own_run / OBSERVABLE_FILE}: there is no such file"


def test_a_directory_without_run_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert mistake(capsys, "check", tmp_path) == f"{tmp_path}: has no run.json, so it is no run"


@pytest.mark.parametrize("command", ["reduce", "check"])
@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": {}}', "\udcff"])
def test_a_run_json_that_is_none_of_ours(
    capsys: pytest.CaptureFixture[str], own_run: Path, command: str, content: str
) -> None:
    (own_run / "run.json").write_bytes(content.encode(errors="surrogateescape"))
    assert "no run.json of ours" in mistake(capsys, command, own_run)


def test_a_run_of_another_version(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    (own_run / "run.json").write_text(json.dumps({**read_record(own_run), "schema_version": "0"}))
    told = f'has schema version "0"; this version reads "{SCHEMA_VERSION}"'
    assert mistake(capsys, "check", own_run) == f"{own_run}/run.json: {told}"


def test_a_scenario_in_run_json_that_is_none(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    record = read_record(own_run)
    record["scenario"]["days"] = 0
    (own_run / "run.json").write_text(json.dumps(record))
    said = mistake(capsys, "check", own_run, "--rerun")
    assert said == f"{own_run}/run.json: days is 0; allowed is a whole number from 1 to 1095 (days)"


def test_a_table_that_cannot_be_read(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    (own_run / "sessions.parquet").write_bytes(b"PAR1")
    assert mistake(capsys, "check", own_run).startswith(f"{own_run}/sessions.parquet: ")


def test_a_run_that_may_not_be_read(
    capsys: pytest.CaptureFixture[str], own_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_text(path: Path, encoding: str) -> str:
        raise PermissionError(13, "Permission denied", str(path), encoding)

    monkeypatch.setattr(Path, "read_text", read_text)
    assert mistake(capsys, "check", own_run) == f"{own_run}/run.json: cannot be read (Permission denied)"
