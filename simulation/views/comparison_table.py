"""A comparison as tables for people, and as JSON for programs."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import asdict

from simulation.lib.terminal import standard_output
from simulation.studies.differences import CONFIDENCE, Difference
from simulation.studies.key_figures import KEY_FIGURES, KeyFigure

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from simulation.studies.comparison import Comparison
    from simulation.studies.provenance import Provenance

_ENDLESS = 10_000
_DIRECTIONS = {1: "more", -1: "less", 0: ""}


def print_comparison(comparison: "Comparison", provenance: "Provenance | None" = None) -> None:
    """Print a table of all key figures for each scenario: means, difference, its interval, gain by pairing."""
    out = standard_output()
    for other in comparison.others:
        out.print(_table(comparison, other, out))
    for line in (*closing_lines(comparison), *([] if provenance is None else [str(provenance)])):
        out.print(line, markup=False, soft_wrap=True)


def comparison_as_json(comparison: "Comparison", provenance: "Provenance | None" = None) -> str:
    """The same for programs, with the key figures of each run."""
    goal = comparison.goal
    document = {
        **({} if provenance is None else asdict(provenance)),
        "caution": comparison.caution,
        "base": comparison.base,
        "confidence": CONFIDENCE,
        "seeds": comparison.seeds,
        "failed": [{"scenario": run.scenario, "seed": run.seed, "error": run.cause} for run in comparison.failed],
        **({"warnings": comparison.warnings} if comparison.warnings else {}),
        "goal": None if goal is None else {
            "key_figure": goal.figure, "half_width": goal.half_width, "at_most": goal.at_most,
            "is_reached": comparison.is_reached,
        },
        "key_figures": {
            figure.name: {"unit": figure.unit, "description": figure.description} for figure in KEY_FIGURES
        },
        "differences": {
            other: {name: _plain(difference) for name, difference in comparison.differences(other).items()}
            for other in comparison.others
        },
        "runs": {
            name: {figure.name: [run[figure.name] for run in runs] for figure in KEY_FIGURES}
            for name, runs in comparison.runs.items()
        },
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False)


def closing_lines(comparison: "Comparison") -> list[str]:
    """What a reader of the tables has to know."""
    seeds, count = comparison.seeds, len(KEY_FIGURES)
    lines = [] if comparison.caution is None else [f"caution: {comparison.caution}"]
    lines += [f"{len(seeds)} pairs of runs, seeds {', '.join(map(str, seeds))}"]
    if comparison.dropped:
        lines.append(f"left out, since a run failed: seeds {', '.join(map(str, comparison.dropped))}")
    lines += [
        (
            f"{CONFIDENCE:.0%} intervals by Student's t, each for itself: of {count} such intervals "
            f"{count * (1 - CONFIDENCE):.0f} or so misses the true difference by chance"
        ),
        "variance ratio: that of the difference between independent runs, over that between pairs",
    ]
    if goal := comparison.goal:
        told = f"{goal.figure} to within {goal.half_width:g}"
        lines.append(f"{told}: {'reached' if comparison.is_reached else f'not reached with {len(seeds)} pairs'}")
    return lines


def number(value: float | None, decimals: int = 0, *, sign: bool = False) -> str:
    """A number for people: with separators of thousands, and a sign if it is a difference."""
    if value is None:
        return "undefined"
    if sign and value == 0:
        return "0"
    return f"{value:{'+' if sign else ''},.{decimals}f}"


def decimals_for(figure: KeyFigure) -> int:
    """How many decimals of a key figure's mean are worth reading."""
    if figure.unit in {"share", "stars"}:
        return 4
    return 1 if figure.decimals == 0 else 2


def _table(comparison: "Comparison", other: str, out: "Console") -> "Table":
    """The full table if it fits the terminal; else one without lines and units."""
    from rich.measure import Measurement

    table = _filled(comparison, other, narrow=False)
    wanted = Measurement.get(out, out.options.update(max_width=_ENDLESS), table).maximum
    return table if wanted <= out.width else _filled(comparison, other, narrow=True)


def _filled(comparison: "Comparison", other: str, *, narrow: bool) -> "Table":
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    style: dict[str, Any] = {"box": box.SIMPLE_HEAD, "padding": 0, "show_edge": False} if narrow else {}
    table = Table(title=escape(f"{other} against {comparison.base}"), title_justify="left", **style)
    table.add_column("key figure", no_wrap=True)
    if not narrow:
        table.add_column("unit")
    for name in ("base", "other") if narrow else (comparison.base, other):
        table.add_column(escape(name), justify="right", overflow="fold")
    for name in ("difference", f"{CONFIDENCE:.0%} interval"):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("")
    table.add_column("variance ratio", justify="right", overflow="fold")
    differences = comparison.differences(other)
    for figure in KEY_FIGURES:
        difference = differences[figure.name]
        places = decimals_for(figure)
        table.add_row(
            figure.name, *(() if narrow else (figure.unit,)),
            number(difference.base, places), number(difference.other, places),
            number(difference.mean, places, sign=True), _interval(difference, places),
            _DIRECTIONS[difference.direction], _ratio(difference),
        )  # fmt: skip
    return table


def _interval(difference: Difference, decimals: int) -> str:
    if difference.interval is None:
        return "undefined"
    low, high = (number(end, decimals, sign=True) for end in difference.interval)
    return f"{low} to {high}"


def _ratio(difference: Difference) -> str:
    ratio = difference.variance_ratio
    return "" if ratio is None else f"{ratio:,.{1 if ratio < 100 else 0}f}"


def _plain(difference: Difference) -> Mapping[str, Any]:
    return {
        "pairs": difference.pairs,
        "base": difference.base,
        "other": difference.other,
        "difference": difference.mean,
        "half_width": difference.half_width,
        "interval": difference.interval,
        "variance_ratio": difference.variance_ratio,
    }
