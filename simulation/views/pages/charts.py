"""Charts for pages, in Vega-Lite: what is shown on which scale. Text and axes take the colours of the page's style."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from simulation.studies.key_figures import KEY_FIGURES
from simulation.views.look import BLUE, FONT_SIZE, FONTS, GREEN, GREY, LIGHT, ORANGE, PURPLE, RED

__all__ = [
    "BLUE", "GREEN", "GREY", "ORANGE", "OUTCOME_COLOURS", "PURPLE", "RED", "RISK_COLOURS", "Rows", "coloured", "framed",
    "of_chosen_figure", "on_paper", "rows", "stacked_days", "tips", "zero_line",
]  # fmt: skip
RISK_COLOURS = {"Low": GREEN, "Medium": ORANGE, "High": RED}
OUTCOME_COLOURS = {"completed": BLUE, "student no-show": ORANGE, "tutor no-show": RED, "both no-show": PURPLE}
HEIGHT = 220

Rows = Sequence[Mapping[str, Any]]


def rows(values: Rows) -> dict[str, Any]:
    """Rows as a chart's data. Moments among them must be text: days as they are, others with a Z."""
    return {"values": [dict(row) for row in values]}


def tips(*columns: str, **formats: str) -> list[alt.Tooltip]:
    """Tooltips: columns by name, those with a format as numbers."""
    plain = [alt.Tooltip(f"{name}:N") for name in columns]
    return plain + [alt.Tooltip(f"{name}:Q", format=form) for name, form in formats.items()]


def framed(chart: alt.Chart | alt.LayerChart, description: str, height: int = HEIGHT) -> Any:
    """A chart as wide as its place on the page, with words for those who do not see it."""
    words: dict[str, Any] = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "titleFontWeight": "normal"}
    fitting = alt.AutoSizeParams(type="fit-x", contains="padding")
    # By the room of the whole chart, which does not change while it is fitted; `width` tells when it does.
    columns = alt.ExprRef("containerSize()[0] + 0 * width < 400 ? 2 : 4")
    return chart.properties(width="container", height=height, description=description, autosize=fitting).configure(
        background="transparent",
        # Room on the right for half of the last label, which stands under its tick.
        padding={"left": 5, "top": 5, "right": 16, "bottom": 5},
        font=", ".join(FONTS),
        axis=alt.AxisConfig(**words, labelFlush=False, labelOverlap=True),
        legend=alt.LegendConfig(**words, orient="top", columns=columns),
        view=alt.ViewConfig(stroke=None),
    )


def on_paper(chart: Any) -> Any:
    """A chart for a picture, which no style sheet reaches: in the colours and the font of a light page."""
    quiet: dict[str, Any] = {"labelColor": LIGHT["quiet"], "titleColor": LIGHT["quiet"], "titleFontWeight": "normal"}
    return chart.configure(
        background=LIGHT["paper"],
        font=", ".join(FONTS),
        axis=alt.AxisConfig(**quiet, gridColor=LIGHT["line"], domainColor=LIGHT["quiet"], tickColor=LIGHT["quiet"]),
        legend=alt.LegendConfig(**quiet),
        text=alt.MarkConfig(color=LIGHT["ink"]),
        title=alt.TitleConfig(color=LIGHT["ink"]),
        view=alt.ViewConfig(stroke=None),
    )


def coloured(field: str, colours: Mapping[str, str], channel: Any = alt.Color) -> Any:
    """A field whose values have a colour each, in the legend's order."""
    return channel(f"{field}:N", title=None).scale(domain=list(colours), range=list(colours.values()))


def zero_line() -> Any:
    """A vertical line at zero."""
    return alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=GREY).encode(x=alt.X("zero:Q"))


def of_chosen_figure(*layers: Any) -> Any:
    """Layered charts of the key figure that the reader chooses, the parameter `figure`."""
    return alt.LayerChart(layer=list(layers)).add_params(alt.param(name="figure", value=KEY_FIGURES[0].name))


def stacked_days(
    counts: Rows, part: str, what: str, colours: Mapping[str, str], described: str, *, first_on_top: bool = False
) -> Any:
    """A bar for each `day`: how many of `what` are of each `part`, in the order of the colours from the bottom up."""
    place = f"indexof({json.dumps(list(colours))}, datum.{part})"
    bars = alt.Chart(rows(counts)).mark_bar().encode(
        x=alt.X("day:O", title=None).axis(labelOverlap=True, labelAngle=0, labelExpr="slice(datum.value, 5)"),
        y=alt.Y(f"{what}:Q", title=what).axis(format=",d", tickMinStep=1),
        color=coloured(part, colours), order=alt.Order("place:Q"),
        tooltip=tips("day", part, **{what: ",d"}),
    )  # fmt: skip
    return framed(bars.transform_calculate(place=f"-{place}" if first_on_top else place), described)
