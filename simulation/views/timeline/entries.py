"""The entries of a timeline: what happened to an agent, at a moment of local time."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from attrs import field, frozen

from simulation.churn.signals import Reading

GROUP_OF = {
    "session": "sessions", "reschedule": "reschedules", "cancellation": "reschedules", "refusal": "requests",
    "login": "logins", "session_scheduled": "activity", "post_session_activity": "activity",
    "profile_updated": "activity", "message_sent": "activity", "signal_change": "signals", "churn_move": "churn",
    "intervention": "interventions", "email_step": "interventions", "coaching": "coaching",
    "experiment_step": "experiments", "rules_changed": "rules", "joined": "membership", "left": "membership",
    "outcome_drawn": "truth", "burned_out": "truth", "hidden_state": "truth", "leaving_explained": "truth",
    "scenario_changed": "truth", "extension": "extensions", "truth_of_extension": "truth",
}  # fmt: skip
"""All kinds of entries, each with the word by which it is chosen."""

GROUPS = tuple(dict.fromkeys(GROUP_OF.values()))


@frozen
class TimelineEntry:
    """Something that happened, of one of the kinds in GROUP_OF.

    What belongs to its kind are its attributes, too: `entry.subject` of a session. The queries in entries.sql and
    truth.sql say what these are; of churn signals, `ScoreHistory.moves`.
    """

    at: datetime
    kind: str
    fields: Mapping[str, Any] = field(hash=False)

    @property
    def group(self) -> str:
        """The word by which entries of its kind are chosen."""
        return GROUP_OF[self.kind]

    def __getattr__(self, name: str) -> Any:
        """What belongs to its kind, by name."""
        if name in self.fields:
            return self.fields[name]
        raise AttributeError(f"an entry of kind {self.kind!r} has no {name!r}, but {', '.join(self.fields)}")


@frozen
class InterventionEntry(TimelineEntry):
    """An intervention, at the moment of its decision: why, and what became of it until the window's end.

    A withheld one was due and held back at random: nothing of it was sent. Its `trigger` are the `Grounds`; None where
    the log does not hold the score on which it was decided.
    """

    @property
    def steps(self) -> dict[str, datetime]:
        """When the email came to each step, in their order: sent, delivered, opened, clicked, responded, failed."""
        steps = ("sent", "delivered", "opened", "clicked", "responded", "failed")
        return {step: moment for step in steps if (moment := self.fields[f"{step}_at"]) is not None}

    @property
    def status(self) -> str:
        """How far it came: withheld, or the last of its steps."""
        return "withheld" if self.withheld else next(reversed(self.steps), "sent")


@frozen
class Score:
    """The churn score as an event of the log has it; `readings` are all signals, shown or not.

    The probability is the weighted sum `detected` times the rules' probability per signal, up to the cap, and the
    tutor's own `score_offset`.
    """

    at: datetime
    event_id: str
    probability: float
    level: str
    detected: int
    readings: tuple[Reading, ...]
    nightly: bool
    """taken at midnight, rather than because something changed"""

    @property
    def shown(self) -> tuple[Reading, ...]:
        """The signals that show."""
        return tuple(reading for reading in self.readings if reading.shows)


@frozen
class Grounds:
    """Why the platform wrote: the score that it decided on, and what it knew of earlier interventions."""

    score: Score
    at_risk_since: datetime
    """when the level last rose from Low; where it was never Low, the first score"""
    type_because: str
    """what made the email of this type: the first rule of the methodology's order that applied"""
    last_decided: datetime | None
    """when the intervention before was decided; from then on there was a pause"""
    recent_count: int
    """how many were decided in the 30 days before"""
    limited_until: datetime | None
    """until when the limit of so many in 30 days held back any other, where it did so for longer than the pause"""


@frozen
class Day:
    """An agent's day, and the risk at its end, if there was a score."""

    date: date
    entries: tuple[TimelineEntry, ...]
    risk: Score | None


@frozen
class Timeline:
    """What happened to a tutor or a student from one day to another, both included, in the order of time.

    `facts` are the agent's registered properties; `traits` what only the simulator knows of them, None unless asked
    for. `left_at` is when the agent left for good, be it before these days or in them; None who is there at their end.
    `risk` is the churn score at the beginning, dated so, and each time it was taken; empty for students.
    """

    agent_id: str
    role: str
    first: date
    last: date
    facts: Mapping[str, Any] = field(hash=False)
    traits: Mapping[str, Any] | None = field(hash=False)
    left_at: datetime | None
    entries: tuple[TimelineEntry, ...]
    risk: tuple[Score, ...]

    @property
    def days(self) -> tuple[Day, ...]:
        """The days on which something happened."""
        taken = [risk.at for risk in self.risk]
        days = []
        for when, entries in groupby(self.entries, key=lambda entry: entry.at.date()):
            over = datetime.combine(when + timedelta(days=1), time())
            risk = self.risk[: bisect_right(taken, over)]
            days.append(Day(when, tuple(entries), risk[-1] if risk else None))
        return tuple(days)
