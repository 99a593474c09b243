"""The commands that hand a run over: export, load and ddl."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.cli.arguments import RUN_DIR, OneOf
from simulation.cli.help import ArrowCommand
from simulation.exports.databases import DIALECTS, IF_EXISTS

if TYPE_CHECKING:
    from simulation.contract.vocabulary import Vocabulary


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


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR)
@click.option("--to", "url", required=True, metavar="URL",
              help="duckdb:///FILE, sqlite:///FILE or postgresql://USER@HOST/DATABASE.")  # fmt: skip
@click.option("--schema", metavar="NAME", help="Schema for the tables, of PostgreSQL or DuckDB.")
@click.option("--if-exists", type=OneOf(IF_EXISTS), default="fail", show_default=True,
              help="What to do with tables that are there.")  # fmt: skip
@click.option("--with-truth", is_flag=True, help="What only the simulator knows, too.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def load(run_dir: Path, url: str, schema: str | None, if_exists: str, with_truth: bool, quiet: bool) -> None:
    """Load a run's tables and log into a database.

    They have keys, checks and indexes there, and come all of them or none.

    A password is better kept out of the command line: PostgreSQL's PGPASSWORD and ~/.pgpass are heeded.
    """
    from simulation.cli.console import print_rows
    from simulation.cli.progress import shown_progress
    from simulation.exports.databases import loading

    with shown_progress("rows", quiet=quiet) as on_rows:
        rows = loading.load(run_dir, url, schema=schema, if_exists=if_exists, with_truth=with_truth, on_rows=on_rows)
    if not quiet:
        print_rows(rows, loading.without_password(url))


@click.command(cls=ArrowCommand)
@click.argument("run_dir", type=RUN_DIR, required=False)
@click.option("--dialect", type=OneOf(DIALECTS), default="postgresql", show_default=True, help="For which database.")
@click.option("--schema", metavar="NAME", help="Schema for the tables, of PostgreSQL or DuckDB.")
@click.option("--with-truth", is_flag=True, help="The tables of what only the simulator knows, too.")
def ddl(run_dir: Path | None, dialect: str, schema: str | None, with_truth: bool) -> None:
    """Print the statements that make tables in a database.

    They have types, keys, checks and indexes. Checks allow the names of the run's subjects, grade levels and so on;
    without a run, those of the default scenario.
    """
    from simulation.exports.databases import loading
    from simulation.exports.databases import schema as schemas

    loading.require("sqlalchemy")
    if schema is not None and dialect == "sqlite":
        raise click.UsageError("--schema: SQLite has no schemas; it is for postgresql and duckdb")
    told = schemas.ddl(dialect, _vocabulary(run_dir), schema=schema, with_truth=with_truth)
    click.echo(told, nl=False)


def _vocabulary(run_dir: Path | None) -> "Vocabulary":
    """The vocabulary of a run, or of the default scenario."""
    if run_dir is None:
        from simulation.scenario import Scenario
        from simulation.scenario.vocabulary import vocabulary_of

        return vocabulary_of(Scenario())
    from simulation.runs import read_record
    from simulation.runs.tables import vocabulary_of_run

    return vocabulary_of_run(run_dir, read_record(run_dir))
