"""A shelf: a directory or URL that workers and who sent them can both reach, where finished work is laid down.

    BASE/regions/0007/...               what was made, as it was laid down
    BASE/regions/0007/finished.json     written last: what it is, and the SHA-256 of each file

What has no finished.json is not there: an upload that was killed is never mistaken for a finished one.
"""

import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from simulation.execution.executors import line_of
from simulation.lib.staging import RunDirError, cannot_be_written, settle, staged
from simulation.runs.record import digest_of

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

FINISHED = "finished.json"


class ShelfError(RunDirError):
    """A shelf that cannot be used, or on which something is damaged: the message is one line with its place."""


@frozen
class _Finished:
    """What finished.json says."""

    about: dict[str, Any]
    files: dict[str, str]

    @classmethod
    def of(cls, directory: Path, about: Mapping[str, Any]) -> "_Finished":
        paths = sorted(path for path in directory.rglob("*") if path.is_file())
        return cls(dict(about), {path.relative_to(directory).as_posix(): digest_of(path) for path in paths})

    @classmethod
    def read(cls, text: bytes) -> "_Finished | None":
        """What a text says; nothing where it was cut short, or is none of ours."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def written(self) -> bytes:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode()


class Shelf(ABC):
    """Where directories are laid down under names such as `regions/0007`."""

    @abstractmethod
    def finished(self, name: str) -> dict[str, Any] | None:
        """What was said `about` what lies under a name; nothing where nothing finished does."""

    @abstractmethod
    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Lay down a directory under a name, all of it or nothing, in place of what lay there."""

    @abstractmethod
    def fetch(self, name: str, into: Path) -> None:
        """Copy what lies under a name into a directory. Raises ShelfError where it is not what was laid down."""


@frozen
class DirectoryShelf(Shelf):
    """A directory that is shared, by a file system over the network for example."""

    base: Path

    def finished(self, name: str) -> dict[str, Any] | None:
        """What was said about what lies under a name."""
        found = _finished_in(self.base / name)
        return None if found is None else found.about

    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Copy a directory, and give it its name when it is complete. Raises RunDirError."""
        target = self.base / name
        with cannot_be_written(target), staged(target, record=FINISHED, force=True, is_ours=_is_ours) as stage:
            new = _Finished.of(directory, about)
            _copy(new.files, directory, stage)
            (stage / FINISHED).write_bytes(new.written())

    def fetch(self, name: str, into: Path) -> None:
        """Copy the files that were laid down."""
        source = self.base / name
        found = _laid_down(source, _finished_in(source))
        with _usable(source):
            _copy(found.files, source, into)
        for file, digest in found.files.items():
            _check(source, file, into, digest)


@frozen
class UrlShelf(Shelf):
    """A URL that fsspec understands, such as s3://BUCKET/FOLDER; the record goes last."""

    url: str

    @classmethod
    def at(cls, url: str) -> "UrlShelf":
        """The shelf at a URL. Raises ShelfError where what that needs is not installed, or nobody knows its scheme."""
        shelf = cls(url.rstrip("/"))
        with _usable(url):
            shelf._files("")
        return shelf

    def finished(self, name: str) -> dict[str, Any] | None:
        """What was said about what lies under a name."""
        found = self._finished(name)
        return None if found is None else found.about

    def publish(self, name: str, directory: Path, about: Mapping[str, Any]) -> None:
        """Upload the files of a directory, then the record. What lay there counts as unfinished in between."""
        new = _Finished.of(directory, about)
        before = self._finished(name)
        if before == new:
            return
        with _usable(f"{self.url}/{name}"):
            files, target = self._files(name)
            if before is not None:
                files.rm_file(f"{target}/{FINISHED}")
            for folder in sorted({f"{target}/{file}".rpartition("/")[0] for file in (*new.files, FINISHED)}):
                files.makedirs(folder, exist_ok=True)
            for file in new.files:
                files.put_file(str(directory / file), f"{target}/{file}")
            files.pipe_file(f"{target}/{FINISHED}", new.written())

    def fetch(self, name: str, into: Path) -> None:
        """Download the files that were laid down."""
        found = _laid_down(f"{self.url}/{name}", self._finished(name))
        for file, digest in found.files.items():
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            with _usable(f"{self.url}/{name}"):
                files, source = self._files(name)
                files.get_file(f"{source}/{file}", str(into / file))
            _check(f"{self.url}/{name}", file, into, digest)

    def _finished(self, name: str) -> _Finished | None:
        with _usable(f"{self.url}/{name}"):
            files, path = self._files(name)
            try:
                return _Finished.read(files.cat_file(f"{path}/{FINISHED}"))
            except FileNotFoundError:
                return None

    def _files(self, name: str) -> "tuple[AbstractFileSystem, str]":
        """The file system behind the URL, and the path on it that a name has."""
        from fsspec.core import url_to_fs

        files, path = url_to_fs(self.url)
        return files, f"{path.rstrip('/')}/{name}"


def shelf_at(place: str | Path) -> Shelf:
    """The shelf at a path, or at a URL. Raises ShelfError where the URL cannot be used here."""
    if "://" not in str(place):
        return DirectoryShelf(Path(place).absolute())
    return UrlShelf.at(str(place))


@contextmanager
def _usable(place: str | Path) -> Iterator[None]:
    """Turn whatever a file system raises, each its own errors, into one clear line."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "fsspec":
            raise ShelfError(f"{place}: cannot be used: {line_of(error)}") from error
        told = 'a URL needs fsspec; install it with: pip install "tutoring-simulation[cluster]"'
        raise ShelfError(f"{place}: {told}") from None
    except Exception as error:
        raise ShelfError(f"{place}: cannot be used: {line_of(error)}") from error


def _copy(files: Iterable[str], source: Path, target: Path) -> None:
    """Copy files, and nothing that not every disk has, such as permissions."""
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, target / file)


def _finished_in(directory: Path) -> _Finished | None:
    settle(directory)
    try:
        return _Finished.read((directory / FINISHED).read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ShelfError(f"{directory}: cannot be read: {error.strerror}") from None


def _is_ours(directory: Path) -> bool:
    return (directory / FINISHED).is_file()


def _laid_down(place: str | Path, found: _Finished | None) -> _Finished:
    if found is None:
        raise ShelfError(f"{place}: nothing finished is there")
    return found


def _check(place: str | Path, file: str, into: Path, digest: str) -> None:
    if digest_of(into / file) != digest:
        raise ShelfError(f"{place}: its {file} is not what was laid down; remove all of it, to have it made again")
