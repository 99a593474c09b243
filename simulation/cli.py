"""The command line: words in, a call, words out."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from simulation import __version__
from simulation.logs import LEVELS

USERS_MISTAKE = 2
RULE_BROKEN = 1
INTERRUPTED = 130


@click.group(invoke_without_command=True)
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Simulate a tutoring marketplace: a scenario in, an event log and tables out."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@commands.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--seed", type=int, help="Root of all randomness, instead of the scenario's.")
@click.option("--out", type=click.Path(path_type=Path), help="Directory to write.  [default: runs/NAME-seedN]")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a parameter; repeatable.")
@click.option("--format", "formats", default="csv,parquet", show_default=True, help="Formats of the tables.")
@click.option("--force", is_flag=True, help="Replace the run that is in the directory.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--log-level", type=click.Choice(LEVELS), default="info", show_default=True, help="What to log.")
@click.option("--log-json", is_flag=True, help="Log as JSON, a line each, on standard error.")
def run(  # noqa: PLR0913, PLR0917 -- options
    scenario: Path,
    seed: int | None,
    out: Path | None,
    overrides: tuple[str, ...],
    formats: str,
    force: bool,
    quiet: bool,
    log_level: str,
    log_json: bool,
) -> None:
    """Simulate a SCENARIO file and write its log and tables."""
    from simulation.scenario.loading import load_scenario

    loaded = load_scenario(scenario, overrides, seed)

    from simulation.arrow import import_arrow_alone
    from simulation.console import print_summary
    from simulation.logs import configure_logging
    from simulation.progress import shown_progress
    from simulation.rundir import default_directory, write_run

    import_arrow_alone()
    configure_logging("error" if quiet else log_level, as_json=log_json)
    with shown_progress(quiet=quiet, as_lines=log_json) as on_day:
        summary = write_run(loaded, out or default_directory(loaded), formats.split(","), force=force, on_day=on_day)
    if not quiet:
        print_summary(summary)


@commands.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def reduce(run_dir: Path, quiet: bool) -> None:
    """Make the tables in RUN_DIR again, from the log alone."""
    from simulation.arrow import import_arrow_alone
    from simulation.console import print_summary
    from simulation.rundir import reduce_run

    import_arrow_alone()
    summary = reduce_run(run_dir)
    if not quiet:
        print_summary(summary)


@commands.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--rerun", is_flag=True, help="Simulate the scenario again, too, and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(run_dir: Path, rerun: bool, as_json: bool) -> int:
    """Check a run in RUN_DIR: the contract of its tables, and the rules that every run keeps.

    Exits with 1 when a rule is broken.
    """
    from simulation.arrow import import_arrow_alone

    import_arrow_alone()

    from simulation.check import check_run
    from simulation.console import print_rules, rules_as_json

    results = check_run(run_dir, rerun=rerun)
    if as_json:
        click.echo(rules_as_json(results))
    else:
        print_rules(results)
    return 0 if all(result.holds for result in results) else RULE_BROKEN


@commands.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--seed", type=int, help="Root of all randomness, instead of the scenario's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a parameter; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenario(scenario: Path, seed: int | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show a SCENARIO file as resolved: every parameter with default, range, unit and meaning."""
    from simulation.console import scenario_as_json
    from simulation.scenario.description import as_toml
    from simulation.scenario.loading import load_scenario

    loaded = load_scenario(scenario, overrides, seed)
    click.echo(scenario_as_json(loaded) if as_json else as_toml(loaded), nl=as_json)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run a command and exit; a user's mistake is one line and no traceback."""
    from simulation.scenario.checking import ScenarioError
    from simulation.staging import RunDirError

    try:
        code = commands.main(arguments, prog_name="python -m simulation", standalone_mode=False)
    except click.Abort:
        _fail("interrupted", INTERRUPTED)
    except click.ClickException as error:
        _fail(error.format_message(), USERS_MISTAKE)
    except (ScenarioError, RunDirError) as error:
        _fail(str(error), USERS_MISTAKE)
    sys.exit(code)


def _fail(message: str, code: int) -> None:
    click.echo(f"error: {message}", err=True)
    sys.exit(code)
