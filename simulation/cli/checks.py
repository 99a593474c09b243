"""The commands that judge runs: check and validate."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from simulation.cli.arguments import AS_JSON, EXTENSIONS, HTML, OVERRIDES, RUN_DIR, WORKERS
from simulation.cli.help import ArrowCommand
from simulation.cli.program import Exit

if TYPE_CHECKING:
    from simulation.validation.validation import Validation

_OF_MEANS = ("standard_errors", "single_failures")
_OF_SCENARIOS = ("seeds", "seeds_from", "overrides", "extensions", "mechanisms", "workers", *_OF_MEANS)


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.option("--rerun", is_flag=True, help="Simulate the scenario again, too, and compare.")
@EXTENSIONS
@AS_JSON
def check(run_dir: Path, rerun: bool, extensions: tuple[str, ...], as_json: bool) -> Exit:
    """Check a run: its tables' contract, and every rule.

    Exits with 1 when a rule is broken.
    """
    from simulation.cli.console import print_rules, rules_as_json
    from simulation.validation.check import check_run

    results = check_run(run_dir, rerun=rerun, extensions=extensions)
    if as_json:
        click.echo(rules_as_json(results))
    else:
        print_rules(results)
    return Exit.DONE if all(result.holds for result in results) else Exit.FAILED


@click.command(cls=ArrowCommand)
@click.argument("run_or_scenario", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(min=1), default=10, show_default=True, help="How many runs of a scenario.")
@click.option("--seeds-from", metavar="TEXT", help="Draw the seeds from a text, instead of from the scenario's on.")
@OVERRIDES
@EXTENSIONS
@click.option("--mechanisms", is_flag=True, help="Change each mechanism, and judge what follows.")
@click.option("--standard-errors", type=click.FloatRange(min=0), default=0.0, show_default=True,
              help="By how many of them a mean may miss its interval.")  # fmt: skip
@HTML
@click.option("--force", is_flag=True, help="Replace the file of --html.")
@click.option("--single-failures", type=click.FloatRange(0, 1), default=0.01, show_default=True,
              help="Share of all claims of single runs that may fail.")  # fmt: skip
@WORKERS
@click.option("--quiet", is_flag=True, help="Print nothing of the progress.")
@AS_JSON
def validate(  # noqa: PLR0913, PLR0917 -- options
    run_or_scenario: Path,
    seeds: int,
    seeds_from: str | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
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
    from simulation.cli.console import print_validation, print_warnings, validation_as_json
    from simulation.cli.progress import shown_progress
    from simulation.lib.paths import instead_of_either
    from simulation.runs import read_record
    from simulation.scenario import gallery
    from simulation.scenario.loading import load_scenario
    from simulation.scenario.without_effect import without_effect
    from simulation.studies.provenance import Provenance
    from simulation.validation import validation
    from simulation.views.pages.page import check_page

    place = gallery.file_of(run_or_scenario)
    if not place.exists():
        hint = instead_of_either(place, gallery.names())
        raise click.UsageError(f"{place}: there is no such file, directory or scenario{hint}")
    if html is not None:
        check_page("validate --html", html, force=force)
    result: Validation
    if place.is_dir():
        _refuse(_OF_SCENARIOS, "is for scenarios, not for runs")
        result = validation.validate_run(place)
        made_of = Provenance.of_run(read_record(place))
    else:
        if mechanisms:
            _refuse(_OF_MEANS, "is for the claims of one scenario, not for --mechanisms")
        loaded = load_scenario(place, overrides, extensions=extensions)
        print_warnings(without_effect(loaded))
        chosen = validation.choose_seeds(loaded, seeds, seeds_from)
        made_of = Provenance.of({loaded.name: loaded}, chosen, overrides)
        with shown_progress("runs", quiet=quiet) as on_run:
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

        write_validation_page(result, as_shown(place.name), html, made_of, force=force)
    return Exit.DONE if result.holds else Exit.FAILED


def _refuse(names: Sequence[str], why: str) -> None:
    """Raise UsageError where one of these parameters was stated, which would not be read."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name in names and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} {why}")
