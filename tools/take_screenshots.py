"""Takes pictures of all kinds of pages: reports and timelines, a folder of runs, comparisons, sweeps and validations.

    python -m tools.take_screenshots runs/production-seed42 docs/pictures

The first two are seen light and dark, wide and narrow. Needs Chromium of the system and Playwright
(`pip install .[test]`).
"""

import shutil
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, get_args

from simulation import load_run, load_scenario, simulate
from simulation.execution.executors import executor_for
from simulation.studies.comparison import compare
from simulation.studies.designs import grid, values_of
from simulation.studies.sweep import carry_out, sweep_of
from simulation.validation.validation import validate_scenario
from simulation.views.pages.comparison import write_comparison_page
from simulation.views.pages.index import write_index
from simulation.views.pages.report import write_report
from simulation.views.pages.sweep import write_sweep_page
from simulation.views.pages.timeline import write_timeline_page
from simulation.views.pages.validation import write_validation_page
from simulation.views.timeline import timelines_of
from tools.chromium import NARROW, WIDE, draws_all_charts, started_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Scheme = Literal["light", "dark"]

SCENARIOS = Path("scenarios")
SMALLER = ("population.tutors=25", "demand.sessions_per_day=82", "days=14")
SEEDS = range(42, 52)
HEIGHTS = {WIDE: 1500, NARROW: 1100}
WIDTHS = {"wide": WIDE, "narrow": NARROW}


def main(run_directory: str, pictures: str) -> None:
    """Make the pages, and take pictures of them into a directory."""
    executable = shutil.which("chromium")
    if executable is None:
        raise SystemExit("chromium is not installed")
    with TemporaryDirectory() as directory, started_browser(executable) as browser:
        pages = Path(directory) / "runs"  # the index is headed by the name of its folder
        pages.mkdir()
        write_pages(Path(run_directory), pages)
        for name in ("report", "timeline"):
            for width in WIDTHS:
                for scheme in get_args(Scheme):
                    photograph(browser, pages / f"{name}.html", Path(pictures), width, scheme)
        photograph(browser, pages / "report.html", Path(pictures), "narrow", "light", section="tutors")
        for name in ("two-runs", "index", "comparison", "sweep", "validation"):
            photograph(browser, pages / f"{name}.html", Path(pictures), "wide", "light")


def write_pages(run_directory: Path, pages: Path) -> None:
    """Write all pages into a directory."""
    write_report(run_directory, pages / "report.html")
    timelines = timelines_of(run_directory)
    emails = Counter(load_run(run_directory).tables["interventions"]["tutor_id"])
    tutor = min(emails, key=lambda tutor_id: (-emails[tutor_id], tutor_id))
    write_timeline_page(run_directory.name, [timelines[tutor]], timelines.rules, pages / "timeline.html")

    scenarios = [load_scenario(SCENARIOS / f"{name}.toml", SMALLER) for name in ("production", "no-interventions")]
    write_comparison_page(
        compare(scenarios, lambda count: SEEDS[:count], executor=executor_for()), scenarios, pages / "comparison.html"
    )
    without = pages / "no-interventions-seed42"
    simulate(load_scenario(SCENARIOS / "no-interventions.toml")).write(without)
    write_report(run_directory, pages / "two-runs.html", without)
    points = grid([values_of("population.tutors=15,25,35"), values_of("demand.sessions_per_day=60,82,104")])
    carry_out(sweep_of(SCENARIOS / "dev.toml", points, lambda _: SEEDS[:2]), pages / "sweep", executor=executor_for())
    write_sweep_page(pages / "sweep", pages / "sweep.html")
    write_validation_page(
        validate_scenario(load_scenario(SCENARIOS / "production.toml"), SEEDS), "production", pages / "validation.html"
    )
    (pages / run_directory.name).symlink_to(run_directory.resolve())
    write_report(run_directory, pages / f"{run_directory.name}.html")
    write_index(pages, pages / "index.html")


def photograph(
    browser: "Browser", page: Path, pictures: Path, width: str, scheme: Scheme, section: str | None = None
) -> None:
    """Take a picture of the upper part of a page, or of a section of it."""
    pixels = WIDTHS[width]
    context = browser.new_context(viewport={"width": pixels, "height": HEIGHTS[pixels]}, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(page.as_uri())
    draws_all_charts(opened)
    height = min(HEIGHTS[pixels], round(opened.evaluate("document.body.scrollHeight")))
    opened.set_viewport_size({"width": pixels, "height": height})
    if section is not None:
        opened.locator(f"#{section}").evaluate("heading => heading.scrollIntoView()")
    name = page.stem if section is None else f"{page.stem}-{section}"
    opened.screenshot(path=pictures / f"page-{name}-{width}-{scheme}.png")
    context.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m tools.take_screenshots RUN_DIR PICTURES_DIR")
    main(*sys.argv[1:])
