"""A small search for scenario files that are answered with anything but a scenario or one line, and its own logic."""

import random
from pathlib import Path
from typing import Any

import pytest

from simulation.scenario.loading import ScenarioError
from tests.conftest import TINY
from tools.scenario_search import fault_of, is_as_near, misspelt, mutated, search


def test_whatever_is_changed_in_a_file_it_is_a_scenario_or_one_line_that_names_it(tmp_path: Path) -> None:
    counts, found = search(400, 7, tmp_path)
    assert found == []
    assert counts["loaded"]
    assert counts["refused"]


def raising(error: BaseException) -> Any:
    def load(_: Path) -> None:
        raise error

    return load


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("days"), "KeyError: 'days'"),
        (SystemExit(2), "SystemExit: 2"),
        (RecursionError("deep"), "RecursionError: deep"),
        (ScenarioError("days is 0"), "does not name the file: days is 0"),
    ],
)
def test_another_error_is_a_finding_and_so_is_a_line_without_the_file(error: BaseException, said: str) -> None:
    assert fault_of(TINY, raising(error))[1] == said


def test_two_lines_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ScenarioError("")
    error.args = (f"{TINY}: one\ntwo",)
    assert str(fault_of(TINY, raising(error))[1]).startswith("is no line that can be printed")


def test_a_scenario_is_none() -> None:
    assert fault_of(TINY) == ("loaded", None)


def test_files_are_changed_alike_by_the_same_luck() -> None:
    text = TINY.read_text("utf-8")
    changed = [mutated(text, random.Random(number)) for number in range(50)]  # noqa: S311
    assert changed == [mutated(text, random.Random(number)) for number in range(50)]  # noqa: S311
    assert all(content != text.encode() for content in changed[:5])
    assert len(set(changed)) > 40


@pytest.mark.parametrize(
    ("word", "other", "near"),
    [("days", "dys", True), ("days", "dayys", True), ("days", "dazs", True), ("days", "dyas", True),
     ("days", "days", True), ("days", "dsay", False), ("days", "day_", True), ("days", "da", False)],
)  # fmt: skip
def test_words_are_near_where_one_letter_makes_the_difference(word: str, other: str, near: bool) -> None:
    assert is_as_near(word, other) is near
    assert is_as_near(other, word) is near


def test_a_misspelt_word_is_a_letter_off() -> None:
    chance = random.Random(1)  # noqa: S311
    assert all(is_as_near("sessions_per_day", misspelt("sessions_per_day", chance)) for _ in range(200))
