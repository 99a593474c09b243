"""Features of tutors: what a platform knew of each at a moment, and nothing that came later."""

from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from simulation.contract import EVERY_RUN
from simulation.events import TutorLeft, TutorRegistered
from simulation.log import Log
from simulation.runs.in_memory import Simulation
from simulation.tables import joined, reduce_observable

if TYPE_CHECKING:
    import pandas as pd

_SOURCES = ("tutor_aggregates", "tutor_profiles")
_NUMBERS = ("integer", "float", "boolean")
# An hour of the day and the number of a region are no quantities, and all who can leave are active.
_NO_FEATURES = {"preferred_start_hour", "preferred_end_hour", "region", "active_status"}

FEATURES = tuple(
    column.name
    for table in _SOURCES
    for column in EVERY_RUN.tables[table].columns
    if column.type in _NUMBERS and column.name not in _NO_FEATURES
)
"""The numbers and truth values of the documented tables that say something of a tutor"""


def features_of(run: Simulation, moment: datetime) -> "pd.DataFrame":
    """The features of the tutors who are there at a moment of the window, by tutor_id, as float64; unknown ones NaN."""
    if moment == run.log.metadata.window[1]:
        tables = {name: run.tables[name] for name in _SOURCES}
    else:
        tables = _as_of(run.log, moment)
    known = tables["tutor_profiles"].merge(tables["tutor_aggregates"], on="tutor_id", how="left", validate="1:1")
    return known.set_index("tutor_id")[list(FEATURES)].astype(float).reindex(tutors_there(run.log, moment))


def tutors_there(log: Log, moment: datetime) -> "pd.Index[str]":
    """The active tutors who have not left before a moment, by id."""
    import pandas as pd

    registered = log.events(TutorRegistered, columns=("tutor_id", "active_status")).to_pandas()
    left = log.events(TutorLeft, columns=("tutor_id", "timestamp")).to_pandas()
    gone = left.loc[left["timestamp"] < pd.Timestamp(moment), "tutor_id"]
    there = registered["active_status"].astype(bool) & ~registered["tutor_id"].isin(gone)
    ids: pd.Index[str] = pd.Index(
        sorted(registered.loc[there, "tutor_id"]), name="tutor_id", dtype=pd.StringDtype("python")
    )
    return ids


def _as_of(log: Log, moment: datetime) -> "dict[str, pd.DataFrame]":
    """The tables of the log up to a moment: there is no second way to compute a feature, so none knows the future."""
    tables: dict[str, pa.Table] = joined(reduce_observable(log.as_of(moment)))
    return {name: tables[name].to_pandas() for name in _SOURCES}
