"""The log's columns, its metadata, and the files of its two parts."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs
import pyarrow as pa
from attrs import field, frozen

from simulation.contract import contract_for
from simulation.contract.vocabulary import ExtraEvent, Vocabulary, VocabularyError
from simulation.events import KEYS, OBSERVABLE, TRUTH, LocalTime, fields, type_name

SCHEMA_VERSION = "2"
OBSERVABLE_FILE = "event_log.parquet"
TRUTH_FILE = "truth/event_log.parquet"

METADATA_KEY = b"simulation"
SECONDS = pa.timestamp("s")
ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), LocalTime: SECONDS}
EXTRA_TYPES = {
    "string": pa.string(), "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_(), "datetime": SECONDS
}  # fmt: skip
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
_NAMES = frozenset(map(type_name, (*OBSERVABLE, *TRUTH)))
_OF_ALL = frozenset(column.name for column in HEAD if not column.nullable)


def schemas_of(events: Iterable[ExtraEvent]) -> tuple[pa.Schema, pa.Schema]:
    """The columns of both parts of a log with events of extensions, whose own columns come last, by name.

    Raises TypeError where a field has another type than one of the same name, and for names that are taken.
    """
    known: dict[str, pa.DataType] = {column.name: column.type for column in TRUTH_SCHEMA}
    theirs: dict[bool, dict[str, pa.DataType]] = {False: {}, True: {}}
    for event in events:
        if event.name in _NAMES:
            raise TypeError(f"{event.name} is an event that every log may have")
        for declared in event.fields:
            if declared.name in _OF_ALL:
                raise TypeError(f"field {declared.name} of {event.name} is one that every event has")
            kind = EXTRA_TYPES[declared.type]
            other = known.setdefault(declared.name, kind)
            if other != kind:
                raise TypeError(f"field {declared.name} of {event.name} is declared elsewhere as {other}")
            theirs[event.of_truth][declared.name] = kind
    return (
        _with_columns(OBSERVABLE_SCHEMA, theirs[False]),
        _with_columns(TRUTH_SCHEMA, theirs[False] | theirs[True]),
    )


def _with_columns(schema: pa.Schema, kinds: dict[str, pa.DataType]) -> pa.Schema:
    return pa.schema([*schema, *(pa.field(name, kinds[name]) for name in sorted(kinds) if name not in schema.names)])


@frozen
class LogMetadata:
    """What reductions need besides the events. Datetimes are ISO 8601, local.

    The file of the observable part has what is `observable` of the `vocabulary`, that of the truth part has all of it.
    """

    seed: int
    scenario: str
    scenario_digest: str
    version: str
    log_start: str
    window_start: str
    window_end: str
    churn_rules: dict[str, float] = field(hash=False)
    vocabulary: Vocabulary = field(factory=Vocabulary)
    schema_version: str = SCHEMA_VERSION

    @property
    def window(self) -> tuple[datetime, datetime]:
        """When the window opens and closes."""
        return datetime.fromisoformat(self.window_start), datetime.fromisoformat(self.window_end)

    def observable(self) -> "LogMetadata":
        """The metadata of the observable part."""
        return attrs.evolve(self, vocabulary=self.vocabulary.observable())

    def to_arrow(self) -> dict[bytes, bytes]:
        """The metadata as stored in a Parquet file."""
        stated = attrs.asdict(self, recurse=False) | {"vocabulary": self.vocabulary.to_plain()}
        return {METADATA_KEY: json.dumps(stated, sort_keys=True).encode()}

    @classmethod
    def from_arrow(cls, stored: Mapping[bytes, bytes] | None) -> "LogMetadata":
        """The metadata stored in a Parquet file.

        Raises LogError where it is of another version or has no sound vocabulary, and KeyError, TypeError or ValueError
        where it is no such metadata at all.
        """
        stated = json.loads((stored or {})[METADATA_KEY])
        if stated["schema_version"] != SCHEMA_VERSION:
            raise LogError(f"has schema version {stated['schema_version']}, this version reads {SCHEMA_VERSION}")
        try:
            vocabulary = Vocabulary.from_plain(stated["vocabulary"])
            contract_for(vocabulary)
        except VocabularyError as error:
            raise LogError(f"its metadata is damaged: {error}") from None
        return cls(**{**stated, "vocabulary": vocabulary})


def schemas_of_files(metadata: LogMetadata) -> tuple[pa.Schema, pa.Schema]:
    """The schemas of the files of both parts, each with its metadata."""
    observable, truth = schemas_of(metadata.vocabulary.events)
    return observable.with_metadata(metadata.observable().to_arrow()), truth.with_metadata(metadata.to_arrow())
