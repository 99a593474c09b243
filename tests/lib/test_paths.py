"""A path at which there is no run, or no scenario: what is there instead, and what may be meant, in one line."""

import json
import shutil
from pathlib import Path

import pytest

from simulation.lib.paths import instead_of_run
from tests.command_line import mistake

RUNS_ARE_WANTED = (
    ("check",), ("reduce",), ("reduce", "--as-of", "2026-01-09"), ("agents",), ("report",), ("timeline", "T0001"),
    ("export", "--to", "frictionless"), ("load", "--to", "sqlite:///none.db"), ("counterfactuals",),
)  # fmt: skip
SCENARIOS_ARE_WANTED = (
    ("run",), ("scenario",), ("stream",), ("compare", "other.toml"), ("sweep", "--vary", "days=1,2", "--out", "s"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a checkout, with scenarios/ and a run in runs/."""
    monkeypatch.chdir(tmp_path)
    for name in ("dev", "production", "two-regions"):
        (tmp_path / "scenarios").mkdir(exist_ok=True)
        (tmp_path / "scenarios" / f"{name}.toml").write_text("days = 7\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(here: Path, tiny_run: Path) -> Path:
    """A run there, as it is named from there."""
    shutil.copytree(tiny_run, here / "runs" / "tiny-seed7")
    return Path("runs/tiny-seed7")


def asked(words: tuple[str, ...], path: str | Path) -> tuple[str, ...]:
    """A command with a path after its name."""
    return words[0], str(path), *words[1:]


@pytest.mark.parametrize("command", RUNS_ARE_WANTED, ids=" ".join)
def test_a_scenario_where_a_run_is_wanted_is_to_be_simulated_first(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    said = mistake(capsys, *asked(command, "scenarios/dev.toml"))
    assert said.startswith("scenarios/dev.toml: is no directory; it is a scenario, which is simulated by: ")
    assert said.endswith(" run scenarios/dev.toml")


@pytest.mark.parametrize("command", SCENARIOS_ARE_WANTED, ids=" ".join)
def test_a_run_where_a_scenario_is_wanted_is_gone_on_with(
    capsys: pytest.CaptureFixture[str], run: Path, command: tuple[str, ...]
) -> None:
    said = mistake(capsys, *asked(command, run))
    assert "it is a run, which is gone on with by: " in said
    assert said.endswith(f" run --resume-from {run}")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dve", "dev"),
        ("dve.toml", "scenarios/dev.toml"),
        ("DEV.toml", "scenarios/dev.toml"),
        ("dev.tml", "scenarios/dev.toml"),
        ("scenario/dev.toml", "scenarios/dev.toml"),
        ("scenarios/devv.toml", "scenarios/dev.toml"),
        ("prodution", "production"),
        ("scenarios/two_regions.toml", "scenarios/two-regions.toml"),
        ("tworegions", "two-regions"),
        ("mien.toml", "mine.toml"),
    ],
)
def test_the_nearest_scenario_is_suggested_from_the_folder_and_from_scenarios(
    capsys: pytest.CaptureFixture[str], here: Path, typed: str, meant: str
) -> None:
    (here / "mine.toml").write_text("days = 7\n", encoding="utf-8")
    assert mistake(capsys, "run", typed).endswith(f"; did you mean {meant}?")
    assert mistake(capsys, "validate", typed).endswith(f"; did you mean {meant}?")


def test_what_a_scenario_extends_is_looked_for_beside_it(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "scenarios" / "own.toml").write_text('extends = "prodction.toml"\n', encoding="utf-8")
    assert mistake(capsys, "run", "scenarios/own.toml").endswith("; did you mean scenarios/production.toml?")


@pytest.mark.parametrize(
    "typed", ["tiny", "tiny-seed8", "tiny-sed7", "TINY-seed7", "runs/tiny", "runs/tiny-seed", "run/tiny-seed7"]
)
def test_the_nearest_run_is_suggested(capsys: pytest.CaptureFixture[str], run: Path, typed: str) -> None:
    assert mistake(capsys, "check", typed) == f"{typed}: there is no such directory; did you mean {run}?"


def test_a_folder_of_runs_and_what_lies_in_a_run_name_the_runs(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    assert mistake(capsys, "check", "runs").endswith(f"; the runs in it are {run}")
    assert mistake(capsys, "reduce", "runs").endswith(f"; the runs in it are {run}")
    assert mistake(capsys, "check", run / "truth").endswith(f"; it is part of a run, did you mean {run}?")
    assert mistake(capsys, "check", run / "run.json").endswith(f"; it is part of a run, did you mean {run}?")


def test_a_run_of_several_regions_is_named_by_the_runs_of_each_too(
    capsys: pytest.CaptureFixture[str], run: Path
) -> None:
    for number in ("0001", "0002"):
        shutil.copytree(run, run.with_name("two") / "regions" / number)
    regions = Path("runs/two/regions")
    assert mistake(capsys, "check", regions).endswith(f"; the runs in it are {regions}/0001, {regions}/0002")


def test_a_sweep_and_tables_of_an_earlier_moment_are_told_from_runs(
    capsys: pytest.CaptureFixture[str], here: Path, run: Path
) -> None:
    (here / "swept").mkdir()
    (here / "swept" / "sweep.json").write_text(json.dumps({"scenario": "dev"}), encoding="utf-8")
    (here / "then").mkdir()
    (here / "then" / "as_of.json").write_text("{}", encoding="utf-8")
    assert mistake(capsys, "check", "swept").endswith(
        "; it is a sweep, which keeps the key figures of its runs and not their tables"
    )
    assert mistake(capsys, "run", "swept").endswith("; it is a sweep, and no scenario")
    assert mistake(capsys, "check", "then").endswith("; it holds tables as of an earlier moment, without a log")


def test_a_folder_where_a_scenario_is_wanted_names_the_scenarios_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert mistake(capsys, "run", "scenarios").endswith(
        "; the scenarios in it are scenarios/dev.toml, scenarios/production.toml, scenarios/two-regions.toml"
    )


def test_nothing_is_suggested_where_nothing_is_near(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    assert mistake(capsys, "check", "elsewhere") == "elsewhere: there is no such directory"
    assert mistake(capsys, "run", "quite-another.toml").endswith("(No such file or directory)")
    assert mistake(capsys, "check", "x" * 300).startswith("x" * 300)


def test_a_run_that_cannot_be_brought_to_its_end_is_none_to_be_suggested(tmp_path: Path) -> None:
    """What a stranger's directory has to tell is told where it is named, and not where another is looked for."""
    left = tmp_path / "damaged" / ".committed"
    left.mkdir(parents=True)
    (left / ".unfinished").write_text("{")
    (tmp_path / "damaged" / "run.json").write_text("{}")
    assert instead_of_run(tmp_path / "damagd") == ""
