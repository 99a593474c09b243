"""Lists in documents are complete, and have nothing that is not there."""

import re
import tomllib

from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.exports.standards.exporting import formats
from simulation.studies.key_figures import KEY_FIGURES
from simulation.validation.ledger import ledger
from tests.documents import ROOT, blocks, flat, read, section, tables

EXTRAS = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]


def first_names(cells: list[list[str]]) -> list[str]:
    """What stands between backticks in the first column."""
    return [name for row in cells for name in re.findall(r"`([^`]+)`", row[0])]


def test_the_readme_lists_what_a_run_writes() -> None:
    (files,) = tables(section(read("README.md"), "## What comes out"))
    documented = [name for name in TABLE_NAMES if not is_truth(name)]
    assert sorted(first_names(files)) == sorted([*documented, "event_log.parquet", "truth/", "run.json"])


def test_the_datasheet_lists_all_tables() -> None:
    documented, truth = tables(section(read("docs/datasheet.md"), "## Composition"))
    assert sorted(first_names(documented)) == sorted(name for name in TABLE_NAMES if not is_truth(name))
    assert sorted(first_names(truth)) == sorted(filter(is_truth, (*TABLE_NAMES, *EVERY_RUN.requested)))


def test_the_guide_lists_every_scenario_that_asks_what_if() -> None:
    (listed,) = tables(section(read("docs/how-to.md"), "## Ask what if"))
    told_elsewhere = {"production", "dev", "two-regions", "churn-labels"}
    assert set(first_names(listed)) == {path.stem for path in (ROOT / "scenarios").glob("*.toml")} - told_elsewhere


def test_the_guide_says_what_each_extra_is_for() -> None:
    text = flat(section(read("docs/how-to.md"), "## Install it elsewhere"))
    assert [extra for extra in EXTRAS if f"`{extra}`" not in text] == []
    shown = "\n".join(block.text for name in ("README.md", "docs/how-to.md") for block in blocks(read(name)))
    for extras in re.findall(r"(?:tutoring-simulation|\.)\[([\w,]+)\]", shown):
        assert set(extras.split(",")) <= EXTRAS.keys()


def test_the_guide_lists_every_standard_that_a_run_is_exported_to() -> None:
    text = section(read("docs/how-to.md"), "## Hand it to others' tools")
    assert re.findall(r"--to (\S+) +# (\S+):", blocks(text)[0].text) == [
        (name, made.file) for name, made in formats().items()
    ]


def test_the_guide_counts_key_figures_as_there_are() -> None:
    assert f"among {len(KEY_FIGURES)} of them" in flat(read("docs/how-to.md"))


def test_the_document_on_claims_counts_them_as_the_ledger_has_them() -> None:
    claims = ledger().values()
    rules = sum(claim.always for claim in claims)
    paired = sum(claim.paired is not None for claim in claims)
    assert (
        f"It has {len(claims)} claims: {rules} are rules that hold in every run; {len(claims) - rules - paired} have "
        "intervals, for a single run (`single`) and for the mean over ten or more (`pooled`); "
        f"{paired} compare a changed scenario with production (`paired`)."
    ) in flat(read("docs/claims.md"))
