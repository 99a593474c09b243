"""What a section of the report is made of, and how sections read a run."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from attrs import field, frozen

from simulation.contract import TABLES
from simulation.runs.tables import TRUTH
from simulation.tables.files import FORMATS
from simulation.validation.run import Run


@frozen
class Section:
    """Charts by the names under which the template places them, and its other variables."""

    charts: Mapping[str, Any] = field(factory=dict)
    told: Mapping[str, Any] = field(factory=dict)


def table_of(run: Run, name: str) -> pd.DataFrame:
    """A table of a run as a data frame. Raises TableError where it cannot be read."""
    table: pd.DataFrame = run.tables[name].to_pandas()
    return table


def has_truth(run: Run) -> bool:
    """Whether the truth tables are there, damaged or not; runs may be passed on without them."""
    if run.directory is None:
        return True
    there = {file.stem for file in (run.directory / TRUTH).glob("*") if file.suffix[1:] in FORMATS}
    return there >= {name for name, table in TABLES.items() if table.truth}
