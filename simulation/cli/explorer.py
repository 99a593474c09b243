"""The command that opens the explorer."""

from pathlib import Path

import click

from simulation.cli.arguments import SCENARIO
from simulation.cli.help import Command


@click.command(cls=Command)
@click.argument("scenario", type=SCENARIO, required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to serve at.  [default: any that is free]")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
def explore(scenario: Path | None, port: int, no_browser: bool) -> None:
    """Change, run and compare scenarios in the browser.

    The page is served to this machine alone, until the command is interrupted. With a SCENARIO it opens on that one.
    """
    import webbrowser
    from urllib.parse import urlencode

    from simulation.explorer import require_explorer

    require_explorer()

    from simulation.explorer.serving import scenarios_to_explore, serve

    def ready(address: str) -> None:
        click.echo(f"{address}\nCtrl-C ends it.")
        if not no_browser:
            webbrowser.open(address)

    name, scenarios = scenarios_to_explore(scenario)
    serve(scenarios, "/" if name is None else f"/scenario?{urlencode({'scenario': name})}", port, ready)
