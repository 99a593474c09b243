"""Personas side by side: figures of their tutors. Only the simulator knows personas."""

from typing import Any

import altair as alt
import pandas as pd

from simulation.validation.run import Run
from simulation.views import in_words
from simulation.views.pages.charts import BLUE, ORANGE, framed, tips
from simulation.views.pages.report.risk import last_scores
from simulation.views.pages.report.section import Section, has_truth, table_of

PERSONAS = (
    "rock_star",
    "solid_performer",
    "struggling_newbie",
    "burned_out_veteran",
    "no_show_problem",
    "unclassified",
)
FIGURES = {
    "avg_rating_30d": "Mean rating",
    "avg_engagement_score": "Mean engagement",
    "churn_probability": "Churn probability",
    "total_sessions_30d": "Sessions",
    "reschedule_rate_30d": "Reschedules by the tutor, per session",
    "no_show_count_30d": "No-shows",
    "reliability_score": "Reliability",
    "months_experience": "Experience, months",
}


def personas_section(run: Run) -> Section:
    """A chart for each figure, with a row for each persona; nothing without the truth, or without active tutors."""
    if not has_truth(run):
        return Section(told={"with_truth": False, "figures": []})
    tutors = figures_of_tutors(run)
    if not len(tutors):
        return Section(told={"with_truth": True, "figures": []})
    known = {name: title for name, title in FIGURES.items() if tutors[name].notna().any()}
    charts = {f"persona_{name}": _dots(tutors, name, title) for name, title in known.items()}
    figures = [(f"persona_{name}", title) for name, title in known.items()]
    return Section(charts, {"with_truth": True, "figures": figures})


def figures_of_tutors(run: Run) -> pd.DataFrame:
    """Each active tutor with its `persona`, in words, and its figures."""
    tutors = table_of(run, "tutor_aggregates").merge(table_of(run, "tutor_profiles"), on="tutor_id")
    tutors = tutors.merge(table_of(run, "truth_tutors"), on="tutor_id").drop(columns="churn_probability")
    tutors = tutors.merge(last_scores(run)[["tutor_id", "churn_probability"]], "left", "tutor_id")
    return tutors.assign(persona=tutors["persona"].map(in_words))[["tutor_id", "persona", *FIGURES]]


def _dots(tutors: pd.DataFrame, name: str, title: str) -> Any:
    order = [in_words(persona) for persona in PERSONAS]
    known = tutors[["tutor_id", "persona", name]].dropna()
    row = alt.Y("persona:N", title=None, sort=order).scale(domain=order).axis(labelLimit=150, grid=True, ticks=False)
    value = alt.X(f"{name}:Q", title=None).scale(zero=False, nice=False, padding=8)
    dots = (
        alt.Chart(known)
        .mark_circle(color=BLUE, opacity=0.5, size=40)
        .encode(x=value, y=row, tooltip=tips("tutor_id", "persona", **{name: ".3~f"}))
    )
    means = known.groupby("persona", as_index=False)[name].mean()
    mean = alt.Chart(means).mark_tick(color=ORANGE, thickness=3, size=18).encode(
        x=value, y=row,
        tooltip=tips("persona", **{name: ".3~f"}),
    )  # fmt: skip
    return framed(dots + mean, f"{title} of tutors, by persona", 24 * len(order))
