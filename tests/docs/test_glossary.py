"""The glossary: each term once, in alphabetical order, with a place that is there; newcomers find what they ask for."""

import re

import pytest

from tests.documents import ROOT, read, tables, targets

ROWS = tables(read("docs/glossary.md"))[0]
TERMS = [term for term, _, _ in ROWS]


def test_terms_stand_in_alphabetical_order_and_once() -> None:
    assert [term.lower() for term in TERMS] == sorted({term.lower() for term in TERMS})


@pytest.mark.parametrize(("term", "meaning", "where"), ROWS, ids=TERMS)
def test_a_term_is_one_sentence_and_has_a_place_in_the_code(term: str, meaning: str, where: str) -> None:
    assert re.fullmatch(r"[A-Z][^.]*(?:`[^`]*`[^.]*|\.json[^.]*)*\.", meaning), term
    (target,) = targets(where)
    assert (ROOT / "docs" / target).exists()


@pytest.mark.parametrize(
    "term",
    [
        "burnout's ramp",
        "cap of no-shows",
        "connection quality by hour",
        "first-session penalty",
        "limit of four interventions",
        "weekend volume",
    ],
)
def test_what_newcomers_are_asked_for_is_found_by_one_search(term: str) -> None:
    assert term in TERMS


def test_the_readme_leads_to_the_glossary() -> None:
    assert "docs/glossary.md" in targets(read("README.md"))
