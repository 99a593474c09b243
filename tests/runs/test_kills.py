"""Whatever moment a process is lost at, or a disk fails: what was there is there, or what was to come, and no mixture.

Each case is carried out in a process of its own that is killed before the nth change it makes to the disk, for every n.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.lib.staging import settle
from tests.run_files import files_of
from tests.runs.losses import (
    NEW,
    OLD,
    Losses,
    Step,
    change,
    change_without_a_record,
    replace,
    started_losses,
    write,
    write_file,
)


@pytest.fixture(scope="module")
def losses() -> Iterator[Losses]:
    """What processes are forked from that are lost."""
    with started_losses() as started:
        yield started


def nothing(out: Path) -> None:
    pass


def empty(out: Path) -> None:
    out.mkdir()


def old(out: Path) -> None:
    write(out, OLD)


def old_file(out: Path) -> None:
    write(out, {"file": b"old"})


# What is there, what is done, and what may be there afterwards.
CASES: dict[str, tuple[Step, Step, dict[str, bytes], dict[str, bytes]]] = {
    "into a place that is free": (nothing, replace, {}, NEW),
    "into an empty directory": (empty, replace, {}, NEW),
    "in place of another": (old, replace, OLD, NEW),
    "some files of it": (old, change, OLD, NEW),
    "files beside others": (old, change_without_a_record, OLD, {**OLD, "b": b"new", "c": b"new"}),
    "one file": (empty, write_file, {}, {"file": b"new"}),
    "in place of one file": (old_file, write_file, {"file": b"old"}, {"file": b"new"}),
}


def lost_at_each_moment(losses: Losses, scratch: Path, there: Step, act: Step, *, fails: bool) -> Iterator[Path]:
    """The place as each loss leaves it, until there is no further moment."""
    nth, hit = 0, True
    while hit:
        nth += 1
        out = scratch / str(nth) / "out"
        out.parent.mkdir()
        there(out)
        status = losses.carry_out(act, out, nth, fails=fails)
        hit = status != 0
        assert status in {0, 1 if fails else -signal.SIGKILL}
        yield out
        shutil.rmtree(out.parent)
    assert nth > 1


def found(out: Path) -> dict[str, bytes]:
    """What counts as there: what processes that were lost were at is not."""
    files = files_of(out) if out.exists() else {}
    return {name: content for name, content in files.items() if not Path(name).parts[0].endswith(".partial")}


@pytest.mark.parametrize("fails", [False, True], ids=["killed", "a disk that fails"])
@pytest.mark.parametrize("case", CASES)
def test_all_or_nothing_is_there_and_nothing_is_in_the_way(
    losses: Losses, tmp_path: Path, case: str, fails: bool
) -> None:
    there, act, before, after = CASES[case]
    states = []
    for out in lost_at_each_moment(losses, tmp_path, there, act, fails=fails):
        settle(out)
        states.append(found(out))
        assert states[-1] in (before, after)
        act(out)
        assert files_of(out) == after
        assert list(out.parent.iterdir()) == [out]
    assert states[0] == before
    assert states[-1] == after


@pytest.mark.parametrize("case", ["into an empty directory", "in place of another", "some files of it"])
def test_who_brings_a_change_to_its_end_may_be_lost_too(losses: Losses, tmp_path: Path, case: str) -> None:
    """First at each moment of the change, then at each of what the next process does about it."""
    there, act, _, after = CASES[case]
    (tmp_path / "first").mkdir()
    (tmp_path / "then").mkdir()
    for lost in lost_at_each_moment(losses, tmp_path / "first", there, act, fails=False):

        def as_it_was_left(out: Path, lost: Path = lost) -> None:
            shutil.copytree(lost, out)

        if not (lost / ".committed").exists():
            continue
        for out in lost_at_each_moment(losses, tmp_path / "then", as_it_was_left, settle, fails=False):
            settle(out)
            assert files_of(out) == after


def test_what_lacks_its_record_is_never_taken_for_whole(losses: Losses, tmp_path: Path) -> None:
    """While files move, nobody finds the record of the one with files of the other."""
    there, act, before, after = CASES["in place of another"]
    for out in lost_at_each_moment(losses, tmp_path, there, act, fails=False):
        whole = {name: content for name, content in files_of(out).items() if not name.startswith(".")}
        assert "record" not in whole or whole in (before, after)


def test_files_are_on_the_disk_before_they_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut keeps what was synchronized: each file and directory is, before the rename that lets them count."""
    done: list[str] = []

    def sync(number: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{number}").readlink()))

    def rename(path: Path, target: Path) -> Path:
        within = {str(path), *(str(below) for below in path.rglob("*"))}
        assert within <= set(done)
        done.clear()
        return renamed(path, target)

    renamed = Path.rename
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", rename)
    replace(tmp_path / "out", OLD)
    assert str(tmp_path) in done
    replace(tmp_path / "out")
    assert {str(tmp_path / "out"), str(tmp_path / "out" / "both")} <= set(done)
    assert files_of(tmp_path / "out") == NEW
