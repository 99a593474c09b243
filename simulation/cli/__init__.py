"""The command line: words in, a call, words out."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from click.core import ParameterSource

from simulation import __version__
from simulation.cli.arguments import RUN_DIR, SCENARIO, OneOf
from simulation.cli.databases import ddl, load
from simulation.cli.exports import export
from simulation.cli.logging import LEVELS
from simulation.cli.program import EXIT_CODES, Exit, run_program
from simulation.cli.stream import stream
from simulation.cli.studies import compare, counterfactuals, sweep
from simulation.cli.views import agents, report, timeline

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.validation.validation import Validation

_OF_MEANS = ("standard_errors", "single_failures")
_OF_SCENARIOS = ("seeds", "seeds_from", "overrides", "mechanisms", "workers", *_OF_MEANS)


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Simulate a tutoring marketplace: a scenario in, an event log and tables out."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@commands.command()
@click.argument("scenario", type=SCENARIO, required=False)
@click.option("--resume-from", type=RUN_DIR, metavar="RUN_DIR",
              help="Go on with the world of this run, instead of a scenario's.")  # fmt: skip
@click.option("--days", type=int, help="Length of the window that follows.  [default: that of RUN_DIR's]")
@click.option("--seed", type=int, help="Root of all randomness, instead of the scenario's.")
@click.option("--out", type=click.Path(path_type=Path), help="Directory to write.  [default: runs/NAME-seedN...]")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a parameter; repeatable.")
@click.option("--format", "formats", default="csv,parquet", show_default=True, help="Formats of the tables.")
@click.option("--force", is_flag=True, help="Replace the run that is in the directory.")
@click.option("--regions", type=int, help="So many regions like the scenario's one.")
@click.option("--only-region", type=int, metavar="NUMBER", help="Simulate this region alone; 1 is the first.")
@click.option("--keep-regions", is_flag=True, help="Keep the run of each region, in regions/.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for regions.  [default: one per processor]")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler for the regions, as tcp://HOST:PORT.")
@click.option("--shared", metavar="PLACE", help="Directory or URL that its workers reach, if not the run's.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--log-level", type=OneOf(LEVELS), help="What to log, instead of a bar on a terminal.")
@click.option("--log-json", is_flag=True, help="Log as JSON, a line each, on standard error.")
def run(  # noqa: PLR0913, PLR0917 -- options
    scenario: Path | None,
    resume_from: Path | None,
    days: int | None,
    seed: int | None,
    out: Path | None,
    overrides: tuple[str, ...],
    formats: str,
    force: bool,
    regions: int | None,
    only_region: int | None,
    keep_regions: bool,
    workers: int | None,
    cluster: str | None,
    shared: str | None,
    quiet: bool,
    log_level: str | None,
    log_json: bool,
) -> None:
    """Simulate a SCENARIO, and write its log and tables.

    With --resume-from it is a run that goes on: simulated is, of its world, what comes after its window.
    """
    from simulation.runs import Continuation, default_directory, write_run

    continuation: Continuation | None = None
    if resume_from is not None:
        if scenario or overrides or seed is not None or regions is not None or only_region is not None:
            raise click.UsageError("--resume-from goes on with a run as it is; of it only --days may be chosen")
        continuation = Continuation.of(resume_from, days)
        loaded, only_region = continuation.scenario, continuation.region
    else:
        if scenario is None:
            raise click.UsageError("name a SCENARIO file, or a run to go on with by --resume-from")
        if days is not None:
            raise click.UsageError("--days is for --resume-from; a scenario's are changed by --set days=NUMBER")
        loaded = _loaded(scenario, overrides, seed, regions)

    if (cluster or shared) and (only_region is not None or len(loaded.regions) == 1):
        raise click.UsageError("--cluster and --shared are for several regions; --regions makes one several")

    from simulation.cli.console import print_summary, print_warnings
    from simulation.cli.logging import configure_logging
    from simulation.cli.progress import shown_progress
    from simulation.execution.executors import executor_for
    from simulation.lib.arrow import import_arrow_alone
    from simulation.scenario.without_effect import without_effect

    import_arrow_alone()
    if not quiet and not log_json:  # whose lines programs read; the same stands in run.json
        print_warnings(without_effect(loaded))
    configure_logging("error" if quiet else log_level or "info", as_json=log_json)
    write = partial(write_run, loaded, only_region=only_region) if continuation is None else continuation.write
    with shown_progress(quiet=quiet, as_lines=log_json or log_level is not None) as on_day:
        summary = write(
            out or default_directory(loaded, only_region), formats.split(","), force=force, keep_regions=keep_regions,
            executor=executor_for(workers, cluster), shared=shared, on_day=on_day,
        )  # fmt: skip
    if not quiet:
        print_summary(summary)


def _loaded(scenario: Path, overrides: tuple[str, ...], seed: int | None, regions: int | None) -> "Scenario":
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.partition import copied

    loaded = load_scenario(scenario, overrides, seed)
    return loaded if regions is None else copied(loaded, regions)


@commands.command()
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
    from simulation.lib.arrow import import_arrow_alone
    from simulation.runs import reduce_as_of, reduce_daily, reduce_run

    import_arrow_alone()
    if as_of:
        summary = reduce_as_of(run_dir, as_of, out, force=force)
    elif snapshots:
        summary = reduce_daily(run_dir, out, force=force)
    else:
        summary = reduce_run(run_dir)
    if not quiet:
        print_summary(summary)


@commands.command()
@click.argument("run_dir", type=RUN_DIR)
@click.option("--rerun", is_flag=True, help="Simulate the scenario again, too, and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(run_dir: Path, rerun: bool, as_json: bool) -> Exit:
    """Check a run: its tables' contract, and every rule.

    Exits with 1 when a rule is broken.
    """
    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()

    from simulation.cli.console import print_rules, rules_as_json
    from simulation.validation.check import check_run

    results = check_run(run_dir, rerun=rerun)
    if as_json:
        click.echo(rules_as_json(results))
    else:
        print_rules(results)
    return Exit.DONE if all(result.holds for result in results) else Exit.FAILED


@commands.command()
@click.argument("run_or_scenario", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(min=1), default=10, show_default=True, help="How many runs of a scenario.")
@click.option("--seeds-from", metavar="TEXT", help="Draw the seeds from a text, instead of from the scenario's on.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a parameter; repeatable.")
@click.option("--mechanisms", is_flag=True, help="Change each mechanism, and judge what follows.")
@click.option("--standard-errors", type=click.FloatRange(min=0), default=0.0, show_default=True,
              help="By how many of them a mean may miss its interval.")  # fmt: skip
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page to look at.")
@click.option("--force", is_flag=True, help="Replace the file of --html.")
@click.option("--single-failures", type=click.FloatRange(0, 1), default=0.01, show_default=True,
              help="Share of all claims of single runs that may fail.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
@click.option("--quiet", is_flag=True, help="Print nothing of the progress.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def validate(  # noqa: PLR0913, PLR0917 -- options
    run_or_scenario: Path,
    seeds: int,
    seeds_from: str | None,
    overrides: tuple[str, ...],
    mechanisms: bool,
    html: Path | None,
    force: bool,
    standard_errors: float,
    single_failures: float,
    workers: int | None,
    quiet: bool,
    as_json: bool,
) -> Exit:
    """Measure what the methodology says of a run or SCENARIO.

    Measured are a run in a directory, or the runs of a scenario under many seeds.

    Exits with 1 when a rule is broken or a claim fails. Claims are judged where the scenario declares a ledger.
    """
    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()

    from simulation.cli.console import print_validation, print_warnings, validation_as_json
    from simulation.cli.progress import shown_runs
    from simulation.lib.paths import instead_of_either
    from simulation.runs import read_record
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.without_effect import without_effect
    from simulation.studies.provenance import Provenance
    from simulation.validation import validation
    from simulation.views.pages.page import check_page

    if not run_or_scenario.exists():
        raise click.UsageError(
            f"{run_or_scenario}: there is no such file or directory{instead_of_either(run_or_scenario)}"
        )
    if html is not None:
        check_page("validate --html", html, force=force)
    result: Validation
    if run_or_scenario.is_dir():
        _refuse(_OF_SCENARIOS, "is for scenarios, not for runs")
        result = validation.validate_run(run_or_scenario)
        made_of = Provenance.of_run(read_record(run_or_scenario))
    else:
        if mechanisms:
            _refuse(_OF_MEANS, "is for the claims of one scenario, not for --mechanisms")
        loaded = load_scenario(run_or_scenario, overrides)
        print_warnings(without_effect(loaded))
        chosen = validation.choose_seeds(loaded, seeds, seeds_from)
        made_of = Provenance.of({loaded.name: loaded}, chosen, overrides)
        with shown_runs(quiet=quiet) as on_run:
            if mechanisms:
                result = validation.validate_mechanisms(loaded, chosen, workers=workers, on_run=on_run)
            else:
                result = validation.validate_scenario(
                    loaded, chosen, workers=workers, standard_errors=standard_errors,
                    single_failures=single_failures, on_run=on_run,
                )  # fmt: skip
    if as_json:
        click.echo(validation_as_json(result, made_of))
    else:
        print_validation(result, made_of)
    if html is not None:
        from simulation.lib.file_names import as_shown
        from simulation.views.pages.validation import write_validation_page

        write_validation_page(result, as_shown(run_or_scenario.name), html, made_of, force=force)
    return Exit.DONE if result.holds else Exit.FAILED


@commands.command()
@click.argument("scenario", type=SCENARIO)
@click.option("--seed", type=int, help="Root of all randomness, instead of the scenario's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a parameter; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenario(scenario: Path, seed: int | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show every parameter of a SCENARIO, as resolved.

    Each stands there with its default, range, unit and meaning.
    """
    from simulation.cli.console import print_warnings, scenario_as_json
    from simulation.scenario.description import as_toml
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.without_effect import without_effect

    loaded = load_scenario(scenario, overrides, seed)
    print_warnings(without_effect(loaded))
    click.echo(scenario_as_json(loaded) if as_json else as_toml(loaded), nl=as_json)


for command in (compare, sweep, counterfactuals, timeline, report, agents, export, load, ddl, stream):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit; what the user has to mend is one line and no traceback."""
    run_program(commands, arguments)


def _refuse(names: Sequence[str], why: str) -> None:
    """Raise UsageError where one of these parameters was stated, which would not be read."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name in names and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} {why}")
