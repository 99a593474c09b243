"""The log's columns, its metadata, and the files of its two parts."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa
from attrs import asdict, field, frozen

from simulation.events import KEYS, OBSERVABLE, TRUTH, LocalTime, fields, type_name

SCHEMA_VERSION = "1"
OBSERVABLE_FILE = "event_log.parquet"
TRUTH_FILE = "truth/event_log.parquet"

METADATA_KEY = b"simulation"
SECONDS = pa.timestamp("s")
ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), LocalTime: SECONDS}
HEAD = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("region", pa.int64(), nullable=False),
        pa.field("time_utc", SECONDS, nullable=False),
        pa.field("timestamp", SECONDS, nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        *(pa.field(key, pa.string()) for key in KEYS),
    ]
)


class LogError(Exception):
    """A file that is no event log of ours, or a damaged one."""


def log_schema(event_types: Iterable[type[Any]]) -> pa.Schema:
    """The columns of a log of some event types: the common ones, then one per payload field.

    Raises TypeError where two types declare a field of one name differently.
    """
    columns = {column.name: column for column in HEAD}
    for event_type in event_types:
        for declared in fields(event_type):
            kind = ARROW_TYPES[declared.type]
            known = columns.setdefault(declared.name, pa.field(declared.name, kind))
            if known.type != kind:
                raise TypeError(
                    f"field {declared.name} of {type_name(event_type)} is declared elsewhere as {known.type}"
                )
    return pa.schema(list(columns.values()))


OBSERVABLE_SCHEMA = log_schema(OBSERVABLE)
# In the follow-up after the window, observable types of events are written to the truth part too.
TRUTH_SCHEMA = log_schema((*OBSERVABLE, *TRUTH))


@frozen
class LogMetadata:
    """What reductions need besides the events. Datetimes are ISO 8601, local."""

    seed: int
    scenario: str
    scenario_digest: str
    version: str
    log_start: str
    window_start: str
    window_end: str
    churn_rules: dict[str, float] = field(hash=False)
    schema_version: str = SCHEMA_VERSION

    @property
    def window(self) -> tuple[datetime, datetime]:
        """When the window opens and closes."""
        return datetime.fromisoformat(self.window_start), datetime.fromisoformat(self.window_end)

    def to_arrow(self) -> dict[bytes, bytes]:
        """The metadata as stored in a Parquet file."""
        return {METADATA_KEY: json.dumps(asdict(self), sort_keys=True).encode()}
