"""The runs and studies of a folder as a page: what each asks and came to, with links to the pages that are there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulation.execution.executors import OnDone
from simulation.lib.errors import UserError
from simulation.lib.file_names import as_shown
from simulation.lib.paths import COMPARISON_RECORD, SWEEP_RECORD, runs_in
from simulation.runs import read_record
from simulation.studies.study_directory import RUNS
from simulation.validation.run import Run
from simulation.views.pages.page import check_page, shared_library, write_page

_STUDIES = {SWEEP_RECORD: "sweep", COMPARISON_RECORD: "comparison"}


def studies_in(folder: Path) -> list[Path]:
    """The records of sweeps and comparisons in a folder, by name."""
    return sorted(file for name in _STUDIES for file in folder.glob(f"*/{name}"))


def write_index(
    folder: Path, out: Path, *, reports: bool = False, force: bool = False, on_run: OnDone | None = None
) -> list[str]:
    """Write the page of a folder's runs and studies; with `reports`, first the report of each run that has none.

    These share one script of charts beside them; with `force` they are all written again. What cannot be read is left
    out, and told in the lines that are returned. `on_run` is told how many of how many runs are over. Raises
    RunDirError and ViewError.
    """
    check_page("report", out, force=force)

    from simulation.views.pages.report import write_report

    library = shared_library(folder) if reports else None
    found, rows, faults = runs_in(folder), [], []
    for done, run_dir in enumerate(found, 1):
        page = folder / f"{run_dir.name}.html"
        try:
            rows.append(_row_of_run(run_dir))
            if reports and (force or not page.exists()):
                write_report(run_dir, page, force=force, library=library)
        except UserError as error:
            faults.append(str(error))
        if on_run is not None:
            on_run(done, len(found))
    studies = [_row_of_study(record) for record in studies_in(folder)]
    pages = {row["name"]: f"{row['name']}.html" for row in (*rows, *studies)}
    write_page(
        "index.html", out, {}, force=force, folder=as_shown(folder.resolve().name), warnings=faults,
        runs=rows, studies=studies,
        links={name: page for name, page in pages.items() if (folder / page).is_file()},
    )  # fmt: skip
    return faults


def _row_of_run(run_dir: Path) -> Mapping[str, Any]:
    """What it is, what it asks, and its headline figures. Raises RunDirError and ViewError."""
    from simulation.views.pages.report.queries import faults_are_told, rows_of

    record = read_record(run_dir)
    scenario = record["scenario"]
    with faults_are_told(run_dir):
        (headline,) = rows_of(Run.of_files(run_dir, record), "headline")["headline"]
    return {
        "name": as_shown(run_dir.name), "scenario": scenario.get("title") or record["scenario_name"],
        "question": scenario.get("question", ""), "seed": record["seed"], "days": scenario.get("days"),
        **headline,
    }  # fmt: skip


def _row_of_study(record: Path) -> Mapping[str, Any]:
    """What was studied: the scenarios, by how many points or runs. What a record does not say is nothing."""
    try:
        described = json.loads(record.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        described = {}
    points = described.get("points") or [{}]
    about = described.get("scenarios") or [described.get("scenario", "")]
    return {
        "name": as_shown(record.parent.name), "kind": _STUDIES[record.name], "scenarios": ", ".join(map(str, about)),
        "varied": ", ".join(points[0]), "runs": len(list((record.parent / RUNS).glob("*.json"))),
    }  # fmt: skip
