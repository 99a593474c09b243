"""The commands of studies: compare, sweep and counterfactuals."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.cli.arguments import AS_JSON, CLUSTER, EXTENSIONS, HTML, RUN_DIR, SCENARIO, WORKERS, OneOf
from simulation.cli.help import ArrowCommand
from simulation.cli.program import Exit
from simulation.lib.invocation import command_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.scenario import Scenario
    from simulation.studies.comparison import Goal
    from simulation.studies.designs import Point


@click.command(cls=ArrowCommand)
@click.argument("paths", type=SCENARIO, nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--against", type=SCENARIO, metavar="SCENARIO", help="Compare with this one.  [default: the first]")
@click.option("--replications", type=click.IntRange(min=2), default=10, show_default=True,
              help="Runs of each scenario.")  # fmt: skip
@click.option("--seeds-from", metavar="TEXT", help="Draw the seeds from a text, instead of from the first's on.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE",
              help="Change a parameter of all scenarios; repeatable.")  # fmt: skip
@EXTENSIONS
@click.option("--until-halfwidth", "goal", metavar="KEY=X",
              help="Add pairs until the interval of a key figure reaches X to each side.")  # fmt: skip
@click.option("--at-most", type=click.IntRange(min=2), default=100, show_default=True,
              help="Pairs after which to stop in any case.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="Keep the runs in a directory, new or to go on with.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Show all key figures, not only headlines.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Draw a picture, .png or .svg.")
@HTML
@click.option("--force", is_flag=True, help="Replace the files of --plot and --html.")
@WORKERS
@CLUSTER
@click.option("--quiet", is_flag=True, help="Print nothing of the progress.")
@AS_JSON
def compare(  # noqa: PLR0913, PLR0917 -- options
    paths: tuple[Path, ...],
    against: Path | None,
    replications: int,
    seeds_from: str | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
    goal: str | None,
    at_most: int,
    out: Path | None,
    every: bool,
    plot: Path | None,
    html: Path | None,
    force: bool,
    workers: int | None,
    cluster: str | None,
    quiet: bool,
    as_json: bool,
) -> Exit:
    """Compare scenarios, with common random numbers.

    It says in sentences what each changes against the first, and against those between; how certain that is, or how
    many pairs of runs it would take to tell. Then it shows by how much key figures differ from the first.

    Replication i of each scenario has the same seed. With --out, runs are kept as they are over: the same command goes
    on where it was interrupted, and with more --replications where it ended. Exits with 1 when a run failed; its seed
    is then left out of all scenarios.
    """
    from simulation.cli.console import print_warnings
    from simulation.cli.progress import shown_progress
    from simulation.execution.executors import executor_for
    from simulation.scenario.loading import load_scenario
    from simulation.studies import comparison
    from simulation.studies.differences import require_scipy
    from simulation.studies.provenance import Provenance
    from simulation.validation.validation import choose_seeds
    from simulation.views import comparison_plot, comparison_table
    from simulation.views.pages.page import check_page

    given = [load_scenario(path, overrides, extensions=extensions) for path in paths]
    scenarios = given if against is None else _with_base(given, against, overrides, extensions)
    if len(scenarios) < 2:
        raise click.UsageError("one scenario has nothing to be compared with; allowed are two or more")
    aim = None if goal is None else _goal(goal, at_most)
    if aim is not None:
        comparison.check_goal(aim, replications)
    if plot is not None:
        comparison_plot.check_picture(plot, force=force)
    if html is not None:
        check_page("compare --html", html, force=force)
    require_scipy()
    executor = executor_for(workers, cluster)
    print_warnings(comparison.warnings_of(scenarios))
    with shown_progress("runs", quiet=quiet) as on_run:
        result = comparison.compare(
            scenarios, lambda number: choose_seeds(given[0], number, seeds_from), replications,
            goal=aim, out=out, executor=executor, on_run=on_run,
        )  # fmt: skip
    made_of = Provenance.of(
        dict(zip(result.runs, scenarios, strict=True)), result.seeds, overrides, command_line()
    )  # fmt: skip
    if as_json:
        click.echo(comparison_table.comparison_as_json(result, made_of))
    else:
        comparison_table.print_comparison(result, made_of, every=every)
    if plot is not None:
        comparison_plot.draw_comparison(result, plot, every=every, force=force)
    if html is not None:
        from simulation.views.pages.comparison import write_comparison_page

        write_comparison_page(result, scenarios, html, made_of, force=force)
    for failed in result.failed:
        click.echo(f"error: {failed}", err=True)
    return Exit.FAILED if result.failed else Exit.DONE


@click.command(cls=ArrowCommand)
@click.argument("scenario", type=SCENARIO)
@click.option("--vary", "varied", multiple=True, required=True, metavar="KEY.PATH=A,B,C",
              help="Choices of a parameter, or LOW:HIGH for Sobol points; repeatable.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Directory of the sweep, new or to go on with.")  # fmt: skip
@click.option("--design", type=OneOf(["grid", "sobol"]), default="grid", show_default=True,
              help="Each value with each other, or points between ends.")  # fmt: skip
@click.option("--samples", type=int, help="How many Sobol points: a power of two.")
@click.option("--replications", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at each point.")
@click.option("--seeds-from", metavar="TEXT", help="Draw the seeds from a text, instead of from the scenario's on.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE",
              help="Change a parameter at all points; repeatable.")  # fmt: skip
@EXTENSIONS
@click.option("--retry-failed", is_flag=True, help="Simulate runs that failed before again.")
@HTML
@click.option("--force", is_flag=True, help="Replace the file of --html.")
@WORKERS
@CLUSTER
@click.option("--quiet", is_flag=True, help="Print nothing of the progress.")
def sweep(  # noqa: PLR0913, PLR0917 -- options
    scenario: Path,
    varied: tuple[str, ...],
    out: Path,
    design: str,
    samples: int | None,
    replications: int,
    seeds_from: str | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
    retry_failed: bool,
    html: Path | None,
    force: bool,
    workers: int | None,
    cluster: str | None,
    quiet: bool,
) -> Exit:
    """Simulate a SCENARIO with parameters varied.

    All points have the same seeds; the key figures of each run become a row of a table. It says what changes from the
    first point to each other, in the key figures that the scenario asks about, and how certain that is.

    Each run is kept as soon as it is over: a sweep that was interrupted goes on when it is started again. Exits with 1
    when a run failed; its error stands in the table.
    """
    from simulation.cli.console import print_warnings
    from simulation.cli.progress import shown_progress
    from simulation.execution.executors import executor_for
    from simulation.studies.differences import require_scipy
    from simulation.studies.provenance import Provenance
    from simulation.studies.sweep import carry_out, sweep_of
    from simulation.validation.validation import choose_seeds
    from simulation.views.comparison_table import print_sweep
    from simulation.views.pages.page import check_page

    if html is not None:
        check_page("sweep --html", html, force=force)
    if html is not None or replications > 1:
        require_scipy()
    points = _points(scenario, varied, design, samples, overrides, extensions)
    planned = sweep_of(
        scenario, points, lambda base: choose_seeds(base, replications, seeds_from), overrides, extensions
    )
    executor = executor_for(workers, cluster)
    print_warnings(planned.warnings)
    with shown_progress("runs", quiet=quiet) as on_run:
        done = carry_out(planned, out, executor=executor, retry_failed=retry_failed, on_run=on_run)
    made_of = Provenance.of({planned.scenario.name: planned.scenario}, planned.seeds, overrides, command_line())
    summary = f"{done.runs} runs, {done.known} of them known before, {done.failed} failed: {out / 'sweep.csv'}"
    print_sweep(done.comparison, summary, made_of)
    if html is not None:
        from simulation.views.pages.sweep import write_sweep_page

        write_sweep_page(out, html, overrides, asked=done.comparison.asked, command=made_of.command, force=force)
    return Exit.FAILED if done.failed else Exit.DONE


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.option("--interventions", metavar="ID,ID",
              help="Effects of these only.  [default: all; none with --experiments]")  # fmt: skip
@click.option("--experiments", metavar="ID,ID", help="Each tutor of these experiments under each variant.")
@click.option("--force", is_flag=True, help="Replace effects that are there.")
@EXTENSIONS
@WORKERS
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers simulate the worlds.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def counterfactuals(
    run_dir: Path,
    interventions: str | None,
    experiments: str | None,
    force: bool,
    extensions: tuple[str, ...],
    workers: int | None,
    cluster: str | None,
    quiet: bool,
) -> None:
    """Add to a run what its interventions changed.

    Its world is held against the same world without each of them.

    They go to truth/truth_intervention_effects; what variants of experiments change, to truth/truth_experiment_effects.
    """
    from simulation.cli.console import print_summary
    from simulation.cli.progress import shown_progress
    from simulation.execution.executors import executor_for
    from simulation.studies.counterfactuals import write_effects

    chosen = None if interventions is None and experiments is None else _names("--interventions", interventions)
    with shown_progress("runs", quiet=quiet) as on_run:
        summary = write_effects(
            run_dir, executor_for(workers, cluster), interventions=chosen,
            experiments=_names("--experiments", experiments), force=force, on_run=on_run, extensions=extensions,
        )  # fmt: skip
    if not quiet:
        print_summary(summary)


def _with_base(
    given: "Sequence[Scenario]", base: Path, overrides: tuple[str, ...], extensions: tuple[str, ...]
) -> "list[Scenario]":
    """Scenarios after the one that they are compared with: one of them by its name, or another."""
    from simulation.scenario.loading import load_scenario
    from simulation.studies.comparison import named_scenarios

    first = named_scenarios(given).get(str(base)) or load_scenario(base, overrides, extensions=extensions)
    return [first, *(scenario for scenario in given if scenario != first)]


def _names(option: str, text: str | None) -> list[str]:
    """The names in ID,ID; none where the option is not given."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not names:
        raise click.UsageError(f"{option}: {text!r} names none; allowed is ID,ID")
    return names


def _points(
    scenario: Path,
    varied: tuple[str, ...],
    design: str,
    samples: int | None,
    overrides: tuple[str, ...],
    extensions: tuple[str, ...],
) -> "list[Point]":
    """The points of a design."""
    from simulation.scenario.loading import load_scenario
    from simulation.studies import designs

    if design == "grid":
        if samples is not None:
            raise click.UsageError("--samples is for --design sobol")
        return designs.grid([designs.values_of(text) for text in varied])
    if samples is None:
        raise click.UsageError("--design sobol needs --samples, a power of two")
    seed = load_scenario(scenario, overrides, extensions=extensions).seed
    return designs.sobol([designs.range_of(text) for text in varied], samples, seed)


def _goal(text: str, at_most: int) -> "Goal":
    """The goal in KEY=X."""
    from simulation.studies.comparison import Goal

    figure, _, half_width = text.partition("=")
    try:
        return Goal(figure.strip(), float(half_width), at_most)
    except ValueError:
        told = f"--until-halfwidth: {text!r} is no goal; allowed is KEY=X, as in tutor_no_shows=2.5"
        raise click.UsageError(told) from None
