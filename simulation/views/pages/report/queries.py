"""The queries of a report, in report.sql, and which of them a run can answer."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from simulation.contract import TABLE_NAMES, is_truth
from simulation.runs.tables import TRUTH, log_is_at_fault
from simulation.tables.files import FORMATS, TableError
from simulation.validation.queries import queries_in
from simulation.validation.run import Run
from simulation.views import ViewError
from simulation.views.pages.charts import Rows

# What templates and charts show; all others are steps to these.
SHOWN = (
    "headline", "sessions_by_day", "sessions_by_hour", "tutors_by_hour", "persona_names", "personas", "levels_by_night",
    "tutors_by_signal", "probabilities", "blocks", "ribbons", "ways", "variants", "conversions", "tutors",
)  # fmt: skip
FOLDER = Path(__file__).parent
_TRUTH = re.compile(r"\bJOIN truth_\w+")


def rows_of(run: Run, *names: str) -> Mapping[str, Rows]:
    """The rows that queries give, by their names; none for those that need the truth of a run that lacks it.

    Raises TableError and LogError where files are missing or damaged.
    """
    known = {name: query(name) for name in names}
    left_out = [] if has_truth(run) else [name for name in names if _TRUTH.search(known[name])]
    return {name: [] if name in left_out else run.database.rows(known[name]) for name in names}


def has_truth(run: Run) -> bool:
    """Whether the truth tables are there, damaged or not; runs may be passed on without them."""
    if run.directory is None:
        return True
    there = {file.stem for file in (run.directory / TRUTH).glob("*") if file.suffix[1:] in FORMATS}
    return there >= set(filter(is_truth, TABLE_NAMES))


@contextmanager
def faults_are_told(run_dir: Path) -> Iterator[None]:
    """Turn faults of a run's files, which are the user's, into one clear line: RunDirError or ViewError."""
    with log_is_at_fault(run_dir):
        try:
            yield
        except TableError as error:
            raise ViewError(str(error)) from None


@cache
def query(name: str) -> str:
    """A query, with those that it names, and those that they name, in front of it."""
    known = queries_in("report", FOLDER)
    wanted = {name}
    for one in reversed(known):
        if one in wanted:
            wanted |= {word for word in re.findall(r"(?:FROM|JOIN) (\w+)", known[one]) if word in known}
    steps = [f"{one} AS ({known[one]})" for one in known if one in wanted and one != name]
    return f"WITH {', '.join(steps)} {known[name]}" if steps else known[name]
