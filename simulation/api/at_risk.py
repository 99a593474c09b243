"""Whom to call: the tutors with the highest churn probability, why, and what to talk about."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from simulation.api.moments import moment_in
from simulation.churn.signals import ChurnRules, Reading, TutorFigures, read_off
from simulation.events import ChurnScored, ChurnSignalsChanged, InterventionSent
from simulation.lib.html import fragment, paragraph, table
from simulation.lib.moments import short
from simulation.log import Log
from simulation.tables.parameter_changes import changed_rules, first_rules, recorded_changes, values_by

if TYPE_CHECKING:
    import pandas as pd

    from simulation.api.moments import Moment

# For each churn signal: what it says of a tutor, and what a call can be about.
_WORDS = {
    "declining_ratings": ("rated {value:.2f} in 7 days, below {threshold:.2f}", "go through the latest ratings"),
    "low_engagement": ("engagement {value:.2f} of 10, below {threshold:g}", "show what keeps students engaged"),
    "high_reschedule": ("moved {value:.0%} of sessions, above {threshold:.0%}", "agree on hours that can be kept"),
    "poor_first_sessions": (
        "first sessions rated {value:.2f}, below {threshold:g}", "plan the next first sessions together",
    ),
    "no_shows": ("missed {value} sessions in 30 days, above {threshold:g}", "ask what keeps them from coming"),
    "declining_activity": ("{value} sessions in 7 days, below {threshold:.1f}", "offer more students"),
}  # fmt: skip

_COLUMNS = ("event_id", "tutor_id", "churn_probability", "churn_risk_level", *TutorFigures._fields)
_NAMES = ("tutor_id", "churn_probability", "churn_risk_level", "sessions_30d", "why", "what_to_do", "last_email")
_HEADS = {"tutor": "tutor_id", "churn": "churn_probability", "risk": "churn_risk_level", "why": "why",
          "what to do": "what_to_do", "last email": "last_email"}  # fmt: skip


@frozen
class TutorAtRisk:
    """A tutor at Medium or High risk, by the last score: which signals showed, and when the platform last wrote."""

    tutor_id: str
    churn_probability: float
    churn_risk_level: str
    sessions_30d: int
    signals: tuple[Reading, ...]
    last_email: str

    @property
    def why(self) -> str:
        """The signals in words, those that count most first."""
        told = [_WORDS[one.signal][0].format(value=one.value, threshold=one.threshold) for one in self.signals]
        return "; ".join(told) or "no signal shows"

    @property
    def what_to_do(self) -> str:
        """What a call can be about, in the same order."""
        return "; ".join(_WORDS[one.signal][1] for one in self.signals) or "nothing"


@frozen
class TutorsAtRisk:
    """The tutors at risk at a moment, those with the highest churn probability first.

    `print` shows them in words, and a notebook as a table.

    Example:
        >>> first = run.at_risk(1)
        >>> list(first.frame().columns)
        ['churn_probability', 'churn_risk_level', 'sessions_30d', 'why', 'what_to_do', 'last_email']
    """

    moment: datetime
    tutors: tuple[TutorAtRisk, ...]

    def frame(self) -> "pd.DataFrame":
        """A row per tutor, by tutor_id: score, level, completed sessions of 30 days, and the words.

        Example:
            >>> bool((run.at_risk(3).frame()["churn_risk_level"] != "Low").all())
            True
        """
        import pandas as pd

        rows = [[getattr(one, name) for name in _NAMES] for one in self.tutors]
        return pd.DataFrame(rows, columns=list(_NAMES)).set_index("tutor_id")

    def __repr__(self) -> str:
        named = f": {', '.join(one.tutor_id for one in self.tutors)}" if self.tutors else ""
        return f"<{len(self.tutors)} tutors at risk as of {short(self.moment)}{named}>"

    def __str__(self) -> str:
        if not self.tutors:
            return "nobody is at risk"
        return "\n".join(
            f"{one.tutor_id}  {one.churn_probability:.3f} {one.churn_risk_level:7}{one.why}\n"
            f"       to do: {one.what_to_do}; last email: {one.last_email}"
            for one in self.tutors
        )

    def _repr_html_(self) -> str:
        title = f"Tutors at risk, {short(self.moment)}"
        if not self.tutors:
            return fragment(title, paragraph("Nobody is."))
        rows = [[_shown(getattr(one, name)) for name in _HEADS.values()] for one in self.tutors]
        return fragment(title, table(list(_HEADS), rows, numbers=("churn",)))


def tutors_at_risk(log: Log, count: int, as_of: "Moment | None") -> TutorsAtRisk:
    """So many at most, out of the last scores before a moment; of equal ones, who teaches most first."""
    moment = moment_in(log, as_of)
    then = log.as_of(moment)
    first, changes = first_rules(log), recorded_changes(then)
    emails = _last_emails(then)
    there = [
        TutorAtRisk(
            row["tutor_id"], row["churn_probability"], row["churn_risk_level"], row["total_sessions_30d"],
            _signals(row, changed_rules(first, values_by(changes, row["event_id"]))),
            emails.get(row["tutor_id"], "none yet"),
        )
        for row in _last_scores(then, moment)
        if row["churn_risk_level"] != "Low"
    ]  # fmt: skip
    ordered = sorted(there, key=lambda one: (-one.churn_probability, -one.sessions_30d, one.tutor_id))
    return TutorsAtRisk(moment, tuple(ordered[:count]))


def _last_scores(log: Log, moment: datetime) -> list[dict[str, Any]]:
    """The last score of each tutor who is there."""
    from simulation.api.features import tutors_there

    scores = log.events(ChurnSignalsChanged, ChurnScored, columns=_COLUMNS).to_pylist()
    last = {row["tutor_id"]: row for row in scores}
    return [last[tutor_id] for tutor_id in tutors_there(log, moment) if tutor_id in last]


def _signals(row: Mapping[str, Any], rules: ChurnRules) -> tuple[Reading, ...]:
    """The signals that show, those that count most first."""
    figures = TutorFigures._make(row[name] for name in TutorFigures._fields)
    return tuple(sorted((one for one in read_off(figures, rules) if one.shows), key=lambda one: -one.weight))


def _last_emails(log: Log) -> dict[str, str]:
    """When the platform last wrote to each tutor, and of what type the email was."""
    sent = log.events(InterventionSent, columns=("tutor_id", "timestamp", "intervention_type")).to_pylist()
    return {row["tutor_id"]: f"{row['intervention_type']}, {row['timestamp']:%Y-%m-%d}" for row in sent}


def _shown(value: str | float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else value
