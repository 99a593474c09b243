"""What the points of a sweep differ by from its first, seed by seed, in runs that share their luck."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd

from simulation.studies.differences import Difference, paired_difference
from simulation.studies.key_figures import KEY_FIGURES
from simulation.views.comparison_table import decimals_for
from simulation.views.pages.charts import BLUE, GREY, framed, tips

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
    decimals = {figure.name: decimals_for(figure.decimals, figure.unit) for figure in KEY_FIGURES}
    return [
        (point, name.replace("_", " "), *(_rounded(value, decimals[name]) for value in numbers), pairs)
        for point, name, *numbers, pairs in differences.itertuples(index=False)
    ]


def chart_of_differences(differences: pd.DataFrame) -> Any:
    """A key figure's differences from the first point, each with its interval."""
    chart = alt.Chart(differences).transform_filter("datum.name == figure")
    told = tips("point", "pairs", mean=",.4~f", low=",.4~f", high=",.4~f")
    point = alt.Y("point:N", title=None, sort=list(differences["point"].unique())).axis(labelLimit=260, grid=True)
    title = "difference from the first point, in pairs of runs"
    spans = chart.mark_rule(color=BLUE, size=3).encode(
        x=alt.X("low:Q", title=title), x2=alt.X2("high:Q"), y=point, tooltip=told
    )
    means = chart.mark_point(color=BLUE, filled=True, size=70, opacity=1).encode(
        x=alt.X("mean:Q", title=title), y=point, tooltip=told
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=GREY).encode(x=alt.X("zero:Q"))
    chosen = alt.param(name="figure", value=KEY_FIGURES[0].name)
    height = 22 * differences["point"].nunique() + 20
    return framed((zero + spans + means).add_params(chosen), "Differences from the first point", height)


def point_in_words(keys: list[str], values: tuple[object, ...]) -> str:
    """A point by what is varied, in short: the last parts of its keys."""
    return ", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in zip(keys, values, strict=True))


def _differences(runs: pd.DataFrame, varied: list[str]) -> Iterator[tuple[str, str, Difference]]:
    points = [(point, own.set_index("seed")) for point, own in runs.groupby(varied, sort=False, dropna=False)]
    (_, base), *others = points
    for point, own in others:
        for figure in KEY_FIGURES:
            both = (
                pd.concat([base[figure.name], own[figure.name]], axis=1, keys=["base", "other"]).dropna().astype(float)
            )
            yield (
                point_in_words(varied, point),
                figure.name,
                paired_difference(both["base"].tolist(), both["other"].tolist()),
            )


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None or pd.isna(value) else round(value, decimals)
