"""Directories that appear when they are complete, or not at all."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

_PARTIAL = ".partial"
_LOCK = ".lock"
MARKER = ".unfinished"
_REPLACED = ".replaced"


class RunDirError(Exception):
    """A run's directory that cannot be written or read: the message is one line with path, cause, what is allowed."""


def _nothing_is(_: Path) -> bool:
    return False


@contextmanager
def staged(
    out: Path,
    *,
    force: bool = False,
    is_ours: Callable[[Path], bool] = _nothing_is,
    keeps: Callable[[Path], bool] = _nothing_is,
    publish: bool = True,
) -> Iterator[Path]:
    """A directory beside `out`, to be filled; it takes the name `out` when all went well, and is removed otherwise.

    What stands at `out` is replaced only with `force`, and only where `is_ours` recognises it. A directory that a
    killed process left behind is removed first, but handed out as it is where there is something in it that `keeps`
    recognises; one that was not finished stays then, too. Without `publish` it is removed in any case: the caller
    takes what it needs. Raises RunDirError where something is in the way, and OSError.
    """
    final = _absolute(out)
    _refuse_unless_free(final, out, force=force, is_ours=is_ours)
    partial = final.with_name(final.name + _PARTIAL)
    with _filled_alone(partial, partial, is_ours, keeps):
        yield partial
        if publish:
            _refuse_unless_free(final, out, force=force, is_ours=is_ours)
            _publish(partial, final)


@contextmanager
def staged_file(out: Path, check: Callable[[], None] | None = None, *, force: bool = False) -> Iterator[Path]:
    """A file to be written, which takes the name `out` when all went well, and is removed otherwise.

    `check` raises what forbids it, like `check_file` where none is given; it is asked again at the end, when somebody
    else may have been there. Raises RunDirError where the file cannot be written, or another process is writing it.
    """
    check = check or (lambda: check_file(out, force=force))
    check()
    with workplace(out) as directory:
        yield directory / out.name
        check()
        put_in_place(directory / out.name, out)


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """A directory beside a file for the one process that writes that file; it is removed at the end.

    Raises RunDirError where another process has it, and where nothing can be written there.
    """
    with cannot_be_written(out):
        final = _absolute(out)
        directory = final.with_name(f".{final.name}{_PARTIAL}")
        with _filled_alone(directory, out):
            yield directory


def put_in_place(file: Path, out: Path) -> None:
    """Give a file in a `workplace` its name, once it is on the disk. Raises OSError."""
    _sync_file(file)
    file.replace(_absolute(out))


def check_file(out: Path, *, force: bool = False) -> None:
    """Raise RunDirError where a file cannot be written: a directory, a file and no `force`, or nowhere to write it."""
    with cannot_be_written(out):
        if out.is_dir():
            raise RunDirError(f"{out}: is a directory; name a file")
        if out.exists() and not force:
            raise RunDirError(f"{out}: exists; name another file, or replace it with --force")
        if not out.parent.is_dir():
            raise RunDirError(f"{out}: there is no directory {out.parent}")


@contextmanager
def cannot_be_written(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses (a full disk, a directory without permission) into one clear line."""
    try:
        yield
    except OSError as error:
        # Arrow words the same error at length.
        reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
        raise RunDirError(f"{path}: cannot be written: {reason}") from error


@contextmanager
def _filled_alone(
    directory: Path,
    shown: Path,
    is_ours: Callable[[Path], bool] = _nothing_is,
    keeps: Callable[[Path], bool] = _nothing_is,
) -> Iterator[None]:
    """Make a directory that is this process's alone, by whatever name it is shown, and remove what is left of it."""
    with ExitStack() as undo:
        for parent in _missing(directory.parent):
            parent.mkdir(exist_ok=True)
            undo.callback(_remove_if_empty, parent)
        undo.enter_context(_locked(directory, shown))
        _remove_leftover(directory, is_ours, keeps)
        directory.mkdir(exist_ok=True)
        undo.callback(_remove_unless, keeps, directory)
        (directory / MARKER).touch()
        yield


@contextmanager
def _locked(directory: Path, shown: Path) -> Iterator[None]:
    """Keep other processes out of a directory before it is there, and until it has gone or has got its name.

    The file that is locked is beside it, and removed by who has the lock: one that was left is nobody's.
    """
    path = directory.with_name(directory.name + _LOCK)
    with path.open("a", encoding="utf-8") as file:
        lock(file, shown)
        try:
            yield
        finally:
            with suppress(PermissionError):  # of an open file, on Windows
                path.unlink()


def _absolute(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:
        raise RunDirError(f"{path}: is a link to itself") from None


def _refuse_unless_free(final: Path, out: Path, *, force: bool, is_ours: Callable[[Path], bool]) -> None:
    if not final.exists():
        return
    if not is_ours(final):
        raise RunDirError(f"{out}: exists and is no run, so it stays; name a directory that does not exist")
    if not force:
        raise RunDirError(f"{out}: exists; name another directory, or replace the run in it with --force")


def _missing(directory: Path) -> list[Path]:
    """The directories that are to be made for one to be there, from the top."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    return missing[::-1]


def _remove_if_empty(directory: Path) -> None:
    with suppress(OSError):
        directory.rmdir()


def _remove_unless(keeps: Callable[[Path], bool], partial: Path) -> None:
    if not keeps(partial):
        shutil.rmtree(partial, ignore_errors=True)


def _remove_leftover(partial: Path, is_ours: Callable[[Path], bool], keeps: Callable[[Path], bool]) -> None:
    if not partial.is_symlink() and not partial.exists():
        return
    is_left = partial.is_dir() and ((partial / MARKER).is_file() or not any(partial.iterdir()) or is_ours(partial))
    if partial.is_symlink() or not is_left:
        raise RunDirError(f"{partial}: is in the way, and was not left behind by a run; move it")
    _remove_unless(keeps, partial)


def lock(file: IO[str], shown: Path) -> None:
    """Keep a second process out of what is shown by a path, for as long as the file is open.

    Raises RunDirError where another process has it.
    """
    if sys.platform == "win32":
        return  # open files cannot be removed there
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who had it may have removed it after it was opened here: others lock another by now.
        is_there = os.path.samestat(os.fstat(file.fileno()), Path(file.name).stat())
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    if not is_there:
        raise RunDirError(f"{shown}: another process is writing it")


def _publish(partial: Path, final: Path) -> None:
    """Give the directory its name. What it replaces is moved into it first, and removed last."""
    replaced = partial / _REPLACED
    if final.exists():
        final.rename(replaced)
    try:
        (partial / MARKER).unlink()
        _sync(partial)
        partial.rename(final)
    except BaseException:
        if replaced.exists():
            replaced.rename(final)
        raise
    shutil.rmtree(final / _REPLACED, ignore_errors=True)


def _sync(directory: Path) -> None:
    """See to it that files are on the disk before they count as complete."""
    for path in directory.rglob("*"):
        if path.is_file():
            _sync_file(path)


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
