"""The tutors of a run as a table, to find whom to look at."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

from simulation.churn.signals import SIGNALS
from simulation.events import TutorLeft
from simulation.validation.run import Run
from simulation.views.agents import STATUSES, status_of
from simulation.views.pages.report.risk import last_scores
from simulation.views.pages.report.section import Section

COLUMNS = (
    "tutor", "risk", "churn probability", "signals", "interventions", "rating", "sessions", "no-shows", "subject",
    "experience, months", "status",
)  # fmt: skip


def tutors_section(run: Run) -> Section:
    """A row for each tutor, those at the highest risk first."""
    rows = rows_of_tutors(run)
    marks = {row[0]: row[-1] for row in rows if row[-1] != STATUSES[0]}
    return Section(told={"columns": COLUMNS, "rows": rows, "statuses": STATUSES, "marks": marks})


def rows_of_tutors(run: Run) -> list[tuple[Any, ...]]:
    """What stands in COLUMNS for each tutor, None where it is not known."""
    profiles, aggregates = run.tables["tutor_profiles"], run.tables["tutor_aggregates"]
    tutors = profiles.join(aggregates, "tutor_id").to_pylist()
    scores = {score["tutor_id"]: score for score in last_scores(run).to_dict("records")}
    emails = Counter(run.tables["interventions"]["tutor_id"].to_pylist())
    left = set(run.log.events(TutorLeft, columns=("tutor_id",))["tutor_id"].to_pylist())
    rows = [
        (
            tutor["tutor_id"], *_scored(scores.get(tutor["tutor_id"])), emails[tutor["tutor_id"]],
            tutor["avg_rating_30d"], tutor["total_sessions_30d"], tutor["no_show_count_30d"], tutor["primary_subject"],
            tutor["months_experience"], status_of(tutor, left),
        )
        for tutor in tutors
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-(row[2] or 0), row[0]))


def _scored(score: Mapping[Hashable, Any] | None) -> tuple[str | None, float | None, str | None]:
    """The level, the probability and the signals of a score; nothing of who has none."""
    if score is None:
        return None, None, None
    signals = ", ".join(signal.title.lower() for signal in SIGNALS if score[signal.column])
    return score["churn_risk_level"], score["churn_probability"], signals
