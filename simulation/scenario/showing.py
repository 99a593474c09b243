"""How a scenario shows in Python: in one line, and in a notebook."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from simulation.lib.html import fragment, paragraph, table
from simulation.scenario.plain import dotted
from simulation.scenario.regions import regional

if TYPE_CHECKING:
    from simulation.scenario import Change, Scenario


@frozen
class Extent:
    """How large a scenario's world is, and how long it is watched."""

    tutors: int
    regions: int
    days: int

    @classmethod
    def of(cls, scenario: "Scenario") -> "Extent":
        """That of a scenario."""
        numbers = range(1, len(scenario.regions) + 1)
        tutors = sum(regional(scenario, number).population.tutors for number in numbers)
        return cls(tutors, len(scenario.regions), scenario.days)

    def __str__(self) -> str:
        regions = f" in {self.regions} regions" if self.regions > 1 else ""
        return f"{self.tutors:,} tutors{regions} over {self.days:,} {'day' if self.days == 1 else 'days'}"


def in_a_line(scenario: "Scenario") -> str:
    """Its name and size."""
    count = len(scenario.changes)
    changes = f", {count} change{'s' if count > 1 else ''}" if count else ""
    return f"<scenario {scenario.name or 'without a name'}: {Extent.of(scenario)}{changes}, seed {scenario.seed}>"


def changes_in_words(scenario: "Scenario") -> tuple[str, ...]:
    """What changes in a scenario and when, a line for each of its changes."""
    return tuple(_change_in_words(change, scenario.start_date) for change in scenario.changes)


def _change_in_words(change: "Change", start_date: date) -> str:
    from simulation.scenario.shown import shown

    begins, ends = change.begins(start_date), change.ends(start_date)
    sets = ", ".join(f"{key} = {shown(value)}" for key, value in dotted(change.set).items())
    ramp = f", in {change.ramp_days} daily steps" if change.ramp_days > 1 else ""
    until = "" if ends is None else f" until {_day_in_words(ends, start_date)}"
    return f"from {_day_in_words(begins, start_date)}{until}: {sets}{ramp}"


def _day_in_words(day: int, start_date: date) -> str:
    return f"day {day} ({start_date + timedelta(days=day)})"


def as_html(scenario: "Scenario") -> str:
    """What it asks, and every parameter that differs from its default."""
    from simulation.scenario import SAID_OF_IT
    from simulation.scenario.description import describe

    rows = [
        (one.key, str(one.value), str(one.default), one.unit, one.description)
        for one in describe(scenario)
        if not one.is_default and one.key not in SAID_OF_IT and not one.key.startswith(("experiments.", "changes."))
    ]
    rows += [("experiments", ", ".join(one.name for one in scenario.experiments), "", "", "A/B tests on tutors")]
    heads = ("parameter", "value", "default", "unit", "what it is")
    said = (scenario.title, scenario.question, *(f"Changes {told}." for told in changes_in_words(scenario)))
    told = [paragraph(text) for text in said if text]
    return fragment(in_a_line(scenario).strip("<>"), *told, table(heads, rows))
