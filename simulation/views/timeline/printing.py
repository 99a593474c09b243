"""A timeline for people, day by day in the terminal, and as JSON for programs."""

import json
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs

from simulation.churn.signals import Reading
from simulation.events import type_name
from simulation.lib.suggestions import hint
from simulation.lib.terminal import standard_output
from simulation.views import ViewError
from simulation.views.timeline.entries import GROUPS, Day, Timeline, TimelineEntry
from simulation.views.timeline.telling import Teller, facts_in_words
from simulation.views.timeline.triggers import Rules

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {"interventions": "bold", "signals": "yellow", "churn": "yellow", "truth": "magenta", "membership": "bold"}
_TIME, _DEEPER = 7, 2
_LEVELS = {"High": "red", "Medium": "yellow", "Low": "green"}


def chosen_groups(text: str | None) -> frozenset[str]:
    """The groups of entries in WORD,WORD; all of them where nothing is said. Raises ViewError."""
    if text is None:
        return frozenset(GROUPS)
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in GROUPS:
            told = f"--only: {word!r} is no kind of entry; allowed are {', '.join(GROUPS)}"
            raise ViewError(told + hint(word, GROUPS))
    if not words:
        raise ViewError(f"--only: names nothing; allowed are {', '.join(GROUPS)}")
    return frozenset(words)


def restricted(timeline: Timeline, groups: Collection[str]) -> Timeline:
    """A timeline of some groups of entries."""
    return attrs.evolve(timeline, entries=tuple(entry for entry in timeline.entries if entry.group in groups))


# ---------------------------------------------------------------- for people


def print_timeline(timeline: Timeline, rules: Rules) -> None:
    """Who it is, then day by day what happened."""
    from rich.text import Text

    out = standard_output()
    out.print(Text(f"{timeline.agent_id}, {timeline.role}, {timeline.first} to {timeline.last}", "bold"))
    out.print(Text(textwrap.fill(facts_in_words(timeline.facts), out.width)))
    if timeline.traits is not None:
        told = f"truth: {facts_in_words(timeline.traits)}"
        out.print(Text(textwrap.fill(told, out.width), _STYLES["truth"]))
    if not timeline.entries:
        out.print("nothing of this kind happened in these days")
    teller = Teller(timeline, rules)
    for day in timeline.days:
        out.print()
        out.print(_heading(day))
        for entry in day.entries:
            for lines in _lines(entry, teller, out.width):
                out.print(lines)


def _heading(day: Day) -> "Text":
    from rich.text import Text

    heading = Text()
    heading.append(f"{day.date:%a %Y-%m-%d}", "bold")
    if day.risk is not None:
        heading.append(f"   churn {day.risk.probability:.3f}, ")
        heading.append(day.risk.level, _LEVELS[day.risk.level])
        heading.append(" at the day's end")
    return heading


def _lines(entry: TimelineEntry, teller: Teller, width: int) -> Iterator["Text"]:
    """An entry's lines, none wider than the terminal; those that go on are indented under the first."""
    from rich.text import Text

    style = _STYLES.get(entry.group, "")
    for number, line in enumerate(teller.tell(entry)):
        head = f"{entry.at:%H:%M}  " if number == 0 else " " * (_TIME + _DEEPER)
        told = line.lstrip()
        head += " " * (len(line) - len(told))
        pieces = textwrap.wrap(told, width, initial_indent=head, subsequent_indent=" " * (len(head) + _DEEPER))
        yield Text("\n".join(pieces), style if number == 0 else "")


# ---------------------------------------------------------------- for programs


def timelines_as_json(timelines: Iterable[Timeline], rules: Rules) -> str:
    """Timelines, and the rules by which the platform scored and wrote. Moments are local, in ISO 8601."""
    document = {"rules": _plain(rules), "timelines": [_timeline(timeline) for timeline in timelines]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _timeline(timeline: Timeline) -> dict[str, Any]:
    found = dict(_fields(timeline))
    if timeline.traits is None:
        del found["traits"]
    return {**found, "entries": [as_plain(entry) for entry in timeline.entries]}


def as_plain(entry: TimelineEntry) -> dict[str, Any]:
    """An entry as JSON has it: its kind and group, then its fields."""
    return {"kind": type_name(type(entry)).removesuffix("_entry"), "group": entry.group, **dict(_fields(entry))}


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    for field in attrs.fields(type(value)):
        yield field.name, _plain(getattr(value, field.name))


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return dict(_fields(value))
    if isinstance(value, Reading):
        return {**value._asdict(), "shows": value.shows}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
