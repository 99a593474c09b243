"""What the site is built from: all documents with links that lead somewhere, and pages made from the code."""

import inspect
from pathlib import Path

import pytest

import simulation
from simulation.cli import commands
from simulation.events import OBSERVABLE, TRUTH, type_name
from simulation.scenario import Scenario
from simulation.scenario.checking import known_keys
from simulation.studies.key_figures import KEY_FIGURES
from tests.documents import DOCUMENTS, anchors, name_of, tables, targets
from tools.site import diagrams, layout, markdown, python_reference, reference

PUBLIC = (*python_reference.FUNCTIONS, *python_reference.CLASSES, *python_reference.ERRORS)


@pytest.fixture(scope="module")
def laid_down(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Sphinx reads."""
    folder = tmp_path_factory.mktemp("site")
    layout.lay_down(folder)
    return folder


def test_every_document_has_its_page(laid_down: Path) -> None:
    assert [name_of(path) for path in DOCUMENTS if not (laid_down / layout.place_of(name_of(path))).exists()] == []


def test_every_link_within_the_site_leads_to_a_page_or_a_picture(laid_down: Path) -> None:
    for page in laid_down.rglob("*.md"):
        if "source" not in page.relative_to(laid_down).parts:
            for target in targets(page.read_text("utf-8")):
                if ":" not in target and not target.startswith("#"):
                    assert (page.parent / target.partition("#")[0]).exists(), (page, target)


def test_every_document_is_in_the_contents(laid_down: Path) -> None:
    contents = (laid_down / "index.md").read_text("utf-8")
    for path in DOCUMENTS:
        place = layout.place_of(name_of(path))
        assert place == "index.md" or f"<{place.removesuffix('.md')}>" in contents


def test_every_command_and_option_is_in_the_reference() -> None:
    page = reference.commands_page()
    assert commands.commands.keys() <= anchors(page)
    options = {name for command in commands.commands.values() for option in command.params for name in option.opts}
    assert {name for name in options if name.startswith("--") and name not in page} == set()


def test_every_parameter_key_figure_and_event_is_in_the_reference() -> None:
    keys = {f"`{key.rpartition('.')[2]}`" for key, _ in known_keys(Scenario)}
    shown = {row[0] for table in tables(reference.parameters_page()) for row in table}
    assert keys - shown <= {"`regions`", "`experiments`"}
    (figures,) = tables(reference.key_figures_page())
    assert [row[0] for row in figures] == [f"`{figure.name}`" for figure in KEY_FIGURES]
    assert {type_name(event) for event in (*OBSERVABLE, *TRUTH)} <= anchors(reference.events_page())


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_is_there_and_says_what_it_is(path: str) -> None:
    assert inspect.getdoc(python_reference.found(path))


def test_what_the_package_offers_is_in_the_reference() -> None:
    offered = {f"simulation.{name}" for name in simulation.__all__ if not name.startswith("__")}
    assert offered <= set(PUBLIC)


def test_links_lead_to_pages_of_the_site_and_code_is_left_alone() -> None:
    text = "[a](../README.md#two-command-lines) [b](tables.md) [c](../simulation/clock.py) [d](https://e.org)\n"
    code = "```\n[a](../README.md)\n```\n"
    assert layout.relinked(text + code, "docs/model.md", "model.md") == (
        "[a](overview.md#two-command-lines) [b](tables.md) [c](source/simulation/index.md#clockpy) [d](https://e.org)\n"
        + code
    )


def test_a_flowchart_is_a_table_of_its_arrows() -> None:
    chart = "```mermaid\nflowchart LR\n  a[(the one)] -->|asks| b\n  b & c -.-> a\n```"
    (arrows,) = tables(diagrams.with_tables_for_diagrams(chart))
    assert arrows == [["the one", "b", "asks"], ["b, c", "the one", "(state, read later)"]]


def test_plain_text_is_no_markup_but_for_code() -> None:
    assert markdown.escaped("a_b *c* | `d_e|f`") == r"a\_b \*c\* \| `d_e\|f`"
