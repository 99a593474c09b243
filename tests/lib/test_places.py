"""Places as people, tools and disks have them: with files of others in them, empty, mounted, or without locks."""

import errno
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from simulation.lib import disks
from simulation.runs import RunDirError, read_record, write_run
from simulation.scenario import Scenario
from simulation.validation.check import check_run, faults_of_rerun
from tests.command_line import answer
from tests.run_files import files_of, lasting

# What systems, editors, tools and people leave in folders.
LEFT = (
    ".DS_Store", "Thumbs.db", "desktop.ini", "README.md", "sessions.csv~", ".sessions.csv.swp", "~$sessions.xlsx",
    "sessions.xlsx", "copy of run.json", "datapackage.json", "truth/.DS_Store", "truth/notes.txt", "lost+found/inode",
    ".ipynb_checkpoints/churn-checkpoint.ipynb", "regions/notes.txt", "as-of/Thumbs.db", ".git/config",
    "truth_tutors.csv", "truth/sessions.csv", "truth/truth_intervention_effects.csv~", "event_log.csv",
)  # fmt: skip


def litter(directory: Path) -> None:
    for name in LEFT:
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text("of others")


# ---------------------------------------------------------------- files of others


def test_files_of_others_in_a_run_are_no_part_of_it(own_run: Path) -> None:
    litter(own_run)
    before = files_of(own_run)
    assert [result for result in check_run(own_run, rerun=True) if not result.holds] == []
    assert files_of(own_run) == before


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_table_in_a_format_that_the_run_has_not_is_no_table_of_it(
    tiny_scenario: Scenario, tmp_path: Path, suffix: str
) -> None:
    other = {"parquet": "csv", "csv": "parquet"}[suffix]
    run = write_run(tiny_scenario, tmp_path / "run", [other]).directory
    (run / f"sessions.{suffix}").write_text("of a notebook")
    assert [result for result in check_run(run) if not result.holds] == []
    assert faults_of_rerun(run) == []


def test_a_file_of_the_run_that_is_missing_or_changed_is_found_by_a_rerun(own_run: Path) -> None:
    (own_run / "sessions.csv").unlink()
    (own_run / "students.csv").write_text("changed")
    assert faults_of_rerun(own_run) == ["sessions.csv: is in one run only", "students.csv: has other bytes"]


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("validate", "--quiet"),
        ("reduce",),
        ("reduce", "--as-of", "2026-01-08"),
        ("reduce", "--snapshots", "daily"),
        ("export", "--to", "odcs"),
        ("export", "--to", "ocel-sqlite"),
        ("agents",),
        ("timeline", "T0001"),
        ("counterfactuals", "--quiet"),
    ],
    ids=" ".join,
)
def test_every_command_leaves_files_of_others_as_they_are(
    own_run: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    name, *options = command
    littered = own_run.with_name("littered")
    shutil.copytree(own_run, littered)
    litter(littered)
    assert answer(capsys, name, littered, *options).code == answer(capsys, name, own_run, *options).code
    left = files_of(littered)
    assert {left[each] for each in LEFT} == {b"of others"}


# ---------------------------------------------------------------- directories that are there


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_a_directory_that_is_empty_can_be_used_and_stays_the_same_directory(
    tiny_run: Path, tiny_scenario: Scenario, tmp_path: Path, force: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    number = out.stat().st_ino
    write_run(tiny_scenario, out, force=bool(force))
    assert lasting(out) == lasting(tiny_run)
    assert (out.stat().st_ino, out.stat().st_mode & 0o777) == (number, 0o700)
    assert list(tmp_path.iterdir()) == [out]


def test_what_systems_put_into_folders_leaves_a_directory_empty_and_stays(
    tiny_run: Path, tiny_scenario: Scenario, tmp_path: Path
) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / ".DS_Store").write_text("x")
    write_run(tiny_scenario, tmp_path)
    write_run(tiny_scenario, tmp_path, force=True)
    (tmp_path / "lost+found").rmdir()
    (tmp_path / ".DS_Store").unlink()
    assert lasting(tmp_path) == lasting(tiny_run)


def test_a_run_that_fails_leaves_an_empty_directory_empty(
    tiny_scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("simulation.runs.writing.write_record", refuse)
    with pytest.raises(RunDirError, match="cannot be written: No space left on device"):
        write_run(tiny_scenario, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ("reduce", "RUN", "--as-of", "2026-01-08", "--out", "EMPTY"),
        ("reduce", "RUN", "--snapshots", "daily", "--out", "EMPTY"),
        ("run", "--resume-from", "RUN", "--days", "2", "--quiet", "--out", "EMPTY"),
        ("sweep", "SCENARIO", "--vary", "population.tutors=4,6", "--quiet", "--out", "EMPTY"),
    ],
    ids=lambda command: " ".join(command[:3]),
)
def test_every_command_can_write_into_an_empty_directory(
    tiny_run: Path, tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    places = {"RUN": str(tiny_run), "EMPTY": str(empty), "SCENARIO": str(tiny_file)}
    assert answer(capsys, *(places.get(word, word) for word in command)).code == 0
    assert {path.name for path in empty.iterdir()} & {"run.json", "as_of.json", "sweep.json"}
    assert not list(empty.glob(".*"))


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """An empty directory at which a disk of its own is mounted."""
    place = tmp_path / "volume"
    place.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None or os.geteuid() != 0:
        pytest.skip("to mount a disk needs mount, and permission")
    if subprocess.run([mount, "-t", "tmpfs", "tmpfs", place], check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run([unmount, place], check=True)


def test_a_volume_that_is_mounted_can_be_used_and_used_again(
    mounted: Path, tiny_run: Path, tiny_scenario: Scenario
) -> None:
    write_run(attrs.evolve(tiny_scenario, seed=8), mounted)
    with pytest.raises(RunDirError, match="exists; name another directory"):
        write_run(tiny_scenario, mounted)
    write_run(tiny_scenario, mounted, force=True)
    assert lasting(mounted) == lasting(tiny_run)


# ---------------------------------------------------------------- disks that lack something


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_a_disk_without_locks_is_written_to_and_one_line_says_what_is_not_protected(
    tiny_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(disks, "_told", set())
    told = answer(capsys, "run", tiny_file, "--out", tmp_path / "run", "--quiet")
    assert told.code == 0
    lacking = f"{tmp_path}/run.partial: this disk has no locks ({os.strerror(code)})"
    assert told.err == f"warning: {lacking}, so nothing keeps a second command from writing there at the same time\n"
    assert read_record(tmp_path / "run")["seed"] == 7


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EBADF, errno.EOPNOTSUPP])
def test_a_disk_that_cannot_synchronize_is_written_to(
    tiny_scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    write_run(tiny_scenario, tmp_path / "run", ["csv"])
    assert read_record(tmp_path / "run")["seed"] == 7


def test_a_disk_that_fails_is_no_disk_that_lacks_something(
    tiny_scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RunDirError, match="cannot be written: Input/output error"):
        write_run(tiny_scenario, tmp_path / "run", ["csv"])
    assert list(tmp_path.iterdir()) == []
