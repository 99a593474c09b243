"""The commands that write a run: run and reduce."""

import sys
from datetime import date
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.cli.arguments import DAY, EXTENSIONS, OVERRIDES, RUN_DIR, SCENARIO, SEED, OneOf
from simulation.cli.help import ArrowCommand, Command
from simulation.cli.logging import LEVELS
from simulation.lib.arrow import import_arrow_alone
from simulation.lib.invocation import typed

if TYPE_CHECKING:
    from simulation.runs import Continuation
    from simulation.scenario import Scenario


@click.command(cls=Command)
@click.argument("scenario", type=SCENARIO, required=False)
@click.option("--resume-from", type=RUN_DIR, metavar="RUN_DIR",
              help="Continue this run, instead of simulating a scenario.")  # fmt: skip
@click.option("--days", type=int, help="Days that follow on the run's.  [default: as many as it has]")
@click.option("--window-start", type=DAY, metavar="DATE", help="Open the window on this earlier date.")
@click.option("--scenario", "like", type=SCENARIO, metavar="SCENARIO",
              help="Let the days that follow be like this scenario's.")  # fmt: skip
@SEED
@click.option("--out", type=click.Path(path_type=Path), help="Directory to write.  [default: runs/NAME-seedN...]")
@OVERRIDES
@EXTENSIONS
@click.option("--format", "formats", default="csv,parquet", show_default=True, help="Formats of the tables.")
@click.option("--force", is_flag=True, help="Replace the run that is in the directory.")
@click.option("--regions", type=int, help="So many regions like the scenario's one.")
@click.option("--only-region", type=int, metavar="NUMBER", help="Simulate this region alone; 1 is the first.")
@click.option("--keep-regions", is_flag=True, help="Keep the run of each region, in regions/.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for regions.  [default: one per processor]")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler for the regions, as tcp://HOST:PORT.")
@click.option("--shared", metavar="PLACE", help="Directory or URL that its workers reach, if not the run's.")
@click.option("--no-state", is_flag=True, help="Leave out where the world stood at the window's end.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--log-level", type=OneOf(LEVELS), help="What to log, instead of a bar on a terminal.")
@click.option("--log-json", is_flag=True, help="Log as JSON, a line each, on standard error.")
def run(  # noqa: PLR0913, PLR0917 -- options
    scenario: Path | None,
    resume_from: Path | None,
    days: int | None,
    window_start: date | None,
    like: Path | None,
    seed: int | None,
    out: Path | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
    formats: str,
    force: bool,
    regions: int | None,
    only_region: int | None,
    keep_regions: bool,
    workers: int | None,
    cluster: str | None,
    shared: str | None,
    no_state: bool,
    quiet: bool,
    log_level: str | None,
    log_json: bool,
) -> None:
    """Simulate a SCENARIO, and write its log and tables.

    With --resume-from it continues a run: the days that follow are simulated, in the same world. With --set and
    --scenario these are other than they would have been: the same past, another future.
    """
    if resume_from is not None:
        if scenario or seed is not None or regions is not None or only_region is not None:
            raise click.UsageError(
                "--resume-from goes on with a run as it is; allowed are --days, --window-start, --set and --scenario"
            )
        import_arrow_alone()
        continuation = _continued(resume_from, days, window_start, like, overrides, extensions)
        loaded, only_region = continuation.scenario, continuation.region
    else:
        if scenario is None:
            raise click.UsageError("name a SCENARIO file, or a run to go on with by --resume-from")
        _refuse_what_follows(days, window_start, like)
        continuation, loaded = None, _loaded(scenario, overrides, seed, regions, extensions)

    if (cluster or shared) and (only_region is not None or len(loaded.regions) == 1):
        raise click.UsageError("--cluster and --shared are for several regions; --regions makes one several")

    import_arrow_alone()

    from simulation.cli.console import print_summary, print_warnings
    from simulation.cli.logging import configure_logging
    from simulation.cli.progress import shown_progress
    from simulation.execution.executors import executor_for
    from simulation.runs import default_directory, write_run
    from simulation.scenario.without_effect import without_effect

    is_told = not quiet and not log_json  # whose lines programs read; the same stands in run.json
    print_warnings(without_effect(loaded) if is_told else ())
    as_lines = log_json or log_level is not None
    if as_lines and not quiet:  # what nobody asks for takes a while to import
        configure_logging(log_level or "info", as_json=log_json)
    if continuation is None:
        write = partial(write_run, loaded, out or default_directory(loaded, only_region), only_region=only_region)
    else:
        write = partial(continuation.write, out, tell=lambda told: print_warnings([told] if is_told else ()))
    with shown_progress("days", quiet=quiet, as_lines=as_lines) as on_day:
        summary = write(
            formats=formats.split(","), force=force, keep_regions=keep_regions,
            executor=executor_for(workers, cluster), shared=shared, on_day=on_day, state=not no_state,
        )  # fmt: skip
    if quiet:
        return
    print_summary(summary)
    if sys.stdout.isatty():
        click.echo("\nNext, for instance, its report, its tutor most at risk, and a question:")
        for command in next_steps(summary.directory, scenario, loaded):
            click.echo(f"  {command}")


def _refuse_what_follows(days: int | None, window_start: date | None, like: Path | None) -> None:
    """Raise UsageError for what is said of the days that follow on a run, where there is none to go on with."""
    if days is not None:
        raise click.UsageError("--days is for --resume-from; a scenario's are changed by --set days=NUMBER")
    if window_start is not None or like is not None:
        raise click.UsageError("--window-start and --scenario are for --resume-from; name the SCENARIO itself")


def _continued(
    run: Path,
    days: int | None,
    window_start: date | None,
    like: Path | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
) -> "Continuation":
    from simulation.runs import Continuation
    from simulation.scenario.loading import load_scenario

    other = None if like is None else load_scenario(like, extensions=extensions)
    return Continuation.of(run, days, window_start=window_start, overrides=overrides, like=other, extensions=extensions)


def _loaded(
    scenario: Path, overrides: tuple[str, ...], seed: int | None, regions: int | None, extensions: tuple[str, ...]
) -> "Scenario":
    from simulation.scenario.extension_code import require_names
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.partition import copied

    loaded = load_scenario(scenario, overrides, seed, extensions)
    require_names(loaded.extensions, extensions, str(scenario))
    return loaded if regions is None else copied(loaded, regions)


# What a run's size is decided by.
_size = attrgetter("population.tutors", "demand.sessions_per_day", "days")


def next_steps(directory: Path, scenario: Path | None, loaded: "Scenario") -> tuple[str, str, str]:
    """Three commands: the report of a run, its tutor most at risk, and what if.

    `scenario` is how the run's scenario was named; for a run that continues another it is None, and the run is checked
    instead.
    """
    from simulation.views.agents import select, table_of_agents

    tutors = table_of_agents(directory)
    at_risk = select(tutors, None, "churn_probability", descending=True, limit=1)
    return (
        typed("report", directory),
        typed("timeline", directory, at_risk["tutor_id"][0]),
        typed("check", directory) if scenario is None else _what_if(scenario, loaded),
    )


def _what_if(scenario: Path, loaded: "Scenario") -> str:
    """A comparison with production, where a scenario is of its size; otherwise a sweep of its own."""
    from simulation.scenario.loading import load_scenario

    production = load_scenario("production")
    if _size(loaded) != _size(production):
        return typed("sweep", scenario, "--vary", "interventions.withheld=0,1", "--out", "swept")
    return typed("compare", "production", "high-no-show" if loaded.name == production.name else scenario)


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.option("--as-of", metavar="DATE[THH:MM[:SS]]", help="As the tables stood at this local moment, elsewhere.")
@click.option("--snapshots", type=OneOf(["daily"]), help="tutor_aggregates at each midnight, elsewhere.")
@click.option("--out", type=click.Path(path_type=Path), help="Directory for these.  [default: RUN_DIR/as-of/...]")
@click.option("--force", is_flag=True, help="Replace what was made so before.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def reduce(run_dir: Path, as_of: str | None, snapshots: str | None, out: Path | None, force: bool, quiet: bool) -> None:
    """Make a run's tables again, from its log alone.

    With --as-of or --snapshots they are made elsewhere, as they stood before the window's end.
    """
    if as_of and snapshots:
        raise click.UsageError("--as-of and --snapshots are two things; ask for one after the other")
    if (out or force) and not (as_of or snapshots):
        raise click.UsageError(
            "--out and --force are for --as-of and --snapshots; a run's own tables stay where they are"
        )

    from simulation.cli.console import print_summary
    from simulation.runs import reduce_as_of, reduce_daily, reduce_run

    if as_of:
        summary = reduce_as_of(run_dir, as_of, out, force=force)
    elif snapshots:
        summary = reduce_daily(run_dir, out, force=force)
    else:
        summary = reduce_run(run_dir)
    if not quiet:
        print_summary(summary)
