"""Charts for pages, in Vega-Lite: what is shown on which scale. Text and axes take the colours of the page's style."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

# Each has a contrast of at least 3 with white paper and with the dark page.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#2f7fc1", "#c8741a", "#2f8f6b", "#cf4a55", "#8a6fc9", "#7b8794"
RISK_COLOURS = {"Low": GREEN, "Medium": ORANGE, "High": RED}
OUTCOME_COLOURS = {"completed": BLUE, "student no-show": ORANGE, "tutor no-show": RED, "both no-show": PURPLE}
HEIGHT = 220
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Rows = Sequence[Mapping[str, Any]]


def rows(values: Rows) -> dict[str, Any]:
    """Rows as a chart's data. Moments among them must be text: a day as it is, a moment with its Z."""
    return {"values": [dict(row) for row in values]}


def framed(chart: alt.Chart | alt.LayerChart, description: str, height: int | alt.Step = HEIGHT) -> Any:
    """A chart as wide as its place on the page, with words for those who do not see it."""
    return chart.properties(width="container", height=height, description=description).configure(
        background="transparent",
        font="system-ui, sans-serif",
        axis=alt.AxisConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal"),
        legend=alt.LegendConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", orient="top", columns=2),
        view=alt.ViewConfig(stroke=None),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )


def stacked_days(sessions: Rows) -> Any:
    """Sessions by `day` and `outcome`: one bar for each day, in the colours of outcomes."""
    outcomes = alt.Color("outcome:N", title=None).scale(
        domain=list(OUTCOME_COLOURS), range=list(OUTCOME_COLOURS.values())
    )
    chart = (
        alt.Chart(rows(sessions))
        .mark_bar()
        .encode(
            x=alt.X("day:O", title=None).axis(labelOverlap=True, labelAngle=0, labelExpr="slice(datum.value, 5)"),
            y=alt.Y("sessions:Q", title="sessions"),
            color=outcomes,
            tooltip=["day:O", "outcome:N", alt.Tooltip("sessions:Q", format=",")],
        )
    )
    return framed(chart, "Sessions by day and by what became of them")


def heat_map(counts: NDArray[np.int64]) -> Any:
    """Counts of sessions by weekday (seven rows, Monday first) and hour (24 columns): more is stronger in colour."""
    cells = [
        {"weekday": WEEKDAYS[row], "hour": hour, "sessions": int(count)}
        for (row, hour), count in np.ndenumerate(counts)
    ]
    chart = (
        alt.Chart(rows(cells))
        .mark_rect(color=BLUE)
        .encode(
            x=alt.X("hour:O", title="hour of the day").axis(labelAngle=0, labelOverlap=True),
            y=alt.Y("weekday:O", title=None, sort=list(WEEKDAYS)),
            fillOpacity=alt.FillOpacity("sessions:Q", legend=None).scale(range=[0.03, 1]),
            tooltip=["weekday:O", "hour:O", alt.Tooltip("sessions:Q", format=",")],
        )
    )
    return framed(chart, "Sessions by weekday and hour of the day")
