"""What the explorer's worker can do: simulate a run, and simulate pairs of runs to compare two scenarios."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.studies.key_figures import KeyFigure
    from simulation.validation.run import Run

# Plain data: `work` names what to do, and the rest is for that.
Task = Mapping[str, Any]
# Called with what is known now: `done` of `total` are over, what was `found`, the name of a `page` that was written.
Tell = Callable[..., None]

# The file with the script that draws charts, there as soon as there is a run.
CHART_LIBRARY = "vega.js"

_CHARTS = {"sessions_by_day": "Sessions by day", "levels_by_night": "Tutors by churn risk level"}
_COLUMNS = ("tutor_id", "risk", "probability", "signals", "emails", "rating", "sessions")


def prepare() -> None:
    """Import what tasks need, before there is one, while another process makes the script of the charts."""
    from simulation.views.pages.page import library_maker

    library_maker()

    import simulation.explorer.pairs
    import simulation.views.pages.report.page
    import simulation.world  # noqa: F401 -- imported to be there


# ---------------------------------------------------------------- a run


def simulate_run(task: Task, folder: Path, tell: Tell) -> None:
    """Simulate a `scenario` into a directory of a `name`. Its figures are told first; then its report is written."""
    from simulation.runs import write_run
    from simulation.scenario.loading import scenario_from_dict
    from simulation.validation.run import Run
    from simulation.views.pages.page import chart_library
    from simulation.views.pages.report import write_report

    directory, page = folder / task["name"], folder / f"{task['name']}.html"
    scenario = scenario_from_dict(*task["scenario"])
    write_run(scenario, directory, ["parquet"], force=True, on_day=lambda done, total: tell(done=done, total=total))
    found = found_of(Run.of_directory(directory), scenario)
    tell(found={**found, "charts": []})  # figures need not wait for the script that draws charts
    (folder / CHART_LIBRARY).write_text(chart_library(), encoding="utf-8")
    tell(found=found)
    write_report(directory, page, force=True)
    tell(page=page.name)


def found_of(run: "Run", scenario: "Scenario") -> dict[str, Any]:
    """The headlines of a run and what is asked of it, two charts, and its tutors, those at the highest risk first."""
    from simulation.studies.key_figures import figures_of, figures_to_show
    from simulation.views.pages.report.charts import charts_of
    from simulation.views.pages.report.page import with_signals
    from simulation.views.pages.report.queries import SHOWN, rows_of

    figures, rows = figures_of(run), rows_of(run, *_CHARTS, "tutors")
    charts = charts_of({**dict.fromkeys(SHOWN, ()), **rows})
    return {
        "figures": [
            (figure.title, _told(figure, figures[figure.name])) for figure in figures_to_show(scenario.figures)
        ],
        "charts": [
            (title, charts[name].to_dict(validate=False)) for name, title in _CHARTS.items() if name in charts
        ],
        "columns": ("tutor", "risk", "churn probability", "signals", "emails", "rating", "sessions"),
        "tutors": [tuple(with_signals(tutor)[column] for column in _COLUMNS) for tutor in rows["tutors"]],
    }  # fmt: skip


def _told(figure: "KeyFigure", value: float | None) -> str:
    """A key figure of a single run: counts are whole numbers."""
    from simulation.studies.findings import number

    told = f"{value:,.0f}" if value is not None and not figure.decimals else number(figure, value)
    return f"{told}%" if figure.unit == "share" and value is not None else told


# ---------------------------------------------------------------- a comparison


def compare_pairs(task: Task, folder: Path, tell: Tell) -> None:
    """Simulate so many `pairs` of the two `scenarios`, given by title, and tell the differences after each pair.

    Runs that the folder has are not simulated again. In the end a page of a `name` is written. Raises ExplorerError
    where a run fails.
    """
    from simulation.explorer.pairs import PairsOfRuns, differences_of
    from simulation.scenario.loading import scenario_from_dict
    from simulation.studies.provenance import Provenance
    from simulation.validation.validation import choose_seeds
    from simulation.views.pages.comparison import write_comparison_page

    scenarios = {title: scenario_from_dict(*scenario) for title, scenario in task["scenarios"]}
    seeds = choose_seeds(next(iter(scenarios.values())), task["pairs"])
    comparison = PairsOfRuns(scenarios, seeds, folder).simulate(
        lambda found: tell(found=differences_of(found)), lambda done, total: tell(done=done, total=total)
    )
    page = folder / f"{task['name']}.html"
    made_of = Provenance.of(scenarios, seeds)
    write_comparison_page(comparison, list(scenarios.values()), page, made_of, force=True)
    tell(page=page.name)


TASKS: Mapping[str, Callable[[Task, Path, Tell], None]] = {"run": simulate_run, "compare": compare_pairs}
