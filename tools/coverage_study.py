"""Shows that intervals of comparisons are honest, by a difference that is known from thousands of pairs.

    nice python -m tools.coverage_study runs/coverage

Simulates the pairs as a sweep in that directory (what is there already stays), takes the mean over all of them for the
truth, deals them out into comparisons of ten, and counts how many 95% intervals contain it. Writes docs/coverage.md and
its picture. Needs SciPy and matplotlib (`pip install .[studies,pictures]`).
"""

import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from simulation.cli.progress import shown_progress
from simulation.execution.executors import executor_for
from simulation.studies.designs import grid
from simulation.studies.sweep import carry_out, sweep_of
from simulation.validation.validation import choose_seeds
from tools.coverage import VARIED, coverages_of
from tools.coverage_page import page
from tools.coverage_picture import draw

SCENARIO = "scenarios/dev.toml"
PAIRS = 2000
PAGE = Path("docs/coverage.md")
PICTURE = Path("docs/pictures/coverage.png")


def main(directory: str) -> None:
    """Simulate what is missing, and write the page and its picture."""
    planned = sweep_of(Path(SCENARIO), grid([VARIED]), lambda base: choose_seeds(base, PAIRS))
    with shown_progress("runs") as on_run:
        carry_out(planned, Path(directory), executor=executor_for(), on_run=on_run)
    coverages = coverages_of(rows_of(Path(directory)))
    draw(coverages, PICTURE)
    PAGE.write_text(page(coverages, command_of(directory)), encoding="utf-8")


def command_of(directory: str) -> str:
    """The sweep as it would be given on the command line, line by line."""
    values = ",".join(map(str, VARIED.values))
    sweep = f"python -m simulation sweep {SCENARIO} --out {directory} \\"
    return f"{sweep}\n    --vary {VARIED.key}={values} --replications {PAIRS}"


def rows_of(directory: Path) -> list[dict[str, Any]]:
    """The rows of a sweep's table."""
    return pq.read_table(directory / "sweep.parquet").to_pylist()  # type: ignore[no-any-return]


if __name__ == "__main__":
    main(*sys.argv[1:])
