"""The report of a run: its volumes, its hours, its ratings and its tutors."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import TABLES
from simulation.files import TableError, read_table
from simulation.staging import staged_file
from simulation.views import ViewError
from simulation.views.agents import table_of_agents
from simulation.views.pages.charts import bars, heat_map

COLUMNS = (
    "tutor_id", "primary_subject", "churn_risk_level", "churn_probability", "avg_rating_30d", "total_sessions_30d",
)  # fmt: skip


def write_report(run_dir: Path, out: Path, *, force: bool = False) -> None:
    """Write the report of the run in a directory. Raises RunDirError and ViewError, and nothing is written then."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise ViewError('report needs jinja2; install it with: pip install "tutoring-simulation[pages]"') from None

    tutors = table_of_agents(run_dir).select(COLUMNS)
    try:
        sessions, emails = (read_table(run_dir, TABLES[name]) for name in ("sessions", "interventions"))
    except TableError as error:
        raise ViewError(str(error)) from None
    pages = Environment(loader=PackageLoader("simulation.views", "pages"), autoescape=True, undefined=StrictUndefined)
    told = {"name": f"Run {run_dir.resolve().name}", "columns": [name.replace("_", " ") for name in COLUMNS]}
    page = pages.get_template("report.html").render(
        told, **_charts(sessions), figures=_figures(sessions, tutors, len(emails)),
        tutors=[tuple(row.values()) for row in tutors.to_pylist()],
    )  # fmt: skip
    with staged_file(out, force=force) as partial:
        partial.write_text(page, encoding="utf-8")


def _figures(sessions: pa.Table, tutors: pa.Table, emails: int) -> list[tuple[str, str]]:
    completed = pc.mean(sessions["session_completed"].cast(pa.float64())).as_py()
    held = "none" if completed is None else f"{completed:.1%}"
    return [
        ("tutors", f"{len(tutors):,}"), ("sessions", f"{len(sessions):,}"), ("completed", held),
        ("interventions", f"{emails:,}"),
    ]  # fmt: skip


def _charts(sessions: pa.Table) -> dict[str, Any]:
    starts = sessions["session_datetime"]
    days = pc.value_counts(pc.strftime(starts, "%Y-%m-%d")).to_pylist()
    by_hour = np.zeros((7, 24), int)
    np.add.at(by_hour, (pc.day_of_week(starts).to_numpy(), pc.hour(starts).to_numpy()), 1)
    halves = np.round(sessions["student_rating"].drop_null().to_numpy() * 2).astype(int)
    ratings = [(f"{half / 2}", int(np.count_nonzero(halves == half))) for half in range(2, 11)]
    return {
        "by_day": bars(sorted((day["values"], day["counts"]) for day in days), "Sessions by day"),
        "by_hour": heat_map(by_hour.tolist(), "Sessions by weekday and hour"),
        "ratings": bars(ratings, "Sessions by rating, from 1 to 5"),
    }
