"""The command that streams a world."""

import sys
from contextlib import nullcontext
from math import isfinite
from pathlib import Path

import click

from simulation.cli.arguments import EXTENSIONS, OVERRIDES, SCENARIO, SEED
from simulation.cli.help import Command
from simulation.lib.arrow import import_arrow_alone
from simulation.lib.standard_streams import OutputRefusedError, refusal_of_output

# A simulated second in a quarter of an hour: nobody waits longer for one.
SLOWEST = 0.001


@click.command(cls=Command)
@click.argument("scenario", type=SCENARIO)
@SEED
@OVERRIDES
@EXTENSIONS
@click.option("--speed", type=click.FloatRange(min=0), default=3600.0, show_default=True,
              help="Simulated seconds in a real one; 0 for no waiting.")  # fmt: skip
@click.option("--from-event-id", "after", metavar="ID", help="Continue after this event.")
@click.option("--only-region", type=int, metavar="NUMBER", help="Stream this region alone; 1 is the first.")
@click.option("--to", metavar="URL", help="Send to a broker, nats://HOST:PORT[/SUBJECT] or redis://HOST:PORT.")
def stream(
    scenario: Path, seed: int | None, overrides: tuple[str, ...], extensions: tuple[str, ...], speed: float,
    after: str | None, only_region: int | None, to: str | None,
) -> None:  # fmt: skip
    """Print each event of a SCENARIO as it happens.

    The world is simulated in real time, or faster. Each line is an event in JSON, as CloudEvents 1.0 defines it.

    The warm-up comes without waiting. A slow reader slows the world down. An interrupted stream is continued after the
    last event that was read in full.
    """
    if not isfinite(speed) or 0 < speed < SLOWEST:
        raise click.UsageError(f"--speed: is {speed:g}; allowed is 0, or a number from {SLOWEST:g} on")

    from simulation.cli.console import print_warnings
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.partition import checked_number
    from simulation.scenario.without_effect import without_effect

    loaded = load_scenario(scenario, overrides, seed, extensions)
    print_warnings(without_effect(loaded))
    if only_region is not None:
        checked_number(loaded, only_region)

    import_arrow_alone()
    from simulation.exports.stream.brokers import broker
    from simulation.exports.stream.streaming import stream_world

    with nullcontext(_print) if to is None else broker(to) as send:
        stream_world(loaded, send, speed=speed, after=after, only_region=only_region)


def _print(line: str) -> None:
    """Print a line at once. Raises OutputRefusedError where nobody can have it: the world need not go on."""
    sys.stdout.write(line)
    sys.stdout.flush()
    if refusal_of_output() is not None:
        raise OutputRefusedError
