"""Lays down what Sphinx reads: documents, whose links lead to pages of the site, and pages made from the code."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tools.site import python_reference, reference, source_pages
from tools.site.diagrams import with_tables_for_diagrams
from tools.site.markdown import fenced

ROOT = Path(__file__).parents[2]
# Documents outside of docs/, and where they stand on the site.
_ELSEWHERE = {
    "README.md": "overview.md",
    "docs/README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "notebooks/README.md": "notebooks/index.md",
    "benchmarks/README.md": "benchmarks/index.md",
    "benchmarks/results.md": "benchmarks/results.md",
}
# Pages that are made from the code, and for whoever asks what; they stand under Reference, before the documents.
_OF_CODE = {
    "python/index.rst": "what the package offers in Python: functions, classes, errors",
    "commands.md": "which commands and options there are",
    "parameters.md": "what can be set in a scenario, within which range, and what it is by default",
    "key-figures.md": "what studies keep of each run",
    "events.md": "which events the log has, with which fields",
    "modules.md": "where in the code a thing lives",
}
MADE: dict[str, Callable[[], str]] = {
    "commands.md": reference.commands_page,
    "parameters.md": reference.parameters_page,
    "key-figures.md": reference.key_figures_page,
    "events.md": reference.events_page,
    "modules.md": partial(source_pages.modules_page, ROOT),
}
"""The pages that are made from the code, besides those of Python."""

_CODE = r"^ *(?P<fence>`{3,}).*?^ *(?P=fence)$"
_LINK = r"(?<=\]\()[^()\s]+(?=\))|(?<=(?:src|ref)=\")[^\"]+(?=\")|(?<=srcset=\")[^\"]+(?=\")"
_CODE_OR_LINK = re.compile(f"{_CODE}|{_LINK}", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(
    r"<picture>\s*<source[^>]*srcset=\"(.*?)\">\s*<img alt=\"(.*?)\"\s*src=\"(.*?)\">\s*</picture>", re.DOTALL
)


def lay_down(target: Path) -> None:
    """Fill an empty folder with the sources of the site."""
    shutil.copytree(ROOT / "docs" / "pictures", target / "pictures")
    for path, place in documents():
        _write(target / place, _document(path, place))  # the list of documents, too, until it is the front page
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        _write(target / "notebooks" / f"{notebook.stem}.md", _notebook(notebook))
    for place, page in MADE.items():
        _write(target / place, page())
    for place, text in python_reference.pages():
        _write(target / place, text)
    _write(target / "index.md", _front_page(target))
    _lay_down_sources(target)


def documents() -> Iterator[tuple[str, str]]:
    """Each document's path in the project and on the site."""
    yield from _ELSEWHERE.items()
    for path in sorted((ROOT / "docs").glob("*.md")):
        if path.name != "README.md":
            yield f"docs/{path.name}", path.name


def place_of(path: str) -> str:
    """Where the site shows a file or folder of the project."""
    places = dict(documents())
    if path in places:
        return places[path]
    if path.startswith("docs/pictures/"):
        return path.removeprefix("docs/")
    if path.endswith(".ipynb"):
        return path.replace(".ipynb", ".md")
    if path in {"docs", "notebooks", "benchmarks"}:
        return places[f"{path}/README.md"]
    return source_pages.place_of(ROOT, path)


def relinked(text: str, path: str, place: str) -> str:
    """A document whose links lead to the site's pages; code is left as it is."""

    def changed(found: re.Match[str]) -> str:
        target, mark, anchor = found[0].partition("#")
        if found["fence"] or not target or ":" in target:
            return found[0]
        meant = os.path.normpath(os.path.join(os.path.dirname(path), target))  # noqa: PTH118, PTH120 -- never a file's
        return os.path.relpath(place_of(meant), os.path.dirname(place) or ".") + mark + anchor  # noqa: PTH120 -- likewise

    return _CODE_OR_LINK.sub(changed, text)


def _document(path: str, place: str) -> str:
    text = _PICTURE.sub(_both_pictures, (ROOT / path).read_text("utf-8"))
    return with_tables_for_diagrams(relinked(text, path, place))


def _both_pictures(found: re.Match[str]) -> str:
    """A picture for the light and one for the dark, of which the theme shows one."""
    dark, alt, light = found.groups()
    alt = " ".join(alt.split())
    return f"![{alt}]({light}){{.only-light}}\n![{alt}]({dark}){{.only-dark}}"


def _front_page(target: Path) -> str:
    """What the README begins with, and the list of documents, whose sections are the parts of the site's contents."""
    opening = _document("README.md", "index.md").partition("\n## ")[0]
    sections = re.split(r"^(?=## )", _document("docs/README.md", "index.md"), flags=re.MULTILINE)[1:]
    return "\n".join([opening, "", *(_with_contents(section, target) for section in sections)])


def _with_contents(section: str, target: Path) -> str:
    """A section of the list, with the pages' titles instead of their files' names."""
    head, *rows = section.strip().split("\n| ")
    caption = head.partition("\n")[0].removeprefix("## ")
    if caption == "Reference":
        rows[2:2] = [f"[{page}]({page}) | {asked} |" for page, asked in _OF_CODE.items()]
    pages = [found[1] for found in (re.match(r"\[.*?\]\((.*?)\)", row) for row in rows) if found]
    titles = {page: "At a glance" if page == "overview.md" else _title(target / page) for page in pages}
    shown = [re.sub(r"^\[.*?\]\((.*?)\)", lambda found: f"[{titles[found[1]]}]({found[1]})", row) for row in rows]
    contents = [f"{titles[page]} <{page.rpartition('.')[0]}>" for page in pages]
    return "\n".join(
        (
            "\n| ".join((head, *shown)),
            "",
            "```{toctree}",
            ":hidden:",
            ":titlesonly:",
            f":caption: {caption}",
            "",
            *contents,
            "```",
            "",
        )
    )


def _title(page: Path) -> str:
    return page.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def _notebook(path: Path) -> str:
    """A notebook, which is stored without what it prints, as a document."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    parts = []
    for cell in cells:
        text = "".join(cell["source"])
        where = path.relative_to(ROOT).as_posix()
        if cell["cell_type"] == "markdown":
            parts.append(relinked(text, where, place_of(where)))
        else:
            parts.append(fenced(text, "python"))
    return "---\norphan: true\n---\n\n" + "\n\n".join(parts) + "\n"


def _lay_down_sources(target: Path) -> None:
    """Show each file and folder that a page leads to, and what those folders lead to."""
    seen: set[Path] = set()
    waiting = list(target.rglob("*.md"))
    while waiting:
        page = waiting.pop()
        for found in _CODE_OR_LINK.finditer(page.read_text("utf-8")):
            shown = Path(os.path.normpath(page.parent / found[0].partition("#")[0]))
            is_source = shown.suffix == ".md" and shown.is_relative_to(target / "source")
            if is_source and not found["fence"] and shown not in seen:
                seen.add(shown)
                _write(shown, source_pages.page(ROOT, shown.relative_to(target / "source").as_posix()))
                waiting.append(shown)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
