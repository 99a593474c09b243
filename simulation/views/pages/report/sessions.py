"""When sessions are held: day by day, and by weekday and hour against the hours that tutors prefer."""

from typing import Any

import altair as alt
import pandas as pd

from simulation.validation.measures import measures
from simulation.validation.run import Run
from simulation.views.pages.charts import BLUE, GREEN, OUTCOME_COLOURS, framed, stacked_days, tips
from simulation.views.pages.report.section import Section, table_of

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKEND = ("Sat", "Sun")


def sessions_section(run: Run) -> Section:
    """Sessions by day, and by weekday and hour."""
    sessions, tutors = table_of(run, "sessions"), table_of(run, "tutor_profiles")
    charts = {
        "by_day": stacked_days(
            sessions_by_day(sessions, run),
            "outcome",
            "sessions",
            OUTCOME_COLOURS,
            "Sessions by day and by what became of them",
        ),
        "by_hour": _heat_map(sessions_by_hour(sessions), "sessions", BLUE, "Sessions by weekday and hour of the day"),
        "preferred": _heat_map(tutors_by_hour(tutors), "tutors", GREEN, "Tutors by the hours that they prefer"),
    }
    return Section(charts, {"share": measures()["time.preferred_share"](run)})


def sessions_by_day(sessions: pd.DataFrame, run: Run) -> pd.DataFrame:
    """How many sessions of each `outcome` were to begin on each `day` of the window, days without any included."""
    days = pd.date_range(run.record["window_start"], run.record["window_end"], inclusive="left").strftime("%Y-%m-%d")
    by_day = pd.crosstab(sessions["session_datetime"].dt.strftime("%Y-%m-%d"), outcomes(sessions))
    by_day = by_day.reindex(index=days, columns=list(OUTCOME_COLOURS), fill_value=0)
    return by_day.rename_axis("day").reset_index().melt("day", var_name="outcome", value_name="sessions")


def outcomes(sessions: pd.DataFrame) -> pd.Series:
    """What became of each session, in words."""
    tutor, student = sessions["tutor_showed"].astype(bool), sessions["student_showed"].astype(bool)
    told = pd.Series("completed", sessions.index)
    return told.mask(~student, "student no-show").mask(~tutor, "tutor no-show").mask(~tutor & ~student, "both no-show")


def sessions_by_hour(sessions: pd.DataFrame) -> pd.DataFrame:
    """How many sessions were to begin on each `weekday` in each `hour` of the day."""
    starts = sessions["session_datetime"].dt
    counts = pd.crosstab(starts.day_of_week, starts.hour).reindex(index=range(7), columns=range(24), fill_value=0)
    return _melted(counts, "sessions")


def tutors_by_hour(tutors: pd.DataFrame) -> pd.DataFrame:
    """How many active tutors prefer each `hour` of the day on each `weekday`; some teach on weekends only."""
    active = tutors[tutors["active_status"]]
    counts = pd.DataFrame(0, index=range(7), columns=range(24))
    for weekday, name in enumerate(WEEKDAYS):
        there = active if name in _WEEKEND else active[~active["weekend_only"]]
        for hour in range(24):
            counts.loc[weekday, hour] = int(
                ((there["preferred_start_hour"] <= hour) & (hour < there["preferred_end_hour"])).sum()
            )
    return _melted(counts, "tutors")


def _melted(counts: pd.DataFrame, what: str) -> pd.DataFrame:
    named = counts.set_axis(list(WEEKDAYS)).rename_axis("weekday").reset_index()
    return named.melt("weekday", var_name="hour", value_name=what).astype({"hour": int})


def _heat_map(cells: pd.DataFrame, what: str, colour: str, description: str) -> Any:
    chart = (
        alt.Chart(cells)
        .mark_rect(color=colour)
        .encode(
            x=alt.X("hour:O", title="hour of the day").axis(labelAngle=0, labelOverlap=True),
            y=alt.Y("weekday:O", title=None, sort=list(WEEKDAYS)),
            fillOpacity=alt.FillOpacity(f"{what}:Q", legend=None).scale(range=[0.03, 1]),
            tooltip=tips("weekday", "hour", **{what: ",d"}),
        )
    )
    return framed(chart, description)
