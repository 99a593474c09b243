"""Directories that appear when they are complete, or not at all."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

_PARTIAL = ".partial"
MARKER = ".unfinished"
_REPLACED = ".replaced"


class RunDirError(Exception):
    """A run's directory that cannot be written or read: the message is one line with path, cause, what is allowed."""


class ExistsError(RunDirError):
    """What was to be written exists already, or something else of its name does."""


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
    with ExitStack() as undo:
        for parent in _missing(partial.parent):
            parent.mkdir()
            undo.callback(_remove_if_empty, parent)
        _remove_leftover(partial, is_ours, keeps)
        if not partial.exists():
            partial.mkdir()
        undo.callback(_remove_unless, keeps, partial)
        with (partial / MARKER).open("w", encoding="utf-8") as marker:
            lock(marker, partial)
            yield partial
        if publish:
            _refuse_unless_free(final, out, force=force, is_ours=is_ours)
            _publish(partial, final)
            undo.pop_all()


@contextmanager
def staged_file(out: Path, *, force: bool = False) -> Iterator[Path]:
    """A file beside `out`, to be written; it takes the name `out` when all went well, and is removed otherwise.

    Raises RunDirError where there may be no such file (`check_file`), and where it cannot be written.
    """
    check_file(out, force=force)
    partial = out.with_name(out.name + _PARTIAL)
    with cannot_be_written(out):
        try:
            yield partial
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)


def check_file(out: Path, *, force: bool = False) -> None:
    """Raise RunDirError where a file cannot be written: a directory, a file and no `force`, or nowhere to write it."""
    with cannot_be_written(out):
        if out.is_dir():
            raise ExistsError(f"{out}: is a directory; name a file")
        if out.exists() and not force:
            raise ExistsError(f"{out}: exists; name another file, or replace it with --force")
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


def _absolute(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:
        raise RunDirError(f"{path}: is a link to itself") from None


def _refuse_unless_free(final: Path, out: Path, *, force: bool, is_ours: Callable[[Path], bool]) -> None:
    if not final.exists():
        return
    if not is_ours(final):
        raise ExistsError(f"{out}: exists and is no run, so it stays; name a directory that does not exist")
    if not force:
        raise ExistsError(f"{out}: exists; name another directory, or replace the run in it with --force")


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
    marker = partial / MARKER
    if partial.is_symlink() or not partial.is_dir():
        raise RunDirError(f"{partial}: is in the way, and was not left behind by a run; move it")
    if marker.is_file():
        with marker.open("a", encoding="utf-8") as file:
            lock(file, partial)
    elif any(partial.iterdir()) and not is_ours(partial):
        raise RunDirError(f"{partial}: is in the way, and was not left behind by a run; move it")
    _remove_unless(keeps, partial)


def lock(marker: IO[str], partial: Path) -> None:
    """Keep a second process out of a directory for as long as the file is open."""
    if sys.platform == "win32":
        return  # open files cannot be removed there
    import fcntl

    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunDirError(f"{partial}: another process is writing it") from None


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
            with path.open("r+b") as file:
                os.fsync(file.fileno())
