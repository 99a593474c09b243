"""The search for moments at which something is lost finds what is wrong, and nothing where all is well."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from tools import kill_search
from tools.kill_search import Case, faults_of_kills
from tools.moments import Moments


def old(place: Path) -> None:
    place.mkdir()
    for name in ("a", "b"):
        (place / name).write_text("old", encoding="utf-8")


def careless(words: list[str]) -> None:
    """A command that writes two files over others."""
    for name in ("a", "b"):
        Path(words[1], name).write_text("new", encoding="utf-8")
    sys.exit()


def careful(words: list[str]) -> None:
    """A command that changes one file, at once."""
    new = Path(words[1], ".new")
    new.write_text("new", encoding="utf-8")
    new.replace(Path(words[1], "a"))
    sys.exit()


@pytest.mark.parametrize(("command", "sound"), [(careless, False), (careful, True)])
def test_a_command_is_found_out_that_leaves_neither_old_nor_new(
    monkeypatch: pytest.MonkeyPatch, command: object, sound: bool
) -> None:
    monkeypatch.setattr("simulation.cli.main", command)
    seen: Counter[str] = Counter()
    faults = list(faults_of_kills(Case("write", old, ("write", "PLACE")), 24, 1, seen))
    assert (faults == []) == sound
    assert (seen["NEITHER"] == 0) == sound
    assert sum(seen.values()) == 24


def test_each_change_below_a_place_is_a_moment(tmp_path: Path) -> None:
    def change(place: Path) -> None:
        (place / "deep").mkdir()
        (place / "deep" / "a").write_text("x")
        (place / "deep" / "a").rename(place / "b")
        os.fsync(os.open(place, os.O_RDONLY))
        (place / "b").unlink()
        (place / "deep").rmdir()
        (place.parent / "elsewhere").write_text("x")

    (tmp_path / "place").mkdir()
    child = os.fork()
    if child == 0:
        moments = Moments(tmp_path / "place")
        change(tmp_path / "place")
        os._exit(moments.seen)
    assert kill_search.ended(child) == 6
