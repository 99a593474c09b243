"""Strips: figures on one scale each, from the lower end of what a claim allows, 0, to the upper, 1."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from simulation.validation.verdicts import Interval, within
from simulation.views.pages.charts import BLUE, GREEN, GREY, RED, coloured, framed, tips

# Figures beyond are drawn at the edge.
EDGE = 0.5
ROW = 19

_X = alt.X("place:Q", title="position in the interval").scale(domain=[-EDGE, 1 + EDGE], nice=False)
_AXIS = alt.Axis(
    values=[0, 0.5, 1],
    labelExpr="datum.value == 0 ? 'lowest' : datum.value == 1 ? 'highest' : 'middle'",
)


def place_in(value: float, interval: Interval) -> float:
    """Where a value lies in an interval; far beyond, at the edge; in the middle of one of no width, or outside."""
    low, high = interval
    if low == high:
        return 0.5 if within(value, interval) else 0.5 + (0.5 + EDGE) * float(np.sign(value - low))
    return float(np.clip((value - low) / (high - low), -EDGE, 1 + EDGE))


def verdict(value: float, interval: Interval) -> str:
    """Whether it is inside or outside, in a word."""
    return "inside" if within(value, interval) else "outside"


def strips(points: pd.DataFrame, described: str, *told: str, marks: pd.DataFrame | None = None) -> Any:
    """Points by `line`, `place` and `verdict`; a pointer shows what is `told`.

    `marks` has for each line a `place` of its own, and `low` and `high` of a narrower interval.
    """
    lines = list(dict.fromkeys(points["line"]))
    line = alt.Y("line:N", title=None, sort=lines).axis(labelLimit=210, minExtent=150, grid=True)
    ground = alt.Chart(pd.DataFrame({"low": [0], "high": [1]})).mark_rect(color=GREEN, opacity=0.15)
    layers = [ground.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))]
    if marks is not None:
        spans = alt.Chart(marks).mark_bar(color=GREEN, opacity=0.35, height=ROW - 7)
        layers.append(spans.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), y=line, tooltip=tips("line", "pooled")))
    colour = coloured("verdict", {"inside": BLUE, "outside": RED})
    shape = alt.Shape("verdict:N").scale(domain=["inside", "outside"], range=["circle", "diamond"])
    dots = alt.Chart(points).mark_point(filled=True, size=60, opacity=0.75 if marks is None else 0.5)
    layers.append(dots.encode(x=_X.axis(_AXIS), y=line, color=colour, shape=shape, tooltip=tips(*told)))
    if marks is not None:
        ticks = alt.Chart(marks).mark_tick(color=GREY, thickness=3, size=ROW - 3)
        layers.append(ticks.encode(x=_X.axis(_AXIS), y=line, tooltip=tips("line", "mean", "pooled")))
    return framed(alt.LayerChart(layer=layers), described, ROW * len(lines))
