"""CITATION.cff is what readers of the format take, and names this version."""

import yaml

import simulation
from tests.documents import read

CITATION = yaml.safe_load(read("CITATION.cff"))


def test_it_has_what_the_format_requires_and_nothing_that_it_does_not_know() -> None:
    assert CITATION["cff-version"] == "1.2.0"
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()
    known = {"abstract", "date-released", "doi", "keywords", "license", "type", "url", "version"}
    assert CITATION.keys() <= {"cff-version", "message", "title", "authors", *known}
    assert all(isinstance(author["name"], str) for author in CITATION["authors"])


def test_it_cites_this_version_under_its_licence() -> None:
    assert str(CITATION["version"]) == simulation.__version__
    assert f'license = "{CITATION["license"]}"' in read("pyproject.toml")
