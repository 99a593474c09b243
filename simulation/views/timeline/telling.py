"""Entries in words: what a person reads of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any, NamedTuple

from simulation.churn.signals import LONG_DAYS, RECENT_DAYS, Reading
from simulation.views.timeline import entries
from simulation.views.timeline.triggers import Rules

_OUTCOMES = {
    "student_no_show": "the student did not come", "tutor_no_show": "the tutor did not come",
    "both_no_show": "neither came",
}  # fmt: skip
_DAY = timedelta(days=1)
# In the order in which they are tried (methodology, "Intervention Types").
_TYPES = ("first_session", "churn", "quality", "technical", "engagement")


class Account(NamedTuple):
    """Why the platform wrote, in words; the six signals belong between `looked_at` and `total`."""

    because: str
    scored: str
    looked_at: str
    total: str
    at_risk: str
    pauses: str


class Teller:
    """Tells the entries of one agent. `score_offset` is the fixed part of a tutor's churn score, 0 for students."""

    def __init__(self, timeline: entries.Timeline, rules: Rules) -> None:
        self._is_tutor = timeline.role == "tutor"
        self._offset: float = timeline.facts.get("score_offset", 0.0)
        self._rules = rules

    def tell(self, entry: entries.Entry) -> list[str]:
        """An entry in lines; the first says what happened, those after it say more."""
        if isinstance(entry, entries.Session | entries.Reschedule | entries.Cancellation):
            return [_told(entry).replace("{other}", self._other(entry))]
        if isinstance(entry, entries.Intervention):
            return self._intervention(entry)
        return [_told(entry)]

    def _other(self, entry: entries.Session | entries.Reschedule | entries.Cancellation) -> str:
        """Who else a session is with."""
        return entry.student_id if self._is_tutor else entry.tutor_id

    def _intervention(self, entry: entries.Intervention) -> list[str]:
        what = "withheld at random" if entry.withheld else f'email "{entry.subject}"'
        lines = [f"INTERVENTION {entry.intervention_id}, {entry.intervention_type}: {what}"]
        if entry.trigger is None:
            lines.append(f"decided at {entry.probability:.3f}, {entry.level}; the score is not in the log")
        else:
            lines += self._trigger(entry.trigger)
        if not entry.withheld:
            lines.append(f"outcome: {course_in_words(entry)}")
        if entry.experiment_id is not None:
            lines.append(f"part of experiment {entry.experiment_id}, variant {entry.experiment_variant}")
        return lines

    def account(self, trigger: entries.Trigger) -> Account:
        """Why the platform wrote."""
        score = trigger.score
        why = "as every midnight" if score.nightly else "when signals changed"
        return Account(
            f"{trigger.type_because}; it is the first that applies of {', '.join(_TYPES)}",
            f"{score.at:%Y-%m-%d %H:%M}, {why} ({score.event_id})",
            f"from {score.at - LONG_DAYS * _DAY:%Y-%m-%d %H:%M} on; of what is recent, the last {RECENT_DAYS} days",
            self._sum(score),
            f"since {trigger.at_risk_since:%Y-%m-%d %H:%M}", _pauses(trigger, self._rules),
        )  # fmt: skip

    def _trigger(self, trigger: entries.Trigger) -> list[str]:
        account = self.account(trigger)
        return [
            f"type: {account.because}",
            f"scored {account.scored}, by what happened {account.looked_at}:",
            *(
                f"  {reading_in_words(reading)}, counts {reading.weight if reading.shows else 0}"
                for reading in trigger.score.readings
            ),
            f"sum {account.total}",
            f"at risk {account.at_risk}",
            account.pauses,
        ]

    def _sum(self, score: entries.Score) -> str:
        """How the probability comes of the signals, and the level of the probability."""
        churn = self._rules.churn
        from_ = {"High": f", from {churn.high_risk:g}", "Medium": f", from {churn.medium_risk:g}"}.get(score.level, "")
        weights = " + ".join(str(reading.weight) for reading in score.shown)
        return (
            f"{weights} = {score.detected}; {score.detected} x {churn.probability_per_signal:g} + "
            f"{self._offset:g} (the tutor's own), at most {churn.probability_cap:g}: "
            f"{score.probability:.3f}, {score.level}{from_}"
        )


def reading_in_words(reading: Reading) -> str:
    """A signal with its value against its threshold: `low_engagement: 5.108 below 5.5`."""
    return f"{reading.signal}: {comparison_in_words(reading)}"


def comparison_in_words(reading: Reading) -> str:
    """A signal's value against its threshold: `5.108 below 5.5`."""
    if reading.value is None or reading.threshold is None:
        return "too few sessions to say"
    relation = reading.beyond if reading.shows else f"not {reading.beyond}"
    return f"{_number(reading.value, reading)} {relation} {_number(reading.threshold, reading)}"


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """Properties of an agent, one behind the other."""
    return ", ".join(f"{name} {value}" for name, value in named_facts(facts))


def named_facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Properties of an agent that are known, each by its name."""
    return [(name.replace("_", " "), _plain(value)) for name, value in facts.items() if value is not None]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: float, reading: Reading) -> str:
    """To three decimals, or all of them where three would hide on which side of the threshold a value lies."""
    short = f"{round(value, 3):g}"
    hides = value != reading.threshold and reading.threshold is not None and float(short) == round(reading.threshold, 3)
    return repr(value) if hides else short


def _pauses(trigger: entries.Trigger, rules: Rules) -> str:
    low, high = rules.pause_days
    if trigger.last_decided is None:
        return f"none was decided before (allowed: {rules.max_per_tutor} in 30 days)"
    days = (trigger.score.at - trigger.last_decided) / _DAY
    held_back = (
        ""
        if trigger.limited_until is None
        else (f"; until {trigger.limited_until:%Y-%m-%d %H:%M} there were {rules.max_per_tutor}, so that no other was")
    )
    return (
        f"{trigger.recent_count} decided in the 30 days before (allowed: {rules.max_per_tutor}), the last "
        f"{days:.1f} days before (pause of {low:g} to {high:g} days){held_back}"
    )


def course_in_words(entry: entries.Intervention) -> str:
    """How far an email came, and when."""
    steps: Sequence[tuple[str, datetime | None]] = (
        ("sent", entry.sent_at), ("delivered", entry.delivered_at), ("opened", entry.opened_at),
        ("clicked", entry.clicked_at), (f"answered ({entry.response_type})", entry.responded_at),
        (f"failed ({entry.error_message})", entry.failed_at),
    )  # fmt: skip
    return ", ".join(
        f"{step} {when:%H:%M}" if when.date() == entry.at.date() else f"{step} {when:%a %d %H:%M}"
        for step, when in steps
        if when is not None
    )


# ---------------------------------------------------------------- one line each; {other} is whom a session is with


@singledispatch
def _told(entry: entries.Entry) -> str:
    raise TypeError(f"no words for {type(entry).__name__}")


@_told.register
def _(entry: entries.Joined) -> str:  # noqa: ARG001 -- there is no more to say
    return "joined"


@_told.register
def _(entry: entries.Left) -> str:
    return "left for good" + (f", after session {entry.session_id}" if entry.session_id else "")


@_told.register
def _(entry: entries.Session) -> str:
    first = ", their first" if entry.is_first_session else ""
    told = f"session with {{other}}, {entry.subject}{first}"
    if entry.outcome != "completed":
        return f"{told}: NO-SHOW, {_OUTCOMES[entry.outcome]}"
    late = (entry.at - entry.scheduled_start) // timedelta(minutes=1)
    delay = f", {late} min late" if late else ""
    issues = ", technical issues" if entry.had_technical_issues else ""
    return (
        f"{told}: {entry.actual_duration_min} min{delay}, rated {entry.student_rating}, "
        f"engagement {entry.engagement_score}{issues}"
    )


@_told.register
def _(entry: entries.Reschedule) -> str:
    return (
        f"session with {{other}} moved by the {entry.initiated_by}, from {entry.old_time:%a %d %H:%M} "
        f"to {entry.new_time:%a %d %H:%M}"
    )


@_told.register
def _(entry: entries.Cancellation) -> str:
    return f"session with {{other}} called off: {entry.reason.replace('_', ' ')}"


@_told.register
def _(entry: entries.Refusal) -> str:
    return f"asked for {entry.subject} {entry.requested_start:%a %d %H:%M}, refused: {entry.reason.replace('_', ' ')}"


@_told.register
def _(entry: entries.Login) -> str:
    return f"login, {entry.device}"


@_told.register
def _(entry: entries.Activity) -> str:
    return f"{entry.kind.replace('_', ' ')}: {entry.detail}"


@_told.register
def _(entry: entries.SignalChange) -> str:
    reading = entry.reading
    return f"signal {'FIRED' if entry.fired else 'ceased'}, {reading_in_words(reading)} (counts {reading.weight})"


@_told.register
def _(entry: entries.ChurnMove) -> str:
    before = "" if entry.probability_before is None else f"{entry.probability_before:.3f} to "
    level = entry.level if entry.level_before in {None, entry.level} else f"{entry.level_before} to {entry.level}"
    return f"churn probability {before}{entry.probability:.3f}, {level} (signals sum to {entry.detected})"


@_told.register
def _(entry: entries.EmailStep) -> str:
    return f"email of {entry.intervention_id} {entry.step}" + (f": {entry.detail}" if entry.detail else "")


@_told.register
def _(entry: entries.Coaching) -> str:
    when = f" for {entry.coaching_at:%a %d %H:%M}" if entry.coaching_at else ""
    return f"coaching {entry.step}{when}, after {entry.intervention_id}"


@_told.register
def _(entry: entries.ExperimentStep) -> str:
    value = "" if entry.value is None else f", worth {entry.value:+.1%}"
    return f"experiment {entry.experiment_id} ({entry.name}): {entry.step}, variant {entry.variant}{value}"


@_told.register
def _(entry: entries.OutcomeDrawn) -> str:
    cut = "cut short" if entry.cut_short else "drawn"
    return (
        f"truth: {entry.intervention_id} {cut}: {entry.outcome}, engagement {entry.engagement_effect:+.1%}, "
        f"sessions a week {entry.sessions_effect:+d}"
    )


@_told.register
def _(entry: entries.BurnedOut) -> str:  # noqa: ARG001 -- there is no more to say
    return "truth: tips into burnout"


@_told.register
def _(entry: entries.HiddenState) -> str:
    return (
        f"truth: morale {entry.morale:.2f}, burnout {entry.burnout:.2f}, engagement {entry.engagement_lift:+.1%}, "
        f"extra sessions a week {entry.extra_sessions_per_week:.1f}, leaves within 30 days with "
        f"{entry.leave_probability_30d:.1%}"
    )


@_told.register
def _(entry: entries.LeavingExplained) -> str:
    return f"truth: left because of {entry.reason.replace('_', ' ')}"
