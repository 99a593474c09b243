"""The commands that list scenarios and show one."""

from pathlib import Path

import click

from simulation.cli.arguments import AS_JSON, EXTENSIONS, OVERRIDES, SCENARIO, SEED
from simulation.cli.help import Command
from simulation.lib.invocation import typed


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@AS_JSON
def scenarios(folder: Path | None, as_json: bool) -> None:
    """List scenarios with the question that each asks.

    Without a FOLDER of your own they are those that come with the project, which every command knows by name.
    """
    from simulation.cli.console import print_scenarios, print_warnings, scenarios_as_json
    from simulation.scenario import Scenario, gallery
    from simulation.scenario.loading import ScenarioError, load_scenario

    known = gallery.names() if folder is None else sorted(map(str, folder.glob("*.toml")))
    if not known:
        fault = f"{folder}: is no folder with scenarios, which are files that end in .toml"
        if gallery.file_of(str(folder)).is_file():
            fault += f"; one scenario is shown by: {typed('scenario', folder)}"
        raise click.UsageError(fault)
    found: dict[str, Scenario] = {}
    for one in known:
        try:
            found[one] = load_scenario(one)
        except ScenarioError as error:
            print_warnings([str(error)])
    if as_json:
        click.echo(scenarios_as_json(found))
    else:
        print_scenarios(found)


@click.command(cls=Command)
@click.argument("scenario", type=SCENARIO)
@SEED
@OVERRIDES
@EXTENSIONS
@AS_JSON
def scenario(
    scenario: Path, seed: int | None, overrides: tuple[str, ...], extensions: tuple[str, ...], as_json: bool
) -> None:
    """Show every parameter of a SCENARIO, as resolved.

    Each stands there with its default, range, unit and meaning.
    """
    from simulation.cli.console import print_warnings, scenario_as_json
    from simulation.scenario.description import as_toml
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.without_effect import without_effect

    loaded = load_scenario(scenario, overrides, seed, extensions)
    print_warnings(without_effect(loaded))
    click.echo(scenario_as_json(loaded) if as_json else as_toml(loaded), nl=as_json)
