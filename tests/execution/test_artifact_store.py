"""An artifact store: finished work is there as it was published, and unfinished work does not count."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from simulation.execution.artifact_store import FINISHED, ArtifactStore, StoreError, store_at
from simulation.lib.staging import RunDirError
from simulation.runs.record import digests_of
from tests.run_files import files_of

pytest.importorskip("fsspec", reason="needs the extra `cluster`")

NAME = "regions/0007"


@pytest.fixture(params=["directory", "file", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An artifact store's place: a path, or a URL of each kind that needs nothing else."""
    path = tmp_path / "shared"
    return {"directory": str(path), "file": f"file://{path}", "memory": f"memory:/{path}"}[request.param]


@pytest.fixture
def store(place: str) -> ArtifactStore:
    return store_at(place)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A directory of files, some in a folder."""
    (tmp_path / "work" / "truth").mkdir(parents=True)
    (tmp_path / "work" / "log.csv").write_text("a,b\n")
    (tmp_path / "work" / "truth" / "log.csv").write_text("c,d\n")
    return tmp_path / "work"


def test_what_was_published_is_fetched_as_it_was(store: ArtifactStore, work: Path, tmp_path: Path) -> None:
    store.publish(NAME, work, {"seed": 1})
    store.fetch(NAME, tmp_path / "home")
    assert files_of(tmp_path / "home") == files_of(work)
    assert store.finished(NAME) == {"seed": 1}


def test_another_process_finds_what_was_published(place: str, work: Path) -> None:
    store_at(place).publish(NAME, work, {"seed": 1})
    assert store_at(place).finished(NAME) == {"seed": 1}
    assert store_at(f"{place}/").finished(NAME) == {"seed": 1}


def test_nothing_is_finished_at_first(store: ArtifactStore, tmp_path: Path) -> None:
    assert store.finished(NAME) is None
    with pytest.raises(StoreError, match=rf"{NAME}: nothing finished is there$"):
        store.fetch(NAME, tmp_path / "home")


def test_what_is_published_anew_replaces_what_lay_there(store: ArtifactStore, work: Path, tmp_path: Path) -> None:
    store.publish(NAME, work, {"seed": 1})
    (work / "log.csv").unlink()
    (work / "other.csv").write_text("e\n")
    store.publish(NAME, work, {"seed": 2})
    store.fetch(NAME, tmp_path / "home")
    assert store.finished(NAME) == {"seed": 2}
    assert files_of(tmp_path / "home") == files_of(work)


@pytest.mark.parametrize("kind", ["", "file://"])
def test_an_upload_that_ends_early_is_not_finished(
    kind: str, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not where something finished lay before, half of which is replaced."""
    store = store_at(f"{kind}{tmp_path}/shared")
    copied: list[str] = []
    copy_file = shutil.copyfile

    def copy_one(source: str, target: str, **_: bool) -> None:
        if copied:
            raise KeyboardInterrupt
        copied.append(copy_file(source, target))

    if kind:
        store.publish(NAME, work, {"seed": 1})
        monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.put_file", lambda _, *files: copy_one(*files))
    else:
        monkeypatch.setattr(shutil, "copyfile", copy_one)
    with pytest.raises(KeyboardInterrupt):
        store.publish(NAME, work, {"seed": 2})
    assert len(copied) == 1
    assert store.finished(NAME) is None


@pytest.mark.parametrize("record", ["", '{"about": {"seed": 1}, "fil', '{"about": {}}', "[]", '"x"'])
@pytest.mark.parametrize("kind", ["", "file://"])
def test_a_record_that_was_cut_short_is_none(kind: str, record: str, work: Path, tmp_path: Path) -> None:
    store = store_at(f"{kind}{tmp_path}/shared")
    store.publish(NAME, work, {"seed": 1})
    (tmp_path / "shared" / NAME / FINISHED).write_text(record)
    assert store.finished(NAME) is None


@pytest.mark.parametrize("kind", ["", "file://"])
def test_what_is_damaged_is_not_fetched(kind: str, work: Path, tmp_path: Path) -> None:
    place = f"{kind}{tmp_path}/shared"
    store_at(place).publish(NAME, work, {})
    (tmp_path / "shared" / NAME / "truth" / "log.csv").write_text("x\n")
    with pytest.raises(StoreError) as refused:
        store_at(place).fetch(NAME, tmp_path / "home")
    told = "its truth/log.csv is not what was published; remove all of it to make it again"
    assert str(refused.value) == f"{place}/{NAME}: {told}"
    (tmp_path / "shared" / NAME / "log.csv").unlink()
    with pytest.raises(StoreError, match=rf"^{place}/{NAME}: cannot be used: FileNotFoundError"):
        store_at(place).fetch(NAME, tmp_path / "home")


def test_the_record_names_each_file_with_its_digest(work: Path, tmp_path: Path) -> None:
    store_at(tmp_path / "shared").publish(NAME, work, {"seed": 1})
    record = json.loads((tmp_path / "shared" / NAME / FINISHED).read_text())
    assert record == {"about": {"seed": 1}, "files": digests_of(work, files_of(work))}


def test_a_directory_that_was_not_published_is_kept(work: Path, tmp_path: Path) -> None:
    (tmp_path / "shared" / NAME).mkdir(parents=True)
    (tmp_path / "shared" / NAME / "mine.txt").touch()
    with pytest.raises(RunDirError, match=r"exists and is no run, so it stays"):
        store_at(tmp_path / "shared").publish(NAME, work, {})


def test_a_disk_without_permissions_will_do(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    store_at(tmp_path / "shared").publish(NAME, work, {"seed": 1})
    assert store_at(tmp_path / "shared").finished(NAME) == {"seed": 1}


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize("place", ["s3://bucket/runs", "/shared/runs"])
def test_a_store_needs_the_extra(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(StoreError) as refused:
        store_at(place)
    told = 'an artifact store needs fsspec; install it with: pip install "tutoring-simulation[cluster]"'
    assert str(refused.value) == f"{place}: {told}"


@pytest.mark.parametrize(("url", "named"), [("s3://bucket/runs", "s3fs"), ("nonsense://runs", "nonsense")])
def test_a_url_that_cannot_be_used_here_is_refused_at_once(
    url: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(StoreError, match=rf"^{url}: cannot be used: .*{named}") as refused:
        store_at(url)
    assert len(str(refused.value).splitlines()) == 1


def test_where_nothing_can_be_written_one_line_says_so(work: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").write_text("a file")
    with pytest.raises(RunDirError, match=rf"^{tmp_path}/shared/{NAME}: "):
        store_at(tmp_path / "shared").publish(NAME, work, {})
    with pytest.raises(RunDirError, match=rf"^file://{tmp_path}/shared/{NAME}: cannot be used: "):
        store_at(f"file://{tmp_path}/shared").publish(NAME, work, {})
