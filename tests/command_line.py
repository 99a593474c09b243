"""The command line, called in this process."""

from pathlib import Path
from typing import NamedTuple

import pytest
import structlog

from simulation.cli import main
from simulation.cli.program import Exit


class Answer(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Answer:
    """Run a command to its end."""
    capsys.readouterr()
    try:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
    finally:
        structlog.reset_defaults()  # it writes to a stream that is captured for one test
    code = exit_.value.code
    return Answer(code if isinstance(code, int) else 0, *capsys.readouterr())


def mistake(capsys: pytest.CaptureFixture[str], *arguments: str | Path, expected: Exit = Exit.MISTAKE) -> str:
    """The one line that a mistake is answered with."""
    code, out, err = answer(capsys, *arguments)
    lines = [line for line in err.splitlines() if "[info" not in line]
    assert (code, out, len(lines)) == (expected, "", 1), err
    assert lines[0].startswith("error: ")
    return lines[0].removeprefix("error: ")
