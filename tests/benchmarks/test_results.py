"""What is kept of measurements, and what is said of them."""

from pathlib import Path
from typing import Any

import attrs
import click
import pytest

from benchmarks.report import page
from benchmarks.results import Results, keep, read_results
from benchmarks.targets import judged, targets

MACHINE = {"processor": "Abacus", "cores": 2, "memory_gb": 8.0, "kernel": "Linux 6", "Python": "3.11.7"}


def part(**rows: dict[str, float]) -> dict[str, Any]:
    """A part of some rows, each measured once."""
    runs = {row: [figures] for row, figures in rows.items()}
    return {"commit": "abc123", "load": 0.1, "ns_a_timeout": 700, "figures": rows, "runs": runs}


def production(processor: float) -> Results:
    """Results of production, which took so many seconds of processor time."""
    return Results("production", MACHINE, {"regions": part(**{"1": {"processor s": processor}})})


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    results = production(2.0)
    keep(results, tmp_path / "results" / "today.json")
    assert read_results(tmp_path / "results" / "today.json") == results


def test_parts_that_are_measured_later_join_those_that_are_there(tmp_path: Path) -> None:
    keep(production(2.0), tmp_path / "today.json")
    kernel = {"kernel": part(world={"over the loop": 2.0})}
    both = keep(Results("production", MACHINE, kernel), tmp_path / "today.json")
    assert list(both.parts) == ["regions", "kernel"]
    again = keep(production(3.0), tmp_path / "today.json")
    assert again.figures["regions"]["1"]["processor s"] == 3.0
    assert again.parts["kernel"] == kernel["kernel"]


@pytest.mark.parametrize("other", [{"scenario": "dev"}, {"machine": {**MACHINE, "cores": 4}}])
def test_results_of_another_machine_or_scenario_are_kept_apart(tmp_path: Path, other: dict[str, Any]) -> None:
    keep(production(2.0), tmp_path / "today.json")
    with pytest.raises(click.ClickException, match=r"today\.json: was measured with another .* another --label"):
        keep(attrs.evolve(production(2.0), **other), tmp_path / "today.json")
    assert read_results(tmp_path / "today.json") == production(2.0)


@pytest.mark.parametrize("text", ["", "[]", '{"scenario": "production"}'])
def test_a_file_without_results_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(click.ClickException, match=r"other\.json: holds no results of ours"):
        read_results(tmp_path / "other.json")


@pytest.mark.parametrize(
    ("processor", "verdict"), [(1.5, "reached"), (1.51, "met"), (2.5, "met"), (2.51, "**missed**")]
)
def test_a_target_is_met_up_to_its_bound(processor: float, verdict: str) -> None:
    first, *others = judged(production(processor).figures)
    assert (first.target.bound, first.target.reach) == (2.5, 1.5)
    assert first.says == verdict
    assert {other.says for other in others} == {"not measured"}


def test_every_target_is_hoped_to_come_to_less_than_its_bound() -> None:
    assert all(target.reach < target.bound for target in targets())


def test_the_page_has_the_machine_the_targets_and_each_part() -> None:
    text = page(production(2.71828), "results/today.json")
    assert "On Abacus, 2 cores, 8 GB of memory, Linux 6, Python 3.11.7." in text
    assert "[results/today.json](results/today.json)" in text
    assert "| production (150 tutors, warm-up included), processor time | 2.5 s | 1.5 s | 2.72 s | **missed** |" in text
    assert "| 1 | 2.72 | 1 |" in text
    assert "Commit abc123; 700 ns a bare timeout, at a load of 0.1." in text


def test_other_scenarios_have_no_targets() -> None:
    assert "Targets" not in page(attrs.evolve(production(2.0), scenario="dev"))
