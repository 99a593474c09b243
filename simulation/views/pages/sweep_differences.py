"""What the points of a sweep differ by from its first, seed by seed, in runs that share their random numbers."""

from typing import Any

import altair as alt
import pandas as pd

from simulation.studies.comparison import Comparison
from simulation.studies.findings import effect_of
from simulation.studies.key_figures import KEY_FIGURES
from simulation.views.comparison_plot import DRAWN, ROW, UNSURE, channels_of_effects
from simulation.views.pages.charts import framed, of_chosen_figure, tips, zero_line
from simulation.views.pages.page import rounded

_COLUMNS = ["point", "name", "mean", "low", "high", "pairs", "effect"]


def differences_of_points(comparison: Comparison) -> pd.DataFrame:
    """Of each key figure at each point but the first the `mean` difference, its interval, pairs and effect.

    Numbers are in the units in which key figures are shown.
    """
    rows = []
    for point in comparison.others:
        for figure in KEY_FIGURES:
            difference = comparison.difference(figure.name, point)
            if difference.mean is not None:
                ends = (difference.mean, *(difference.interval or (None, None)))
                told = (None if end is None else figure.scale * end for end in ends)
                rows.append((point, figure.name, *told, difference.pairs, effect_of(figure, difference)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def rows_of_differences(differences: pd.DataFrame) -> list[tuple[object, ...]]:
    """A row for each: point, key figure, difference, its interval, pairs, and what it comes to."""
    figures = {figure.name: figure for figure in KEY_FIGURES}
    return [
        (point, figures[name].label, *(rounded(one, figures[name].shown_decimals) for one in numbers), pairs, effect)
        for point, name, *numbers, pairs, effect in differences.itertuples(index=False)
    ]


def chart_of_differences(differences: pd.DataFrame) -> Any:
    """A key figure's differences from the first point, each with its interval."""
    drawn = differences.assign(effect=[DRAWN.get(effect, UNSURE) for effect in differences["effect"]])
    point = alt.Y("point:N", title=None, sort=list(drawn["point"].unique())).axis(labelLimit=260, grid=True)
    told = tips("point", "pairs", "effect", mean=",.4~f", low=",.4~f", high=",.4~f")
    chart = alt.Chart(drawn).transform_filter("datum.name == figure")
    colour, shape = channels_of_effects()
    chart = chart.encode(y=point, color=colour, tooltip=told)
    title = "difference from the first point, in pairs of runs"
    spans = chart.mark_rule(size=3).encode(x=alt.X("low:Q", title=title), x2=alt.X2("high:Q"))
    means = chart.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("mean:Q", title=title), shape=shape
    )  # fmt: skip
    height = ROW * drawn["point"].nunique() + 20
    return framed(of_chosen_figure(zero_line(), spans, means), "Differences from the first point", height)
