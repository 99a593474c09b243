"""The whole report, of one run or of two beside each other: what is shown of each, and the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen

from simulation.churn.signals import SIGNALS
from simulation.lib.file_names import as_shown
from simulation.runs.record import changes_of
from simulation.runs.tables import log_is_at_fault
from simulation.validation.measures import measures
from simulation.validation.run import Run
from simulation.views.pages.charts import Rows
from simulation.views.pages.page import write_page
from simulation.views.pages.report.charts import FIGURES_OF_PERSONAS, charts_of
from simulation.views.pages.report.figures import DISTRIBUTIONS, chart_of_claims, claims_of, distributions
from simulation.views.pages.report.queries import SHOWN, faults_are_told, has_truth, rows_of
from simulation.views.pages.timeline.charts import timeline_charts
from simulation.views.pages.timeline.values import timeline_values
from simulation.views.timeline import timelines_of


@frozen
class ReportedRun:
    """What a report shows of a run: its run.json, rows by query, claims, and charts by name.

    `preferred_share` is that of the sessions in hours that their tutor prefers, None without any.
    """

    name: str
    record: Mapping[str, Any]
    rows: Mapping[str, Rows]
    claims: Rows
    charts: Mapping[str, Any]
    preferred_share: float | None
    has_truth: bool

    @property
    def last_day(self) -> str:
        """The last day of the window."""
        return (datetime.fromisoformat(self.record["window_end"]) - timedelta(days=1)).date().isoformat()

    @property
    def changes(self) -> Sequence[str]:
        """What changed in its scenario and when, each in words."""
        return changes_of(self.record)

    @property
    def headline(self) -> Mapping[str, Any]:
        """The figures at the top, by name."""
        return self.rows["headline"][0]

    @property
    def marks(self) -> Mapping[str, str]:
        """The status of each tutor who is not active any more."""
        return {tutor["tutor_id"]: tutor["status"] for tutor in self.rows["tutors"] if tutor["status"] != "active"}

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where on the page each tutor opens."""
        return {tutor["tutor_id"]: f"#{tutor['tutor_id']}" for tutor in self.rows["tutors"]}

    @property
    def ways(self) -> Sequence[tuple[Any, ...]]:
        """The ways of interventions through the stages, each with how many went it."""
        return [(*row["way"], row["emails"]) for row in self.rows["ways"]]


def reported(run_dir: Path) -> ReportedRun:
    """What a report shows of the run in a directory. Raises RunDirError, ScenarioError and ViewError."""
    run = Run.of_directory(run_dir)
    with faults_are_told(run_dir):
        rows, claims = rows_of(run, *SHOWN), claims_of(run)
        charts = {**charts_of(rows), **distributions(run), **chart_of_claims(claims)}
        share = measures()["time.preferred_share"](run)
    tutors = [with_signals(tutor) for tutor in rows["tutors"]]
    name = as_shown(run_dir.resolve().name)
    return ReportedRun(name, run.record, {**rows, "tutors": tutors}, claims, charts, share, has_truth(run))


def write_page_of_runs(run_dirs: Sequence[Path], out: Path, *, force: bool, library: str | None) -> None:
    """Write the page, as `write_report` has it."""
    runs = [reported(one) for one in run_dirs]
    charts = {f"{name}{place or ''}": chart for place, run in enumerate(runs) for name, chart in run.charts.items()}
    timelines = None
    if len(run_dirs) == 1:
        with log_is_at_fault(run_dirs[0]):
            found = timelines_of(run_dirs[0])
            timelines = timeline_values((found[tutor_id] for tutor_id in found.tutor_ids), found.rules)
        charts |= timeline_charts(found.rules.churn)
    write_page(
        "report/report.html", out, charts, force=force, library=library, runs=runs, timelines=timelines,
        warnings=list(dict.fromkeys(warning for run in runs for warning in run.record.get("warnings", ()))),
        distributions=DISTRIBUTIONS, figures_of_personas=FIGURES_OF_PERSONAS,
    )  # fmt: skip


def with_signals(tutor: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tutor with the signals that show in words; None where nobody scored the tutor."""
    shown = [signal.title.lower() for signal in SIGNALS if tutor[signal.column]]
    return {**tutor, "signals": None if tutor["risk"] is None else ", ".join(shown)}
