"""The charts of a report, by the names under which its template places them; most have the name of their query."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import altair as alt

from simulation.churn.signals import SIGNALS
from simulation.views.look import BLUE, GREEN, GREY, ORANGE, RED
from simulation.views.pages.charts import (
    OUTCOME_COLOURS,
    RISK_COLOURS,
    Rows,
    coloured,
    framed,
    rows,
    stacked_days,
    tips,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FIGURES_OF_PERSONAS = {
    "avg_rating_30d": "Mean rating",
    "avg_engagement_score": "Mean engagement",
    "churn_probability": "Churn probability",
    "total_sessions_30d": "Sessions",
    "reschedule_rate_30d": "Reschedules by the tutor, per session",
    "no_show_count_30d": "No-shows",
    "reliability_score": "Reliability",
    "months_experience": "Experience, months",
}
# Half the width of a stage's blocks, between which ribbons run; report.sql has the same.
_HALF_BLOCK = 0.06


def charts_of(found: Mapping[str, Rows]) -> dict[str, Any]:
    """The charts of whatever a run's queries found, and none of what they did not."""
    charts = {name: draw(found[name]) for name, draw in _DRAWN.items() if found[name]}
    if found["ribbons"]:
        charts["flow"] = flow(found["ribbons"], found["blocks"])
    order = list(dict.fromkeys(row["persona"] for row in found["persona_names"]))
    for name, title in FIGURES_OF_PERSONAS.items():
        if known := [row for row in found["personas"] if row[name] is not None]:
            charts[f"persona_{name}"] = _personas(known, order, name, title)
    return charts


def _heat_map(cells: Rows, what: str, colour: str, description: str) -> Any:
    chart = alt.Chart(rows(cells)).mark_rect(color=colour).encode(
        x=alt.X("hour:O", title="hour of the day").axis(labelAngle=0, labelOverlap=True),
        y=alt.Y("weekday:O", title=None, sort=list(WEEKDAYS)),
        fillOpacity=alt.FillOpacity(f"{what}:Q", legend=None).scale(range=[0.03, 1]),
        tooltip=tips("weekday", "hour", **{what: ",d"}),
    )  # fmt: skip
    return framed(chart, description)


def _personas(tutors: Rows, order: list[str], name: str, title: str) -> Any:
    """A dot for each tutor in the row of its persona, and their mean."""
    chart = alt.Chart(rows([{key: tutor[key] for key in ("tutor_id", "persona", name)} for tutor in tutors]))
    row = alt.Y("persona:N", title=None, sort=order).scale(domain=order)
    row = row.axis(labelLimit=150, grid=True, ticks=False)
    dots = chart.mark_circle(color=BLUE, opacity=0.5, size=40).encode(
        x=alt.X(f"{name}:Q", title=None).scale(zero=False, nice=False, padding=8), y=row,
        tooltip=tips("tutor_id", "persona", **{name: ".3~f"}),
    )  # fmt: skip
    means = chart.mark_tick(color=ORANGE, thickness=3, size=18).encode(
        x=alt.X(f"mean({name}):Q"), y=row, tooltip=[*tips("persona"), alt.Tooltip(f"mean({name}):Q", format=".3~f")]
    )
    return framed(dots + means, f"{title} of tutors, by persona", 24 * len(order))


def _signals(counts: Rows) -> Any:
    titles = {signal.column: signal.title.lower() for signal in SIGNALS}
    named = [{**count, "signal": titles[count["signal"]]} for count in counts]
    chart = alt.Chart(rows(named)).mark_bar().encode(
        x=alt.X("tutors:Q", title="tutors who show it").axis(tickMinStep=1),
        y=alt.Y("signal:N", title=None, sort="-x").axis(labelLimit=160),
        color=coloured("level", RISK_COLOURS),
        tooltip=tips("signal", "level", tutors="d"),
    )  # fmt: skip
    return framed(chart, "Tutors by the churn signals that they show, and by their risk level")


def _probabilities(tutors: Rows) -> Any:
    chart = alt.Chart(rows(tutors)).mark_point(filled=True, opacity=0.8, size=60).encode(
        x=alt.X("churn_probability:Q", title="churn probability, as the platform has it").axis(tickCount=10),
        y=alt.Y("leave_probability_30d:Q", title="true probability of leaving in 30 days").axis(format="%"),
        color=coloured("outcome", {"stayed": BLUE, "left later": RED}),
        shape=alt.Shape("outcome:N").scale(domain=["stayed", "left later"], range=["circle", "diamond"]),
        tooltip=tips("tutor_id", "outcome", churn_probability=".3f", leave_probability_30d=".1%"),
    )  # fmt: skip
    return framed(chart, "Churn probability of tutors against their true probability of leaving", 260)


def _conversions(variants: Rows) -> Any:
    """A row for each variant: its rate, and the interval."""
    chart = alt.Chart(rows(variants)).transform_calculate(line="datum.experiment + ': ' + datum.variant").encode(
        y=alt.Y("line:N", title=None, sort=None).axis(labelLimit=220, grid=True),
        color=coloured("role", {"control": BLUE, "treatment": ORANGE}),
        tooltip=tips("experiment", "variant", exposed="d", converted="d", rate=".1%", low=".1%", high=".1%"),
    )  # fmt: skip
    low = alt.X("low:Q", title="converted").axis(format="%")
    spans = chart.mark_rule(size=2.5).encode(x=low, x2=alt.X2("high:Q"))
    shape = alt.Shape("role:N").scale(domain=["control", "treatment"], range=["circle", "diamond"])
    points = chart.mark_point(filled=True, size=90).encode(x=alt.X("rate:Q"), shape=shape)
    return framed(spans + points, "Conversions by variant, with intervals of 95 %", 26 * len(variants))


def flow(ribbons: Rows, blocks: Rows) -> Any:
    """Interventions from trigger to outcome: a column of blocks for each stage, a ribbon for emails that took a way."""
    last = max(block["place"] for block in blocks)
    x = alt.X("x:Q", title=None).scale(domain=[-0.12, last + 0.55], nice=False, zero=False).axis(None)
    y = alt.Y("low:Q", title=None).scale(domain=[0, 1.08], nice=False).axis(None)
    areas = alt.Chart(rows(ribbons)).mark_area(opacity=0.45).encode(
        x=x, y=y, y2=alt.Y2("high:Q"), detail=alt.Detail("ribbon:N"),
        color=coloured("risk", {"High": RED, "Medium": ORANGE}).title("risk when triggered"),
        tooltip=tips("flow", "risk", emails="d"),
    )  # fmt: skip
    placed = alt.Chart(rows(blocks)).transform_calculate(
        left=f"datum.place - {_HALF_BLOCK}", right=f"datum.place + {_HALF_BLOCK}",
        middle="(datum.low + datum.high) / 2", label="datum.value + ' ' + datum.emails", top="1.05",
    )  # fmt: skip
    boxes = placed.mark_rect(color=GREY).encode(
        x=alt.X("left:Q"), x2=alt.X2("right:Q"), y=alt.Y("low:Q"), y2=alt.Y2("high:Q"),
        tooltip=tips("stage", "value", emails="d"),
    )  # fmt: skip
    words = placed.mark_text(align="left", fontSize=12, dx=4).encode(x="right:Q", y="middle:Q", text="label:N")
    # A stage's name stands over its block at the top.
    names = placed.transform_filter("datum.high > 0.999").mark_text(align="left", fontSize=12, fontWeight="bold")
    names = names.encode(x="left:Q", y="top:Q", text="stage:N")
    return framed(
        areas + boxes + words + names, "Interventions from the risk that triggered them to what followed", 420
    )


_DRAWN: Mapping[str, Callable[[Rows], Any]] = {
    "sessions_by_day": partial(
        stacked_days, part="outcome", what="sessions", colours=OUTCOME_COLOURS,
        described="Sessions by day and by what became of them",
    ),
    "sessions_by_hour": partial(
        _heat_map, what="sessions", colour=BLUE, description="Sessions by weekday and hour of the day"
    ),
    "tutors_by_hour": partial(
        _heat_map, what="tutors", colour=GREEN, description="Tutors by the hours that they prefer"
    ),
    "levels_by_night": partial(
        stacked_days, part="level", what="tutors", colours=RISK_COLOURS,
        described="Tutors by churn risk level at the end of each day", first_on_top=True,
    ),
    "tutors_by_signal": _signals,
    "probabilities": _probabilities,
    "variants": _conversions,
}  # fmt: skip
