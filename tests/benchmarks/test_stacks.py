"""Processor time belongs to the innermost function that has a group."""

import json
from pathlib import Path

import click
import pytest

import simulation
from benchmarks.costs import answer_of, module
from benchmarks.profiles import BEGIN, END, Profile, lines_of, profile_of, put_into
from benchmarks.stacks import GROUPS, IMPORTS, REST, group_of

ROOT = Path(simulation.__file__).parent


@pytest.mark.parametrize("named", [module for modules in GROUPS.values() for module in modules])
def test_every_module_that_is_named_exists(named: str) -> None:
    path = ROOT.joinpath(*named.split("."))
    assert path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize(
    ("named", "group"),
    [
        ("simulation.processes.matching", "demand and matching"),
        ("simulation.processes.burnout", "all other behaviours"),
        ("simulation.log.writing", "log"),
        ("simulation.tables.sessions", "reduction"),
        ("simpy.core", "kernel"),
        ("simulation.clock", None),  # serves everybody
        ("simulation.processes.context", None),
        ("numpy.random", None),
    ],
)
def test_a_module_belongs_to_a_group_or_to_whoever_calls_it(named: str, group: str | None) -> None:
    assert group_of(named) == group


def test_all_of_a_run_is_found_in_its_profile(tiny_file: Path, tmp_path: Path) -> None:
    found = json.loads(answer_of(module("benchmarks.stacks", "run", tiny_file, "--out", tmp_path / "run", "--quiet")))
    groups = {group for group, _, _ in found}
    assert groups <= {IMPORTS, REST, *GROUPS}
    assert {IMPORTS, "demand and matching", "log", "reduction"} <= groups
    assert all(seconds >= 0 for _, _, seconds in found)
    assert (tmp_path / "run" / "run.json").exists()


def test_a_profile_is_that_of_the_scenario_with_what_is_set(tiny_file: Path) -> None:
    with pytest.raises(click.ClickException, match=r"--set: days is 0; allowed is a whole number from 1"):
        profile_of(tiny_file, 1, ["days=0"])
    assert {IMPORTS, "log"} <= profile_of(tiny_file, 1, ["days=1", "warm_up_days=1"]).groups.keys()


def test_a_profile_is_a_table_with_the_heaviest_first() -> None:
    profile = Profile({
        ("log", "write"): 0.2, ("log", "flush"): 0.4, (IMPORTS, ""): 0.1, ("kernel", "step"): 0.3,
    })  # fmt: skip
    assert list(lines_of(profile)) == [
        "| what | ms | share | most of it, ms |",
        "| --- | ---: | ---: | --- |",
        "| log | 600 | 60% | `flush` 400, `write` 200 |",
        "| kernel | 300 | 30% | `step` 300 |",
        f"| {IMPORTS} | 100 | 10% |  |",
        "| all of it | 1,000 |  |  |",
    ]


def test_a_profile_replaces_the_one_in_a_document(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"# Before\n\n{BEGIN}\n\n| old |\n\n{END}\n\nAfter\n")
    for _ in range(2):
        put_into(document, ["| new |", "| --- |"])
        assert document.read_text() == f"# Before\n\n{BEGIN}\n\n| new |\n| --- |\n\n{END}\n\nAfter\n"


def test_a_document_without_a_place_for_a_profile_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"# Before\n{BEGIN}\n")
    with pytest.raises(click.ClickException, match=r"performance\.md: has no place for a profile"):
        put_into(document, ["| new |"])
    assert document.read_text() == f"# Before\n{BEGIN}\n"
