"""The append-only event log: written in chunks as it grows, read back event type by event type.

A log has two parts with one order. The observable part holds what a platform could have seen, the
truth part what only the simulator knows. Observable events are numbered on their own, and an event of
the truth part takes its id from the observable event before it (`EV000017T02` is the second after
`EV000017`). So the observable part has the same bytes whatever the truth part holds, and the ids give
the one order within a region.
"""

from simulation.log.copying import copy_rows
from simulation.log.reading import Log, between, iterate, read_log
from simulation.log.schema import (
    OBSERVABLE_FILE,
    OBSERVABLE_SCHEMA,
    SCHEMA_VERSION,
    TRUTH_FILE,
    TRUTH_SCHEMA,
    LogError,
    LogMetadata,
    log_schema,
    schemas_of,
    schemas_of_files,
)
from simulation.log.sinks import MemorySink, ParquetSink, Sink, Unread
from simulation.log.writing import (
    BUILT_IN_TYPES,
    CHUNK_EVENTS,
    EVENTS_PER_REGION,
    EventLog,
    EventTypes,
    LogState,
    OnEvent,
)

__all__ = [
    "BUILT_IN_TYPES",
    "CHUNK_EVENTS",
    "EVENTS_PER_REGION",
    "OBSERVABLE_FILE",
    "OBSERVABLE_SCHEMA",
    "SCHEMA_VERSION",
    "TRUTH_FILE",
    "TRUTH_SCHEMA",
    "EventLog",
    "EventTypes",
    "Log",
    "LogError",
    "LogMetadata",
    "LogState",
    "MemorySink",
    "OnEvent",
    "ParquetSink",
    "Sink",
    "Unread",
    "between",
    "copy_rows",
    "iterate",
    "log_schema",
    "read_log",
    "schemas_of",
    "schemas_of_files",
]
