"""The command that shows a scenario."""

from pathlib import Path

import click

from simulation.cli.arguments import AS_JSON, OVERRIDES, SCENARIO, SEED


@click.command()
@click.argument("scenario", type=SCENARIO)
@SEED
@OVERRIDES
@AS_JSON
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
