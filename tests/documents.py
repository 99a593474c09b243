"""The documents: their text, headings, links, tables and command lines."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs", "benchmarks", "notebooks")
_AT_THE_TOP = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
DOCUMENTS = [*_AT_THE_TOP, *(path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.md")))]

_FENCED = re.compile(r"^ *```(\w*)[^`\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# A call of a module, in a shell's block or within a sentence.
_CALL = re.compile(r"(?:python3?|-) ?-m ((?:simulation|tools|benchmarks)\b.*)")


class Block(NamedTuple):
    """A fenced block of code."""

    language: str
    text: str


def name_of(path: Path) -> str:
    """A document's path from the project's root: what a test is called after."""
    return path.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """All fenced blocks."""
    return [Block(*match) for match in _FENCED.findall(text)]


def prose(text: str) -> str:
    """A document without fenced blocks."""
    return _FENCED.sub("", text)


def flat(text: str) -> str:
    """A text in one line, so that a sentence is found wherever its lines end."""
    return " ".join(text.split())


def spans(text: str) -> list[str]:
    """What stands between backticks outside of fenced blocks and comments, each in one line."""
    return [flat(span) for span in re.findall(r"`([^`]+)`", _COMMENT.sub("", prose(text)))]


def targets(text: str) -> list[str]:
    """Where links and pictures of a document lead, in Markdown and in HTML."""
    found = re.findall(r"\]\(([^()\s]+)\)", prose(text))
    return found + re.findall(r"(?:src|srcset|href)=\"([^\"]+)\"", prose(text))


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    made = set()
    for heading in re.findall(r"^#+ +(.*)$", prose(text), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        made.add(re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-"))
    return made


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = f"\n{text}".partition(f"\n{heading}\n")
    assert found, f"no heading {heading}"
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a document: rows of cells, without the head."""
    runs = re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE)
    return [[_cells(row) for row in run.splitlines()[2:]] for run in runs]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def calls(text: str) -> Iterator[list[str]]:
    """What is called by `python -m`: the module's name and its arguments, of blocks and of code within sentences."""
    shell = "\n".join(block.text for block in blocks(text) if block.language in {"sh", "console"})
    for line in [*shell.replace("\\\n", " ").splitlines(), *spans(text)]:
        for command in re.split(r" \| |;|&&", line):
            if found := _CALL.search(command):
                yield _words(found[1])


def _words(command: str) -> list[str]:
    """The words of a command, without what a shell would take for itself."""
    words = shlex.split(command.replace("$seed", "1"), comments=True)
    return words[: words.index(">")] if ">" in words else words
