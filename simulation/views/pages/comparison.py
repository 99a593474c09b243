"""A comparison of scenarios as a page: what differs between them, by how much, how sure that is, and pair by pair."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from simulation.scenario import Scenario
from simulation.scenario.checking import shown
from simulation.scenario.loading import resolved
from simulation.studies.comparison import Comparison
from simulation.studies.differences import CONFIDENCE
from simulation.studies.key_figures import KEY_FIGURES
from simulation.studies.provenance import Provenance
from simulation.views.comparison_plot import EDGE_PERCENT, TICKS, figures_to_draw, lines_of
from simulation.views.comparison_table import closing_lines, decimals_for
from simulation.views.pages.charts import BLUE, GREY, RED, coloured, framed, of_chosen_figure, tips, zero_line
from simulation.views.pages.page import rounded, write_page

DIRECTIONS = {1: "more", -1: "less", 0: "the interval contains zero"}
_COLOURS = {"more": RED, "less": BLUE, "the interval contains zero": GREY}
_ROW = 22


def write_comparison_page(
    comparison: Comparison,
    scenarios: Sequence[Scenario],
    out: Path,
    provenance: Provenance | None = None,
    *,
    force: bool = False,
) -> None:
    """Write the page of a comparison of `scenarios`, given in its order. Raises RunDirError."""
    others, charts = [], {}
    for place, other in enumerate(comparison.others):
        differences, pairs = f"differences_{place}", f"pairs_{place}"
        charts[differences] = _intervals(percent_rows(comparison, other), f"{other}: differences")
        charts[pairs] = _pairs(pair_rows(comparison, other))
        others.append({
            "name": other, "chart": differences, "pairs": pairs, "rows": table_rows(comparison, other),
            "figures": figures_to_choose(comparison, other),
        })  # fmt: skip
    write_page(
        "comparison.html", out, charts, force=force,
        title=f"{', '.join(comparison.others)} against {comparison.base}",
        base=comparison.base, others=others, warnings=comparison.warnings, lines=closing_lines(comparison),
        provenance=provenance,
        settings=settings_that_differ(dict(zip(comparison.runs, scenarios, strict=True))),
        confidence=f"{CONFIDENCE:.0%}",
    )  # fmt: skip


def settings_that_differ(scenarios: Mapping[str, Scenario]) -> list[tuple[object, ...]]:
    """The parameters that differ between scenarios: each with its value in every one, or `none`.

    An experiment that only some have takes a single row.
    """
    told = [dict(_flat(resolved(scenario))) for scenario in scenarios.values()]
    keys = dict.fromkeys(key for one in told for key in one if key not in {"name", "seed", "ledger"})
    not_in_all = tuple(f"{key}." for key in keys if any(key not in one for one in told))
    rows = [(key, *(one.get(key, "none") for one in told)) for key in keys if not key.startswith(not_in_all)]
    return [row for row in rows if len(set(row[1:])) > 1]


def table_rows(comparison: Comparison, other: str) -> list[tuple[object, ...]]:
    """A row for each key figure: name, unit, both means, the difference, its interval, direction, variance ratio."""
    rows: list[tuple[object, ...]] = []
    differences = comparison.differences(other)
    for figure in KEY_FIGURES:
        difference, decimals = differences[figure.name], decimals_for(figure)
        numbers = (difference.base, difference.other, difference.mean, *(difference.interval or (None, None)))
        direction = DIRECTIONS[difference.direction] if difference.direction else ""
        told = [rounded(number, decimals) for number in numbers]
        rows.append((figure.name, figure.unit, *told, direction, rounded(difference.variance_ratio, 1)))
    return rows


def figures_to_choose(comparison: Comparison, other: str) -> list[tuple[str, str]]:
    """Each key figure with its name in words, and how many pairs of other seeds a pair is worth."""
    ratios = {name: difference.variance_ratio for name, difference in comparison.differences(other).items()}
    return [
        (name, name.replace("_", " ") + (f" (a pair is worth {ratio:,.3g} with different seeds)" if ratio else ""))
        for name, ratio in ratios.items()
    ]


def percent_rows(comparison: Comparison, other: str) -> pd.DataFrame:
    """For each key figure worth drawing, the difference in percent of the base, with its interval."""
    figures = figures_to_draw(comparison)
    rows = [
        (figure.name.replace("_", " "), *line.within_the_edge, DIRECTIONS[line.direction], line.words)
        for figure, line in zip(figures, lines_of(comparison, other, figures), strict=True)
        if line.percent is not None
    ]
    return pd.DataFrame(rows, columns=["figure", "low", "middle", "high", "direction", "told"])


def pair_rows(comparison: Comparison, other: str) -> pd.DataFrame:
    """A row for each pair of runs: its seed, and by how much they differ in each key figure, None where undefined."""
    rows = []
    for seed, base, changed in zip(
        comparison.seeds, comparison.runs[comparison.base], comparison.runs[other], strict=True
    ):
        pairs = {figure.name: (base[figure.name], changed[figure.name]) for figure in KEY_FIGURES}
        differences = {name: None if one is None or two is None else two - one for name, (one, two) in pairs.items()}
        rows.append({"seed": str(seed), **differences})
    return pd.DataFrame(rows)


def _flat(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested plain data as dotted keys, and values as they stand in scenario files.

    Tables in lists go by their names, as experiments and regions do.
    """
    if isinstance(document, list) and all(isinstance(one, Mapping) and "name" in one for one in document):
        for one in document:
            yield f"{path}.{one['name']}", "defined"
            yield from _flat(one, f"{path}.{one['name']}")
    elif isinstance(document, Mapping):
        for key, value in document.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, shown(document)


def _intervals(rows: pd.DataFrame, description: str) -> Any:
    figure = alt.Y("figure:N", title=None, sort=list(rows["figure"])).axis(labelLimit=190, grid=True)
    reach = min(1.2 * float(rows[["low", "high"]].abs().to_numpy().max(initial=1.0)), EDGE_PERCENT)
    scale = alt.Scale(type="symlog", constant=1, domain=[-reach, reach], nice=False)
    ticks = [tick for tick in TICKS if abs(tick) <= reach]
    axis = alt.Axis(values=ticks, labelExpr="datum.value ? format(datum.value, '+,d') + '%' : '0'", labelOverlap=True)
    chart = alt.Chart(rows).encode(
        y=figure, color=coloured("direction", _COLOURS), tooltip=tips("figure", "told", "direction")
    )
    low = alt.X("low:Q", title="change in percent of the base", scale=scale, axis=axis)
    spans = chart.mark_rule(size=3).encode(x=low, x2=alt.X2("high:Q"))
    points = chart.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("middle:Q", scale=scale))
    return framed(zero_line() + spans + points, description, _ROW * len(rows))


def _pairs(rows: pd.DataFrame) -> Any:
    chart = (
        alt.Chart(rows).transform_calculate(difference="datum[figure]").transform_filter("isValid(datum.difference)")
    )
    points = chart.mark_point(filled=True, size=70, color=BLUE, opacity=0.8).encode(
        x=alt.X("difference:Q", title="difference in a pair of runs").scale(zero=True).axis(tickCount=10),
        y=alt.Y("seed:O", title="seed", sort=None).axis(grid=True, labelOverlap=True),
        tooltip=tips("seed", difference=",.4~f"),
    )
    mean = chart.mark_rule(color=RED, size=2).encode(x=alt.X("mean(difference):Q"))
    height = min(max(14 * len(rows), 120), 600)
    return framed(of_chosen_figure(zero_line(), points, mean), "Differences pair by pair", height)
