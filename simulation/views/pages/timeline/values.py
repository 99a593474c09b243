"""A timeline as plain data for JSON, compact enough for one page to have those of all tutors.

Time is in minutes since the first day's midnight, and columns stand side by side instead of rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from simulation.churn.signals import SIGNALS, ChurnRules
from simulation.views.pages.page import rounded
from simulation.views.timeline import InterventionEntry, Rules, Timeline, TimelineEntry
from simulation.views.timeline.telling import Teller, comparison_in_words, named_facts, values_in_words

# Names of what is drawn; values refer to them by their places.
OUTCOMES = {
    "completed": "completed", "student_no_show": "student no-show", "tutor_no_show": "tutor no-show",
    "both_no_show": "both no-show",
}  # fmt: skip
# Marks that meet lie upon each other in this order, the last on top.
MARKS = {
    "logins": "login", "reschedules": "moved or called off", "requests": "refused", "experiments": "experiment",
    "coaching": "coaching", "interventions": "email step", "intervention": "intervention",
    "membership": "joined or left", "burnout": "burnout (truth)",
}  # fmt: skip

_ACCENTED = {"intervention": "intervention", "burned_out": "burnout"}
_MINUTE = timedelta(minutes=1)
_DAY = 24 * 60
_DECIMALS = 4


def timeline_values(timelines: Iterable[Timeline], rules: Rules, *, chosen: bool = False) -> dict[str, Any]:
    """Timelines by their agents' ids, `chosen` if entries were left out, and the words that all share."""
    return {
        "outcomes": list(OUTCOMES.values()), "marks": list(MARKS.values()), "signals": signal_titles(rules.churn),
        "policy": policy_in_words(rules), "chosen": chosen,
        "agents": {timeline.agent_id: timeline_value(timeline, rules) for timeline in timelines},
    }  # fmt: skip


def timeline_value(timeline: Timeline, rules: Rules) -> dict[str, Any]:
    """A timeline as timeline.js draws it: a tutor of a month takes about 20 KB as JSON."""
    opens = datetime.combine(timeline.first, time())
    days = (timeline.last - timeline.first).days + 1
    teller = Teller(timeline, rules)
    return {
        "role": timeline.role, "first": timeline.first.isoformat(), "days": days,
        "left": None if timeline.left_at is None else _minutes(opens, timeline.left_at),
        "facts": named_facts(timeline.facts),
        "traits": None if timeline.traits is None else named_facts(timeline.traits),
        "preferred": _preferred(timeline),
        "at": [_minutes(opens, entry.at) for entry in timeline.entries],
        "told": [teller.tell(entry)[0] for entry in timeline.entries],
        "bars": [piece for place, entry in enumerate(timeline.entries) for piece in _bars(place, entry, opens, days)],
        "marks": _marks(timeline.entries),
        "interventions": [
            {"entry": place, **_intervention(entry, teller)}
            for place, entry in enumerate(timeline.entries)
            if isinstance(entry, InterventionEntry)
        ],
        "scores": _scores(timeline, opens),
    }  # fmt: skip


def signal_titles(rules: ChurnRules) -> tuple[tuple[str, str], ...]:
    """Each signal's title and when it shows, in the order of a score's readings."""
    return tuple((signal.title, signal.description.format_map(rules.as_dict())) for signal in SIGNALS)


def policy_in_words(rules: Rules) -> str:
    """When the platform writes to a tutor, whatever the tutor."""
    if not rules.writes:
        return "In this run the platform writes to nobody."
    churn, (shortest, longest) = rules.churn, rules.pause_days
    return (
        f"The platform writes when a score is Medium (from {churn.medium_risk:g}) or High (from {churn.high_risk:g}), "
        f"unless the pause of {shortest:g} to {longest:g} days since the last time still runs or {rules.max_per_tutor} "
        "interventions were due in 30 days. A score is the sum of what the signals that show count, times "
        f"{churn.probability_per_signal:g}, and the tutor's own score offset; at most {churn.probability_cap:g}."
        + _changes_in_words(rules)
    )


def _changes_in_words(rules: Rules) -> str:
    """From when on which rules were others; regions change theirs on the same local days."""
    told = dict.fromkeys(f" From {one.at:%Y-%m-%d} on, {values_in_words(one.values)}." for one in rules.changes)
    return "".join(told)


def _preferred(timeline: Timeline) -> tuple[int, int, bool] | None:
    """A tutor's preferred hours, from and to, and whether on weekends alone."""
    if timeline.role != "tutor":
        return None
    facts = timeline.facts
    return facts["preferred_start_hour"], facts["preferred_end_hour"], facts["weekend_only"]


def _bars(place: int, entry: TimelineEntry, opens: datetime, days: int) -> Iterator[tuple[int, int, int, int, int]]:
    """A session's parts, one for each day: its place, the day, minutes of that day from and to, the outcome."""
    if entry.kind != "session":
        return
    outcome = list(OUTCOMES).index(entry.outcome)
    begins, ends = _minutes(opens, entry.at), _minutes(opens, entry.ended_at)
    for day in range(begins // _DAY, min(days, (ends - 1) // _DAY + 1)):
        yield place, day, max(begins - day * _DAY, 0), min(ends - day * _DAY, _DAY), outcome


def _marks(entries: Sequence[TimelineEntry]) -> list[tuple[int, int]]:
    """The places of entries that have a mark in the calendar, each with its kind of mark, in the order of kinds."""
    kinds = [_ACCENTED.get(entry.kind, entry.group) for entry in entries]
    return [(place, mark) for mark, name in enumerate(MARKS) for place, kind in enumerate(kinds) if kind == name]


def _intervention(entry: InterventionEntry, teller: Teller) -> dict[str, Any]:
    """An intervention's account: properties in words, and the six signals, each with whether it showed."""
    readings = () if entry.trigger is None else entry.trigger.score.readings
    return {
        "name": f"{entry.intervention_id}, {entry.intervention_type}", "status": entry.status,
        "probability": entry.probability, "level": entry.level, "told": list(teller.account(entry).items()),
        "readings": [(comparison_in_words(one), one.shows, one.weight) for one in readings],
    }  # fmt: skip


def _scores(timeline: Timeline, opens: datetime) -> dict[str, Any]:
    """Scores in columns; of the signals a column each of values, thresholds and whether they show."""
    left = timeline.left_at
    risk = [one for one in timeline.risk if left is None or one.at < left]
    readings = list(zip(*(one.readings for one in risk), strict=True))
    return {
        "at": [_minutes(opens, one.at) for one in risk],
        "probability": [one.probability for one in risk],
        "level": [one.level[0] for one in risk],
        "values": [[rounded(one.value, _DECIMALS) for one in signal] for signal in readings],
        "thresholds": [_alike([rounded(one.threshold, _DECIMALS) for one in signal]) for signal in readings],
        "shows": ["".join("1" if one.shows else "0" for one in signal) for signal in readings],
    }


def _alike(column: list[float | None]) -> list[float | None] | float | None:
    """One value for a column that has the same one throughout."""
    return column[0] if len(set(column)) == 1 else column


def _minutes(opens: datetime, moment: datetime) -> int:
    return (moment - opens) // _MINUTE
