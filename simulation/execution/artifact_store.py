"""An artifact store: a directory or URL where workers publish finished work, and from which it is fetched.

    BASE/regions/0007/...               the files, as they were published
    BASE/regions/0007/finished.json     written last: a description of the work, and the SHA-256 of each file

Without finished.json the work does not count: an upload that was killed is never mistaken for a finished one.
"""

import json
import shutil
from abc import ABC, abstractmethod
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

    def written(self) -> bytes:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode()


class ArtifactStore(ABC):
    """A place for finished directories, under names such as `regions/0007`."""

    def finished(self, name: str) -> dict[str, Any] | None:
        """What was stated `about` the work that was published under a name; None where none is finished."""
        found = self._finished(name)
        return None if found is None else found.about

    @abstractmethod
    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Copy a directory into the store, as a whole or not at all, in place of what had the name."""

    def fetch(self, name: str, into: Path) -> None:
        """Copy what was published under a name into a directory. Raises StoreError where its bytes have changed."""
        found, place = self._finished(name), self._place(name)
        if found is None:
            raise StoreError(f"{place}: nothing finished is there")
        for file, digest in found.files.items():
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            with _usable(place):
                self._fetch(f"{name}/{file}", into / file)
            if digest_of(into / file) != digest:
                raise StoreError(f"{place}: its {file} is not what was published; remove all of it to make it again")

    @abstractmethod
    def _finished(self, name: str) -> _Finished | None: ...

    @abstractmethod
    def _fetch(self, file: str, target: Path) -> None: ...

    @abstractmethod
    def _place(self, name: str) -> str: ...


@frozen
class DirectoryStore(ArtifactStore):
    """A shared directory, on a network's file system for example."""

    base: Path

    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Copy a directory, and give it its name when it is complete. Raises RunDirError."""
        target = self.base / name
        with cannot_be_written(target), staged(target, record=FINISHED, force=True, is_ours=_is_ours) as stage:
            new = _Finished.of(directory, about)
            for file in new.files:
                (stage / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(directory / file, stage / file)  # no permissions: not every disk has them
            (stage / FINISHED).write_bytes(new.written())

    def _finished(self, name: str) -> _Finished | None:
        directory = self.base / name
        settle(directory)
        try:
            return _Finished.read((directory / FINISHED).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{directory}: cannot be read: {error.strerror}") from None

    def _fetch(self, file: str, target: Path) -> None:
        shutil.copyfile(self.base / file, target)

    def _place(self, name: str) -> str:
        return str(self.base / name)


@frozen
class UrlStore(ArtifactStore):
    """A URL that fsspec understands, such as s3://BUCKET/FOLDER; finished.json is uploaded last."""

    url: str

    @classmethod
    def at(cls, url: str) -> "UrlStore":
        """The store at a URL. Raises StoreError where its scheme is unknown, or what it needs is not installed."""
        store = cls(url.rstrip("/"))
        with _usable(url):
            store._files("")
        return store

    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Upload the files of a directory, then finished.json. What is replaced counts as unfinished in between."""
        new = _Finished.of(directory, about)
        before = self._finished(name)
        if before == new:
            return
        with _usable(self._place(name)):
            files, target = self._files(name)
            if before is not None:
                files.rm_file(f"{target}/{FINISHED}")
            for folder in sorted({f"{target}/{file}".rpartition("/")[0] for file in (*new.files, FINISHED)}):
                files.makedirs(folder, exist_ok=True)
            for file in new.files:
                files.put_file(str(directory / file), f"{target}/{file}")
            files.pipe_file(f"{target}/{FINISHED}", new.written())

    def _finished(self, name: str) -> _Finished | None:
        with _usable(self._place(name)):
            files, path = self._files(name)
            try:
                return _Finished.read(files.cat_file(f"{path}/{FINISHED}"))
            except FileNotFoundError:
                return None

    def _fetch(self, file: str, target: Path) -> None:
        files, source = self._files(file)
        files.get_file(source, str(target))

    def _place(self, name: str) -> str:
        return f"{self.url}/{name}"

    def _files(self, name: str) -> "tuple[AbstractFileSystem, str]":
        """The file system of the URL, and the path that a name has on it."""
        from fsspec.core import url_to_fs

        files, path = url_to_fs(self.url)
        return files, f"{path.rstrip('/')}/{name}"


def store_at(place: str | Path) -> ArtifactStore:
    """The artifact store at a path, or at a URL. Raises StoreError where the URL cannot be used here."""
    if "://" not in str(place):
        return DirectoryStore(Path(place).absolute())
    return UrlStore.at(str(place))


@contextmanager
def _usable(place: str) -> Iterator[None]:
    """Turn whatever a file system raises, each its own errors, into one clear line."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "fsspec":
            raise StoreError(f"{place}: cannot be used: {line_of(error)}") from error
        told = 'a URL needs fsspec; install it with: pip install "tutoring-simulation[cluster]"'
        raise StoreError(f"{place}: {told}") from None
    except Exception as error:
        raise StoreError(f"{place}: cannot be used: {line_of(error)}") from error


def _is_ours(directory: Path) -> bool:
    return (directory / FINISHED).is_file()
