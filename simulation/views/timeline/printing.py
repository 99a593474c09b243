"""A timeline for people, day by day in the terminal, and as JSON for programs."""

import json
import textwrap
from collections.abc import Collection, Iterable
from datetime import date
from functools import partial
from typing import Any

import attrs

from simulation.churn.signals import Reading
from simulation.lib.suggestions import hint
from simulation.lib.terminal import standard_output
from simulation.views import ViewError
from simulation.views.timeline.entries import GROUPS, Day, Timeline, TimelineEntry
from simulation.views.timeline.telling import Teller, facts_in_words
from simulation.views.timeline.triggers import Rules

_STYLES = {"interventions": "bold", "signals": "yellow", "churn": "yellow", "truth": "magenta", "membership": "bold"}
_TIME, _DEEPER = 7, 2
_RISK = ("at", "probability", "level", "readings")
_LEVELS = {"High": "red", "Medium": "yellow", "Low": "green"}


def chosen_groups(text: str | None) -> frozenset[str]:
    """The groups of entries named in WORD,WORD; by default all of them. Raises ViewError."""
    if text is None:
        return frozenset(GROUPS)
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in GROUPS:
            meant = hint(word, GROUPS)
            raise ViewError(f"--only: {word!r} is no kind of entry; allowed are {', '.join(GROUPS)}{meant}")
    if not words:
        raise ViewError(f"--only: names nothing; allowed are {', '.join(GROUPS)}")
    return frozenset(words)


def restricted(timeline: Timeline, groups: Collection[str]) -> Timeline:
    """A timeline of some groups of entries."""
    return attrs.evolve(timeline, entries=tuple(entry for entry in timeline.entries if entry.group in groups))


# ---------------------------------------------------------------- for people


def print_timeline(timeline: Timeline, rules: Rules) -> None:
    """Print who it is, then day by day what happened."""
    out = standard_output()
    plainly = partial(out.print, markup=False, emoji=False)
    plainly(f"{timeline.agent_id}, {timeline.role}, {timeline.first} to {timeline.last}", style="bold")
    plainly(textwrap.fill(facts_in_words(timeline.facts), out.width))
    if timeline.traits is not None:
        plainly(textwrap.fill(f"truth: {facts_in_words(timeline.traits)}", out.width), style=_STYLES["truth"])
    if not timeline.entries:
        plainly("nothing of this kind happened in these days")
    teller = Teller(timeline, rules)
    for day in timeline.days:
        out.print(f"\n{_heading(day)}")
        for entry in day.entries:
            for number, line in enumerate(teller.tell(entry)):
                head = " " * (_TIME + _DEEPER) if number else f"{entry.at:%H:%M}  "
                plainly(_wrapped(line, head, out.width), style="" if number else _STYLES.get(entry.group, ""))


def _heading(day: Day) -> str:
    """A day and the risk at its end, with styles as Rich's markup."""
    heading = f"[bold]{day.date:%a %Y-%m-%d}[/]"
    if day.risk is None:
        return heading
    level = day.risk.level
    return f"{heading}   churn {day.risk.probability:.3f}, [{_LEVELS[level]}]{level}[/] at the day's end"


def _wrapped(line: str, head: str, width: int) -> str:
    """A line after its head, none wider than the terminal; pieces that go on are indented under the first."""
    told = line.lstrip()
    head += " " * (len(line) - len(told))
    return textwrap.fill(told, width, initial_indent=head, subsequent_indent=" " * (len(head) + _DEEPER))


# ---------------------------------------------------------------- for programs


def timelines_as_json(timelines: Iterable[Timeline], rules: Rules) -> str:
    """Timelines, and the rules by which the platform scored and wrote: those of the beginning, and their changes.

    Moments are local, in ISO 8601.
    """
    found = [as_plain(timeline) for timeline in timelines]
    for one in found:
        one["risk"] = [{name: score[name] for name in _RISK} for score in one["risk"]]
        if one["traits"] is None:
            del one["traits"]
    return json.dumps({"rules": _rules_as_plain(rules), "timelines": found}, indent=2, ensure_ascii=False)


def _rules_as_plain(rules: Rules) -> dict[str, Any]:
    """What JSON has of rules; of changes, each region's, where there are any."""
    plain: dict[str, Any] = as_plain(rules)
    del plain["changes"]
    changes = [{"at": as_plain(one.at), "region": one.region, "values": dict(one.values)} for one in rules.changes]
    return plain | ({"changes": changes} if changes else {})


def as_plain(value: Any) -> Any:
    """What JSON has of a value of a timeline; of an entry, its kind and group, then its moment and fields."""
    match value:
        case date():
            return value.isoformat()
        case Reading():
            return {**value._asdict(), "shows": value.shows}
        case tuple():
            return [as_plain(one) for one in value]
        case dict():
            return {name: as_plain(one) for name, one in value.items()}
        case TimelineEntry():
            return {"kind": value.kind, "group": value.group, "at": as_plain(value.at), **as_plain(value.fields)}
    return as_plain(attrs.asdict(value, recurse=False)) if attrs.has(type(value)) else value
