"""The search for surroundings in which a command does not end as it should; and a small one."""

import signal
from pathlib import Path
from random import Random

import attrs
import pytest

from tools.output_search import COMMANDS, Result, Surroundings, drawn, faults, search, shown, tried

KIND = Surroundings(
    stdin_closed=False, output="reads all", errors="reads all", environment={}, file_blocks=None, disk_kilobytes=None,
    sent=None, seconds=0,
)  # fmt: skip
CHECK = ("check", "run")


def test_a_small_search_finds_nothing() -> None:
    cheap = {name: COMMANDS[name] for name in ("check", "agents", "export", "scenario", "ddl", "--help")}
    assert search(tries=12, seed=11, commands=cheap) == []


@pytest.mark.parametrize(
    ("result", "what"),
    [
        (Result(0, "done", ""), []),
        (Result(2, "", "error: no such file"), []),
        (Result(2, "", ""), ["no word of why"]),
        (Result(1, "", "Traceback (most recent call last):"), ["a traceback"]),
        (Result(120, "", "Exception ignored in"), ["a traceback", "the exit code 120", "no word of why"]),
        (Result(70, "", "error: a fault"), ["the exit code 70"]),
        (Result(-15, "", ""), ["the exit code -15"]),
        (Result(130, "", "error: interrupted"), ["it was interrupted by nobody"]),
    ],
)
def test_it_knows_how_a_command_should_not_end(result: Result, what: list[str]) -> None:
    assert faults(CHECK, KIND, result, {}, {}) == what


def test_an_interrupt_while_python_starts_is_not_ours() -> None:
    interrupted = attrs.evolve(KIND, sent=signal.SIGINT)
    told = "Traceback (most recent call last):\n  File {}, line 1\nKeyboardInterrupt"
    assert faults(CHECK, interrupted, Result(-2, "", told.format("<frozen site>")), {}, {}) == []
    assert faults(CHECK, interrupted, Result(-2, "", told.format("/x/simulation/cli/views.py")), {}, {}) == [
        "a traceback"
    ]


def test_it_knows_what_is_left_behind() -> None:
    left = {"new.partial/run.json": b""}
    assert faults(CHECK, KIND, Result(2, "", "error: full"), {}, left) == ["left behind: new.partial/run.json"]
    interrupted = attrs.evolve(KIND, sent=signal.SIGINT)
    found = faults(CHECK, interrupted, Result(130, "", "error: interrupted"), {"a": b"1"}, {"a": b"2"})
    assert found == ["changed all the same: a"]
    sweep = ("sweep", "x.toml")
    assert faults(sweep, interrupted, Result(130, "", "error: interrupted"), {}, {"new/runs/1.json": b""}) == []


def test_surroundings_are_those_of_a_shell(tmp_path: Path) -> None:
    closed = attrs.evolve(KIND, output="closed", environment={"PYTHONIOENCODING": "cp1252", "HOME": None})
    assert 'exec "$@" >&-' in shown(("--version",), closed)
    assert "-u HOME" in shown(("--version",), closed)
    assert tried(("--version",), closed, tmp_path) == Result(0, "", "")
    full = attrs.evolve(KIND, output="/dev/full")
    assert tried(("--version",), full, tmp_path).code == 2


def test_the_same_seed_draws_the_same_surroundings() -> None:
    first, second = (Random(3) for _ in range(2))  # noqa: S311 -- a search
    assert [drawn(first, can_mount=False) for _ in range(9)] == [drawn(second, can_mount=False) for _ in range(9)]
