"""Directories that appear when they are complete, or not at all."""

import json
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from simulation.lib.staging import RunDirError, settle, staged, staged_file
from tests.run_files import files_of


def ours(directory: Path) -> bool:
    return (directory / "ours").exists()


def staging(out: Path, **options: Any) -> AbstractContextManager[Path]:
    return staged(out, record="ours", **options)


def fill(directory: Path, content: str = "new") -> None:
    (directory / "ours").write_text(content)


def test_a_directory_appears_when_it_is_complete(tmp_path: Path) -> None:
    with staging(tmp_path / "deep" / "run") as directory:
        fill(directory)
        assert not (tmp_path / "deep" / "run").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["run"]
    assert [path.name for path in (tmp_path / "deep" / "run").iterdir()] == ["ours"]


@pytest.mark.parametrize("failure", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_what_fails_or_is_interrupted_leaves_nothing(tmp_path: Path, failure: type[BaseException]) -> None:
    def fail(directory: Path) -> None:
        fill(directory)
        raise failure

    with pytest.raises(failure), staging(tmp_path / "deep" / "deeper" / "run") as directory:
        fail(directory)
    assert list(tmp_path.iterdir()) == []


def test_parents_that_were_there_stay(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    with pytest.raises(ValueError, match="oh"), staging(tmp_path / "deep" / "deeper" / "run"):
        raise ValueError("oh")
    assert list(tmp_path.rglob("*")) == [tmp_path / "deep"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    kill = (
        "import os, signal, sys, pathlib; from simulation.lib.staging import staged\n"
        "with staged(pathlib.Path(sys.argv[1]), record='ours') as directory:\n"
        "    (directory / 'half').write_text('x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", kill, str(tmp_path / "run")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "run.partial" / "half").exists()
    with staging(tmp_path / "run") as directory:
        fill(directory)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["run", "run/ours"]


def test_what_was_left_between_the_last_two_steps_is_removed(tmp_path: Path) -> None:
    (tmp_path / "run.partial").mkdir()
    fill(tmp_path / "run.partial", "complete, but for its name")
    with staging(tmp_path / "run", is_ours=ours) as directory:
        fill(directory)
    assert (tmp_path / "run" / "ours").read_text() == "new"


def test_an_empty_directory_in_the_way_is_no_loss(tmp_path: Path) -> None:
    (tmp_path / "run.partial").mkdir()
    with staging(tmp_path / "run") as directory:
        fill(directory)
    assert (tmp_path / "run" / "ours").exists()


def test_someone_else_s_partial_is_kept(tmp_path: Path) -> None:
    (tmp_path / "run.partial").mkdir()
    (tmp_path / "run.partial" / "download").write_text("half a film")
    with pytest.raises(RunDirError, match=r"run\.partial: is in the way"), staging(tmp_path / "run"):
        pass
    assert (tmp_path / "run.partial" / "download").read_text() == "half a film"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_or_a_link_in_the_way_is_kept(tmp_path: Path, kind: str) -> None:
    partial = tmp_path / "run.partial"
    if kind == "file":
        partial.write_text("x")
    else:
        partial.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunDirError, match=r"run\.partial: is in the way"), staging(tmp_path / "run"):
        pass
    assert os.path.lexists(partial)


def test_two_processes_do_not_write_one_directory(tmp_path: Path) -> None:
    with staging(tmp_path / "run") as directory:
        fill(directory)
        with (
            pytest.raises(RunDirError, match=r"run\.partial: another process is writing it"),
            staging(tmp_path / "run"),
        ):
            pass
        assert (directory / "ours").exists()
    assert (tmp_path / "run" / "ours").exists()


def test_what_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    def appear() -> None:
        (tmp_path / "run").mkdir()
        fill(tmp_path / "run", "of somebody else")

    with pytest.raises(RunDirError, match="run: exists"), staging(tmp_path / "run", is_ours=ours):
        appear()
    assert files_of(tmp_path) == {"run/ours": b"of somebody else"}


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path / "run")
    with pytest.raises(RunDirError, match="is a link to itself"), staging(tmp_path / "run"):
        pass


# ---------------------------------------------------------------- single files


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    out = tmp_path / "file.json"
    with staged_file(out) as partial:
        partial.write_text("whole")
        assert not out.exists()
    assert (out.read_text(), list(tmp_path.iterdir())) == ("whole", [out])


def test_of_a_file_that_went_wrong_nothing_is_left_and_what_was_there_stays(tmp_path: Path) -> None:
    out = tmp_path / "file.json"
    out.write_text("before")

    def write_half(partial: Path) -> None:
        partial.write_text("half")
        raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"), staged_file(out, force=True) as partial:
        write_half(partial)
    assert (out.read_text(), list(tmp_path.iterdir())) == ("before", [out])


def test_a_file_that_exists_is_replaced_only_when_forced(tmp_path: Path) -> None:
    out = tmp_path / "file.json"
    out.write_text("before")
    with pytest.raises(RunDirError, match="exists; name another file, or replace it with --force"), staged_file(out):
        pass
    with staged_file(out, force=True) as partial:
        partial.write_text("after")
    assert out.read_text() == "after"


def test_a_directory_is_no_place_for_a_file_and_neither_is_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunDirError, match="is a directory; name a file"), staged_file(tmp_path, force=True):
        pass
    with pytest.raises(RunDirError, match="there is no directory"), staged_file(tmp_path / "none" / "file") as partial:
        partial.write_text("whole")


# ---------------------------------------------------------------- a stranger's directory


def left_unfinished(directory: Path, journal: str, *files: str) -> None:
    committed = directory / ".committed"
    committed.mkdir(parents=True)
    (committed / ".unfinished").write_text(journal)
    for name in ("run.json", *files):
        (committed / name).parent.mkdir(exist_ok=True)
        (committed / name).write_text("new")


@pytest.mark.parametrize("name", ["../precious", "ABSOLUTE", "..", "", "sub/../../precious", "linked/precious"])
def test_a_change_that_was_left_in_a_directory_removes_nothing_outside(tmp_path: Path, name: str) -> None:
    precious, run = tmp_path / "precious", tmp_path / "run"
    precious.write_text("kept")
    left_unfinished(run, json.dumps({"record": "run.json", "removed": [name.replace("ABSOLUTE", str(precious))]}))
    (run / "linked").symlink_to(tmp_path)
    with pytest.raises(RunDirError, match="outside"):
        settle(run)
    assert precious.read_text() == "kept"


def test_a_change_that_was_left_in_a_directory_writes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    left_unfinished(tmp_path / "run", json.dumps({"record": "run.json", "removed": []}), "linked/precious")
    (tmp_path / "run" / "linked").symlink_to(tmp_path)
    with pytest.raises(RunDirError, match="outside"):
        settle(tmp_path / "run")
    assert (tmp_path / "precious").read_text() == "kept"


@pytest.mark.parametrize(
    "journal", ["{", "[]", "7", "{}", '{"record": 7, "removed": []}', '{"record": "", "removed": 7}']
)
def test_a_change_that_does_not_say_what_is_left_to_do_is_told_in_a_line(tmp_path: Path, journal: str) -> None:
    left_unfinished(tmp_path / "run", journal)
    with pytest.raises(RunDirError, match="was edited") as told:
        settle(tmp_path / "run")
    assert "\n" not in str(told.value)


def test_two_processes_do_not_write_one_file_by_whatever_path(tmp_path: Path) -> None:
    out, link = tmp_path / "file.json", tmp_path / "link.json"
    link.symlink_to(out)
    with staged_file(out) as file:
        for path in (out, link, tmp_path / "." / ".." / tmp_path.name / "file.json"):
            with pytest.raises(RunDirError, match=r"json: another process is writing it"), staged_file(path):
                pass
        file.write_text("whole")
    assert (out.read_text(), sorted(tmp_path.iterdir())) == ("whole", [out, link])


def test_a_file_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "file.json"

    def write_second(file: Path) -> None:
        file.write_text("second")
        out.write_text("first")

    with pytest.raises(RunDirError, match="exists"), staged_file(out) as file:
        write_second(file)
    assert (out.read_text(), list(tmp_path.iterdir())) == ("first", [out])


def test_what_a_killed_writer_of_a_file_left_is_removed_and_what_is_somebody_else_s_is_kept(tmp_path: Path) -> None:
    kill = (
        "import os, signal, sys, pathlib; from simulation.lib.staging import staged_file\n"
        "with staged_file(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    out, download = tmp_path / "file.json", tmp_path / "file.json.partial"
    download.write_text("half a film")
    killed = subprocess.run([sys.executable, "-c", kill, str(out)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert {path.name for path in tmp_path.rglob("*")} > {"file.json.partial", "file.json"}
    with staged_file(out) as file:
        file.write_text("whole")
    assert {path.name: path.read_text() for path in tmp_path.rglob("*")} == {
        "file.json": "whole",
        "file.json.partial": "half a film",
    }


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path(os.devnull), tmp_path / "pipe"):
        with pytest.raises(RunDirError, match="is a device or a pipe"), staged_file(path, force=True):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
