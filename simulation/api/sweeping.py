"""A scenario with parameters varied, as one works with it in Python."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from simulation.api.comparing import ComparedScenarios, findings_as_html
from simulation.api.pictures import Picture, picture_of
from simulation.api.progress import shown
from simulation.api.scenarios import Choice, Overrides, load_scenario
from simulation.execution.executors import executor_for
from simulation.lib.html import fragment, table
from simulation.studies import StudyError
from simulation.studies.designs import Choices, grid
from simulation.studies.findings import Findings, findings_of, number
from simulation.studies.key_figures import KEY_FIGURES, KeyFigure, figure_named, figures_to_show
from simulation.studies.sweep import Sweep, carry_out, different

if TYPE_CHECKING:
    import pandas as pd


class SweptScenario:
    """The key figures of a scenario at each point of a sweep.

    Example:
        >>> swept
        <sweep of tiny over demand.sessions_per_day: 2 points, 2 runs at each>
    """

    def __init__(self, planned: Sweep, runs: "pd.DataFrame", comparison: ComparedScenarios) -> None:
        #: The scenario, its points and seeds.
        self.planned = planned
        self._runs = runs
        self._comparison = comparison

    @property
    def varied(self) -> list[str]:
        """The keys of the parameters that are varied.

        Example:
            >>> swept.varied
            ['demand.sessions_per_day']
        """
        return list(self.planned.points[0])

    def frame(self) -> "pd.DataFrame":
        """A row per run: the varied parameters, replication, seed, the key figures, and the error of one that failed.

        Example:
            >>> swept.frame()[["demand.sessions_per_day", "replication"]].values.tolist()
            [[20, 1], [20, 2], [40, 1], [40, 2]]
        """
        return self._runs.copy()

    def means(self) -> "pd.DataFrame":
        """The mean of each key figure at each point, by the varied parameters.

        Example:
            >>> bool(swept.means()["sessions"].is_monotonic_increasing)
            True
        """
        names = [figure.name for figure in KEY_FIGURES]
        return self._runs.groupby(self.varied, sort=False)[names].mean()

    @property
    def comparison(self) -> ComparedScenarios:
        """Its points as scenarios, held against the first and each other under the same seeds.

        Example:
            >>> swept.comparison
            <comparison of sessions_per_day 40 with sessions_per_day 20: 2 pairs of runs>
        """
        return self._comparison

    def sentences(self) -> tuple[str, ...]:
        """What becomes, at each further point, of the key figures that the scenario asks about.

        Each point is held against the first.

        Example:
            >>> swept.sentences()[0]  # doctest: +ELLIPSIS
            'sessions_per_day 40 against sessions_per_day 20: ...'
        """
        return tuple(str(one) for findings in self._findings().values() for one in findings)

    def _findings(self) -> Findings:
        """The findings at each further point, against the first."""
        return findings_of(self.comparison, [(other, self.comparison.base) for other in self.comparison.others])

    def plot(self, figure: str) -> Picture:
        """A key figure over the first parameter, a line per seed and one through the means; needs `pages`.

        Where a second parameter is varied, each of its values has a colour. Raises StudyError for an unknown figure.

        Example:
            >>> swept.plot("sessions")  # doctest: +ELLIPSIS
            <picture, ... KB>
        """
        shown = figure_named(figure)
        return picture_of(lambda: self._chart(shown))

    def _chart(self, figure: KeyFigure) -> Any:
        """The chart: values of all parameters but the first are a colour."""
        import altair as alt

        key, *others = self.varied
        labels = [", ".join(f"{name} {row[name]}" for name in others) for row in self._runs.to_dict("records")]
        rows = self._runs[["seed", figure.name]].assign(x=self._runs[key], label=labels)
        kind = "Q" if rows["x"].dtype.kind in "if" else "N"
        x = alt.X(f"x:{kind}", title=key, scale=alt.Scale(zero=False) if kind == "Q" else alt.Undefined)
        title = f"{figure.title} ({figure.unit})"
        colour = alt.Color("label:N", title=None, legend=alt.Legend() if others else None)
        lines = alt.Chart(rows).encode(x=x, color=colour)
        of_runs = alt.Y(f"{figure.name}:Q", title=title)
        of_seeds = lines.mark_line(opacity=0.35, strokeWidth=1).encode(y=of_runs, detail="seed:N")
        of_means = lines.mark_line(point=True, strokeWidth=3).encode(y=alt.Y(f"mean({figure.name}):Q", title=title))
        return (of_seeds + of_means).properties(width=420, height=240)

    def _repr_html_(self) -> str:
        shown = figures_to_show(self.comparison.asked)
        rows = [
            (*map(str, point.values()), *(number(figure, mean) for figure, mean in zip(shown, row, strict=True)))
            for point, (_, *row) in zip(
                self.planned.points, self.means()[[figure.name for figure in shown]].itertuples(), strict=True
            )
        ]
        heads = (*self.varied, *(f"{figure.title} ({figure.shown_unit})" for figure in shown))
        told = findings_as_html(self._findings())
        return fragment(repr(self).strip("<>"), *told, table(heads, rows, numbers=heads))

    def __repr__(self) -> str:
        points, runs = len(self.planned.points), len(self.planned.seeds)
        over = ", ".join(self.varied)
        return f"<sweep of {self.planned.scenario.name} over {over}: {points} points, {runs} runs at each>"


def sweep(  # noqa: PLR0913 -- what the command line offers
    scenario: Choice,
    varied: Mapping[str, Sequence[Any]],
    replications: int = 1,
    *,
    seed: int | None = None,
    days: int | None = None,
    overrides: Overrides = (),
    out: str | Path | None = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> SweptScenario:
    """Simulate a scenario with parameters varied: each value with each of the others, all under the same seeds.

    Args:
        scenario: A scenario, its name or its file.
        varied: The values of each parameter, by dotted key.
        replications: Runs at each point.
        seed: The first seed, in place of the scenario's; the others follow on it.
        days: The length of the recorded window.
        overrides: Changes at all points, as `load_scenario` takes them.
        out: A directory to keep runs in, new or to go on with; without one nothing is kept.
        workers: In how many processes runs are simulated; by default one per processor.
        progress: Whether to show a bar; by default, on a terminal alone.

    Raises:
        ScenarioError: The scenario, or a point, is not what its declarations allow.
        StudyError: Two points are the same, or there is none.

    Example:
        >>> import simulation as sim
        >>> sim.sweep(tiny, {"population.tutors": [4, 6]}, days=1, workers=1)
        <sweep of tiny over population.tutors: 2 points, 1 runs at each>
    """
    from simulation.validation.validation import choose_seeds

    base = load_scenario(scenario, overrides, seed, days=days)
    points = grid([Choices(key, tuple(values)) for key, values in varied.items()])
    if not points or not varied:
        raise StudyError("varied: has no values; allowed is a list of them for each key, as {'days': [7, 14]}")
    at_points = different(((point, load_scenario(base, point)) for point in points), "varied")
    planned = Sweep(base, tuple(points), at_points, tuple(choose_seeds(base, replications)))
    with TemporaryDirectory() as folder, shown("runs", progress) as on_run:
        directory = Path(folder, "sweep") if out is None else Path(out)
        done = carry_out(planned, directory, executor=executor_for(workers), on_run=on_run)
        return SweptScenario(planned, _read(directory), ComparedScenarios.of(done.comparison))


def _read(directory: Path) -> "pd.DataFrame":
    """The table of a sweep."""
    import pandas as pd

    return pd.read_parquet(directory / "sweep.parquet").drop(columns="run_id")
