"""What keeps files safe on a disk: locks and syncing, as far as the disk has them; and digests and removal."""

import errno
import hashlib
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

# The errors of disks that cannot do something: network disks, phones, disks of other systems.
_LACKING = frozenset({
    errno.EACCES, errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM,
})  # fmt: skip

_told: set[str] = set()


def lock_on(path: Path, *, wait: bool = False) -> IO[str]:
    """Open a file, new or not, that keeps other processes out for as long as it is open; it is the one at `path`.

    Raises BlockingIOError where another process has it, unless it is to `wait`. On a disk without locks nobody is kept
    out, which is reported once; nor on Windows, where open files can be neither moved nor removed.
    """
    while True:
        file = path.open("a", encoding="utf-8")
        try:
            # Another process may have removed it after it was opened here, and others now lock a new one.
            if not _locked(file, path, wait=wait) or _is_at(path, file):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def sync(path: Path) -> None:
    """Sync a file, or a directory's list of names, to the disk, if the disk can do that."""
    try:
        number = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        if error.errno not in _LACKING:
            raise


def sync_tree(directory: Path) -> None:
    """Sync a directory and everything in it."""
    for path in (*directory.rglob("*"), directory):
        if not path.is_symlink():
            sync(path)


def remove(path: Path) -> None:
    """Remove a file or a directory, as far as that is possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def digest_of(path: Path) -> str:
    """A file's SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _locked(file: IO[str], path: Path, *, wait: bool) -> bool:
    if sys.platform == "win32":
        file.close()
        return False
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except OSError as error:
        _tell_unprotected(path.parent, os.strerror(error.errno or errno.ENOLCK))
        return False
    return True


def _is_at(path: Path, file: IO[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _tell_unprotected(place: Path, reason: str) -> None:
    """Warn once that nothing is locked; processes that this one started stay silent."""
    from multiprocessing import parent_process

    import click

    if reason not in _told and parent_process() is None:
        _told.add(reason)
        told = "nothing keeps a second command from writing there at the same time"
        click.echo(f"warning: {place}: this disk has no locks ({reason}), so {told}", err=True)
