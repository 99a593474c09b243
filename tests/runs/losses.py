"""Processes that are lost at a moment: forked from one of its own, which has little memory that a fork has to copy."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from attrs import frozen

from simulation.lib.staging import RunDirError, changed, settle, staged, staged_file
from tools.moments import Moments

ROOT = Path(__file__).parents[2]

OLD = {"record": b"old", "a": b"old", "both/a": b"old", "both/old": b"old", "of_old/a": b"old"}
NEW = {"record": b"new", "a": b"new", "both/a": b"new", "both/new": b"new", "of_new/a": b"new"}

Step = Callable[[Path], None]


def write(directory: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)


def is_ours(directory: Path) -> bool:
    return (directory / "record").is_file()


def replace(out: Path, files: dict[str, bytes] = NEW) -> None:
    with staged(out, record="record", force=True, is_ours=is_ours) as stage:
        write(stage, files)


def change(out: Path) -> None:
    with changed(out, record="record") as planned:
        write(planned.stage, NEW)
        planned.removed = {"both/old", "of_old/a"}


def change_without_a_record(out: Path) -> None:
    with changed(out) as planned:
        write(planned.stage, {"b": b"new", "c": b"new"})


def write_file(out: Path) -> None:
    with staged_file(out / "file", force=True) as file:
        file.write_bytes(b"new")


ACTS: dict[str, Step] = {act.__name__: act for act in (replace, change, change_without_a_record, write_file, settle)}


@frozen
class Losses:
    """The process that others are forked from: what it is asked, and what it answers, a line of JSON each."""

    asked: IO[str]
    answers: IO[str]

    def carry_out(self, act: Step, out: Path, nth: int, *, fails: bool) -> int:
        """How a process ends that is killed before the nth change it makes, or from there on finds a disk that fails.

        It ends with 0 where it makes fewer changes, and with 1 where the disk failed and that was told.
        """
        self.asked.write(json.dumps([act.__name__, str(out), nth, fails]) + "\n")
        self.asked.flush()
        return int(self.answers.readline())


@contextmanager
def started_losses() -> Iterator[Losses]:
    """The process, as long as the block lasts."""
    command = [sys.executable, "-m", "tests.runs.losses"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Losses(process.stdin, process.stdout)


def _carry_out(act: Step, out: Path, nth: int, *, fails: bool) -> None:
    """Be the process that is lost."""
    code = 2
    try:
        Moments(out.parent, nth, fails=fails)
        with suppress(OSError, RunDirError):
            code = 1
            act(out)
            code = 0
    finally:
        os._exit(code)


def _answer(asked: str) -> int:
    """Fork a process that does what is asked for, and see how it ends."""
    act, out, nth, fails = json.loads(asked)
    child = os.fork()
    if child == 0:
        _carry_out(ACTS[act], Path(out), nth, fails=fails)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _no_fsync(fd: object) -> None:
    """Wait for no disk, as tests do in general."""


if __name__ == "__main__":
    os.fsync = _no_fsync
    for line in sys.stdin:
        sys.stdout.write(f"{_answer(line)}\n")
        sys.stdout.flush()
