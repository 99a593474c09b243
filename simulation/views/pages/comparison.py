"""A comparison of scenarios as a page: what differs between them, by how much, how sure that is, and pair by pair."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from simulation.scenario import SAID_OF_IT, Scenario
from simulation.scenario.loading import resolved
from simulation.scenario.showing import changes_in_words
from simulation.scenario.shown import shown
from simulation.studies.comparison import Comparison
from simulation.studies.differences import CONFIDENCE
from simulation.studies.findings import Findings, effect_of, findings_of
from simulation.studies.key_figures import KEY_FIGURES
from simulation.studies.provenance import Provenance
from simulation.views.comparison_plot import ROW, chart_of, figures_to_draw, rows_of
from simulation.views.comparison_table import closing_lines
from simulation.views.pages.charts import BLUE, ORANGE, framed, of_chosen_figure, tips, zero_line
from simulation.views.pages.page import rounded, write_page


def write_comparison_page(
    comparison: Comparison,
    scenarios: Sequence[Scenario],
    out: Path,
    provenance: Provenance | None = None,
    *,
    force: bool = False,
) -> None:
    """Write the page of a comparison of `scenarios`, given in its order. Raises RunDirError."""
    parts, charts, figures = [], {}, figures_to_draw(comparison)
    for place, (other, against) in enumerate(comparison.pairings):
        differences, pairs = f"differences_{place}", f"pairs_{place}"
        drawn = chart_of(rows_of(comparison, other, against, figures), against)
        charts[differences] = framed(drawn, f"{other} against {against}: differences", ROW * len(figures))
        charts[pairs] = _pairs(pair_rows(comparison, other, against))
        parts.append({
            "other": other, "against": against, "chart": differences, "pairs": pairs,
            "rows": table_rows(comparison, other, against), "figures": figures_to_choose(comparison, other, against),
        })  # fmt: skip
    caution = () if comparison.caution is None else (comparison.caution,)
    write_page(
        "comparison.html", out, charts, force=force,
        title=f"{', '.join(comparison.others)} against {comparison.base}",
        groups=groups_of(findings_of(comparison), comparison.questions), parts=parts, scenarios=list(comparison.runs),
        warnings=(*comparison.warnings, *caution), lines=closing_lines(comparison), provenance=provenance,
        settings=settings_that_differ(dict(zip(comparison.runs, scenarios, strict=True))),
        confidence=f"{CONFIDENCE:.0%}",
    )  # fmt: skip


def groups_of(findings: Findings, questions: Mapping[str, str]) -> list[dict[str, Any]]:
    """Findings as the page has them, under what is held against what; a scenario's question stands there once."""
    first = {other: pairing for pairing in reversed(findings) for other in pairing[:1]}
    return [
        {
            "heading": f"{other} against {against}",
            "question": questions.get(other) if first[other] == (other, against) else None,
            "findings": found,
        }
        for (other, against), found in findings.items()
    ]


def settings_that_differ(scenarios: Mapping[str, Scenario]) -> list[tuple[object, ...]]:
    """The parameters that differ between scenarios: each with its value in every one, or `none`.

    An experiment that only some have takes a single row, and so do the changes at a moment.
    """
    told = [_settings(scenario) for scenario in scenarios.values()]
    keys = dict.fromkeys(key for one in told for key in one if key not in {*SAID_OF_IT, "seed"})
    not_in_all = tuple(f"{key}." for key in keys if any(key not in one for one in told))
    rows = [(key, *(one.get(key, "none") for one in told)) for key in keys if not key.startswith(not_in_all)]
    return [row for row in rows if len(set(row[1:])) > 1]


def _settings(scenario: Scenario) -> dict[str, str]:
    """All parameters by dotted keys, and changes at a moment in words."""
    document = resolved(scenario)
    document.pop("changes", None)
    changes = "; ".join(changes_in_words(scenario))
    return dict(_flat(document)) | ({"changes": changes} if changes else {})


def table_rows(comparison: Comparison, other: str, against: str) -> list[tuple[object, ...]]:
    """A row for each key figure: name, group, both means, the difference, its interval, and what it comes to."""
    rows: list[tuple[object, ...]] = []
    for figure in KEY_FIGURES:
        difference = comparison.difference(figure.name, other, against)
        numbers = (difference.base, difference.other, difference.mean, *(difference.interval or (None, None)))
        told = [rounded(None if one is None else figure.scale * one, figure.shown_decimals) for one in numbers]
        change = None if figure.unit == "share" else rounded(difference.percent, 1)
        effect, ratio = effect_of(figure, difference), rounded(difference.variance_ratio, 1)
        rows.append((figure.label, figure.group, *told, change, effect, difference.certainty, ratio))
    return rows


def figures_to_choose(comparison: Comparison, other: str, against: str) -> list[tuple[str, str]]:
    """Each key figure in words, those that are asked for first, and how many pairs of other seeds a pair is worth."""
    chosen = []
    for figure in sorted(KEY_FIGURES, key=lambda figure: figure.name not in comparison.asked):
        ratio = comparison.difference(figure.name, other, against).variance_ratio
        worth = f" (a pair is worth {ratio:,.3g} with different seeds)" if ratio else ""
        chosen.append((figure.name, figure.title + worth))
    return chosen


def pair_rows(comparison: Comparison, other: str, against: str) -> pd.DataFrame:
    """A row for each pair of runs: its seed, and by how much they differ in each key figure, None where undefined."""
    rows = []
    for seed, base, changed in zip(comparison.seeds, comparison.runs[against], comparison.runs[other], strict=True):
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


def _pairs(rows: pd.DataFrame) -> Any:
    chart = (
        alt.Chart(rows).transform_calculate(difference="datum[figure]").transform_filter("isValid(datum.difference)")
    )
    points = chart.mark_point(filled=True, size=70, color=BLUE, opacity=0.8).encode(
        x=alt.X("difference:Q", title="difference in a pair of runs").scale(zero=True, padding=8).axis(tickCount=10),
        y=alt.Y("seed:O", title="seed", sort=None).axis(grid=True, labelOverlap=True),
        tooltip=tips("seed", difference=",.4~f"),
    )
    mean = chart.mark_rule(color=ORANGE, size=2).encode(x=alt.X("mean(difference):Q"))
    height = min(max(14 * len(rows), 120), 600)
    return framed(of_chosen_figure(zero_line(), points, mean), "Differences pair by pair", height)
