"""What the points of a sweep differ by from its first, seed by seed, in runs that share their random numbers."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd

from simulation.studies.differences import Difference, paired_difference
from simulation.studies.key_figures import KEY_FIGURES
from simulation.views.comparison_table import decimals_for
from simulation.views.pages.charts import BLUE, framed, of_chosen_figure, tips, zero_line
from simulation.views.pages.page import rounded

# More points than these are told by the table alone.
MOST_DRAWN = 50


def differences_of_points(runs: pd.DataFrame, varied: list[str]) -> pd.DataFrame:
    """Of each key figure at each point but the first the `mean` difference, its interval, and over how many pairs."""
    rows = [
        (point, figure, difference.mean, *(difference.interval or (None, None)), difference.pairs)
        for point, figure, difference in _differences(runs, varied)
        if difference.mean is not None
    ]
    return pd.DataFrame(rows, columns=["point", "name", "mean", "low", "high", "pairs"])


def rows_of_differences(differences: pd.DataFrame) -> list[tuple[object, ...]]:
    """A row for each: point, key figure, difference, its interval, pairs."""
    decimals = {figure.name: decimals_for(figure) for figure in KEY_FIGURES}
    return [
        (point, name.replace("_", " "), *(rounded(value, decimals[name]) for value in numbers), pairs)
        for point, name, *numbers, pairs in differences.itertuples(index=False)
    ]


def chart_of_differences(differences: pd.DataFrame) -> Any:
    """A key figure's differences from the first point, each with its interval."""
    point = alt.Y("point:N", title=None, sort=list(differences["point"].unique())).axis(labelLimit=260, grid=True)
    told = tips("point", "pairs", mean=",.4~f", low=",.4~f", high=",.4~f")
    chart = alt.Chart(differences).transform_filter("datum.name == figure").encode(y=point, tooltip=told)
    title = "difference from the first point, in pairs of runs"
    spans = chart.mark_rule(color=BLUE, size=3).encode(x=alt.X("low:Q", title=title), x2=alt.X2("high:Q"))
    means = chart.mark_point(color=BLUE, filled=True, size=70, opacity=1).encode(x=alt.X("mean:Q", title=title))
    height = 22 * differences["point"].nunique() + 20
    return framed(of_chosen_figure(zero_line(), spans, means), "Differences from the first point", height)


def point_in_words(keys: list[str], values: tuple[object, ...]) -> str:
    """A point by what is varied, in short: the last parts of its keys."""
    return ", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in zip(keys, values, strict=True))


def _differences(runs: pd.DataFrame, varied: list[str]) -> Iterator[tuple[str, str, Difference]]:
    points = [(point, own.set_index("seed")) for point, own in runs.groupby(varied, sort=False, dropna=False)]
    (_, base), *others = points
    for point, own in others:
        for figure in KEY_FIGURES:
            both = pd.concat([base[figure.name], own[figure.name]], axis=1).dropna().astype(float)
            difference = paired_difference(*(values.tolist() for values in both.to_numpy().T))
            yield point_in_words(varied, point), figure.name, difference
