"""The report of a run: its volumes, its hours, its ratings and its tutors."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import TABLES
from simulation.files import TableError, read_table
from simulation.views import ViewError
from simulation.views.agents import table_of_agents
from simulation.views.pages.page import require_pages, write_page

COLUMNS = (
    "tutor_id", "primary_subject", "churn_risk_level", "churn_probability", "avg_rating_30d", "total_sessions_30d",
)  # fmt: skip


def write_report(run_dir: Path, out: Path, *, force: bool = False) -> None:
    """Write the report of the run in a directory. Raises RunDirError and ViewError, and nothing is written then."""
    require_pages("report")
    tutors = table_of_agents(run_dir).select(COLUMNS)
    try:
        sessions, emails = (read_table(run_dir, TABLES[name]) for name in ("sessions", "interventions"))
    except TableError as error:
        raise ViewError(str(error)) from None
    write_page(
        "report.html", out, _charts(sessions), force=force,
        name=f"Run {run_dir.resolve().name}", columns=[name.replace("_", " ") for name in COLUMNS],
        headline=_headline(sessions, tutors, len(emails)), tutors=[tuple(row.values()) for row in tutors.to_pylist()],
    )  # fmt: skip


def _headline(sessions: pa.Table, tutors: pa.Table, emails: int) -> list[tuple[str, str]]:
    completed = pc.mean(sessions["session_completed"].cast(pa.float64())).as_py()
    held = "none" if completed is None else f"{completed:.1%}"
    return [
        ("tutors", f"{len(tutors):,}"), ("sessions", f"{len(sessions):,}"), ("completed", held),
        ("interventions", f"{emails:,}"),
    ]  # fmt: skip


def _charts(sessions: pa.Table) -> dict[str, Any]:
    from simulation.views.pages.charts import heat_map, stacked_days

    starts = sessions["session_datetime"]
    days = pa.table({"day": pc.strftime(starts, "%Y-%m-%d"), "outcome": _outcomes(sessions)})
    by_day = (
        days.group_by(["day", "outcome"]).aggregate([([], "count_all")]).rename_columns(["day", "outcome", "sessions"])
    )
    by_hour = np.zeros((7, 24), int)
    np.add.at(by_hour, (pc.day_of_week(starts).to_numpy(), pc.hour(starts).to_numpy()), 1)
    return {"by_day": stacked_days(by_day.to_pylist()), "by_hour": heat_map(by_hour)}


def _outcomes(sessions: pa.Table) -> pa.ChunkedArray:
    """What became of each session, in words."""
    missed = pc.if_else(sessions["tutor_showed"], "student no-show", "tutor no-show")
    both = pc.and_(pc.invert(sessions["tutor_showed"]), pc.invert(sessions["student_showed"]))
    return pc.if_else(sessions["session_completed"], "completed", pc.if_else(both, "both no-show", missed))
