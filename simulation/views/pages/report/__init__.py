"""The report of a run, or of two beside each other: what report.sql finds, drawn and told section by section."""

from pathlib import Path

from simulation.views.pages.page import check_page, library_maker


def write_report(
    run_dir: Path, out: Path, other: Path | None = None, *, force: bool = False, library: str | None = None
) -> None:
    """Write the report of the run in a directory; with an `other`, of both beside each other, without timelines.

    `library` is as `write_page` has it. Raises RunDirError, ScenarioError and ViewError, and nothing is written then.
    """
    check_page("report", out, force=force)
    if library is None:
        library_maker()

    from simulation.views.pages.report.page import write_page_of_runs

    write_page_of_runs([run_dir] if other is None else [run_dir, other], out, force=force, library=library)


__all__ = ["write_report"]
