"""The figures of a run against those of the methodology: distributions with marks, and every claim in its interval."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from simulation.log import LogError
from simulation.tables.files import TableError
from simulation.validation.ledger import ledger
from simulation.validation.measures import measures
from simulation.validation.run import Run
from simulation.validation.verdicts import Judged, judge_run
from simulation.views.pages.charts import BLUE, GREEN, ORANGE, framed, tips
from simulation.views.pages.page import rounded
from simulation.views.pages.report.section import Section, has_truth
from simulation.views.pages.strips import place_in, strips, verdict

_BINS = 30


@frozen
class Distribution:
    """A column whose distribution is drawn; `claim` is the methodology's claim about its mean, if any."""

    table: str
    column: str
    title: str
    claim: str | None = None


DISTRIBUTIONS = (
    Distribution("sessions", "student_rating", "Rating by the student", "measure.rating.mean"),
    Distribution("sessions", "student_satisfaction", "Satisfaction of the student", "measure.satisfaction.mean"),
    Distribution("sessions", "engagement_score", "Engagement", "measure.engagement.mean"),
    Distribution("sessions", "empathy_score", "Empathy", "measure.empathy.mean"),
    Distribution("sessions", "clarity_score", "Clarity", "measure.clarity.mean"),
    Distribution("sessions", "overall_sentiment", "Sentiment", "measure.sentiment.mean"),
    Distribution("sessions", "student_attention_pct", "Attention of the student, %", "measure.attention.mean"),
    Distribution("sessions", "tutor_speak_ratio", "Share of talk that is the tutor's", "measure.speak.mean"),
    Distribution("sessions", "actual_duration_min", "Duration, minutes"),
    Distribution("sessions", "lead_time_days", "Time from booking to start, days"),
    Distribution("tutor_profiles", "months_experience", "Experience, months", "tutor.experience.mean"),
    Distribution("tutor_profiles", "reliability_score", "Reliability", "tutor.reliability.mean"),
    Distribution("tutor_profiles", "avg_historical_rating", "Rating on record", "tutor.rating.mean"),
    Distribution("tutor_aggregates", "completion_rate", "Share completed, by tutor"),
    Distribution("tutor_aggregates", "no_show_count_30d", "No-shows in 30 days, by tutor"),
    Distribution("tutor_aggregates", "reschedule_rate_30d", "Reschedules per session, by tutor"),
)

# What two columns follow from.
_MADE = {
    "lead_time_days": "epoch(session_datetime - booked_at) / 86400 FROM sessions",
    "completion_rate": "avg(session_completed::INT) FROM sessions GROUP BY tutor_id",
}


def figures_section(run: Run) -> Section:
    """Distributions with their marks, and all claims with intervals."""
    figures = measured(run)
    drawn = [shape for shape in DISTRIBUTIONS if len(values_of(run, shape))]
    charts: dict[str, Any] = {
        f"of_{shape.column}": _histogram(shape, histogram(run, shape), values_of(run, shape).mean()) for shape in drawn
    }
    known = {claim_id: figures.get(claim_id) for claim_id in ledger()}
    ledger_name = run.scenario.get("ledger", "")
    judged = [claim for claim in judge_run(known, ledger_name) if claim.id in figures]
    positions = positions_of(judged)
    if len(positions):
        charts["claims"] = strips(
            positions, "Each claim's figure in its interval", "line", "description", "value", "interval"
        )
    return Section(
        charts,
        {
            "distributions": [(f"of_{shape.column}", shape.title) for shape in drawn],
            "claims": [_row(claim) for claim in judged],
            "inside": int((positions["verdict"] == "inside").sum()),
            "measured": len(positions),
            "ledger": ledger_name,
        },
    )


def measured(run: Run) -> dict[str, float | None]:
    """The figures of all claims that can be measured: some need the truth, which a run may lack."""
    figures, all_is_here = {}, has_truth(run)
    for claim_id, value_of in measures().items():
        try:
            figures[claim_id] = value_of(run)
        except (TableError, LogError):
            if all_is_here:
                raise
    return figures


def values_of(run: Run, shape: Distribution) -> NDArray[np.float64]:
    """The values of a distribution that are known."""
    source = _MADE.get(shape.column, f"{shape.column} FROM {shape.table}")
    values: NDArray[np.float64] = run.database.columns(f"SELECT {source}")[0]
    return values[~np.isnan(values)]


def histogram(run: Run, shape: Distribution) -> pd.DataFrame:
    """How many values lie from `low` to `high`, in bins of equal width; one for each value where they are close."""
    values = values_of(run, shape)
    distinct = np.unique(values)
    step = float(np.diff(distinct).min(initial=np.inf))
    steps = round(float(np.ptp(distinct)) / step)
    if 0 < steps < _BINS:
        edges = distinct[0] + step * (np.arange(steps + 2) - 0.5)
    else:
        edges = np.histogram_bin_edges(values, _BINS)
    counts, edges = np.histogram(values, edges)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": counts})


def positions_of(judged: list[Judged]) -> pd.DataFrame:
    """Where each figure that is defined lies in its interval, under the section of the methodology."""
    rows = [
        (
            ledger()[claim.id].section.split(" / ")[0], claim.description, f"{claim.value:.4g}",
            "{:g} to {:g}".format(*claim.interval), place_in(claim.value, claim.interval),
            verdict(claim.value, claim.interval),
        )
        for claim in judged
        if claim.value is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["line", "description", "value", "interval", "place", "verdict"])


def _row(claim: Judged) -> tuple[object, ...]:
    told = "not defined" if claim.value is None else verdict(claim.value, claim.interval)
    return ledger()[claim.id].section, claim.description, rounded(claim.value, 4), *claim.interval, told


def _histogram(shape: Distribution, bins: pd.DataFrame, value: float) -> Any:
    low, high = (shape.claim and ledger()[shape.claim].single) or (None, None)
    bars = (
        alt.Chart(bins)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("low:Q", title=None).bin("binned").scale(zero=False, nice=False),
            x2=alt.X2("high:Q"),
            y=alt.Y("count:Q", title=None).axis(labels=False, ticks=False, domain=False, grid=False),
            tooltip=tips(low=".3~f", high=".3~f", count=",d"),
        )
    )
    marks = pd.DataFrame({"low": [low], "high": [high], "mean": [value]})
    told = [alt.Tooltip("mean:Q", format=".4~f", title="mean in this run")]
    if low is None:
        return framed(bars + _mean_rule(marks, told), f"{shape.title}: distribution and its mean", 130)
    told += [alt.Tooltip("low:Q", title="the methodology expects from"), alt.Tooltip("high:Q", title="to")]
    band = (
        alt.Chart(marks)
        .mark_rect(color=GREEN, opacity=0.35)
        .encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), tooltip=told)
    )
    description = f"{shape.title}: distribution, its mean, and where the methodology expects it"
    return framed(bars + band + _mean_rule(marks, told), description, 130)


def _mean_rule(marks: pd.DataFrame, told: list[alt.Tooltip]) -> Any:
    return alt.Chart(marks).mark_rule(color=ORANGE, size=2.5).encode(x=alt.X("mean:Q"), tooltip=told)
