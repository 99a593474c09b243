"""The entries of a timeline: what happened to an agent, at a moment of local time."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from attrs import field, frozen

from simulation.churn.signals import Reading


@frozen
class TimelineEntry:
    """Something that happened."""

    at: datetime

    @property
    def group(self) -> str:
        """The word by which entries of its kind are chosen."""
        return _GROUP_OF[type(self)]


# ---------------------------------------------------------------- who is there


@frozen
class JoinedEntry(TimelineEntry):
    """A student enrolled."""


@frozen
class LeftEntry(TimelineEntry):
    """A tutor or a student left for good; `session_id` is the session after which a student did, if any."""

    session_id: str | None


# ---------------------------------------------------------------- sessions


@frozen
class SessionEntry(TimelineEntry):
    """A session that was held or missed, from its real start; `outcome` has which, and who did not come.

    Times at which a missed session starts are those of the calendars, and it ends when nobody waits any longer.
    What is measured in a session is None in one that was missed.
    """

    ended_at: datetime
    session_id: str
    tutor_id: str
    student_id: str
    subject: str
    scheduled_start: datetime
    scheduled_duration_min: int
    outcome: str
    """completed, student_no_show, tutor_no_show or both_no_show"""
    actual_duration_min: int
    is_first_session: bool | None
    student_rating: float | None
    student_satisfaction: float | None
    engagement_score: float | None
    had_technical_issues: bool | None
    connection_quality: str
    reschedule_count: int


@frozen
class RescheduleEntry(TimelineEntry):
    """A booked session was moved; `initiated_by` is tutor or student."""

    session_id: str
    tutor_id: str
    student_id: str
    initiated_by: str
    old_time: datetime
    new_time: datetime


@frozen
class CancellationEntry(TimelineEntry):
    """A booked session was called off."""

    session_id: str
    tutor_id: str
    student_id: str
    reason: str


@frozen
class RefusalEntry(TimelineEntry):
    """No tutor could take a session that the student asked for."""

    session_id: str
    subject: str
    requested_start: datetime
    reason: str


# ---------------------------------------------------------------- the platform


@frozen
class LoginEntry(TimelineEntry):
    """A tutor logged in."""

    device: str


@frozen
class ActivityEntry(TimelineEntry):
    """A tutor did something on the platform; `detail` is what, or to whom."""

    kind: str
    """session_scheduled, post_session_activity, profile_updated or message_sent"""
    detail: str
    session_id: str | None


# ---------------------------------------------------------------- churn signals


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
class SignalChangeEntry(TimelineEntry):
    """A signal fired, or ceased."""

    event_id: str
    fired: bool
    reading: Reading


@frozen
class ChurnMoveEntry(TimelineEntry):
    """The churn probability or the risk level changed; before is None where there was no score yet."""

    event_id: str
    probability: float
    probability_before: float | None
    level: str
    level_before: str | None
    detected: int


# ---------------------------------------------------------------- interventions, coaching, experiments


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
class InterventionEntry(TimelineEntry):
    """An intervention, at the moment of its decision: why, and what became of it until the window's end.

    A withheld one was due and held back at random: nothing of it was sent. Where the trigger is None, the log does not
    hold the score on which it was decided.
    """

    intervention_id: str
    intervention_type: str
    withheld: bool
    level: str
    probability: float
    trigger: Grounds | None
    subject: str | None
    experiment_id: str | None
    experiment_variant: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    responded_at: datetime | None
    response_type: str | None
    failed_at: datetime | None
    error_message: str | None

    @property
    def steps(self) -> dict[str, datetime]:
        """When the email came to each step, in their order: sent, delivered, opened, clicked, responded, failed."""
        steps = ("sent", "delivered", "opened", "clicked", "responded", "failed")
        moments = {step: getattr(self, f"{step}_at") for step in steps}
        return {step: moment for step, moment in moments.items() if moment is not None}

    @property
    def status(self) -> str:
        """How far it came: withheld, or the last of its steps."""
        return "withheld" if self.withheld else next(reversed(self.steps), "sent")


@frozen
class EmailStepEntry(TimelineEntry):
    """What became of an intervention's email: delivered, failed, opened, clicked or responded."""

    intervention_id: str
    step: str
    detail: str | None
    """the kind of answer, or why it bounced"""


@frozen
class CoachingEntry(TimelineEntry):
    """Coaching was scheduled for `coaching_at` after an intervention, or attended."""

    intervention_id: str
    step: str
    coaching_at: datetime | None


@frozen
class ExperimentStepEntry(TimelineEntry):
    """A tutor was assigned to a variant, exposed to it, or converted; `value` is a conversion's."""

    experiment_id: str
    name: str
    step: str
    variant: str
    value: float | None


# ---------------------------------------------------------------- what only the simulator knows


@frozen
class OutcomeDrawnEntry(TimelineEntry):
    """What an intervention was drawn to come to, or what it came to after all because the tutor left."""

    intervention_id: str
    outcome: str
    engagement_effect: float
    sessions_effect: int
    cut_short: bool


@frozen
class BurnedOutEntry(TimelineEntry):
    """A veteran tipped into burnout."""


@frozen
class HiddenStateEntry(TimelineEntry):
    """A tutor's hidden state at midnight."""

    morale: float
    burnout: float
    engagement_lift: float
    extra_sessions_per_week: float
    leave_probability_30d: float


@frozen
class LeavingExplainedEntry(TimelineEntry):
    """Why a tutor or a student left."""

    reason: str


KINDS: dict[str, tuple[type[TimelineEntry], ...]] = {
    "sessions": (SessionEntry,),
    "reschedules": (RescheduleEntry, CancellationEntry),
    "requests": (RefusalEntry,),
    "logins": (LoginEntry,),
    "activity": (ActivityEntry,),
    "signals": (SignalChangeEntry,),
    "churn": (ChurnMoveEntry,),
    "interventions": (InterventionEntry, EmailStepEntry),
    "coaching": (CoachingEntry,),
    "experiments": (ExperimentStepEntry,),
    "membership": (JoinedEntry, LeftEntry),
    "truth": (OutcomeDrawnEntry, BurnedOutEntry, HiddenStateEntry, LeavingExplainedEntry),
}
"""The entries by the words by which they are chosen."""

GROUPS = tuple(KINDS)
_GROUP_OF = {kind: group for group, kinds in KINDS.items() for kind in kinds}


@frozen
class Risk:
    """The churn score from a moment on, with the readings of all signals."""

    at: datetime
    probability: float
    level: str
    readings: tuple[Reading, ...]


@frozen
class Day:
    """An agent's day, and the risk at its end, if there was a score."""

    date: date
    entries: tuple[TimelineEntry, ...]
    risk: Risk | None


@frozen
class Timeline:
    """What happened to a tutor or a student from one day to another, both included, in the order of time.

    `facts` are the agent's registered properties; `traits` what only the simulator knows of them, None unless asked
    for. `left_at` is when the agent left for good, be it before these days or in them; None who is there at their end.
    `risk` is the churn score at the beginning and each time it was taken; empty for students.
    """

    agent_id: str
    role: str
    first: date
    last: date
    facts: Mapping[str, Any] = field(hash=False)
    traits: Mapping[str, Any] | None = field(hash=False)
    left_at: datetime | None
    entries: tuple[TimelineEntry, ...]
    risk: tuple[Risk, ...]

    @property
    def days(self) -> tuple[Day, ...]:
        """The days on which something happened."""
        by_date: dict[date, list[TimelineEntry]] = {}
        for entry in self.entries:
            by_date.setdefault(entry.at.date(), []).append(entry)
        days, risks, place = [], self.risk, 0
        for when, entries in by_date.items():
            over = datetime.combine(when + timedelta(days=1), time())
            while place < len(risks) and risks[place].at <= over:
                place += 1
            days.append(Day(when, tuple(entries), risks[place - 1] if place else None))
        return tuple(days)
