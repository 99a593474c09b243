"""Churn risk: how many tutors are at which level, which signals show, and how good the probability is."""

from typing import Any

import altair as alt
import pandas as pd

from simulation.churn.signals import SIGNAL_COLUMNS, SIGNALS
from simulation.events import ChurnScored
from simulation.validation.run import Run
from simulation.views.pages.charts import BLUE, RED, RISK_COLOURS, coloured, framed, stacked_days, tips
from simulation.views.pages.report.section import Section, has_truth, table_of

SCORED = ("churn_probability", "churn_risk_level")


def risk_section(run: Run) -> Section:
    """Levels by night, signals at the window's end, and, with the truth, the probability against the true one."""
    tutors = last_scores(run)
    if not len(tutors):
        return Section(told={"scored": False, "monitored": run.scenario["mechanisms"]["churn_monitor"]})
    charts = {
        "levels": stacked_days(
            levels_by_night(run), "level", "tutors", RISK_COLOURS, "Tutors by churn risk level at the end of each day",
            first_on_top=True,
        ),
        "signals": _signals(tutors_by_signal(tutors)),
    }  # fmt: skip
    if with_truth := has_truth(run):
        charts["worth"] = _worth(probabilities(run))
    return Section(charts, {"scored": True, "with_truth": with_truth})


def last_scores(run: Run) -> pd.DataFrame:
    """The platform's last score of each tutor who is still there: probability, level and signals.

    A score looks back over 30 days, whatever the window; `tutor_aggregates` over those of the window alone.
    """
    columns = ("timestamp", "tutor_id", *SCORED, *SIGNAL_COLUMNS)
    scored: pd.DataFrame = run.log.events(ChurnScored, columns=columns).to_pandas()
    last = scored[scored["timestamp"] == run.record["window_end"]]
    by_tutor: pd.DataFrame = last.drop(columns="timestamp").sort_values("tutor_id", ignore_index=True)
    return by_tutor


def levels_by_night(run: Run) -> pd.DataFrame:
    """How many tutors were at each `level` at the end of each `day` of the window."""
    scored = run.log.events(ChurnScored, columns=("timestamp", "churn_risk_level")).to_pandas()
    day_over = scored["timestamp"] - pd.Timedelta(days=1)
    inside = (day_over >= run.record["window_start"]) & (day_over < run.record["window_end"])
    counts = pd.crosstab(day_over[inside].dt.strftime("%Y-%m-%d"), scored["churn_risk_level"][inside])
    counts = counts.reindex(columns=list(RISK_COLOURS), fill_value=0).rename_axis("day").reset_index()
    return counts.melt("day", var_name="level", value_name="tutors")


def tutors_by_signal(tutors: pd.DataFrame) -> pd.DataFrame:
    """How many tutors show each `signal` at the window's end, by their `level`."""
    titles = {signal.column: signal.title.lower() for signal in SIGNALS}
    shown = tutors.melt("churn_risk_level", list(titles), "signal", "shows")
    shown = shown[shown["shows"].astype(bool)]
    counts = pd.crosstab(shown["signal"].map(titles), shown["churn_risk_level"])
    counts = counts.reindex(index=list(titles.values()), columns=list(RISK_COLOURS), fill_value=0)
    counts = counts.rename_axis("signal").reset_index()
    return counts.melt("signal", var_name="level", value_name="tutors")


def probabilities(run: Run) -> pd.DataFrame:
    """The churn probability of each tutor who is still there, the true one of leaving, and whether the tutor did."""
    tutors = last_scores(run).merge(table_of(run, "truth_tutor_outcomes"), on="tutor_id")
    left = tutors["left_at"].notna()
    return tutors[["tutor_id", "churn_probability", "leave_probability_30d", "churn_risk_level"]].assign(
        outcome=left.map({True: "left later", False: "stayed"})
    )


def _signals(by_signal: pd.DataFrame) -> Any:
    chart = alt.Chart(by_signal).mark_bar().encode(
        x=alt.X("tutors:Q", title="tutors who show it").axis(tickMinStep=1),
        y=alt.Y("signal:N", title=None, sort="-x").axis(labelLimit=160),
        color=coloured("level", RISK_COLOURS),
        tooltip=tips("signal", "level", tutors="d"),
    )  # fmt: skip
    return framed(chart, "Tutors by the churn signals that they show, and by their risk level")


def _worth(tutors: pd.DataFrame) -> Any:
    chart = alt.Chart(tutors).mark_point(filled=True, opacity=0.8, size=60).encode(
        x=alt.X("churn_probability:Q", title="churn probability, as the platform has it").axis(tickCount=10),
        y=alt.Y("leave_probability_30d:Q", title="true probability of leaving in 30 days").axis(format="%"),
        color=coloured("outcome", {"stayed": BLUE, "left later": RED}),
        shape=alt.Shape("outcome:N").scale(domain=["stayed", "left later"], range=["circle", "diamond"]),
        tooltip=tips("tutor_id", "outcome", churn_probability=".3f", leave_probability_30d=".1%"),
    )  # fmt: skip
    return framed(chart, "Churn probability of tutors against their true probability of leaving", 260)
