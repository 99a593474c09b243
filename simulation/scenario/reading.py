"""Scenario files as text and as TOML: what is there, or one line of why it cannot be used."""

import codecs
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from attrs import frozen

from simulation.scenario.checking import ScenarioError

# Ten thousand regions of their own take less than a tenth of this.
LARGEST_FILE = 1 << 24

# What other encodings begin with. That of UTF-32 begins like that of UTF-16.
_OTHER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@frozen
class ScenarioFile:
    """What a scenario file states, and which file it is, whatever it is called."""

    stated: dict[str, Any]
    identity: tuple[int, int]


def read_scenario_file(path: Path, blamed: str) -> ScenarioFile:
    """Read a TOML file in UTF-8, with or without a byte order mark, whatever ends its lines.

    Raises ScenarioError, which opens with who is `blamed`.
    """
    try:
        content, identity = _content(path)
        return ScenarioFile(tomllib.loads(_text(content)), identity)
    except OSError as error:
        from simulation.lib.paths import instead_of_scenario

        fault = f"cannot be read ({error.strerror}){instead_of_scenario(path)}"
    except tomllib.TOMLDecodeError as error:
        fault = f"is not TOML: {error}"
    except _NoScenarioError as error:
        fault = str(error)
    except (RecursionError, ValueError) as error:
        # A path with a null character, a number of thousands of digits, brackets thousands deep.
        fault = f"cannot be read ({error})"
    raise ScenarioError(f"{blamed}: {fault}")


class _NoScenarioError(Exception):
    """A file that can be no scenario's."""


def _content(path: Path) -> tuple[bytes, tuple[int, int]]:
    """A file's bytes, and which file it is."""
    with open(path, "rb", opener=_without_waiting) as file:
        found = os.fstat(file.fileno())
        is_pipe = stat.S_ISFIFO(found.st_mode)
        if not is_pipe and not stat.S_ISREG(found.st_mode):
            raise _NoScenarioError("is a device; save the scenario to a file")
        if is_pipe:
            os.set_blocking(file.fileno(), True)
        content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise _NoScenarioError(f"has more than the {LARGEST_FILE:,} bytes that are allowed")
        if is_pipe and not content:
            raise _NoScenarioError("is a pipe into which nobody has written anything")
        return content, (found.st_dev, found.st_ino)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; for somebody to write to a pipe would be waited, and nobody may ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _text(content: bytes) -> str:
    for mark, encoding in _OTHER_MARKS.items():
        if content.startswith(mark):
            raise _NoScenarioError(f"is saved as {encoding}; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _NoScenarioError(f"is not UTF-8 text (at byte {error.start}); save it as UTF-8") from None
    if "\0" in text:
        raise _NoScenarioError(f"has a null character (at byte {content.index(0)}); save it as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
