"""Fits the fitted parameters anew, each by itself: the value that brings its claim to the middle of what is allowed.

    python -m tools.fit_defaults --parameter demand.overhead

All values are tried under the same few seeds, with common random numbers, by the secant method: a
parameter takes one to five times as many runs as there are seeds, most three. A run of production is some 8 seconds of
one processor: with three seeds a parameter takes about a minute and a half of it, and all of them about an hour.
Parameters were fitted together and by judgement, so that what is found need not be the default: by default the claim
only has to hold.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean

import attrs
import click
from attrs import define, field, frozen

from simulation.scenario import Scenario
from simulation.scenario.description import describe
from simulation.scenario.fields import Field, declared_at
from simulation.scenario.loading import load_scenario, scenario_digest
from simulation.validation import ledger
from simulation.validation.validation import choose_seeds, measure_scenarios
from simulation.validation.verdicts import Figures
from tools.fits import FITS, Fit

PRODUCTION = Path(__file__).parents[1] / "scenarios" / "production.toml"

ROUNDS = 3
# The search is over where a mean is this near to the middle, in half widths of the interval.
NEAR = 0.1
# One round goes no further than so many first steps.
LEAP = 5.0

Figure = Callable[[float], float]


class NotFittedError(Exception):
    """A parameter that cannot be fitted: the message is one line with the reason."""


# ---------------------------------------------------------------- a parameter and its values


@frozen
class Knob:
    """A fitted parameter of a scenario, with one figure to turn."""

    fit: Fit
    declared: Field
    key: str
    index: int | None
    whole: float | tuple[float, ...]

    @classmethod
    def of(cls, fit: Fit, scenario: Scenario) -> "Knob":
        """The parameter of a fit, as it stands in a scenario."""
        values = {parameter.key: parameter.value for parameter in describe(scenario)}
        head, _, last = fit.key.rpartition(".")
        key, index = (head, int(last)) if last.isdigit() else (fit.key, None)
        value = values[key]
        return cls(fit, declared_at(key, Scenario), key, index, tuple(value) if isinstance(value, list) else value)

    @property
    def default(self) -> float:
        """The figure as it stands."""
        return self.whole[self.index or 0] if isinstance(self.whole, tuple) else self.whole

    def within(self, figure: float) -> float:
        """A figure, or the nearest that is allowed."""
        width = self.whole[1] - self.whole[0] if self.declared.metadata.get("span") else 0.0  # type: ignore[index]
        return float(min(max(figure, self.declared.metadata["low"]), self.declared.metadata["high"] - width))

    def override(self, figure: float) -> str:
        """What sets the parameter, as for `--set`."""
        return f"{self.key}={self._with(figure)}"

    def _with(self, figure: float) -> float | list[float]:
        if not isinstance(self.whole, tuple):
            return figure
        if self.index is None:
            return [item + (figure - self.whole[0]) for item in self.whole]
        rest = (1 - figure) / (1 - self.default)
        return [figure if place == self.index else item * rest for place, item in enumerate(self.whole)]


# ---------------------------------------------------------------- the search


@frozen
class Point:
    """A figure of a parameter, and the mean of its claim there."""

    figure: float
    mean: float


@frozen
class Found:
    """What came of a fit: the claim's mean by default and as found, and the middle of its interval."""

    fit: Fit
    default: Point
    found: Point
    middle: float

    def __str__(self) -> str:
        """A line for readers."""
        return (
            f"{self.fit.key}: default {self.default.figure:.4g}, found {self.found.figure:.4g} "
            f"({self.fit.claim}: {self.default.mean:.4g} by default, {self.found.mean:.4g} as found, "
            f"middle {self.middle:.4g})"
        )


@define
class Trials:
    """Runs of a scenario with parameters changed, under the same seeds; none is simulated twice."""

    path: Path
    seeds: Sequence[int]
    workers: int | None = None
    _done: dict[str, list[Figures]] = field(factory=dict)

    def mean(self, claim_id: str, override: str) -> float:
        """The mean of a claim. Raises NotFittedError where it is not defined in some run."""
        scenario = load_scenario(self.path, [override])
        digest = scenario_digest(scenario)
        if digest not in self._done:
            runs = [attrs.evolve(scenario, seed=seed) for seed in self.seeds]
            self._done[digest] = [of_run.figures for of_run in measure_scenarios(runs, workers=self.workers)]
        figures = [of_run[claim_id] for of_run in self._done[digest]]
        known = [figure for figure in figures if figure is not None]
        if len(known) < len(figures):
            raise NotFittedError(f"{claim_id} is not defined in every run")
        return fmean(known)

    def fit(self, fit: Fit) -> Found:
        """Fit a parameter. Raises NotFittedError."""
        knob = Knob.of(fit, load_scenario(self.path))
        low, high = ledger()[fit.claim].pooled or (0.0, 0.0)
        middle = (low + high) / 2
        points = list(
            search(
                lambda figure: self.mean(fit.claim, knob.override(figure)), knob.default, fit.step, middle,
                near=NEAR * (high - low) / 2, within=knob.within,
            )
        )  # fmt: skip
        return Found(fit, points[0], min(points, key=lambda point: abs(point.mean - middle)), middle)


def search(
    mean: Figure, start: float, step: float, aim: float, *, near: float, within: Figure = lambda figure: figure
) -> Iterator[Point]:
    """Points on the way to where a mean comes near to what is aimed at, by the secant method.

    Raises NotFittedError where the mean does not move.
    """
    last = Point(start, mean(start))
    yield last
    figure = within(start + step)
    for _ in range(1 + ROUNDS):
        if abs(last.mean - aim) <= near or figure == last.figure:
            return
        point = Point(figure, mean(figure))
        yield point
        rise = (point.mean - last.mean) / (point.figure - last.figure)
        if not rise:
            raise NotFittedError(f"nothing moves from {last.figure:g} to {point.figure:g}")
        reach = LEAP * abs(step)
        figure = within(point.figure + min(max((aim - point.mean) / rise, -reach), reach))
        last = point


# ---------------------------------------------------------------- the command


@click.command()
@click.option("--parameter", "keys", multiple=True, help="Fit this one only; repeatable.  [default: all]")
@click.option("--scenario", type=click.Path(path_type=Path), default=PRODUCTION, help="[default: production]")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Runs for each value.")
@click.option("--seeds-from", default="fit", show_default=True, help="The text that seeds are drawn from.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
def main(keys: Sequence[str], scenario: Path, seeds: int, seeds_from: str, workers: int | None) -> None:
    """Fit the fitted parameters anew, each by itself, and print what is found beside the default."""
    known = {fit.key: fit for fit in FITS}
    if unknown := [key for key in keys if key not in known]:
        raise click.ClickException(f"--parameter: {unknown[0]} is none that was fitted; allowed are {', '.join(known)}")
    trials = Trials(scenario, choose_seeds(load_scenario(scenario), seeds, seeds_from), workers)
    for key in keys or known:
        try:
            click.echo(trials.fit(known[key]))
        except NotFittedError as reason:
            click.echo(f"{key}: {reason}")


if __name__ == "__main__":
    main()
