"""What the explorer's worker can do: simulate a run, and simulate pairs of runs to compare two scenarios."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.studies.comparison import Comparison
    from simulation.studies.differences import Difference
    from simulation.studies.key_figures import Figures, KeyFigure
    from simulation.validation.run import Run

# Plain data: `work` names what to do, and the rest is for that.
Task = Mapping[str, Any]
# Called with what is known now: `done` of `total` are over, what was `found`, the name of a `page` that was written.
Tell = Callable[..., None]

_CHARTS = {"by_day": "Sessions by day", "levels": "Tutors by churn risk level"}


def prepare() -> None:
    """Import what tasks need, before there is one."""
    import simulation.studies.comparison
    import simulation.views.pages.report.risk
    import simulation.views.pages.report.sessions
    import simulation.world  # noqa: F401 -- imported to be there


# ---------------------------------------------------------------- a run


def simulate_run(task: Task, folder: Path, tell: Tell) -> None:
    """Simulate a `scenario` into a directory of a `name`. Its figures are told first; then its report is written."""
    from simulation.runs import write_run
    from simulation.scenario.loading import scenario_from_dict
    from simulation.validation.run import Run
    from simulation.views.pages.report import write_report

    directory, page = folder / task["name"], folder / f"{task['name']}.html"
    scenario = scenario_from_dict(task["scenario"])
    write_run(scenario, directory, ["parquet"], force=True, on_day=lambda done, total: tell(done=done, total=total))
    tell(found=found_of(Run.of_directory(directory), scenario.figures))
    write_report(directory, page, force=True)
    tell(page=page.name)


def found_of(run: "Run", asked: Sequence[str] = ()) -> dict[str, Any]:
    """The headlines of a run and what is asked of it, two charts, and its tutors, those at the highest risk first."""
    from simulation.studies.key_figures import figures_of, figures_to_show
    from simulation.views.pages.report.risk import risk_section
    from simulation.views.pages.report.sessions import sessions_section
    from simulation.views.pages.report.tutors import COLUMNS, rows_of_tutors

    figures = figures_of(run)
    charts = {**sessions_section(run).charts, **risk_section(run).charts}
    return {
        "figures": [(figure.title, _told(figure, figures[figure.name])) for figure in figures_to_show(asked)],
        "charts": [
            (title, charts[name].to_dict(validate=False)) for name, title in _CHARTS.items() if name in charts
        ],
        "columns": COLUMNS,
        "tutors": rows_of_tutors(run),
    }  # fmt: skip


# ---------------------------------------------------------------- a comparison


def compare_pairs(task: Task, folder: Path, tell: Tell) -> None:
    """Simulate so many `pairs` of the two `scenarios`, given by title, and tell the differences after each pair.

    In the end a page of a `name` is written. Raises the error of a run that fails.
    """
    from simulation.execution.executors import executor_for
    from simulation.scenario.loading import scenario_from_dict, with_seed
    from simulation.studies.comparison import Comparison
    from simulation.studies.key_figures import measure_scenario
    from simulation.validation.validation import choose_seeds
    from simulation.views.pages.comparison import write_comparison_page

    scenarios = {title: scenario_from_dict(scenario) for title, scenario in task["scenarios"]}
    seeds = choose_seeds(next(iter(scenarios.values())), task["pairs"])
    runs = [(seed, title) for seed in seeds for title in scenarios]
    asked = [figure for scenario in scenarios.values() for figure in scenario.figures]
    measured: dict[int, dict[str, Figures]] = {seed: {} for seed in seeds}
    tell(done=0, total=len(runs))
    simulated = executor_for().map(measure_scenario, [with_seed(scenarios[title], seed) for seed, title in runs])
    for done, (place, figures) in enumerate(simulated, 1):
        seed, title = runs[place]
        measured[seed][title] = figures
        tell(done=done, total=len(runs))
        if len(measured[seed]) == len(scenarios):
            pairs = {one: measured[one] for one in seeds if len(measured[one]) == len(scenarios)}
            comparison = Comparison(tuple(pairs), {name: [pair[name] for pair in pairs.values()] for name in scenarios})
            tell(found=differences_of(comparison, asked))
    page = folder / f"{task['name']}.html"
    write_comparison_page(comparison, list(scenarios.values()), page, force=True)
    tell(page=page.name)


def differences_of(comparison: "Comparison", asked: Sequence[str] = ()) -> dict[str, Any]:
    """What two scenarios differ by: a row for each headline and for what is asked, in groups.

    `ends` are those of its interval with the middle, on a scale from -1 to 1 that all rows share, of `reach` percent.
    """
    from simulation.studies.key_figures import figures_to_show

    (other,) = comparison.others
    differences = comparison.differences(other)
    percents = {name: _percent(difference) for name, difference in differences.items()}
    figures = figures_to_show(asked)
    reach = max((abs(end) for figure in figures for end in percents[figure.name]), default=0.0) or 1.0
    rows = [
        {
            "group": figure.group,
            "title": figure.title,
            "asked": figure.name in asked,
            "base": _told(figure, difference.base),
            "other": _told(figure, difference.other),
            "difference": _told(figure, difference.mean, sign=True),
            "interval": [_told(figure, end, sign=True) for end in difference.interval or ()],
            "verdict": _verdict(figure, difference),
            "ends": [end / reach for end in percents[figure.name]],
        }
        for figure in figures
        for difference in (differences[figure.name],)
    ]
    return {"pairs": len(comparison.seeds), "rows": rows, "reach": reach}


_EDGE_PERCENT = 100.0


def _percent(difference: "Difference") -> tuple[float, ...]:
    """The ends of an interval, with the mean difference between, in percent of the base; beyond the edge, at the edge.

    Empty where there is no interval, or no percentage.
    """
    if difference.interval is None or difference.mean is None or not difference.base:
        return ()
    low, high = difference.interval
    percents = (100 * end / abs(difference.base) for end in (low, difference.mean, high))
    return tuple(min(max(percent, -_EDGE_PERCENT), _EDGE_PERCENT) for percent in percents)


def _verdict(figure: "KeyFigure", difference: "Difference") -> str:
    """What a difference comes to: better or worse, more or less where that is neither, or what there is to say yet."""
    if difference.half_width is None:
        return ""
    if not difference.direction:
        return "open" if difference.mean or difference.half_width else "the same"
    more = difference.direction > 0
    if figure.better == "neither":
        return "more" if more else "less"
    return "better" if more == (figure.better == "higher") else "worse"


def _told(figure: "KeyFigure", value: float | None, *, sign: bool = False) -> str:
    """A key figure, or a difference of it, as it is shown."""
    if value is None:
        return "undefined"
    value *= figure.scale
    places = 0 if figure.shown_decimals == 1 and abs(value) >= 100 else figure.shown_decimals
    told = f"{value:{'+' if sign and value else ''},.{places}f}"
    return f"{told}%" if figure.shown_unit == "%" and not sign else told


TASKS: Mapping[str, Callable[[Task, Path, Tell], None]] = {"run": simulate_run, "compare": compare_pairs}
