"""The command line of `python -m simulation.exports.stream.churn_signals`."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from simulation.cli.arguments import EXTENSIONS, MOMENT, SCENARIO
from simulation.cli.help import HELP_OPTIONS
from simulation.cli.program import run_program
from simulation.exports.stream.churn_signals import EPOCH, follow
from simulation.scenario.loading import load_scenario


@click.command(context_settings=HELP_OPTIONS)
@click.argument("scenario", type=SCENARIO)
@click.option("--seed", type=int, help="The stream's, where it is not the scenario's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="The stream's; repeatable.")
@EXTENSIONS
@click.option("--since", type=MOMENT, default=EPOCH, help="Leave out what was before, as the warm-up.")
@click.option("--at", type=MOMENT, help="The moment to judge at.  [default: the latest event's]")
def churn_signals(
    scenario: Path,
    seed: int | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
    since: datetime,
    at: datetime | None,
) -> None:
    """Print how each tutor stands, one a line in JSON, when SCENARIO's stream on the standard input is over."""
    loaded = load_scenario(scenario, overrides, seed, extensions)
    for standing in follow(sys.stdin.buffer, loaded, since, at):
        click.echo(json.dumps(standing))


def main() -> None:
    """Run the command with the arguments of this process."""
    run_program(churn_signals, None, "python -m simulation.exports.stream.churn_signals")
