"""What the explorer's worker can do: simulate a run, and simulate pairs of runs to compare two scenarios."""

from collections.abc import Callable, Mapping
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

HEADLINES = (
    "sessions", "completion_rate", "hours_taught", "mean_rating", "tutors_at_high_risk", "tutors_left", "students_left",
    "interventions",
)  # fmt: skip
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
    write_run(
        scenario_from_dict(task["scenario"]), directory, ["parquet"], force=True,
        on_day=lambda done, total: tell(done=done, total=total),
    )  # fmt: skip
    tell(found=found_of(Run.of_directory(directory)))
    write_report(directory, page, force=True)
    tell(page=page.name)


def found_of(run: "Run") -> dict[str, Any]:
    """The headline figures of a run, two charts, and its tutors, those at the highest risk first."""
    from simulation.studies.key_figures import KEY_FIGURES, figures_of
    from simulation.views.pages.report.risk import risk_section
    from simulation.views.pages.report.sessions import sessions_section
    from simulation.views.pages.report.tutors import COLUMNS, rows_of_tutors

    figures = figures_of(run)
    charts = {**sessions_section(run).charts, **risk_section(run).charts}
    return {
        "figures": [
            (_in_words(figure), _told(figure, figures[figure.name]))
            for figure in KEY_FIGURES if figure.name in HEADLINES
        ],
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

    titles, scenarios = zip(*((title, scenario_from_dict(one)) for title, one in task["scenarios"]), strict=True)
    seeds = choose_seeds(scenarios[0], task["pairs"], None)
    asked = [(seed, title) for seed in seeds for title in titles]
    of_title = dict(zip(titles, scenarios, strict=True))
    measured: dict[int, dict[str, Figures]] = {seed: {} for seed in seeds}
    tell(done=0, total=len(asked))
    comparison = Comparison((), dict.fromkeys(titles, ()))
    tasks = [with_seed(of_title[title], seed) for seed, title in asked]
    for done, (place, figures) in enumerate(executor_for().map(measure_scenario, tasks), 1):
        seed, title = asked[place]
        measured[seed][title] = figures
        tell(done=done, total=len(asked))
        if len(measured[seed]) == len(titles):
            whole = tuple(one for one in seeds if len(measured[one]) == len(titles))
            comparison = Comparison(whole, {title: [measured[one][title] for one in whole] for title in titles})
            tell(found=differences_of(comparison))
    page = folder / f"{task['name']}.html"
    write_comparison_page(comparison, scenarios, page, force=True)
    tell(page=page.name)


def differences_of(comparison: "Comparison") -> dict[str, Any]:
    """What two scenarios differ by: a row for each key figure, with where its interval lies on a scale from -1 to 1."""
    from simulation.studies.key_figures import KEY_FIGURES

    (other,) = comparison.others
    differences = comparison.differences(other)
    percents = {name: _percent(difference) for name, difference in differences.items()}
    reach = max((abs(end) for ends in percents.values() if ends for end in ends), default=1.0) or 1.0
    rows = [
        {
            "name": _in_words(figure),
            "base": _told(figure, difference.base),
            "other": _told(figure, difference.other),
            "difference": _told(figure, difference.mean, sign=True),
            "interval": [_told(figure, end, sign=True) for end in difference.interval or ()],
            "direction": _DIRECTIONS[difference.direction] if difference.interval else "",
            "scale": [end / reach for end in percents[figure.name] or ()],
        }
        for figure in KEY_FIGURES
        for difference in (differences[figure.name],)
        if difference.base or difference.other
    ]
    return {"pairs": len(comparison.seeds), "rows": rows, "reach": reach}


_DIRECTIONS = {1: "more", -1: "less", 0: "cannot be told yet"}
_EDGE_PERCENT = 100.0


def _percent(difference: "Difference") -> tuple[float, float, float] | None:
    """The ends of an interval around the mean difference, in percent of the base; beyond the edge, at the edge."""
    if difference.interval is None or not difference.base:
        return None
    low, high = difference.interval
    ends = (100 * end / abs(difference.base) for end in (low, difference.mean or 0.0, high))
    low, middle, high = (min(max(end, -_EDGE_PERCENT), _EDGE_PERCENT) for end in ends)
    return low, middle, high


# ---------------------------------------------------------------- in words


def _in_words(figure: "KeyFigure") -> str:
    return figure.name.replace("_", " ")


def _told(figure: "KeyFigure", value: float | None, *, sign: bool = False) -> str:
    """A key figure, or a difference of it, with its unit where that does not stand in its name."""
    if value is None:
        return "undefined"
    form = "+" if sign and value else ""
    if figure.unit == "share":
        return f"{100 * value:{form},.1f}" + (" points" if sign else "%")
    decimals = 2 if figure.unit == "stars" else 0 if float(value).is_integer() or abs(value) >= 100 else 1
    return f"{value:{form},.{decimals}f}"


TASKS: Mapping[str, Callable[[Task, Path, Tell], None]] = {"run": simulate_run, "compare": compare_pairs}
