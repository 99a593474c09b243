"""Scenarios compared, as one works with it in Python."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from simulation.api.pictures import Picture, picture_by
from simulation.api.progress import shown
from simulation.api.scenarios import Choice, Overrides, load_scenario
from simulation.execution.executors import executor_for
from simulation.lib.html import fragment, paragraph, table
from simulation.studies import comparison
from simulation.studies.comparison import Comparison
from simulation.studies.key_figures import KEY_FIGURES
from simulation.views import in_words
from simulation.views.comparison_table import number

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
        """A row per scenario and key figure: means, the mean difference, and its 95% interval.

        Returns:
            By scenario and figure: `unit`, the means in `base` and `other`, `difference`, `low` and `high`; float64,
            NaN where a figure is not defined or the pairs are too few.

        Example:
            >>> frame = comparison.frame()
            >>> bool(frame.loc[("tiny-busy", "sessions"), "difference"] > 0)
            True
        """
        import pandas as pd

        names = ["scenario", "figure", "unit", "base", "other", "difference", "low", "high"]
        rows = []
        for other in self.others:
            differences = self.differences(other)
            for figure in KEY_FIGURES:
                found = differences[figure.name]
                low, high = found.interval or (None, None)
                rows.append((other, figure.name, figure.unit, found.base, found.other, found.mean, low, high))
        return pd.DataFrame(rows, columns=names).set_index(names[:2]).astype(dict.fromkeys(names[3:], "float64"))

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
        """The differences in percent, with their intervals; needs the extra `pictures`.

        Example:
            >>> comparison.plot()  # doctest: +ELLIPSIS
            <picture, ... KB>
        """
        from simulation.views.comparison_plot import draw_comparison

        return picture_by(lambda path: draw_comparison(self, path))

    def _repr_html_(self) -> str:
        rows = [
            (other, in_words(name), *(number(value, 2) for value in (found.base, found.other)),
             number(found.mean, 2, sign=True), f"{found.interval[0]:+,.2f} to {found.interval[1]:+,.2f}")
            for other in self.others
            for name, found in self.differences(other).items()
            if found.interval and found.direction
        ]  # fmt: skip
        heads = ("scenario", "key figure", self.base, "scenario's", "difference", "95% interval")
        told = paragraph("Key figures whose interval does not contain zero.", quiet=True)
        return fragment(repr(self).strip("<>"), told, table(heads, rows, numbers=heads[2:]))

    def __repr__(self) -> str:
        return f"<comparison of {', '.join(self.others)} with {self.base}: {len(self.seeds)} pairs of runs>"


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
