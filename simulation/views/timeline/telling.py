"""Entries in words, for people."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from simulation.churn.signals import LONG_DAYS, RECENT_DAYS, Reading
from simulation.views import in_words
from simulation.views.timeline import entries
from simulation.views.timeline.triggers import Rules

_OUTCOMES = {
    "student_no_show": "the student did not come", "tutor_no_show": "the tutor did not come",
    "both_no_show": "neither came",
}  # fmt: skip
_DAY = timedelta(days=1)


class Teller:
    """Puts an agent's entries into words. The offset is the fixed part of a tutor's churn score, else 0."""

    def __init__(self, timeline: entries.Timeline, rules: Rules) -> None:
        self._is_tutor = timeline.role == "tutor"
        self._offset: float = timeline.facts.get("score_offset", 0.0)
        self._rules = rules

    def tell(self, entry: entries.TimelineEntry) -> list[str]:
        """An entry in lines: what happened, then details."""
        if isinstance(entry, entries.InterventionEntry):
            return self._intervention(entry)
        other: str = getattr(entry, "student_id" if self._is_tutor else "tutor_id", "")
        return [_WORDS[entry.kind](entry, other)]

    def _intervention(self, entry: entries.InterventionEntry) -> list[str]:
        what = "withheld at random" if entry.withheld else f'email "{entry.subject}"'
        lines = [f"INTERVENTION {entry.intervention_id}, {entry.intervention_type}: {what}"]
        account = self.account(entry)
        if entry.trigger is None:
            lines.append(f"decided at {entry.probability:.3f}, {entry.level}; the score is not in the log")
        else:
            lines += [
                f"type: {entry.trigger.type_because}",
                f"scored {account['Scored']}, by what happened {account['Looks at']}:",
                *(
                    f"  {reading_in_words(reading)}, counts {reading.weight if reading.shows else 0}"
                    for reading in entry.trigger.score.readings
                ),
                f"sum {account['Probability']}",
                f"at risk {account['At risk']}",
                account["Interventions before"],
            ]
        if not entry.withheld:
            lines.append(f"outcome: {account['What came of it']}")
        if entry.experiment_id is not None:
            lines.append(f"part of experiment {account['Experiment']}")
        return lines

    def account(self, entry: entries.InterventionEntry) -> dict[str, str]:
        """An intervention in words, by what they are about: the email, why the platform wrote, and what came of it.

        `Signals` has no words, but the place of the six readings.
        """
        told = {"Email": "withheld at random, so nothing was sent" if entry.withheld else f"“{entry.subject}”"}
        if entry.trigger is None:
            told["Score"] = f"{entry.probability:.3f}, {entry.level}; what it was made of is not in the log"
        else:
            score: entries.Score = entry.trigger.score
            why = "as every midnight" if score.nightly else "when signals changed"
            since = score.at - LONG_DAYS * _DAY
            told |= {
                "Type": f"{entry.intervention_type}: {entry.trigger.type_because}",
                "Scored": f"{score.at:%Y-%m-%d %H:%M}, {why} ({score.event_id})",
                "Looks at": f"from {since:%Y-%m-%d %H:%M} on; of what is recent, the last {RECENT_DAYS} days",
                "Signals": "",
                "Probability": self._sum(score),
                "At risk": f"since {entry.trigger.at_risk_since:%Y-%m-%d %H:%M}",
                "Interventions before": _pauses(entry.trigger, self._rules.when(score.event_id)),
            }
        if not entry.withheld:
            told["What came of it"] = _course(entry)
        if entry.experiment_id is not None:
            told["Experiment"] = f"{entry.experiment_id}, variant {entry.experiment_variant}"
        return told

    def _sum(self, score: entries.Score) -> str:
        """How the probability follows from the signals, and its level."""
        churn = self._rules.when(score.event_id).churn
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


def values_in_words(values: Mapping[str, Any]) -> str:
    """What a change sets, as a file has it."""
    return ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items())


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """An agent's properties in one line."""
    return ", ".join(f"{name} {value}" for name, value in named_facts(facts))


def named_facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An agent's known properties, by name."""
    return [(in_words(name), _plain(value)) for name, value in facts.items() if value is not None]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: float, reading: Reading) -> str:
    """Three decimals, or all of them if three would hide on which side of the threshold a value lies."""
    short = f"{round(value, 3):g}"
    hides = value != reading.threshold and reading.threshold is not None and float(short) == round(reading.threshold, 3)
    return repr(value) if hides else short


def _pauses(trigger: entries.Grounds, rules: Rules) -> str:
    (low, high), allowed, until = rules.pause_days, rules.max_per_tutor, trigger.limited_until
    if trigger.last_decided is None:
        return f"none was decided before (allowed: {allowed} in 30 days)"
    days = (trigger.score.at - trigger.last_decided) / _DAY
    held_back = "" if until is None else f"; until {until:%Y-%m-%d %H:%M} there were {allowed}, so that no other was"
    return (
        f"{trigger.recent_count} decided in the 30 days before (allowed: {allowed}), the last "
        f"{days:.1f} days before (pause of {low:g} to {high:g} days){held_back}"
    )


def _course(entry: entries.InterventionEntry) -> str:
    """How far an email came, and when."""
    words = {"responded": f"answered ({entry.response_type})", "failed": f"failed ({entry.error_message})"}
    return ", ".join(
        f"{words.get(step, step)} {f'{when:%H:%M}' if when.date() == entry.at.date() else _moment(when)}"
        for step, when in entry.steps.items()
    )


# ---------------------------------------------------------------- one line each


def _moment(moment: datetime) -> str:
    return f"{moment:%a %d %H:%M}"


def _if(known: Any, words: str) -> str:
    """Words if something is known or true, else none."""
    return words if known else ""


def _session(entry: entries.TimelineEntry, other: str) -> str:
    told = f"session with {other}, {entry.subject}{_if(entry.is_first_session, ', their first')}"
    if entry.outcome != "completed":
        return f"{told}: NO-SHOW, {_OUTCOMES[entry.outcome]}"
    late = (entry.at - entry.scheduled_start) // timedelta(minutes=1)
    return (
        f"{told}: {entry.actual_duration_min} min{_if(late, f', {late} min late')}, rated {entry.student_rating}, "
        f"engagement {entry.engagement_score}{_if(entry.had_technical_issues, ', technical issues')}"
    )


def _move(entry: entries.TimelineEntry, _: str) -> str:
    before = "" if entry.probability_before is None else f"{entry.probability_before:.3f} to "
    level = entry.level if entry.level_before in {None, entry.level} else f"{entry.level_before} to {entry.level}"
    return f"churn probability {before}{entry.probability:.3f}, {level} (signals sum to {entry.detected})"


# An entry, and with whom a session is, in words.
_WORDS: dict[str, Callable[[entries.TimelineEntry, str], str]] = {
    "joined": lambda _, __: "joined",
    "left": lambda entry, _: f"left for good{_if(entry.session_id, f', after session {entry.session_id}')}",
    "session": _session,
    "reschedule": lambda entry, other: (
        f"session with {other} moved by the {entry.initiated_by}, from {_moment(entry.old_time)} "
        f"to {_moment(entry.new_time)}"
    ),
    "cancellation": lambda entry, other: f"session with {other} called off: {in_words(entry.reason)}",
    "refusal": lambda entry, _: (
        f"asked for {entry.subject} {_moment(entry.requested_start)}, refused: {in_words(entry.reason)}"
    ),
    "login": lambda entry, _: f"login, {entry.device}",
    **dict.fromkeys(
        (kind for kind, group in entries.GROUP_OF.items() if group == "activity"),
        lambda entry, _: f"{in_words(entry.kind)}: {entry.detail}",
    ),
    "signal_change": lambda entry, _: (
        f"signal {'FIRED' if entry.fired else 'ceased'}, {reading_in_words(entry.reading)} "
        f"(counts {entry.reading.weight})"
    ),
    "churn_move": _move,
    "email_step": lambda entry, _: (
        f"email of {entry.intervention_id} {entry.step}{_if(entry.detail, f': {entry.detail}')}"
    ),
    "coaching": lambda entry, _: (
        f"coaching {entry.step}{f' for {_moment(entry.coaching_at)}' if entry.coaching_at else ''}, "
        f"after {entry.intervention_id}"
    ),
    "experiment_step": lambda entry, _: (
        f"experiment {entry.experiment_id} ({entry.name}): {entry.step}, variant {entry.variant}"
        + ("" if entry.value is None else f", worth {entry.value:+.1%}")
    ),
    "outcome_drawn": lambda entry, _: (
        f"truth: {entry.intervention_id} {'cut short' if entry.cut_short else 'drawn'}: {entry.outcome}, engagement "
        f"{entry.engagement_effect:+.1%}, sessions a week {entry.sessions_effect:+d}"
    ),
    "burned_out": lambda _, __: "truth: tips into burnout",
    "hidden_state": lambda entry, _: (
        f"truth: morale {entry.morale:.2f}, burnout {entry.burnout:.2f}, engagement {entry.engagement_lift:+.1%}, "
        f"extra sessions a week {entry.extra_sessions_per_week:.1f}, leaves within 30 days with "
        f"{entry.leave_probability_30d:.1%}"
    ),
    "rules_changed": lambda entry, _: f"the platform changed its rules: {values_in_words(entry.content)}",
    "scenario_changed": lambda entry, _: f"truth: parameters changed: {values_in_words(entry.content)}",
    "extension": lambda entry, _: entry.told,
    "truth_of_extension": lambda entry, _: f"truth: {entry.told}",
    "leaving_explained": lambda entry, _: f"truth: left because of {in_words(entry.reason)}",
}
