"""The command that exports a run."""

from pathlib import Path

import click

from simulation.cli.arguments import RUN_DIR
from simulation.cli.help import ArrowCommand


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.option("--to", "name", required=True, metavar="FORMAT", help="frictionless, odcs, ocel-json or ocel-sqlite.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="File to write.  [default: in RUN_DIR]")
@click.option("--force", is_flag=True, help="Replace an export that is there.")
def export(run_dir: Path, name: str, out: Path | None, force: bool) -> None:
    """Write a run as a standard has it.

    A Frictionless Data Package, an Open Data Contract (ODCS), or the observable log as OCEL 2.0, JSON or SQLite.
    """
    from simulation.exports.standards.exporting import export as write_export

    click.echo(write_export(run_dir, name, out, force=force))
