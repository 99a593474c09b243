"""An artifact store: a directory or URL where workers publish finished work, and from which it is fetched.

    BASE/regions/0007/...               the files, as they were published
    BASE/regions/0007/finished.json     written last: a description of the work, and the SHA-256 of each file

Without finished.json the work does not count: an upload that was killed is never mistaken for a finished one.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from simulation.execution.executors import line_of
from simulation.lib.disks import digest_of
from simulation.lib.staging import RunDirError, cannot_be_written, settle, staged

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

FINISHED = "finished.json"


class StoreError(RunDirError):
    """An artifact store that cannot be used, or has damaged files; the message is one line with its place."""


@frozen
class _Finished:
    """The content of finished.json."""

    about: dict[str, Any]
    files: dict[str, str]

    @classmethod
    def of(cls, directory: Path, about: Mapping[str, Any]) -> "_Finished":
        paths = sorted(path for path in directory.rglob("*") if path.is_file())
        return cls(dict(about), {path.relative_to(directory).as_posix(): digest_of(path) for path in paths})

    @classmethod
    def read(cls, text: bytes) -> "_Finished | None":
        """The content of a text; None where it was cut short, or is not ours."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None


@frozen
class ArtifactStore:
    """A place for finished directories, under names such as `regions/0007`.

    It is a directory, such as one on a network's file system, or a URL that fsspec understands, such as
    s3://BUCKET/FOLDER.
    """

    base: str

    def finished(self, name: str) -> dict[str, Any] | None:
        """What was stated `about` the work that was published under a name; None where none is finished."""
        found = self._finished(name)
        return None if found is None else found.about

    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Copy a directory into the store, in place of what had the name.

        In a directory, the copy gets its name when it is complete. At a URL, finished.json comes last, and what is
        replaced counts as unfinished in between. Raises RunDirError.
        """
        new, place = _Finished.of(directory, about), Path(self.base, name)
        if not self._is_url:
            staging = staged(place, record=FINISHED, force=True, is_ours=lambda found: (found / FINISHED).is_file())
            with cannot_be_written(place), staging as stage:
                _copy(directory, new, self.located(name)[0], str(stage))
        elif (before := self._finished(name)) != new:
            with _usable(f"{self.base}/{name}"):
                files, target = self.located(name)
                if before is not None:
                    files.rm_file(f"{target}/{FINISHED}")
                _copy(directory, new, files, target)

    def fetch(self, name: str, into: Path) -> None:
        """Copy what was published under a name into a directory. Raises StoreError where its bytes have changed."""
        found, place = self._finished(name), f"{self.base}/{name}"
        if found is None:
            raise StoreError(f"{place}: nothing finished is there")
        for file, digest in found.files.items():
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            with _usable(place):
                files, source = self.located(f"{name}/{file}")
                files.get_file(source, str(into / file))
            if digest_of(into / file) != digest:
                raise StoreError(f"{place}: its {file} is not what was published; remove all of it to make it again")

    def _finished(self, name: str) -> _Finished | None:
        if not self._is_url:
            settle(Path(self.base, name))
        with _usable(f"{self.base}/{name}"):
            files, path = self.located(f"{name}/{FINISHED}")
            return _Finished.read(files.cat_file(path)) if files.exists(path) else None

    @property
    def _is_url(self) -> bool:
        return "://" in self.base

    def located(self, name: str) -> "tuple[AbstractFileSystem, str]":
        """The file system of the store, and the path that a name has on it."""
        from fsspec.core import url_to_fs

        files, path = url_to_fs(self.base)
        return files, f"{path.rstrip('/')}/{name}"


def store_at(place: str | Path) -> ArtifactStore:
    """The artifact store at a path, or at a URL.

    Raises StoreError where a URL's scheme is unknown, or what it needs is not installed.
    """
    store = ArtifactStore(str(place).rstrip("/") if "://" in str(place) else str(Path(place).absolute()))
    with _usable(str(place)):
        store.located("")
    return store


def _copy(directory: Path, new: _Finished, files: "AbstractFileSystem", target: str) -> None:
    """Copy the files of a directory to a path, then finished.json."""
    for folder in sorted({f"{target}/{file}".rpartition("/")[0] for file in (*new.files, FINISHED)}):
        files.makedirs(folder, exist_ok=True)
    for file in new.files:
        files.put_file(str(directory / file), f"{target}/{file}")
    files.pipe_file(f"{target}/{FINISHED}", json.dumps(asdict(new), indent=2, ensure_ascii=False).encode())


@contextmanager
def _usable(place: str) -> Iterator[None]:
    """Turn whatever a file system raises, each its own errors, into one clear line."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "fsspec":
            raise StoreError(f"{place}: cannot be used: {line_of(error)}") from error
        told = 'an artifact store needs fsspec; install it with: pip install "tutoring-simulation[cluster]"'
        raise StoreError(f"{place}: {told}") from None
    except Exception as error:
        raise StoreError(f"{place}: cannot be used: {line_of(error)}") from error
