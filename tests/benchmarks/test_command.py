"""One command measures all parts; here of a scenario that is simulated in a moment, and each once."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import Places, commands, publish
from benchmarks.parts import PARTS, Part, Plan, in_turn
from benchmarks.results import Results, read_results
from benchmarks.targets import targets

REGION = {
    "processor s": 2.0,
    "wall s": 2.0,
    "peak memory MB": 200.0,
    "sessions": 22_500,
    "processor ms per session": 0.1,
}


@pytest.fixture(scope="module")
def folder(tiny_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the results of measuring all are, of the tiny scenario cut short."""
    folder = tmp_path_factory.mktemp("benchmarks")
    scenario = folder / "short.toml"
    scenario.write_text(f'extends = "{tiny_file}"\ndays = 3\nwarm_up_days = 4\n', encoding="utf-8")
    options = ("--scenario", scenario, "--sizes", "1,2", "--repetitions", 1, "--label", "now", "--into", folder)
    ended = CliRunner().invoke(commands, [str(option) for option in options])
    assert ended.exit_code == 0, ended.output
    return folder


@pytest.fixture(scope="module")
def parts(folder: Path) -> dict[str, Any]:
    """All parts, by name."""
    parts: dict[str, Any] = json.loads((folder / "results" / "now.json").read_text())["parts"]
    return parts


def test_every_part_is_measured_and_stands_on_the_page(folder: Path, parts: dict[str, Any]) -> None:
    page = (folder / "results.md").read_text()
    assert list(parts) == list(PARTS)
    assert all(f"\n## {name}\n" in page for name in PARTS)


def test_every_figure_is_above_nothing_and_the_median_of_its_runs(parts: dict[str, Any]) -> None:
    for part in parts.values():
        for row, figures in part["figures"].items():
            assert all(value > 0 for value in figures.values()), (row, figures)
            (run,) = part["runs"][row]
            assert run.items() <= figures.items()


def test_more_regions_have_more_sessions_events_and_processes(parts: dict[str, Any]) -> None:
    one, two = parts["regions"]["figures"]["1"], parts["regions"]["figures"]["2"]
    assert one["sessions"] < two["sessions"] <= 4 * one["sessions"]
    assert one["events"] < two["events"]
    assert one["peak memory MB"] < two["peak memory MB"]
    assert one["per session, over one region"] == 1


def test_a_larger_region_has_many_times_the_sessions(parts: dict[str, Any]) -> None:
    figures = parts["larger"]["figures"]
    assert figures["10 times larger"]["sessions"] > 5 * figures["as it is"]["sessions"]


def test_phases_add_up_to_all_of_it(parts: dict[str, Any]) -> None:
    *phases, whole = parts["phases"]["figures"].values()
    assert whole["processor s"] == pytest.approx(sum(phase["processor s"] for phase in phases))
    assert sum(phase["over all of it"] for phase in phases) == pytest.approx(1)


def test_the_world_and_the_bare_loop_have_the_same_load(parts: dict[str, Any]) -> None:
    world, loop = parts["kernel"]["figures"]["world"], parts["kernel"]["figures"]["loop"]
    assert world["kernel events"] == loop["kernel events"]
    assert world["over the loop"] == pytest.approx(world["processor s"] / loop["processor s"])


def test_every_target_names_a_figure_that_is_measured(parts: dict[str, Any]) -> None:
    for target in targets():
        rows = parts[target.part]["figures"]
        # regions are so many as the plan says, and fewer here
        row = rows["1"] if target.part == "regions" and int(target.row) in Plan(Path()).sizes else rows[target.row]
        assert target.figure in row


def test_the_page_is_written_again_from_what_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (folder / "results.md").read_text()
    (folder / "results.md").unlink()
    monkeypatch.chdir(folder.parent)
    ended = CliRunner().invoke(commands, ["--into", str(folder), "report", f"{folder.name}/results/now.json"])
    assert ended.exit_code == 0, ended.output
    assert (folder / "results.md").read_text() == page
    assert "](results/now.json)" in page


def test_what_was_measured_before_a_part_fails_is_kept(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Plan) -> Part:
        raise click.ClickException("a command failed")

    one = Part({"row": {"wall s": 1.0}}, {"row": [{"wall s": 1.0}]})
    monkeypatch.setitem(PARTS, "regions", lambda _: one)
    monkeypatch.setitem(PARTS, "floor", fails)
    options = ("--scenario", tiny_file, "--only", "floor", "--only", "regions", "--label", "now", "--into", tmp_path)
    ended = CliRunner().invoke(commands, [str(option) for option in options])
    assert (ended.exit_code, ended.output.splitlines()[-1]) == (1, "Error: a command failed")
    assert list(read_results(tmp_path / "results" / "now.json").parts) == ["regions"]


def test_what_is_compared_is_measured_in_turn() -> None:
    order = in_turn({"short": 5, "longer": 3, "long": 1})
    assert Counter(order) == {"short": 5, "longer": 3, "long": 1}
    assert order[0] == order[-1] == "short"
    assert set(order[: order.index("long")]) == set(order[order.index("long") + 1 :]) == {"short", "longer"}


def test_long_runs_are_repeated_less_often() -> None:
    assert [Plan(Path()).repetitions_of(size) for size in (1, 10, 100)] == [5, 3, 1]


@pytest.mark.parametrize("sizes", ["ten", "1,0", "1,,2", "-1"])
def test_sizes_are_numbers_of_regions(sizes: str) -> None:
    ended = CliRunner().invoke(commands, ["--sizes", sizes])
    assert ended.exit_code == 2
    assert f"{sizes!r} are no numbers of regions; allowed are some like 1,10,100" in ended.output


def some_results(folder: Path) -> tuple[Results, Path, Places]:
    """Results of production at two sizes, and where they go."""
    machine = {"processor": "Abacus", "cores": 2, "memory_gb": 8.0, "kernel": "Linux 6"}
    regions = {
        "commit": "abc",
        "load": 0.1,
        "ns_a_timeout": 700,
        "figures": {"1": REGION, "10": REGION},
        "runs": {"1": [], "10": []},
    }
    places = Places(folder, folder / "scaling.png")
    return Results("production", machine, {"regions": regions}), places.results("now"), places


def test_a_picture_is_drawn_over_the_numbers_of_regions(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra pictures")
    publish(*some_results(tmp_path))
    assert (tmp_path / "scaling.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_page_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "benchmarks.picture", raising=False)
    publish(*some_results(tmp_path))
    assert capsys.readouterr().err == "no picture: matplotlib is not installed (pip install .[pictures])\n"
    assert "## regions" in (tmp_path / "results.md").read_text()
    assert not (tmp_path / "scaling.png").exists()
