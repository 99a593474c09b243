"""Directories and files that appear when they are complete, or not at all; and changes to directories, all or none.

A directory that is not there is filled beside its place, and renamed. One that is there is changed in place: it may be
where a volume is mounted, or where somebody works.

    NAME.partial/       a new directory, while it is filled
    NAME/.partial/      what is to come into a directory that is there, while it is written
    NAME/.committed/    the same, complete and on the disk: it counts from here on, and its files move up one by one
    .FILE.partial/      where a single file is written

Each has a file .unfinished in it, locked by the process that writes there. Whoever finds .committed in a directory
first moves the rest of its files (`settle`), so a process may be killed at any moment.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from attrs import define, field

from simulation.lib.disks import lock_on, remove, sync, sync_tree
from simulation.lib.errors import UserError

PARTIAL = ".partial"
MARKER = ".unfinished"
_COMMITTED = ".committed"

# What systems put into folders: it belongs to nobody, and stays.
_OF_SYSTEMS = frozenset({"lost+found", ".DS_Store", "Thumbs.db", "desktop.ini"})


class RunDirError(UserError):
    """A run's directory that cannot be written or read: the message is one line with path, cause, what is allowed."""


class ExistsError(RunDirError):
    """The target exists already, or something else has its name."""


@define
class StagedChange:
    """A change to a directory: files in `stage` go to the same place in it, those in `removed` are deleted."""

    stage: Path
    removed: set[str] = field(factory=set)


@define
class _Stage:
    """A directory of this process alone, until it is `done`."""

    path: Path
    done: bool = False


def _nothing_is(_: Path) -> bool:
    return False


# ---------------------------------------------------------------- directories


@contextmanager
def staged(
    out: Path,
    *,
    record: str,
    force: bool = False,
    is_ours: Callable[[Path], bool] = _nothing_is,
    keeps: Callable[[Path], bool] = _nothing_is,
    waits: bool = False,
) -> Iterator[Path]:
    """A directory to fill, which is renamed to `out` if all goes well, and removed otherwise.

    The file `record` comes last: a directory without it is not complete. `out` may be an empty directory; anything
    else there is replaced only with `force`, and only if `is_ours` recognises it. What a killed process left behind is
    removed first, unless `keeps` recognises it: then it is handed out as it is, and stays if it is not finished this
    time either. Raises ExistsError, RunDirError if something is in the way or (unless it `waits`) another process is
    writing, and OSError.
    """
    final = _absolute(out)

    def check() -> None:
        settle(final)
        _refuse_unless_free(final, out, force=force, is_ours=is_ours)

    check()
    beside = final.with_name(final.name + PARTIAL)
    with _held(final / PARTIAL if final.is_dir() else beside, is_ours=is_ours, keeps=keeps, waits=waits) as stage:
        check()
        yield stage.path
        check()
        if final.is_dir():
            _commit(stage, final, record, {record, *_surplus(final, stage.path)})
        else:
            _rename(stage, final)


@contextmanager
def changed(directory: Path, *, record: str = "") -> Iterator[StagedChange]:
    """A change to a directory, to fill: all of it is carried out if all goes well, else nothing.

    The file `record`, if there is one, comes last; files are only removed if it is part of the change. No other process
    changes the directory meanwhile. Raises RunDirError if one does already, and OSError.
    """
    final = _absolute(directory)
    with _held(final / PARTIAL) as stage:
        settle(final)
        change = StagedChange(stage.path)
        yield change
        _commit(stage, final, record, change.removed)


def settle(directory: Path) -> None:
    """Finish the change that a killed process had committed to a directory, or wait for the process that does.

    Raises RunDirError if it cannot be written.
    """
    committed = directory / _COMMITTED
    with cannot_be_written(directory), suppress(FileNotFoundError):
        if _is_file(committed / MARKER):
            with lock_on(committed / MARKER, wait=True):
                _carry_out(committed, directory)
        else:
            _remove_if_empty(committed)
        if _is_file(directory / MARKER):  # the last that was to be removed when the directory got its name
            with suppress(BlockingIOError), lock_on(directory / MARKER):
                (directory / MARKER).unlink()


def entries(directory: Path) -> Iterator[Path]:
    """The entries of a directory that mean it is in use: not those of systems, or left by a killed process."""
    for path in directory.iterdir():
        if path.name not in {PARTIAL, _COMMITTED, MARKER} and path.name not in _OF_SYSTEMS:
            yield path


# ---------------------------------------------------------------- single files


@contextmanager
def staged_file(out: Path, check: Callable[[], None] | None = None, *, force: bool = False) -> Iterator[Path]:
    """A file to write, which is renamed to `out` if all goes well, and removed otherwise.

    `check` raises if it is not allowed (`check_file` unless given); it is called again at the end, as another process
    may have been there. Raises RunDirError where the file cannot be written, or another process is writing it.
    """
    check = check or (lambda: check_file(out, force=force))
    check()
    with workplace(out) as directory:
        yield directory / out.name
        check()
        put_in_place(directory / out.name, out)


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """A directory beside a file, for the process that writes that file; it is removed at the end.

    Raises RunDirError where another process has it, and where nothing can be written there.
    """
    final = _absolute(out)
    with cannot_be_written(out), _held(final.with_name(f".{final.name}{PARTIAL}"), out) as stage:
        yield stage.path


def put_in_place(file: Path, out: Path) -> None:
    """Sync a file in a `workplace`, and give it its name. Raises OSError."""
    final = _absolute(out)
    sync(file)
    file.replace(final)
    sync(final.parent)


def check_file(out: Path, *, force: bool = False) -> None:
    """Raise RunDirError where a file cannot be written: a directory, a file and no `force`, or nowhere to write it."""
    with cannot_be_written(out):
        if out.is_dir():
            raise ExistsError(f"{out}: is a directory; name a file")
        if out.exists() and not out.is_file():
            raise RunDirError(f"{out}: is a device or a pipe; name a file")
        if out.exists() and not force:
            raise ExistsError(f"{out}: exists; name another file, or replace it with --force")
        if not out.parent.is_dir():
            raise RunDirError(f"{out}: there is no directory {out.parent}")


@contextmanager
def cannot_be_written(path: Path) -> Iterator[None]:
    """Turn errors of the operating system (a full disk, no permission) into one clear line."""
    try:
        yield
    except OSError as error:
        # Arrow words the same error at length.
        reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
        raise RunDirError(f"{path}: cannot be written: {reason}") from error


def locked(file: Path, shown: Path, *, waits: bool = False) -> IO[str]:
    """Keep other processes out, by a lock on a file for as long as it is open.

    Raises RunDirError, with the path `shown`, if one is there, unless it `waits` for it.
    """
    try:
        return lock_on(file, wait=waits)
    except BlockingIOError:
        raise RunDirError(f"{shown}: another process is writing it") from None


# ---------------------------------------------------------------- who writes where


@contextmanager
def _held(
    path: Path,
    shown: Path | None = None,
    *,
    is_ours: Callable[[Path], bool] = _nothing_is,
    keeps: Callable[[Path], bool] = _nothing_is,
    waits: bool = False,
) -> Iterator[_Stage]:
    """A directory of this process alone, emptied of what was left in it, and removed unless it is `done`."""
    with ExitStack() as undo:
        for parent in [parent for parent in path.parents if not parent.exists()][::-1]:
            parent.mkdir(exist_ok=True)
            sync(parent.parent)
            undo.callback(_remove_if_empty, parent)
        undo.enter_context(_taken(path, shown or path, is_ours, keeps, waits=waits))
        stage = _Stage(path)
        try:
            if not keeps(path):
                _clear(path)
            yield stage
        finally:
            if not stage.done and not keeps(path):
                _discard(path)


def _taken(
    path: Path, shown: Path, is_ours: Callable[[Path], bool], keeps: Callable[[Path], bool], *, waits: bool
) -> IO[str]:
    """Make a directory if need be, and lock it."""
    while True:
        if path.is_symlink() or (path.exists() and not _was_left(path, is_ours, keeps)):
            raise RunDirError(f"{path}: is in the way, and was not left behind by a run; move it")
        path.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):  # the process that had it has just removed it
            return locked(path / MARKER, shown, waits=waits)


def _was_left(path: Path, is_ours: Callable[[Path], bool], keeps: Callable[[Path], bool]) -> bool:
    return path.is_dir() and ((path / MARKER).is_file() or not any(entries(path)) or is_ours(path) or keeps(path))


def _clear(stage: Path) -> None:
    """Remove all but the marker."""
    for path in stage.iterdir():
        if path.name != MARKER:
            remove(path)


def _discard(stage: Path) -> None:
    """Remove a directory, its marker last: by it, the remains of a killed process are recognised."""
    with suppress(OSError):
        _clear(stage)
        (stage / MARKER).unlink(missing_ok=True)
        stage.rmdir()


def _remove_if_empty(directory: Path) -> None:
    with suppress(OSError):
        directory.rmdir()


# ---------------------------------------------------------------- what is there


def _absolute(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:
        raise RunDirError(f"{path}: is a link to itself") from None


def _refuse_unless_free(final: Path, out: Path, *, force: bool, is_ours: Callable[[Path], bool]) -> None:
    if not final.exists() or (final.is_dir() and not any(entries(final))):
        return
    if not is_ours(final):
        raise ExistsError(f"{out}: exists and is no run, so it stays; name a directory that is empty or does not exist")
    if not force:
        raise ExistsError(f"{out}: exists; name another directory, or replace the run in it with --force")


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 -- also where it cannot be looked at, so that nothing can be done


def _surplus(final: Path, stage: Path) -> Iterator[str]:
    """The names in a directory that its replacement lacks. Raises RunDirError if it cannot be replaced."""
    for path in entries(final):
        new = stage / path.name
        if not new.exists():
            yield path.name
        elif path.is_dir() and new.is_dir() and not path.is_symlink():
            yield from (f"{path.name}/{name}" for name in _surplus(path, new))
        elif path.is_dir() or new.is_dir():
            raise RunDirError(f"{path}: is in the way of what is to come there; move it")


# ---------------------------------------------------------------- the last steps


def _rename(stage: _Stage, final: Path) -> None:
    sync_tree(stage.path)
    stage.path.rename(final)
    stage.done = True
    sync(final.parent)
    (final / MARKER).unlink(missing_ok=True)


def _commit(stage: _Stage, final: Path, record: str, removed: set[str]) -> None:
    """Commit a change, and carry it out."""
    journal = {"record": record, "removed": sorted(removed, key=lambda name: name != record)}
    (stage.path / MARKER).write_text(json.dumps(journal), encoding="utf-8")
    sync_tree(stage.path)
    stage.path.rename(final / _COMMITTED)
    stage.done = True
    sync(final)
    _carry_out(final / _COMMITTED, final)


def _journal(committed: Path) -> dict[str, Any]:
    """Which file of a change comes last, and what it removes. Raises RunDirError if the journal was damaged."""
    text = (committed / MARKER).read_text(encoding="utf-8", errors="replace")
    # It is empty if a process was lost when only the directory was left to remove.
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        journal: dict[str, Any] = json.loads(text) if text else {"record": "", "removed": []}
        if all(isinstance(name, str) and "\0" not in name for name in (journal["record"], *journal["removed"])):
            return journal
    raise RunDirError(f"{committed / MARKER}: was edited, and does not say what is left to do; remove {committed}")


def _within(directory: Path, name: str | Path) -> Path:
    """A path in a directory. Raises RunDirError if it leads outside: the directory may come from a stranger."""
    place = directory / name
    if place.name == ".." or not place.parent.resolve().is_relative_to(directory.resolve()):
        raise RunDirError(f"{directory}: a change that was left in it reaches {place}, outside; it is not carried out")
    return place


def _carry_out(committed: Path, final: Path) -> None:
    """Carry out a committed change: all of it, or the rest of what another process began."""
    journal = _journal(committed)
    record = committed / journal["record"]
    found = sorted(committed.rglob("*"))
    files = [path for path in found if path.is_file() and path not in (committed / MARKER, record)]
    if record.is_file():
        # The record is still to come: until then, nobody takes the directory for complete.
        for name in journal["removed"]:
            remove(_within(final, name))
        files.append(record)
    for path in files:
        target = _within(final, path.relative_to(committed))
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for folder in (final / path.relative_to(committed) for path in (committed, *found)):
        if folder.is_dir():
            sync(folder)
    _discard(committed)
