"""The figures of a run against those of the methodology: distributions with marks, and every claim in its interval."""

from typing import Any

import altair as alt
import pandas as pd
from attrs import frozen

from simulation.log import LogError
from simulation.tables.files import TableError
from simulation.validation.ledger import ledger
from simulation.validation.measures import measures
from simulation.validation.run import Run
from simulation.validation.verdicts import Judged, judge_run
from simulation.views.look import BLUE, GREEN, ORANGE
from simulation.views.pages.charts import Rows, framed, rows, tips
from simulation.views.pages.page import rounded
from simulation.views.pages.report.queries import has_truth
from simulation.views.pages.strips import place_in, strips, verdict


@frozen
class Distribution:
    """A value, in SQL, whose distribution over the rows of a source is drawn in bins of one width for all runs.

    `claim` is the methodology's claim about its mean, if any.
    """

    title: str
    value: str
    source: str
    width: float
    claim: str | None = None


DISTRIBUTIONS = {
    "rating": Distribution("Rating by the student", "student_rating", "sessions", 0.1, "measure.rating.mean"),
    "satisfaction": Distribution(
        "Satisfaction of the student", "student_satisfaction", "sessions", 0.3, "measure.satisfaction.mean"
    ),
    "engagement": Distribution("Engagement", "engagement_score", "sessions", 0.25, "measure.engagement.mean"),
    "empathy": Distribution("Empathy", "empathy_score", "sessions", 0.25, "measure.empathy.mean"),
    "clarity": Distribution("Clarity", "clarity_score", "sessions", 0.25, "measure.clarity.mean"),
    "sentiment": Distribution("Sentiment", "overall_sentiment", "sessions", 0.04, "measure.sentiment.mean"),
    "attention": Distribution(
        "Attention of the student, %", "student_attention_pct", "sessions", 3, "measure.attention.mean"
    ),
    "talk": Distribution(
        "Share of talk that is the tutor's", "tutor_speak_ratio", "sessions", 0.02, "measure.speak.mean"
    ),
    "duration": Distribution("Duration, minutes", "actual_duration_min", "sessions", 3),
    "lead_time": Distribution(
        "Time from booking to start, days", "epoch(session_datetime - booked_at) / 86400", "sessions", 0.5
    ),
    "experience": Distribution(
        "Experience, months", "months_experience", "tutor_profiles", 5, "tutor.experience.mean"
    ),
    "reliability": Distribution("Reliability", "reliability_score", "tutor_profiles", 0.02, "tutor.reliability.mean"),
    "rating_on_record": Distribution(
        "Rating on record", "avg_historical_rating", "tutor_profiles", 0.05, "tutor.rating.mean"
    ),
    "completed": Distribution(
        "Share completed, by tutor", "avg(session_completed::INT)", "sessions GROUP BY tutor_id", 0.01
    ),
    "no_shows": Distribution("No-shows in 30 days, by tutor", "no_show_count_30d", "tutor_aggregates", 1),
    "reschedules": Distribution(
        "Reschedules per session, by tutor", "reschedule_rate_30d", "tutor_aggregates", 0.015
    ),
}  # fmt: skip

# Bins have multiples of their width in the middle, and all of them the same `mean`, that of all values.
_BINS = """
    SELECT round((bin - 0.5) * {one.width}, 6)::DOUBLE AS low, round((bin + 0.5) * {one.width}, 6)::DOUBLE AS high,
        count(*) AS count, sum(sum(value)) OVER () / sum(count(*)) OVER () AS mean
    FROM (SELECT {one.value} AS value, round({one.value} / {one.width}) AS bin FROM {one.source})
    WHERE value IS NOT NULL GROUP BY bin ORDER BY bin
"""


def bins_of(run: Run, distribution: Distribution) -> Rows:
    """How many values lie from `low` to `high`, in bins of equal width, and the `mean` of all; without null."""
    return run.database.rows(_BINS.format(one=distribution))


def distributions(run: Run) -> dict[str, Any]:
    """A chart for each distribution of which there are values, with its mean, and where that is expected."""
    found = {name: bins_of(run, one) for name, one in DISTRIBUTIONS.items()}
    return {f"of_{name}": _histogram(DISTRIBUTIONS[name], bins) for name, bins in found.items() if bins}


def claims_of(run: Run) -> Rows:
    """The claims that can be measured, each with its figure, its interval, and where it lies in that."""
    figures = measured(run)
    judged = judge_run({claim_id: figures.get(claim_id) for claim_id in ledger()}, run.scenario.get("ledger", ""))
    return [_row(claim) for claim in judged if claim.id in figures]


def chart_of_claims(claims: Rows) -> dict[str, Any]:
    """The chart of the claims whose figures are defined, if there are any."""
    known = pd.DataFrame([claim for claim in claims if claim["place"] is not None])
    told = ("line", "description", "value", "interval")
    return {"claims": strips(known, "Each claim's figure in its interval", *told)} if len(known) else {}


def measured(run: Run) -> dict[str, float | None]:
    """The figures of all claims that can be measured: some need the truth, which a run may lack."""
    figures = {}
    for claim_id, value_of in measures().items():
        try:
            figures[claim_id] = value_of(run)
        except (TableError, LogError):
            if has_truth(run):
                raise
    return figures


def _row(claim: Judged) -> dict[str, Any]:
    section, value, (low, high) = ledger()[claim.id].section, claim.value, claim.interval
    return {
        "id": claim.id, "section": section, "line": section.split(" / ")[0], "description": claim.description,
        "figure": rounded(value, 4), "low": low, "high": high, "interval": f"{low:g} to {high:g}",
        "value": None if value is None else f"{value:.4g}",
        "place": None if value is None else place_in(value, claim.interval),
        "verdict": "not defined" if value is None else verdict(value, claim.interval),
    }  # fmt: skip


def _histogram(distribution: Distribution, bins: Rows) -> Any:
    counts = alt.Chart(rows(bins))
    bars = counts.mark_bar(color=BLUE).encode(
        x=alt.X("low:Q", title=None).bin("binned").scale(zero=False, nice=False), x2=alt.X2("high:Q"),
        y=alt.Y("count:Q", title=None).axis(labels=False, ticks=False, domain=False, grid=False),
        tooltip=tips(low=".3~f", high=".3~f", count=",d"),
    )  # fmt: skip
    mean = alt.Tooltip("mean(mean):Q", format=".4~f", title="mean in this run")
    rule = counts.mark_rule(color=ORANGE, size=2.5).encode(x=alt.X("mean(mean):Q"), tooltip=[mean])
    expected = distribution.claim and ledger()[distribution.claim].single
    if not expected:
        return framed(bars + rule, f"{distribution.title}: distribution and its mean", 130)
    told = [alt.Tooltip("low:Q", title="the methodology expects from"), alt.Tooltip("high:Q", title="to")]
    band = alt.Chart(rows([dict(zip(("low", "high"), expected, strict=True))])).mark_rect(color=GREEN, opacity=0.35)
    band = band.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), tooltip=told)
    description = f"{distribution.title}: distribution, its mean, and where the methodology expects it"
    return framed(bars + band + rule, description, 130)
