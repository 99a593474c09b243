"""A sweep as a page: each key figure over what was varied, and the table of all points."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from simulation.lib.paths import SWEEP_RECORD
from simulation.studies.differences import CONFIDENCE, t_quantile
from simulation.studies.findings import findings_of
from simulation.studies.key_figures import KEY_FIGURES, USUALLY_ASKED
from simulation.studies.provenance import Provenance
from simulation.studies.study_directory import StudyDirectory
from simulation.studies.sweep import comparison_of
from simulation.studies.sweep_table import NAME
from simulation.views.comparison_table import MOST_SHOWN, MOST_TOLD
from simulation.views.pages.charts import BLUE, GREY, ORANGE, framed, of_chosen_figure, tips
from simulation.views.pages.comparison import groups_of
from simulation.views.pages.page import rounded, write_page
from simulation.views.pages.sweep_differences import (
    chart_of_differences,
    differences_of_points,
    rows_of_differences,
)

FIGURES = [figure.name for figure in KEY_FIGURES]
_PADDING = 14


def write_sweep_page(
    directory: Path,
    out: Path,
    overrides: Sequence[str] = (),
    *,
    asked: Sequence[str] = USUALLY_ASKED,
    command: str = "",
    force: bool = False,
) -> None:
    """Write the page of a finished sweep, at all of whose points `overrides` hold, made by a `command`.

    Sentences tell of the key figures that are `asked` about. Raises RunDirError.
    """
    record = json.loads((directory / SWEEP_RECORD).read_text(encoding="utf-8-sig"))
    runs = pd.read_parquet(directory / f"{NAME}.parquet")
    varied, seeds = list(record["points"][0]), tuple(record["seeds"])
    kept = [StudyDirectory(directory).read(run_id) or {"figures": None} for run_id in runs["run_id"]]
    comparison = comparison_of(record["points"], seeds, kept, asked)
    runs[FIGURES] *= [figure.scale for figure in KEY_FIGURES]
    charts, places = charts_of(runs, varied)
    differences = differences_of_points(comparison) if len(seeds) > 1 and comparison.others else None
    if differences is not None and 0 < len(comparison.others) <= MOST_SHOWN:
        charts["differences"] = chart_of_differences(differences)
    is_told = differences is not None and len(comparison.others) <= MOST_TOLD
    write_page(
        "sweep.html", out, charts, force=force,
        title=f"Sweep of {record['scenario']} over {', '.join(varied)}",
        lines=_lines(len(record["points"]), len(seeds), int(runs["error"].notna().sum())), provenance=Provenance(
            {record["scenario"]: record["scenario_digest"]}, seeds, tuple(overrides), record["version"], command
        ),
        warnings=record.get("warnings", ()), first=comparison.base,
        groups=groups_of(findings_of(comparison, comparison.with_base), {}) if is_told else [],
        differences=[] if differences is None else rows_of_differences(differences),
        varied=varied, charts_of=places, confidence=f"{CONFIDENCE:.0%}",
        figures=[(one.name, one.label) for one in sorted(KEY_FIGURES, key=lambda figure: figure.name not in asked)],
        columns=[*varied, "runs", *(figure.label for figure in KEY_FIGURES)], rows=rows_of_points(runs, varied),
    )  # fmt: skip


def _lines(points: int, seeds: int, failed: int) -> list[str]:
    """How many runs there are, and how many of them failed."""
    told = f"{points} points, {seeds} {'run' if seeds == 1 else 'runs'} at each"
    return [told, f"{failed} of the runs failed, and are left out"] if failed else [told]


def charts_of(runs: pd.DataFrame, varied: list[str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Charts by name, each with what it is over: one per parameter, after a map of two parameters in full."""
    known = runs[runs["error"].isna()]
    charts = {f"over_{place}": _over(known, key, varied) for place, key in enumerate(varied)}
    places = [(f"over_{place}", key) for place, key in enumerate(varied)]
    if len(varied) == 2 and runs[varied].drop_duplicates().shape[0] == runs[varied].nunique().prod():
        charts["map"] = _map(known.groupby(varied, as_index=False, sort=False)[FIGURES].mean(), varied)
        places.insert(0, ("map", " and ".join(varied)))
    return charts, places


def intervals_of_values(runs: pd.DataFrame, key: str) -> pd.DataFrame:
    """Of each key figure at each value of a parameter the `mean` and, over two runs or more, its interval."""
    rows = []
    for value, at_value in runs.groupby(key, sort=True):
        for figure in FIGURES:
            found = at_value[figure].dropna().astype(float)
            if not len(found):
                continue
            half = t_quantile(len(found) - 1) * found.std() / len(found) ** 0.5 if len(found) > 1 else None
            low, high = (None, None) if half is None else (found.mean() - half, found.mean() + half)
            rows.append((value, figure, found.mean(), low, high))
    return pd.DataFrame(rows, columns=["value", "name", "mean", "low", "high"])


def rows_of_points(runs: pd.DataFrame, varied: list[str]) -> list[tuple[object, ...]]:
    """A row for each point: what was varied, how many runs did not fail, and the mean of each key figure."""
    rows: list[tuple[object, ...]] = []
    for point, at_point in runs.groupby(varied, sort=False):
        known = at_point[at_point["error"].isna()]
        means = known[FIGURES].astype(float).mean()
        told = (rounded(float(mean), figure.shown_decimals) for mean, figure in zip(means, KEY_FIGURES, strict=True))
        rows.append((*point, len(known), *told))
    return rows


def lines_of_seeds(runs: pd.DataFrame, key: str, varied: list[str]) -> pd.DataFrame:
    """The runs with the `value` of a parameter, and the `line` of those that differ in it alone."""
    points = runs[["run_id", "seed", key, *FIGURES]].rename(columns={key: "value"}).astype({"seed": str})
    fixed = runs[[other for other in varied if other != key]].astype(str)
    points["line"] = [" ".join(line) for line in zip(points["seed"], *(fixed[other] for other in fixed), strict=True)]
    return points


def _over(runs: pd.DataFrame, key: str, varied: list[str]) -> Any:
    """A key figure over one parameter: a line per seed through the runs, and their mean at each value.

    Runs on a line differ in this parameter alone. The mean has its interval where values have several runs.
    """
    numeric = pd.api.types.is_numeric_dtype(runs[key]) and not pd.api.types.is_bool_dtype(runs[key])
    points = lines_of_seeds(runs, key, varied)
    x = (
        alt.X("value:Q", title=key).scale(zero=False, padding=_PADDING)
        if numeric
        else alt.X("value:O", title=key).axis(labelAngle=0, labelOverlap=True)
    )
    results = _of_chosen(points).encode(x=x, y=alt.Y("result:Q", title=None).scale(zero=False))
    told = tips("value", "seed", result=",.4~f")
    layers = [
        results.mark_line(color=GREY, opacity=0.8, strokeWidth=1).encode(detail="line:N"),
        results.mark_point(filled=True, color=BLUE, opacity=0.7, size=45).encode(tooltip=told),
    ]
    if runs.groupby(key).size().max() > 1 and runs[key].nunique() <= 50:
        told = tips("value", mean=",.4~f", low=",.4~f", high=",.4~f")
        means = alt.Chart(intervals_of_values(runs, key)).transform_filter("datum.name == figure")
        means = means.encode(x=x, tooltip=told)
        spans = means.mark_rule(color=ORANGE, size=2).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
        line = (
            means.mark_line(color=ORANGE, point={"color": ORANGE, "size": 60})
            if numeric
            else means.mark_point(color=ORANGE, filled=True, size=70)
        )
        layers = [spans, line.encode(y=alt.Y("mean:Q")), *layers]
    return framed(of_chosen_figure(*layers), f"Key figures over {key}", 300)


def _map(means: pd.DataFrame, varied: list[str]) -> Any:
    """A key figure over two parameters: the mean at each point in words and as a colour."""
    points = means.rename(columns={varied[0]: "across", varied[1]: "up"})
    chart = _of_chosen(points).encode(
        x=alt.X("across:O", title=varied[0]).axis(labelAngle=0), y=alt.Y("up:O", title=varied[1], sort="descending")
    )
    cells = chart.mark_rect(color=BLUE).encode(
        fillOpacity=alt.FillOpacity("result:Q", legend=None).scale(range=[0.05, 0.7], zero=False),
        tooltip=tips("across", "up", result=",.4~f"),
    )
    words = chart.mark_text().encode(text=alt.Text("result:Q", format=",.4~g"))
    height = 44 * points["up"].nunique() + 20
    return framed(of_chosen_figure(cells, words), f"Key figures over {' and '.join(varied)}", height)


def _of_chosen(points: pd.DataFrame) -> Any:
    """The points at which the chosen key figure is defined, with its `result`."""
    return alt.Chart(points).transform_calculate(result="datum[figure]").transform_filter("isValid(datum.result)")
