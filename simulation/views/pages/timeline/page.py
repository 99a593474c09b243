"""Timelines of some tutors and students as a page."""

from collections.abc import Iterable
from pathlib import Path

from simulation.views.pages.page import write_page
from simulation.views.pages.timeline.values import timeline_values
from simulation.views.timeline import Rules, Timeline


def write_timeline_page(
    run: str, timelines: Iterable[Timeline], rules: Rules, out: Path, *, chosen: bool = False, force: bool = False
) -> None:
    """Write timelines of the same days of a run, given by its name. Raises RunDirError and ViewError.

    `chosen` if entries were left out.

    Needs the libraries of pages (`require_pages`).
    """
    from simulation.views.pages.timeline.charts import timeline_charts

    found = list(timelines)
    values = timeline_values(found, rules, chosen=chosen)
    agents = list(values["agents"])
    write_page(
        "timeline/timeline.html", out, timeline_charts(rules.churn), force=force,
        title=f"Timeline of {', '.join(agents)}",
        days=f"Run {run}, {found[0].first} to {found[0].last}. All times are the region's local time.",
        agents=agents, timelines=values,
    )  # fmt: skip
