"""Scenarios compared, as one works with it in Python."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from simulation.api.pictures import Picture, picture_by
from simulation.api.progress import shown
from simulation.api.scenarios import Choice, Overrides, load_scenario
from simulation.execution.executors import executor_for
from simulation.lib.html import fragment, listing, paragraph, table
from simulation.studies import comparison
from simulation.studies.comparison import Comparison
from simulation.studies.differences import Difference
from simulation.studies.findings import Findings, effect_of, findings_of, number
from simulation.studies.key_figures import KEY_FIGURES, KeyFigure, figures_to_show

if TYPE_CHECKING:
    import pandas as pd


@attrs.frozen(repr=False)
class ComparedScenarios(Comparison):
    """Scenarios, and how they differ from the first, over pairs of runs with the same random numbers.

    Example:
        >>> comparison
        <comparison of tiny-busy with tiny: 3 pairs of runs>
    """

    @classmethod
    def of(cls, found: Comparison) -> "ComparedScenarios":
        """The same comparison, as one works with it in Python."""
        return cls(**{field.name: getattr(found, field.name) for field in attrs.fields(Comparison)})

    def frame(self) -> "pd.DataFrame":
        """A row per scenario and key figure: means, the mean difference, its 95% interval, and what it comes to.

        Returns:
            By scenario and figure: `unit`; float64 means `base` and `other`, `difference`, `low` and `high`, NaN where
            a figure is not defined or the pairs are too few; and `effect`, as "better", "worse" or "unclear".

        Example:
            >>> frame = comparison.frame()
            >>> bool(frame.loc[("tiny-busy", "sessions"), "difference"] > 0)
            True
        """
        import pandas as pd

        names = ["scenario", "figure", "unit", "base", "other", "difference", "low", "high", "effect"]
        rows = []
        for other in self.others:
            differences = self.differences(other)
            for figure in KEY_FIGURES:
                found = differences[figure.name]
                means = (found.base, found.other, found.mean, *(found.interval or (None, None)))
                rows.append((other, figure.name, figure.unit, *means, effect_of(figure, found)))
        return pd.DataFrame(rows, columns=names).set_index(names[:2]).astype(dict.fromkeys(names[3:-1], "float64"))

    def sentences(self) -> tuple[str, ...]:
        """What becomes of the key figures that the scenarios ask about, how much, and how surely.

        Each scenario is held against the first, and against those before it.

        Example:
            >>> comparison.sentences()[0]  # doctest: +ELLIPSIS
            'tiny-busy against tiny: ...'
        """
        return tuple(str(found) for findings in findings_of(self).values() for found in findings)

    def by_seed(self, figure: str) -> "pd.DataFrame":
        """A key figure in each run: a row per seed, a column per scenario; float64. Raises KeyError for another name.

        Example:
            >>> comparison.by_seed("sessions").columns.tolist()
            ['tiny', 'tiny-busy']
        """
        import pandas as pd

        columns = {name: [run[figure] for run in runs] for name, runs in self.runs.items()}
        return pd.DataFrame(columns, index=pd.Index(self.seeds, name="seed")).astype("float64")

    def plot(self) -> Picture:
        """The differences in percent, with their intervals, and which are good news; needs the extra `pages`.

        Example:
            >>> comparison.plot()  # doctest: +ELLIPSIS
            <picture, ... KB>
        """
        from simulation.views.comparison_plot import draw_comparison
        from simulation.views.pages.page import require_pages

        require_pages("a picture")
        return picture_by(lambda path: draw_comparison(self, path))

    def _repr_html_(self) -> str:
        told = [paragraph(question) for question in self.questions.values()]
        told += findings_as_html(findings_of(self))
        rows = [
            (other, figure.title, *self._shown(figure, found), effect_of(figure, found))
            for other in self.others
            for figure in figures_to_show(self.asked)
            for found in (self.difference(figure.name, other),)
        ]
        heads = ("scenario", "key figure", self.base, "scenario's", "difference", "95% interval", "that is")
        return fragment(repr(self).strip("<>"), *told, table(heads, rows, numbers=heads[2:6]))

    @staticmethod
    def _shown(figure: KeyFigure, found: Difference) -> tuple[str, str, str, str]:
        """Both means, the difference and its interval, for people."""
        low, high = found.interval or (None, None)
        ends = f"{number(figure, low, sign=True)} to {number(figure, high, sign=True)}"
        means = (number(figure, found.base), number(figure, found.other))
        return *means, f"{number(figure, found.mean, sign=True)} {figure.shown_unit}", ends

    def __repr__(self) -> str:
        return f"<comparison of {', '.join(self.others)} with {self.base}: {len(self.seeds)} pairs of runs>"


def findings_as_html(findings: Findings) -> list[str]:
    """Findings as lists of sentences, one for each scenario and what it is held against."""
    return [
        listing(f"{other} against {against}", [one.sentence for one in found])
        for (other, against), found in findings.items()
    ]


def compare(
    scenarios: Sequence[Choice],
    replications: int = comparison.REPLICATIONS,
    *,
    seed: int | None = None,
    days: int | None = None,
    overrides: Overrides = (),
    workers: int | None = None,
    progress: bool | None = None,
) -> ComparedScenarios:
    """Simulate scenarios under the same seeds, and compare the others with the first.

    Args:
        scenarios: Two or more; names, files, or scenarios.
        replications: Runs of each.
        seed: The first seed, in place of the first scenario's; the others follow on it.
        days: The length of the recorded window, in all of them.
        overrides: Changes of all of them, as `load_scenario` takes them.
        workers: In how many processes runs are simulated; by default one per processor.
        progress: Whether to show a bar; by default, on a terminal alone.

    Raises:
        ScenarioError: A scenario is not what its declarations allow.
        StudyError: No pair of runs is left, or SciPy is not installed (the extra `studies`).

    Example:
        >>> import simulation as sim
        >>> busy = sim.load_scenario(tiny, {"name": "tiny-busy", "demand.sessions_per_day": 40})
        >>> sim.compare([tiny, busy], replications=2, days=1, workers=1)
        <comparison of tiny-busy with tiny: 2 pairs of runs>
    """
    from simulation.validation.validation import choose_seeds

    chosen = [load_scenario(one, overrides, seed, days=days) for one in scenarios]
    with shown("runs", progress) as on_run:
        found = comparison.compare(
            chosen, lambda number: choose_seeds(chosen[0], number), replications,
            executor=executor_for(workers), on_run=on_run,
        )  # fmt: skip
    return ComparedScenarios.of(found)
