"""What a comparison finds, in sentences: what changes, by how much, how surely, and whether that is good news."""

from collections.abc import Iterable
from typing import Any, Literal

from attrs import frozen

from simulation.studies.comparison import Comparison
from simulation.studies.differences import CONFIDENCE, MOST_PAIRS, Difference, share_repaired
from simulation.studies.key_figures import KEY_FIGURES, KeyFigure

Effect = Literal["better", "worse", "more", "less", "unclear", "same", "undefined"]


@frozen
class Finding:
    """What becomes of a key figure in one scenario, `other`, held `against` another.

    `repaired` is the share of what `against` loses against the base that the other has back, with the ends of its
    interval; None where nothing is lost, or nothing comes back.
    """

    figure: KeyFigure
    other: str
    against: str
    difference: Difference
    repaired: tuple[float, float, float] | None = None

    @property
    def effect(self) -> Effect:
        """What it comes to in a word: good or bad news where one direction of the figure is better."""
        return effect_of(self.figure, self.difference)

    @property
    def sentence(self) -> str:
        """What becomes of the figure, without the names of the scenarios."""
        told = _told(self.figure, self.difference)
        return told[:1].upper() + told[1:] + self._repair()

    def __str__(self) -> str:
        return f"{self.other} against {self.against}: {_told(self.figure, self.difference)}{self._repair()}"

    def as_plain(self) -> dict[str, Any]:
        """The same as plain data, in the figure's own unit."""
        return {
            "scenario": self.other, "against": self.against, "key_figure": self.figure.name, "sentence": self.sentence,
            "direction": self.effect, **plain_difference(self.difference),
            "pairs_needed": self.difference.pairs_needed if self.effect == "unclear" else None,
            "repaired": self.repaired,
        }  # fmt: skip

    def _repair(self) -> str:
        if self.repaired is None:
            return ""
        share, low, high = self.repaired
        if low > 1:
            return f" That repairs all that {self.against} did, and more."
        interval = f"{CONFIDENCE:.0%} interval {low:.0%} to {high:.0%}"
        return f" That repairs {share:.0%} of what {self.against} did ({interval})."


# Of a scenario against another, what becomes of the key figures that are asked about.
Findings = dict[tuple[str, str], list[Finding]]


def findings_of(comparison: Comparison, pairings: Iterable[tuple[str, str]] | None = None) -> Findings:
    """What a comparison finds of the key figures that its scenarios ask about, by scenario and what it is against.

    That is for all pairings of scenarios, unless some are named.
    """
    figures = [figure for figure in KEY_FIGURES if figure.name in comparison.asked]
    return {
        (other, against): [_finding(comparison, figure, other, against) for figure in figures]
        for other, against in (comparison.pairings if pairings is None else pairings)
    }


def effect_of(figure: KeyFigure, difference: Difference) -> Effect:
    """What a difference comes to in a word."""
    if not difference.direction:
        unsure: dict[str, Effect] = {"the same in every pair": "same", "undefined": "undefined"}
        return unsure.get(difference.certainty, "unclear")
    rises = difference.direction > 0
    if figure.better == "neither":
        return "more" if rises else "less"
    return "better" if rises == (figure.better == "higher") else "worse"


def plain_difference(difference: Difference) -> dict[str, Any]:
    """A difference as plain data."""
    return {
        "pairs": difference.pairs,
        "base": difference.base,
        "other": difference.other,
        "difference": difference.mean,
        "percent": difference.percent,
        "half_width": difference.half_width,
        "interval": difference.interval,
        "certainty": difference.certainty,
        "variance_ratio": difference.variance_ratio,
    }


def number(figure: KeyFigure, value: float | None, *, sign: bool = False) -> str:
    """A figure's value for people, in the unit in which it is shown: with a sign if it is a difference."""
    if value is None:
        return "undefined"
    if sign and value == 0:
        return "0"
    return f"{figure.scale * value:{'+' if sign else ''}z,.{figure.shown_decimals}f}"


def percent(difference: Difference) -> str:
    """A difference in percent of the base, where there is one."""
    change = difference.percent
    return "" if change is None else f"{change:+,.{1 if abs(change) < 1000 else 0}f}%"


def _finding(comparison: Comparison, figure: KeyFigure, other: str, against: str) -> Finding:
    difference, base = comparison.difference(figure.name, other, against), comparison.base
    is_remedy = against != base and effect_of(figure, difference) == "better"
    is_remedy = is_remedy and effect_of(figure, comparison.difference(figure.name, against)) == "worse"
    values = (comparison.values(figure.name, scenario) for scenario in (base, against, other))
    return Finding(figure, other, against, difference, share_repaired(*values) if is_remedy else None)


def _told(figure: KeyFigure, difference: Difference) -> str:
    """What becomes of a figure, as a sentence that something may stand before."""
    title, unit, mean = figure.title, figure.unit_of_changes, difference.mean
    if mean is None:
        return f"{title}: undefined, as there is no pair of runs that has it."
    if difference.certainty == "the same in every pair":
        return f"{title}: {difference.certainty}."
    if not difference.direction:
        amount = f"{number(figure, mean, sign=True)} {unit}"
        return f"{title}: cannot be told yet ({_with_interval(figure, difference, amount)}); {_needed(difference)}."
    effect = effect_of(figure, difference)
    news = f"{effect}, " if effect in {"better", "worse"} else ""
    # Of a share the percentage would be mistaken for the percentage points that it moved.
    change = _with_interval(figure, difference, "" if figure.unit == "share" else percent(difference))
    verb = "rose" if mean > 0 else "fell"
    level = number(figure, difference.other) + ("%" if figure.unit == "share" else "")
    amount = f"{number(figure, abs(mean))} {unit}"
    return f"{title} {verb} by {amount} to {level} ({change}): {news}{difference.certainty}."


def _with_interval(figure: KeyFigure, difference: Difference, told: str) -> str:
    """A change with the interval around it, where there is one."""
    if difference.interval is None:
        return told
    low, high = (number(figure, end, sign=True) for end in difference.interval)
    interval = f"{CONFIDENCE:.0%} interval {low} to {high}"
    return f"{told}, {interval}" if told else interval


def _needed(difference: Difference) -> str:
    """How many pairs it would take to tell a difference, roughly."""
    if difference.half_width is None:
        return "one pair tells nothing of how sure that is"
    needed = difference.pairs_needed
    if needed is None:
        return f"it would take more than {MOST_PAIRS:,} pairs"
    step = max(10 ** (len(str(needed)) - 1) // 2, 1)
    return f"it would take about {-(-needed // step) * step:,} pairs"
