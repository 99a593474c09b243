"""What documents lead to is there: files, headings, modules."""

import re
from pathlib import Path

import pytest

from tests.documents import DOCUMENTS, ROOT, anchors, name_of, prose, read, spans, targets

EVERY = pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)

# Files of the project, by their paths from its root, as sentences name them.
_FILE = re.compile(
    r"(?:simulation|scenarios|docs|tests|tools|benchmarks|notebooks|\.ci)/[\w./-]*\w|[\w-]+\.(?:lock|md)"
)
_MODULE = re.compile(r"(?:simulation|tools|benchmarks)(?:\.[a-z_]+)+")


@EVERY
def test_every_link_and_picture_leads_to_a_file_that_is_there(path: Path) -> None:
    for target in targets(path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "#")):
            assert (path.parent / target.partition("#")[0]).exists(), target


@EVERY
def test_every_anchor_is_a_heading_of_the_document_it_is_in(path: Path) -> None:
    for target in targets(path.read_text(encoding="utf-8")):
        file, found, anchor = target.partition("#")
        if found and not target.startswith(("http:", "https:")):
            document = path.parent / file if file else path
            assert anchor in anchors(document.read_text(encoding="utf-8")), target


@EVERY
def test_every_file_and_module_that_is_named_is_there(path: Path) -> None:
    for span in spans(path.read_text(encoding="utf-8")):
        if _FILE.fullmatch(span):
            assert any((folder / span).exists() for folder in (ROOT, path.parent, ROOT / "docs")), span
        if _MODULE.fullmatch(span):
            place = ROOT.joinpath(*span.split("."))
            assert place.is_dir() or place.with_suffix(".py").exists(), span


def test_the_guide_s_contents_are_its_headings_in_their_order() -> None:
    text = prose(read("docs/how-to.md"))
    assert re.findall(r"^- \[(.*)\]\(#", text, re.MULTILINE) == re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_the_list_of_documents_names_each_once() -> None:
    named = re.findall(r"^\| \[.*?\]\(([\w-]+\.md)\)", read("docs/README.md"), re.MULTILINE)
    assert sorted(named) == sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name != "README.md")


def test_every_folder_of_the_package_has_its_place_among_the_rooms() -> None:
    folders = {path.parent.name for path in (ROOT / "simulation").glob("*/__init__.py")}
    assert folders <= set(re.findall(r"\(\.\./simulation/(\w+)\)", read("docs/architecture.md")))
