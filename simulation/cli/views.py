"""The commands that show what is in a run: timeline, agents and report."""

from datetime import date
from pathlib import Path

import click

from simulation.cli.arguments import AGENT_ID, AS_JSON, DAY, RUN_DIR
from simulation.cli.help import ArrowCommand
from simulation.lib.invocation import typed
from simulation.lib.paths import is_run, runs_in


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.argument("agents", type=AGENT_ID, nargs=-1, metavar="[ID]...")
@click.option("--from", "first", type=DAY, metavar="DATE", help="First day.  [default: the window's]")
@click.option("--to", "last", type=DAY, metavar="DATE", help="Last day.  [default: the window's]")
@click.option("--only", metavar="WORD,WORD", help="Only sessions, interventions, signals, ...")
@click.option("--with-truth", is_flag=True, help="What only the simulator knows, too.")
@click.option("--trace", type=click.Path(path_type=Path), metavar="FILE", help="Write a trace for Perfetto's viewer.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page with calendar and charts.")
@click.option("--force", is_flag=True, help="Replace the file of --trace or --html.")
@AS_JSON
def timeline(  # noqa: PLR0913, PLR0917 -- options
    run_dir: Path,
    agents: tuple[str, ...],
    first: date | None,
    last: date | None,
    only: str | None,
    with_truth: bool,
    trace: Path | None,
    html: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Show what happened to tutors or students of a run.

    It is told day by day, and with it why the platform wrote to them.

    Without IDs, --trace writes all tutors and students.
    """
    if not agents and trace is None:
        raise click.UsageError(f"name a tutor or a student, as in: {typed('timeline', run_dir, 'T0007')}")
    forms = [name for name, asked in (("--json", as_json), ("--trace", trace), ("--html", html)) if asked]
    if len(forms) > 1:
        raise click.UsageError(f"{' and '.join(forms[:2])} are two things; ask for one after the other")
    if force and trace is None and html is None:
        raise click.UsageError("--force is for the file of --trace or --html")

    from simulation.lib.file_names import as_shown
    from simulation.runs.tables import log_is_at_fault
    from simulation.views.pages.page import check_page
    from simulation.views.pages.timeline import write_timeline_page
    from simulation.views.timeline import timelines_of
    from simulation.views.timeline.printing import chosen_groups, print_timeline, restricted, timelines_as_json
    from simulation.views.timeline.trace import write_trace

    groups = chosen_groups(only)
    if html is not None:
        check_page("timeline --html", html, force=force)
    with log_is_at_fault(run_dir):
        found = timelines_of(run_dir, first, last, with_truth=with_truth)
        ids = agents or (*found.tutor_ids, *found.student_ids)
        chosen = (restricted(found[name], groups) for name in ids)
        if trace is not None:
            events = write_trace(chosen, found.rules, trace, force=force)
            click.echo(f"{trace}: {events:,} events of {len(ids):,} tutors and students; open it in Perfetto's viewer")
            return
        shown = list(chosen)
    if html is not None:
        name = as_shown(run_dir.resolve().name)
        write_timeline_page(name, shown, found.rules, html, chosen=only is not None, force=force)
        click.echo(html)
    elif as_json:
        click.echo(timelines_as_json(shown, found.rules))
    else:
        for one in shown:
            print_timeline(one, found.rules)


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.option("--students", is_flag=True, help="Students instead of tutors.")
@click.option("--where", metavar="CONDITION", help="As in: \"churn_risk_level == 'High' and avg_rating_7d < 4\".")
@click.option("--sort", metavar="COLUMN", help="Order by a column.  [default: by id]")
@click.option("--descending", is_flag=True, help="The largest first.")
@click.option("--limit", type=click.IntRange(min=1), help="So many at most.")
@click.option("--columns", metavar="COLUMN,COLUMN", help="What to show of each.")
@AS_JSON
def agents(
    run_dir: Path,
    students: bool,
    where: str | None,
    sort: str | None,
    descending: bool,
    limit: int | None,
    columns: str | None,
    as_json: bool,
) -> None:
    """Find tutors or students by what a run's tables say.

    The tables say how they stand as the window ends.
    """
    if descending and sort is None:
        raise click.UsageError("--descending is for --sort")

    from simulation.views.agents import (
        agents_as_json,
        choices_of,
        print_agents,
        select,
        shortened_days,
        table_of_agents,
    )

    table = table_of_agents(run_dir, students=students)
    names = None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]
    choices = choices_of(run_dir)
    selected = select(table, where, sort, descending=descending, limit=limit, columns=names, choices=choices)
    if as_json:
        click.echo(agents_as_json(selected))
    else:
        print_agents(selected, len(table), None if students else shortened_days(run_dir))


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.argument("other", type=RUN_DIR, required=False)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="File to write.  [default: RUN_DIR.html]")
@click.option("--reports", is_flag=True, help="Of a folder: the report of each run, too.")
@click.option("--force", is_flag=True, help="Replace the file.")
def report(run_dir: Path, other: Path | None, out: Path | None, reports: bool, force: bool) -> None:
    """Write a report of a run, as one HTML file.

    With OTHER, both runs are shown beside each other. Of a folder of runs, the index is written, as index.html in it.
    The files need no network.
    """
    from simulation.views.pages.index import studies_in, write_index
    from simulation.views.pages.report import write_report

    of_folder = other is None and not is_run(run_dir) and bool(runs_in(run_dir) or studies_in(run_dir))
    if reports and not of_folder:
        raise click.UsageError(f"--reports is for a folder of runs, which {run_dir} is not")
    place = run_dir.resolve()
    if of_folder:
        from simulation.cli.console import print_warnings
        from simulation.cli.progress import shown_progress

        page = out or run_dir / "index.html"
        with shown_progress("runs") as on_run:
            faults = write_index(run_dir, page, reports=reports, force=force, on_run=on_run)
        print_warnings(faults)
    else:
        both = place.name if other is None else f"{place.name}-{other.resolve().name}"
        page = out or place.with_name(f"{both}.html")
        write_report(run_dir, page, other, force=force)
    click.echo(page)
