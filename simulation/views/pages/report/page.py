"""The whole report: its head, and its sections in order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from simulation.lib.file_names import as_shown
from simulation.runs.tables import log_is_at_fault
from simulation.tables.files import TableError
from simulation.validation.run import Run
from simulation.views import ViewError
from simulation.views.pages.page import check_page, library_maker, write_page
from simulation.views.pages.report.section import Section
from simulation.views.pages.timeline.values import timeline_values
from simulation.views.timeline import timelines_of

_HEADLINES = """
    SELECT count(*) AS sessions, avg(session_completed::INT) AS completed, avg(student_rating) AS rating,
        (SELECT count(*) FROM tutor_profiles) AS tutors, (SELECT count(*) FROM students) AS students,
        (SELECT count(*) FROM interventions) AS interventions,
        (SELECT count(*) FROM tutor_left WHERE timestamp >= $window_start) AS tutors_left
    FROM sessions
"""


def write_report(run_dir: Path, out: Path, *, force: bool = False) -> None:
    """Write the report of the run in a directory.

    Raises RunDirError and ViewError, and nothing is written then.
    """
    check_page("report", out, force=force)

    from simulation.views.pages.timeline.charts import timeline_charts

    run = Run.of_directory(run_dir)
    library_maker()
    try:
        with log_is_at_fault(run_dir):
            sections = {name: section(run) for name, section in _sections().items()}
            head = _head(run, run_dir)
            timelines = timelines_of(run_dir)
            values = timeline_values((timelines[tutor_id] for tutor_id in timelines.tutor_ids), timelines.rules)
    except TableError as error:
        raise ViewError(str(error)) from None
    charts = {name: chart for section in sections.values() for name, chart in section.charts.items()}
    told = {name: section.told for name, section in sections.items()}
    write_page(
        "report/report.html", out, {**charts, **timeline_charts(timelines.rules.churn)}, force=force, head=head,
        timelines=values, warnings=run.record.get("warnings", ()), **told,
    )  # fmt: skip


def _sections() -> dict[str, Callable[[Run], Section]]:
    from simulation.views.pages.report import experiments, figures, interventions, personas, risk, sessions, tutors

    return {
        "sessions": sessions.sessions_section,
        "figures": figures.figures_section,
        "personas": personas.personas_section,
        "risk": risk.risk_section,
        "interventions": interventions.interventions_section,
        "experiments": experiments.experiments_section,
        "tutors": tutors.tutors_section,
    }


def _head(run: Run, run_dir: Path) -> dict[str, Any]:
    """Which run it is, and its headline figures as names and values."""
    from simulation.views.pages.report.risk import last_scores

    record, figures = run.record, run.row(_HEADLINES)
    first, last = (datetime.fromisoformat(record[name]) for name in ("window_start", "window_end"))
    completed, rating = figures["completed"], figures["rating"]
    at_risk = int((last_scores(run)["churn_risk_level"] != "Low").sum())
    return {
        "name": as_shown(run_dir.resolve().name),
        "scenario": record["scenario_name"], "seed": record["seed"], "version": record["version"],
        "first": first.date().isoformat(), "last": (last - timedelta(days=1)).date().isoformat(),
        "regions": [region["name"] for region in run.scenario["regions"]],
        "figures": [
            ("tutors", f"{figures['tutors']:,}"),
            ("students", f"{figures['students']:,}"),
            ("sessions", f"{figures['sessions']:,}"),
            ("completed", "none" if completed is None else f"{completed:.1%}"),
            ("mean rating", "none" if rating is None else f"{rating:.2f}"),
            ("tutors at risk", f"{at_risk:,}"),
            ("interventions", f"{figures['interventions']:,}"),
            ("tutors left", f"{figures['tutors_left']:,}"),
        ],
    }  # fmt: skip
