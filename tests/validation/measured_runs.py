"""Runs of a few rows, made to be measured: only what a figure looks at is there."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
from attrs import frozen

from simulation.contract import EVERY_RUN, TABLE_NAMES
from simulation.validation import Run
from simulation.validation.measures import measures
from tests.hand_made_log import LogBuilder
from tests.validation.good_run import record_of

Columns = Mapping[str, Any]

# How rows are named where a run does not say: like those of the table that they belong to.
_IDS = {
    "tutor_profiles": ("tutor_id", "T{:04d}"),
    "tutor_aggregates": ("tutor_id", "T{:04d}"),
    "truth_tutors": ("tutor_id", "T{:04d}"),
    "sessions": ("session_id", "S{:06d}"),
    "students": ("student_id", "U{:05d}"),
    "interventions": ("intervention_id", "INT{:04d}"),
    "truth_interventions": ("intervention_id", "INT{:04d}"),
    "experiments": ("experiment_id", "EXP{:03d}"),
}
# What rows have unless a run says otherwise.
_USUAL: dict[str, dict[str, Any]] = {
    "tutor_profiles": {"active_status": True},
    "sessions": {"tutor_id": "T0001", "session_completed": True, "student_showed": True, "tutor_showed": True},
}


def run_of_columns(story: LogBuilder | None = None, days: int = 30, **tables: Columns) -> Run:
    """The run with these columns, lists or values that every row has; and with the log of a story.

    Rows are numbered from 1 in their ids. Columns that are not given are null, tables are empty.
    """
    story = story or LogBuilder(days)
    log, truth = story.observable, story.truth
    made = {name: _table(name, tables.get(name, {})) for name in TABLE_NAMES}
    return Run.in_memory(made, log, truth, record_of(log.metadata.window_start, log.metadata.window_end))


def _table(name: str, columns: Columns) -> pa.Table:
    size = max((len(values) for values in columns.values() if isinstance(values, list)), default=0)
    known = {**_USUAL.get(name, {}), **columns}
    if name in _IDS:
        key, pattern = _IDS[name]
        known.setdefault(key, [pattern.format(number) for number in range(1, size + 1)])
    filled = {key: values if isinstance(values, list) else [values] * size for key, values in known.items()}
    rows = [dict(zip(filled, row, strict=True)) for row in zip(*filled.values(), strict=True)]
    return pa.Table.from_pylist(rows, schema=EVERY_RUN.tables[name].schema)


@frozen
class Case:
    """A figure that is known by hand, and the run that has it: made when it is measured, for most processes do not."""

    expected: float | None
    made: Callable[[], Run]

    @property
    def run(self) -> Run:
        """The run, made anew."""
        return self.made()


def case(expected: float | None, story: LogBuilder | None = None, days: int = 30, **tables: Columns) -> Case:
    """A figure, and the columns of the run that has it."""
    return Case(expected, partial(run_of_columns, story, days, **tables))


Cases = Mapping[str, Sequence[Case]]


def listed(cases: Cases) -> list[tuple[str, Case]]:
    """Cases as parameters of a test."""
    return [(claim_id, one) for claim_id, several in cases.items() for one in several]


def measured(claim_id: str, run: Run) -> float | None:
    """What a claim comes to in a run."""
    return measures()[claim_id](run)
