"""What the search for lost loads takes for a fault, and that it finds none in a few tries."""

import random
from pathlib import Path

import pytest

from tools.load_search import Contents, judged, prepared, tries

FIRST, SECOND = frozenset({("sessions", "1")}), frozenset({("sessions", "2")})
WHOLE: dict[str, Contents] = {"first": FIRST, "second": SECOND, "both": FIRST | SECOND}
DONE, REFUSED = (0, ""), (2, "error: another process is writing it\n")


@pytest.mark.parametrize(
    ("way", "ends", "found"),
    [
        ("fail", (DONE, REFUSED), FIRST),
        ("fail", (REFUSED, DONE), SECOND),
        ("fail", (DONE, (3, "error: has the tables already\n")), FIRST),
        ("replace", (DONE, DONE), FIRST),
        ("append", (DONE, DONE), FIRST | SECOND),
        ("append", (DONE, REFUSED), FIRST),
    ],
)
def test_what_was_said_and_is_there_is_no_fault(
    way: str, ends: tuple[tuple[int, str], tuple[int, str]], found: Contents
) -> None:
    assert not judged(way, dict(zip(("first", "second"), ends, strict=True)), WHOLE, found, []).fault


@pytest.mark.parametrize(
    ("way", "ends", "found", "beside"),
    [
        ("fail", (DONE, DONE), FIRST, []),  # one of them is lost
        ("fail", (REFUSED, REFUSED), None, []),
        ("fail", (DONE, REFUSED), SECOND, []),
        ("fail", (DONE, REFUSED), None, []),
        ("fail", (DONE, (1, "Traceback\n")), FIRST, []),
        ("fail", (DONE, (2, "error: a\nb\n")), FIRST, []),
        ("fail", (DONE, REFUSED), FIRST, ["x.db-journal"]),
        ("append", (DONE, DONE), FIRST, []),
        ("append", (DONE, REFUSED), FIRST | SECOND, []),
        ("replace", (DONE, DONE), FIRST | SECOND, []),
    ],
)
def test_what_was_said_and_is_not_there_is_a_fault(
    way: str, ends: tuple[tuple[int, str], tuple[int, str]], found: Contents, beside: list[str]
) -> None:
    assert judged(way, dict(zip(("first", "second"), ends, strict=True)), WHOLE, found, beside).fault


def test_a_few_loads_that_are_killed_and_that_meet_lose_nothing(tmp_path: Path) -> None:
    outcomes = [outcome for _, outcome in tries(prepared(tmp_path), 2, 2, random.Random(3))]  # noqa: S311
    assert len(outcomes) == 8
    assert not [outcome.fault for outcome in outcomes if outcome.fault]
