"""How a scenario shows in Python: in one line, and in a notebook."""

from typing import TYPE_CHECKING

from simulation.lib.html import fragment, paragraph, table

if TYPE_CHECKING:
    from simulation.scenario import Scenario


def in_a_line(scenario: "Scenario") -> str:
    """Its name and size."""
    from simulation.scenario.regions import regional

    number = len(scenario.regions)
    tutors = sum(regional(scenario, place).population.tutors for place in range(1, number + 1))
    regions = f" in {number} regions" if number > 1 else ""
    days = f"{scenario.days:,} {'day' if scenario.days == 1 else 'days'}"
    return (
        f"<scenario {scenario.name or 'without a name'}: {tutors:,} tutors{regions} over {days}, seed {scenario.seed}>"
    )


def as_html(scenario: "Scenario") -> str:
    """What it asks, and every parameter that differs from its default."""
    from simulation.scenario import SAID_OF_IT
    from simulation.scenario.description import describe

    rows = [
        (one.key, str(one.value), str(one.default), one.unit, one.description)
        for one in describe(scenario)
        if not one.is_default and one.key not in SAID_OF_IT and not one.key.startswith("experiments.")
    ]
    rows += [("experiments", ", ".join(one.name for one in scenario.experiments), "", "", "A/B tests on tutors")]
    heads = ("parameter", "value", "default", "unit", "what it is")
    told = [paragraph(text) for text in (scenario.title, scenario.question) if text]
    return fragment(in_a_line(scenario).strip("<>"), *told, table(heads, rows))
