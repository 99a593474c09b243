"""The tutors of a run as a table, to find whom to look at."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from simulation.claims.run import Run
from simulation.events import TutorLeft
from simulation.signals import Signals
from simulation.views.pages.report.section import Section, in_words

COLUMNS = (
    "tutor", "risk", "churn probability", "interventions", "rating", "sessions", "no-shows", "subject", "experience",
    "status", "signals",
)  # fmt: skip
STATUSES = ("active", "inactive", "left")


def tutors_section(run: Run) -> Section:
    """A row for each tutor, those at the highest risk first."""
    return Section(told={"columns": COLUMNS, "rows": rows_of_tutors(run)})


def rows_of_tutors(run: Run) -> list[tuple[object, ...]]:
    """What stands in COLUMNS for each tutor, None where it is not known."""
    profiles, aggregates = run.tables["tutor_profiles"], run.tables["tutor_aggregates"]
    tutors = profiles.join(aggregates, "tutor_id").to_pylist()
    emails = Counter(run.frame("interventions").texts("tutor_id"))
    left = set(run.events(TutorLeft, columns=("tutor_id",)).texts("tutor_id"))
    return [
        (
            tutor["tutor_id"], tutor["churn_risk_level"], tutor["churn_probability"], emails[tutor["tutor_id"]],
            tutor["avg_rating_30d"], tutor["total_sessions_30d"], tutor["no_show_count_30d"], tutor["primary_subject"],
            tutor["months_experience"], _status(tutor, left), _signals(tutor),
        )
        for tutor in sorted(tutors, key=lambda tutor: (-(tutor["churn_probability"] or 0), tutor["tutor_id"]))
    ]  # fmt: skip


def _status(tutor: Mapping[str, Any], left: Collection[str]) -> str:
    if tutor["tutor_id"] in left:
        return "left"
    return "active" if tutor["active_status"] else "inactive"


def _signals(tutor: Mapping[str, Any]) -> str:
    return ", ".join(in_words(name) for name in Signals._fields if tutor[f"signal_{name}"])
