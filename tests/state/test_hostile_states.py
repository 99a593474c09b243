"""A small search for states that are answered with anything but a world or one line, in a process of its own."""

import subprocess
import sys

import pytest

from tools import try_states
from tools.try_states import ROOT, Tried, watched


def test_hostile_states_give_a_world_or_one_line_and_run_no_code() -> None:
    words = [sys.executable, "-m", "tools.try_states", "--count", "200", "--seed", "5"]
    told = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    assert told.stdout.rpartition("; ")[2] == "0 faults\n", told.stdout + told.stderr
    assert told.returncode == 0
    assert "refused" in told.stdout
    assert "lived in" in told.stdout
    assert told.stderr == ""


@pytest.mark.parametrize(
    ("event", "details"),
    [
        ("open", ("x", "w", 0)), ("open", ("x", None, 1)), ("os.system", ("id",)), ("import", ("antigravity",)),
        ("subprocess.Popen", ("id",)), ("exec", (None,)), ("pickle.find_class", ("os", "system")),
    ],
)  # fmt: skip
def test_what_is_forbidden_is_found_while_a_state_is_tried(event: str, details: tuple[object, ...]) -> None:
    try_states.look(event, details)
    with pytest.raises(Tried), watched():
        try_states.look(event, details)


def test_reading_files_is_allowed() -> None:
    with watched():
        try_states.look("open", ("x", "rb", 0))
