"""Comparisons, sweeps and validations as pages: their numbers are those of the tables, and they open in a browser."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs
import pandas as pd
import pytest

from simulation import __version__
from simulation.cli.program import Exit
from simulation.scenario import Change, Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies.comparison import compare
from simulation.studies.differences import paired_difference
from simulation.studies.findings import findings_of
from simulation.studies.key_figures import KEY_FIGURES
from simulation.studies.sweep import comparison_of
from simulation.validation.validation import validate_scenario
from simulation.validation.verdicts import Judged
from simulation.views.comparison_plot import figures_to_draw, rows_of
from simulation.views.pages.comparison import (
    figures_to_choose,
    groups_of,
    pair_rows,
    settings_that_differ,
    table_rows,
    write_comparison_page,
)
from simulation.views.pages.strips import place_in
from simulation.views.pages.sweep import charts_of, intervals_of_values, rows_of_points, write_sweep_page
from simulation.views.pages.sweep_differences import differences_of_points
from simulation.views.pages.validation import (
    COLUMNS,
    claims_by_group,
    claims_table,
    means_of,
    points_of,
    write_validation_page,
)
from tests.browser import NARROW, WIDE, assert_reads_well, browser, draws_all_charts, opened
from tests.command_line import answer, mistake
from tests.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from simulation.studies.comparison import Comparison
    from simulation.validation.validation import ScenarioValidation

__all__ = ["browser"]
SHORT = ("days=3", "warm_up_days=0")


@pytest.fixture(scope="module")
def scenarios(tiny_file: Path) -> tuple[Scenario, Scenario]:
    """A short one, and one with twice the demand."""
    return load_scenario(tiny_file, SHORT), load_scenario(
        tiny_file, (*SHORT, 'name="busy"', "demand.sessions_per_day=60")
    )


@pytest.fixture(scope="module")
def comparison(scenarios: tuple[Scenario, Scenario]) -> "Comparison":
    """The two compared in three pairs."""
    return compare(scenarios, lambda number: range(7, 7 + number), 3)


@pytest.fixture(scope="module")
def validation(scenarios: tuple[Scenario, Scenario]) -> "ScenarioValidation":
    """The first validated over three runs."""
    return validate_scenario(scenarios[0], [7, 8, 9], workers=1)


@pytest.fixture(scope="module")
def swept(tiny_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a sweep of it over two values, two runs at each."""
    directory = tmp_path_factory.mktemp("sweeps")
    from simulation.studies.designs import grid, values_of
    from simulation.studies.sweep import carry_out, sweep_of

    points = grid([values_of("demand.sessions_per_day=20,40")])
    carry_out(sweep_of(tiny_file, points, lambda _: [7, 8], SHORT), directory / "sweep")
    return directory / "sweep"


@pytest.fixture(scope="module")
def pages(
    comparison: "Comparison",
    scenarios: tuple[Scenario, Scenario],
    validation: "ScenarioValidation",
    swept: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """The page of each."""
    directory = tmp_path_factory.mktemp("pages")
    files = {name: directory / f"{name}.html" for name in ("comparison", "sweep", "validation")}
    write_comparison_page(comparison, scenarios, files["comparison"])
    write_sweep_page(swept, files["sweep"])
    write_validation_page(validation, "tiny", files["validation"])
    return files


# ---------------------------------------------------------------- in a browser


@pytest.mark.parametrize("name", ["comparison", "sweep", "validation"])
@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_pages_of_studies_have_no_fault_and_fit_their_window(
    browser: "Browser", pages: dict[str, Path], name: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, pages[name], width=width, scheme=scheme) as page:
        draws_all_charts(page)
        assert_reads_well(page, width)


@pytest.mark.parametrize("name", ["comparison", "sweep"])
def test_a_chosen_key_figure_is_drawn(browser: "Browser", pages: dict[str, Path], name: str) -> None:
    with opened(browser, pages[name]) as page:
        draws_all_charts(page)
        chart = page.locator("select[data-of] ~ .chart, label:has(select[data-of]) ~ .chart").first
        before = chart.locator("svg").inner_html()
        page.get_by_label("Key figure").first.select_option("mean_rating")
        until(lambda: chart.locator("svg").inner_html() != before)


# ---------------------------------------------------------------- comparison


def test_what_is_said_of_scenarios_is_no_setting_in_which_they_differ(tiny_scenario: Scenario) -> None:
    other = attrs.evolve(
        tiny_scenario, name="other", title="Other", question="Other?", figures=("sessions",), ledger="dev"
    )
    assert settings_that_differ({"tiny": tiny_scenario, "other": other}) == []


def test_the_settings_of_a_comparison_are_those_in_which_scenarios_differ(scenarios: tuple[Scenario, Scenario]) -> None:
    found = settings_that_differ({"tiny": scenarios[0], "busy": scenarios[1]})
    usual = scenarios[0].demand.sessions_per_day
    assert found == [("demand.sessions_per_day", str(usual), str(scenarios[1].demand.sessions_per_day))]


def test_experiments_go_by_their_names_and_of_them_only_what_differs_is_shown(tiny_file: Path) -> None:
    usual, longer = load_scenario(tiny_file, SHORT), load_scenario(tiny_file, (*SHORT, "experiments.0.days=13"))
    experiment = usual.experiments[0]
    found = settings_that_differ({"usual": usual, "longer": longer})
    assert found == [(f"experiments.{experiment.name}.days", str(experiment.days), "13.0")]


def test_what_changes_at_a_moment_takes_a_row_in_words(tiny_scenario: Scenario) -> None:
    changing = attrs.evolve(tiny_scenario, changes=(Change(day=2, set={"demand.factor": 0.5}),))
    assert settings_that_differ({"usual": tiny_scenario, "changing": changing}) == [
        ("changes", "none", "from day 2 (2026-01-07): demand.factor = 0.5")
    ]


def test_an_experiment_that_one_scenario_alone_has_is_one_row(tiny_file: Path) -> None:
    usual, without = load_scenario(tiny_file, SHORT), load_scenario(tiny_file, (*SHORT, "experiments=[]"))
    expected = [(f"experiments.{experiment.name}", "defined", "none") for experiment in usual.experiments]
    assert expected
    assert settings_that_differ({"usual": usual, "without": without}) == expected


def test_rows_of_a_comparison_are_its_differences(comparison: "Comparison") -> None:
    differences = comparison.differences("busy")
    rows = {row[0]: row for row in table_rows(comparison, "busy", "tiny")}
    assert list(rows) == [figure.label for figure in KEY_FIGURES]
    mean, (low, high) = differences["sessions"].mean, differences["sessions"].interval or (0, 0)
    assert rows["sessions"][4:7] == (round(mean or 0, 1), round(low, 1), round(high, 1))
    assert rows["sessions"][8:10] == ("better", differences["sessions"].certainty)
    rate = differences["completion_rate"].base
    assert rows["completion rate, %"][2] == round(100 * (rate or 0), 2)
    percent = {row["figure"]: row for row in rows_of(comparison, "busy", "tiny", figures_to_draw(comparison))}
    assert percent["hours taught"]["middle"] == differences["hours_taught"].percent


def test_the_figures_that_are_asked_about_are_chosen_first_with_what_a_pair_is_worth(comparison: "Comparison") -> None:
    ratio = comparison.differences("busy")["sessions"].variance_ratio
    assert ratio is not None
    chosen = figures_to_choose(attrs.evolve(comparison, asked=("sessions", "events")), "busy", "tiny")
    assert [name for name, _ in chosen][:3] == ["sessions", "events", "requests"]
    assert chosen[0][1] == f"sessions (a pair is worth {ratio:,.3g} with different seeds)"


def test_each_pair_of_a_comparison_is_shown_under_its_seed(comparison: "Comparison") -> None:
    pairs = pair_rows(comparison, "busy", "tiny").set_index("seed")
    assert list(pairs.index) == ["7", "8", "9"]
    base, other = comparison.runs["tiny"][1], comparison.runs["busy"][1]
    assert pairs.loc["8", "sessions"] == (other["sessions"] or 0) - (base["sessions"] or 0)


def test_findings_stand_in_groups_and_a_question_in_the_first_of_its_scenario(comparison: "Comparison") -> None:
    three = attrs.evolve(comparison, runs={**comparison.runs, "third": comparison.runs["tiny"]})
    groups = groups_of(findings_of(three), {"third": "Why?"})
    assert [(group["heading"], group["question"]) for group in groups] == [
        ("busy against tiny", None), ("third against tiny", "Why?"), ("third against busy", None),
    ]  # fmt: skip


# ---------------------------------------------------------------- sweep


def test_rows_of_a_sweep_are_means_over_the_runs_at_a_point(swept: Path) -> None:
    runs = pd.read_parquet(swept / "sweep.parquet")
    rows = rows_of_points(runs, ["demand.sessions_per_day"])
    for value, count, requests, *_ in rows:
        own = runs[runs["demand.sessions_per_day"] == value]
        assert (count, requests) == (2, own["requests"].mean())
    assert [row[0] for row in rows] == [20, 40]


def test_an_interval_of_a_sweep_is_students_over_the_runs_at_a_value(swept: Path) -> None:
    from scipy.stats import t

    runs = pd.read_parquet(swept / "sweep.parquet")
    found = intervals_of_values(runs, "demand.sessions_per_day").set_index(["value", "name"])
    own = runs[runs["demand.sessions_per_day"] == 40]["sessions"]
    low, high = t.interval(0.95, 1, own.mean(), own.std() / 2**0.5)
    assert found.loc[[(40, "sessions")]].iloc[0].tolist() == pytest.approx([own.mean(), low, high])


def swept_in(swept: Path) -> "Comparison":
    """The comparison of a sweep's points, made of what is kept of its runs."""
    record = json.loads((swept / "sweep.json").read_text(encoding="utf-8"))
    kept = pd.read_parquet(swept / "sweep.parquet")["run_id"]
    results = [json.loads((swept / "runs" / f"{run_id}.json").read_text(encoding="utf-8")) for run_id in kept]
    return comparison_of(record["points"], record["seeds"], results)


def test_points_of_a_sweep_are_held_against_the_first_seed_by_seed(swept: Path) -> None:
    runs = pd.read_parquet(swept / "sweep.parquet")
    found = differences_of_points(swept_in(swept)).set_index(["point", "name"])
    usual, busy = (runs[runs["demand.sessions_per_day"] == value].set_index("seed")["sessions"] for value in (20, 40))
    expected = paired_difference(list(usual[[7, 8]]), list(busy[[7, 8]]))
    assert expected.interval is not None
    told = found.loc[[("sessions_per_day 40", "sessions")]].iloc[0].tolist()
    assert told[:4] == pytest.approx([expected.mean, *expected.interval, 2])
    assert {point for point, _ in found.index} == {"sessions_per_day 40"}


def test_a_run_that_failed_is_missed_in_its_pair_alone(swept: Path) -> None:
    comparison = swept_in(swept)
    first, second = comparison.runs["sessions_per_day 40"]
    failed = {"sessions_per_day 40": [first, dict.fromkeys(second, None)]}
    found = differences_of_points(attrs.evolve(comparison, runs={**comparison.runs, **failed}))
    assert set(found["pairs"]) == {1}
    assert list(found["low"].isna()) == list(found["pairs"] < 2)


def test_charts_are_over_each_parameter_and_two_of_values_each_are_a_map_as_well() -> None:
    from simulation.views.pages.sweep import FIGURES

    figures = dict.fromkeys(FIGURES, 1.0)
    grid = pd.DataFrame([
        {"run_id": f"{a}{b}", "seed": 1, "error": None, "a": a, "b": b, **figures} for a in (1, 2) for b in ("x", "y")
    ])  # fmt: skip
    assert [name for name, _ in charts_of(grid, ["a", "b"])[1]] == ["map", "over_0", "over_1"]
    assert [name for name, _ in charts_of(grid[:3], ["a", "b"])[1]] == ["over_0", "over_1"]


def test_a_line_goes_through_the_runs_of_a_seed_that_differ_in_one_parameter_alone() -> None:
    from simulation.views.pages.sweep import FIGURES, lines_of_seeds

    runs = pd.DataFrame([
        {"run_id": f"{seed}{a}{b}", "seed": seed, "a": a, "b": b, **dict.fromkeys(FIGURES, 1.0)}
        for a in (1, 2, 3) for b in ("x", "y") for seed in (7, 8)
    ])  # fmt: skip
    lines = lines_of_seeds(runs, "a", ["a", "b"]).groupby("line")
    assert set(lines.groups) == {"7 x", "7 y", "8 x", "8 y"}
    assert all(list(line["value"]) == [1, 2, 3] for _, line in lines)
    assert set(lines_of_seeds(runs, "a", ["a"])["line"]) == {"7", "8"}


# ---------------------------------------------------------------- validation


def test_claims_that_fail_come_first() -> None:
    claims = [
        Judged("volume.sessions", "", 1.0, (0, 2), True), Judged("tutor.rating.mean", "", 3.0, (0, 2), False),
        Judged("volume.tutors", "", 1.0, (0, 2), None),
    ]  # fmt: skip
    groups = claims_by_group(claims)
    assert {title: [claim.id for claim in group] for title, group in groups.items()} == {
        "Claims that fail": ["tutor.rating.mean"], "Volume": ["volume.sessions", "volume.tutors"],
    }  # fmt: skip
    assert next(iter(groups)) == "Claims that fail"


def test_the_table_of_claims_has_the_columns_in_which_something_stands(validation: "ScenarioValidation") -> None:
    columns, rows = claims_table(validation.claims)
    assert columns == list(COLUMNS)
    assert [row[0] for row in rows] == [claim.id for claim in validation.claims]
    one_run = [Judged("volume.sessions", "rows of sessions", 1.0, (0, 2), True)]
    told = ["claim", "verdict", "figure", "from", "to", "what is measured", "note"]
    assert claims_table(one_run) == (told, [("volume.sessions", "holds", 1.0, 0, 2, "rows of sessions", "")])


def test_a_dot_stands_for_each_run_and_a_mark_for_the_mean(validation: "ScenarioValidation") -> None:
    claim = next(claim for claim in validation.claims if claim.id == "measure.rating.mean")
    points = points_of([claim], validation.seeds)
    assert list(points["seed"]) == ["7", "8", "9"]
    assert list(points["place"]) == [place_in(value, claim.single) for value in claim.values if value is not None]
    mark = means_of([claim]).iloc[0]
    assert mark["place"] == pytest.approx(place_in(claim.value or 0, claim.single))
    assert 0 <= mark["low"] < mark["high"] <= 1


@pytest.mark.parametrize(("value", "place"), [(10, 0), (15, 0.5), (20, 1), (90, 1.5), (-90, -0.5)])
def test_a_figure_stands_where_it_lies_in_its_interval_and_far_ones_at_the_edge(value: float, place: float) -> None:
    assert place_in(value, (10, 20)) == place


def test_in_an_interval_of_no_width_a_figure_is_in_the_middle_or_outside() -> None:
    assert [place_in(value, (4, 4)) for value in (3, 4, 5)] == [-0.5, 0.5, 1.5]


# ---------------------------------------------------------------- the commands


def test_the_commands_write_their_pages(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_run: Path, tmp_path: Path
) -> None:
    sets = [word for override in SHORT for word in ("--set", override)]
    page = tmp_path / "page.html"
    told = answer(capsys, "compare", tiny_file, tiny_file, "--replications", "2", "--html", page, "--json", *sets)
    assert (told.code, len(json.loads(told.out)["seeds"])) == (0, 2)
    assert "the same scenario under several names" in page.read_text(encoding="utf-8")
    changed = ", ".join(SHORT)
    version = f"Simulated by version {__version__}: scenario"
    assert f"{version}s tiny, tiny (2) with {changed}." in page.read_text(encoding="utf-8")
    vary = ("--vary", "demand.sessions_per_day=20,40", "--out", tmp_path / "sweep")
    assert answer(capsys, "sweep", tiny_file, *vary, "--html", page, "--force", *sets).code == 0
    assert "Sweep of tiny over demand.sessions_per_day" in page.read_text(encoding="utf-8")
    assert f"{version} tiny with {changed}." in page.read_text(encoding="utf-8")
    told = answer(capsys, "validate", tiny_run, "--html", page, "--force", "--json")
    assert f"Validation of {tiny_run.name}" in page.read_text(encoding="utf-8")
    assert "1 run, seed 7." in page.read_text(encoding="utf-8")
    assert f"{version} tiny." in page.read_text(encoding="utf-8")
    made_of = json.loads(told.out)
    assert (made_of["version"], made_of["seeds"], list(made_of["scenarios"])) == (__version__, [7], ["tiny"])


@pytest.mark.parametrize("command", ["compare", "sweep", "validate"])
def test_a_page_that_could_not_be_written_is_refused_before_anything_is_simulated(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def simulated(*_: Any, **__: Any) -> None:
        raise AssertionError("something was simulated")

    monkeypatch.setattr("simulation.world.World.run", simulated)
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    arguments: dict[str, tuple[Any, ...]] = {
        "compare": (tiny_file, tiny_file), "validate": (tiny_file, "--seeds", "1"),
        "sweep": (tiny_file, "--vary", "days=1,2", "--out", tmp_path / "sweep"),
    }  # fmt: skip
    page = tmp_path / "mine.html"
    said = mistake(capsys, command, *arguments[command], "--html", page, expected=Exit.EXISTS)
    assert said == f"{page}: exists; name another file, or replace it with --force"
    said = mistake(capsys, command, *arguments[command], "--html", tmp_path / "nowhere" / "page.html")
    assert said == f"{tmp_path}/nowhere/page.html: there is no directory {tmp_path}/nowhere"
    assert not (tmp_path / "sweep").exists()
