"""The charts of a timeline: the calendar, the churn probability, and a signal. timeline.js gives them their data.

Their marks are hidden from screen readers: each chart is described as a whole, and its entries stand in words below.
"""

from typing import Any

import altair as alt

from simulation.churn.signals import ChurnRules
from simulation.views.pages.charts import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    OUTCOME_COLOURS,
    PURPLE,
    RED,
    RISK_COLOURS,
    coloured,
    framed,
    rows,
)
from simulation.views.pages.timeline.values import MARKS

# Each kind of mark has its own shape, too, for readers who cannot tell colours apart.
_SHAPES = {
    "login": ("circle", GREY), "moved or called off": ("triangle-right", ORANGE), "refused": ("triangle-left", RED),
    "intervention": ("diamond", PURPLE), "email step": ("triangle-down", PURPLE), "coaching": ("square", GREEN),
    "experiment": ("triangle-up", BLUE), "joined or left": ("cross", RED), "burnout (truth)": ("wedge", RED),
}  # fmt: skip
_BAR, _AXIS = 11, 40
_COLUMNS = alt.ExprRef("width < 500 ? 2 : width < 900 ? 4 : 9")
_TOOLTIP = [alt.Tooltip("when:N", title="when"), alt.Tooltip("told:N", title="what")]


def timeline_charts(rules: ChurnRules) -> dict[str, Any]:
    """The charts that all timelines of a page share, by name."""
    return {
        "timeline_calendar": calendar(),
        "timeline_probability": probability(rules),
        "timeline_signal": signal(),
    }


# ---------------------------------------------------------------- over the hours of each day


def calendar() -> Any:
    """A row for each day over its 24 hours: sessions as bars, all else as marks under them."""
    hour = (
        alt.X("from:Q", title="hour of the day")
        .scale(domain=[0, 24], nice=False)
        .axis(values=list(range(0, 25, 3)), orient="top", domain=False, ticks=False)
    )
    day = alt.Y("day:O", title=None).axis(
        labelExpr="utcFormat(toDate(datum.value), '%a %d %b')", domain=False, ticks=False, grid=True, bandPosition=1
    )
    weekend = alt.condition("datum.weekend", alt.value(0.07), alt.value(0))
    days = (
        alt.Chart(alt.NamedData("days"), name="days")
        .mark_rect(aria=False)
        .encode(x=hour, x2="to:Q", y=day, fillOpacity=weekend)
    )
    preferred = (
        alt.Chart(alt.NamedData("preferred"), name="preferred")
        .mark_rect(color=GREEN, opacity=0.16, aria=False)
        .encode(x=hour, x2="to:Q", y=day, tooltip=alt.Tooltip("told:N", title="hours"))
    )
    return framed(alt.LayerChart(layer=[days, preferred, _sessions(hour, day), _marks(hour, day)]), "Calendar")


def _sessions(hour: Any, day: Any) -> Any:
    # Outcomes fill and marks are coloured: the two would share one scale and one legend otherwise.
    outcome = coloured("outcome", OUTCOME_COLOURS, alt.Fill)
    return (
        alt.Chart(alt.NamedData("sessions"), name="sessions")
        .mark_bar(height=_BAR, yOffset=-4, cornerRadius=2, cursor="pointer", aria=False)
        .encode(x=hour, x2="to:Q", y=day, fill=outcome.legend(alt.Legend(columns=_COLUMNS)), tooltip=_TOOLTIP)
    )


def _marks(hour: Any, day: Any) -> Any:
    """Marks by kind; the parameter `kinds` has those that the legend names."""
    kinds = list(MARKS.values())
    shape = alt.Shape("kind:N", title=None).scale(domain=kinds, range=[_SHAPES[kind][0] for kind in kinds])
    legend = alt.Legend(values=alt.ExprRef("kinds"), columns=_COLUMNS, orient="bottom")
    return (
        alt.Chart(alt.NamedData("marks"), name="marks")
        .mark_point(yOffset=7, size=55, filled=True, opacity=1, cursor="pointer", aria=False)
        .encode(
            x=hour,
            y=day,
            shape=shape.legend(legend),
            color=coloured("kind", {kind: _SHAPES[kind][1] for kind in kinds}).legend(legend),
            tooltip=_TOOLTIP,
        )
        .add_params(alt.param(name="kinds", value=kinds))
    )


# ---------------------------------------------------------------- over the days


def probability(rules: ChurnRules) -> Any:
    """The churn probability in steps, with the thresholds of the levels."""
    level = (
        alt.Y("value:Q", title=None)
        .scale(domain=[0, 1])
        .axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2f", minExtent=_AXIS, maxExtent=_AXIS)
    )
    thresholds = [("Medium", rules.medium_risk), ("High", rules.high_risk)]
    told = [{"value": value, "level": name, "told": f"{name} from {value:g}"} for name, value in thresholds]
    named = alt.Chart(rows(told)).encode(y=level)
    colours = alt.Color("level:N", legend=None).scale(domain=list(RISK_COLOURS), range=list(RISK_COLOURS.values()))
    rules_of_levels = named.mark_rule(strokeDash=[4, 3], aria=False).encode(color=colours)
    words = named.mark_text(align="left", baseline="bottom", dx=4, dy=-2, fontSize=11, aria=False).encode(
        x=alt.value(0), text="told:N"
    )
    chart = alt.LayerChart(layer=[*_ground(), rules_of_levels, _steps("value", level), words, _interventions()])
    return framed(chart, "Churn probability", 150)


def signal() -> Any:
    """A signal's value and its threshold, both in steps; where it shows, the background is filled."""
    lines = [
        _steps(
            name,
            alt.Y(f"{name}:Q", title=None)
            .scale(zero=False, nice=False, padding=5)
            .axis(tickCount=3, minExtent=_AXIS, maxExtent=_AXIS),
        )
        for name in ("threshold", "value")
    ]
    chart = alt.LayerChart(layer=[*_ground(), *lines, _interventions()])
    return framed(chart, "Signal", 64)


def _moment() -> Any:
    """Moments of the run's local time, which the data has as those of UTC."""
    return (
        alt.X("from:T", title=None)
        .scale(type="utc", nice=False)
        .axis(format="%d %b", labelFlush=True, labelOverlap=True, tickCount=8)
    )


def _ground() -> tuple[Any, Any]:
    """All days, and a background for each score while it holds, filled where the signal shows."""
    span = alt.Chart(alt.NamedData("span")).mark_point(opacity=0, aria=False).encode(x=_moment())
    scores = (
        alt.Chart(alt.NamedData("scores"), name="scores")
        .mark_rect(color=RED, aria=False)
        .encode(
            x=_moment(),
            x2="to:T",
            fillOpacity=alt.condition("datum.shows", alt.value(0.22), alt.value(0)),
            tooltip=_TOOLTIP,
        )
    )
    return span, scores


def _steps(field: str, height: Any) -> Any:
    """A line that keeps each value until the next."""
    dashes = {"strokeDash": [4, 3], "color": GREY} if field == "threshold" else {"color": BLUE}
    return (
        alt.Chart(alt.NamedData("scores"), name=field)
        .mark_line(interpolate="step-after", strokeWidth=2, aria=False, **dashes)
        .encode(x=_moment(), y=height)
    )


def _interventions() -> Any:
    """A vertical rule at each intervention."""
    return (
        alt.Chart(alt.NamedData("interventions"), name="interventions")
        .mark_rule(color=PURPLE, strokeWidth=2, cursor="pointer", aria=False)
        .encode(x=_moment(), tooltip=_TOOLTIP)
    )
