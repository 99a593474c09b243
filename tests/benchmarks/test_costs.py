"""What a command costs is what all its processes cost."""

import subprocess
import sys

import click
import pytest

from benchmarks import costs
from benchmarks.costs import answer_of, cost_of
from tests.waiting import until

MB = 10**6
WORK = "from time import process_time\nwhile process_time() < 0.3: pass"
HOLD = f"kept = b'x' * {60 * MB}\nimport sys; sys.stdin.read()"


def python(text: str) -> list[str]:
    """A command that runs Python."""
    return [sys.executable, "-c", text]


def in_children(text: str, children: int) -> list[str]:
    """A command that runs Python in children of its own, side by side."""
    return python(
        "import subprocess, sys\n"
        f"children = [subprocess.Popen([sys.executable, '-c', {text!r}]) for _ in range({children})]\n"
        "for child in children: child.wait()"
    )


def test_processor_time_is_that_of_a_process_and_its_children() -> None:
    assert cost_of(python(WORK)).processor >= 0.3
    assert cost_of(in_children(WORK, 2)).processor >= 0.6


def test_memory_is_what_all_processes_hold_together() -> None:
    holding = subprocess.Popen(in_children(HOLD, 2), stdin=subprocess.PIPE)
    with holding, costs._Memory(holding.pid) as memory:
        until(lambda: memory.most >= 120 * MB)
        holding.communicate()


def test_memory_is_looked_at_from_beginning_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs._Memory, "_look", lambda memory: setattr(memory, "most", 7))
    assert cost_of(python("")).memory == 7


def test_wall_time_is_that_from_beginning_to_end() -> None:
    assert cost_of(python("import time; time.sleep(0.2)")).wall >= 0.2


def test_a_command_that_fails_is_named_with_its_last_words() -> None:
    command = python("import sys; sys.exit('first line\\nno such thing')")
    for measured in (cost_of, answer_of):
        with pytest.raises(click.ClickException, match="exited with 1: no such thing"):
            measured(command)


def test_a_command_may_exit_with_the_codes_that_are_expected() -> None:
    assert cost_of(python("raise SystemExit(2)"), codes=(2,)).wall > 0
