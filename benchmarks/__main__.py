"""The benchmarks' command line: python -m benchmarks."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import attrs
import click
from attrs import frozen

from benchmarks.costs import ROOT
from benchmarks.parts import PARTS, Plan
from benchmarks.results import Results, keep, read_results
from benchmarks.targets import SCENARIO

PRODUCTION = ROOT / "scenarios" / "production.toml"
DEV = ROOT / "scenarios" / "dev.toml"


def chosen_sizes(_: click.Context, option: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Numbers of regions out of a text like "1,10,100". Raises BadParameter."""
    if value is None:
        return None
    sizes = value.split(",")
    if not all(size.strip().isdecimal() and int(size) > 0 for size in sizes):
        raise click.BadParameter(f"{value!r} are no numbers of regions; allowed are some like 1,10,100", param=option)
    return tuple(sorted({int(size) for size in sizes}))


@frozen
class Places:
    """Where results, their page and their picture go."""

    folder: Path
    picture: Path

    @property
    def page(self) -> Path:
        """The page."""
        return self.folder / "results.md"

    def results(self, label: str) -> Path:
        """The results of a label."""
        return self.folder / "results" / f"{label}.json"


@click.group(invoke_without_command=True)
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Measure this part alone; repeatable.")
@click.option("--sizes", callback=chosen_sizes, metavar="N,N,...", help="Numbers of regions.  [default: 1,10,100]")
@click.option("--repetitions", type=click.IntRange(min=1), help="Runs of each short command.  [default: 5]")
@click.option("--scenario", type=click.Path(path_type=Path, exists=True), help="Scenario file.  [default: production]")
@click.option("--quick", is_flag=True, help="Measure the scenario dev, once, and keep nothing.")
@click.option("--label", help="Name under which results are kept.  [default: today's date]")
@click.option("--into", type=click.Path(path_type=Path), default=ROOT / "benchmarks", help="Folder of the results.")
@click.option("--picture", type=click.Path(path_type=Path), default=ROOT / "docs" / "pictures" / "scaling.png",
              help="File of the picture.")  # fmt: skip
@click.pass_context
def commands(  # noqa: PLR0913, PLR0917 -- options
    context: click.Context,
    only: tuple[str, ...],
    sizes: tuple[int, ...] | None,
    repetitions: int | None,
    scenario: Path | None,
    quick: bool,
    label: str | None,
    into: Path,
    picture: Path,
) -> None:
    """Measure what the simulation costs; keep the results, and write them down as a page and a picture."""
    context.obj = places = Places(into, picture)
    if context.invoked_subcommand is not None:
        return
    plan = Plan(
        (scenario or (DEV if quick else PRODUCTION)).resolve(),
        sizes or ((1, 2) if quick else (1, 10, 100)),
        repetitions or (1 if quick else 5),
    )
    path = None if quick else places.results(label or date.today().isoformat())
    results = measured(plan, [name for name in PARTS if not only or name in only], path)
    if path is None:
        from benchmarks.report import page

        click.echo(page(results))
    else:
        publish(results, path, places)


@commands.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.pass_obj
def report(places: Places, results: Path) -> None:
    """Write the page and the picture again from a file of RESULTS."""
    publish(read_results(results), results, places)


@commands.command()
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="How many runs to look at.")
@click.option("--scenario", type=click.Path(path_type=Path, exists=True), default=PRODUCTION, help="Scenario file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a parameter; repeatable.")
@click.option("--document", type=click.Path(path_type=Path, exists=True), help="Document to put the table into, too.")
def profile(runs: int, scenario: Path, overrides: tuple[str, ...], document: Path | None) -> None:
    """Print what dominates a run: its processor time by what is done, as a table."""
    from benchmarks.profiles import lines_of, profile_of, put_into

    lines = list(lines_of(profile_of(scenario.resolve(), runs, overrides)))
    click.echo("\n".join(lines))
    if document is not None:
        put_into(document, lines)


def measured(plan: Plan, names: Sequence[str], path: Path | None) -> Results:
    """Measure some parts, and keep each in a file, if there is one, as soon as it is measured."""
    from benchmarks.machine import commit, conditions, described
    from simulation.scenario.loading import load_scenario

    results = Results(load_scenario(plan.scenario).name, described(), {})
    measures = {"commit": commit()}  # now: to keep results changes the tree
    for name in names:
        click.echo(name, err=True)
        before = measures | conditions()
        part = attrs.asdict(PARTS[name](plan))
        results = attrs.evolve(results, parts={**results.parts, name: before | part})
        if path is not None:
            results = keep(results, path)
    return results


def publish(results: Results, path: Path, places: Places) -> None:
    """Write the page, and the picture where several numbers of regions were measured of what it is about."""
    from benchmarks.report import page

    places.page.write_text(page(results, Path(os.path.relpath(path, places.folder)).as_posix()), "utf-8")
    click.echo(places.page.read_text("utf-8"))
    regions = results.figures.get("regions", {})
    if results.scenario != SCENARIO or len(regions) < 2:
        return
    try:
        from benchmarks.picture import draw
    except ModuleNotFoundError as error:
        click.echo(f"no picture: {error.name} is not installed (pip install .[pictures])", err=True)
        return
    draw(regions, places.picture, f"{results.machine['processor']}, {results.machine['cores']} cores")


if __name__ == "__main__":
    commands(prog_name="python -m benchmarks")
