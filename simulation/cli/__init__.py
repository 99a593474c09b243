"""The command line: the group of all commands, each in the module of its group."""

from collections.abc import Sequence
from typing import NoReturn

import click

from simulation import __version__
from simulation.cli.checks import check, validate
from simulation.cli.explorer import explore
from simulation.cli.exports import ddl, export, load
from simulation.cli.help import HELP_OPTIONS, CommandGroup
from simulation.cli.program import run_program
from simulation.cli.runs import reduce, run
from simulation.cli.scenarios import scenario, scenarios
from simulation.cli.stream import stream
from simulation.cli.studies import compare, counterfactuals, sweep
from simulation.cli.views import agents, report, timeline

_COMMANDS = (
    scenarios, scenario, run, reduce, check, validate, compare, sweep, counterfactuals, timeline, report, agents,
    export, load, ddl, stream, explore,
)  # fmt: skip


@click.group(
    cls=CommandGroup, invoke_without_command=True, commands=_COMMANDS, context_settings=HELP_OPTIONS,
)  # fmt: skip
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Simulate a tutoring marketplace: a scenario in, an event log and tables out.

    A SCENARIO is a file, or one of the names that `scenarios` lists.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit; a mistake of the user's is answered with one line and no traceback."""
    run_program(commands, arguments)
