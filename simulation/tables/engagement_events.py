"""Log -> engagement_events: what tutors did on the platform, as its activity feed has it."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.events import (
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailOpened,
    Login,
    MessageSent,
    PostSessionActivity,
    ProfileUpdated,
    SessionScheduled,
    type_name,
)
from simulation.log import Log
from simulation.tables.columns import Column, Window, as_table, ordered, seconds

# Event of the log -> its type in the feed, and the fields that event_data carries, in the order of their names.
_FEED: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    Login: ("login", ("device", "ip_address")),
    SessionScheduled: ("session_scheduled", ("activity", "session_id")),
    PostSessionActivity: ("session_completed", ("activity", "session_id")),
    ProfileUpdated: ("profile_updated", ("profile_section",)),
    MessageSent: ("message_sent", ("recipient_type",)),
    CoachingScheduled: ("coaching_scheduled", ("coaching_at", "intervention_id")),
    CoachingAttended: ("coaching_attended", ("intervention_id",)),
    EmailOpened: ("email_opened", ("intervention_id",)),
    EmailClicked: ("email_clicked", ("intervention_id",)),
}

# The characters that Python's json escapes.
_ESCAPED = r"[^ !#-\[\]-~]"
_CARRIED = dict.fromkeys(name for _, names in _FEED.values() for name in names)


def reduce_engagement_events(log: Log) -> pa.Table:
    """One row per activity in the window, in the order of time; the log's order where times are the same.

    Across regions the log is in the order of UTC, the table in that of local time.
    """
    events = log.events(*_FEED, columns=("event_id", "tutor_id", "event_type", "timestamp", *_CARRIED))
    events = events.filter(pa.array(Window.of(log).holds(seconds(events["timestamp"]))))
    events = ordered(events, "timestamp")  # a stable sort
    types = events["event_type"].combine_chunks()
    named, data, where = [], [], []
    for event, (name, fields) in _FEED.items():
        rows = pc.indices_nonzero(pc.equal(types, type_name(event)))
        named.append(pa.repeat(name, len(rows)))
        data.append(_objects({field: events[field].take(rows) for field in fields}))
        where.append(rows.to_numpy())
    back = pa.array(np.argsort(np.concatenate(where)))
    return as_table(
        "engagement_events",
        {
            "event_id": events["event_id"],
            "tutor_id": events["tutor_id"],
            "event_type": pa.concat_arrays(named).take(back),
            "event_data": pa.concat_arrays(data).take(back),
            "timestamp": events["timestamp"],
        },
    )


def _objects(fields: dict[str, Column]) -> pa.Array:
    """A compact JSON object per row."""
    parts: list[Any] = []
    for name, values in fields.items():
        parts += ["," if parts else "{", f"{json.dumps(name)}:", _quoted(values)]
    joined = pc.binary_join_element_wise(*parts, "}", "")
    return pa.concat_arrays([pa.array([], pa.string()), *joined.chunks])


def _quoted(values: Column) -> Column:
    """Values as JSON strings."""
    if pa.types.is_timestamp(values.type):
        values = pc.strftime(values, format="%Y-%m-%dT%H:%M:%S")
    quoted = pc.binary_join_element_wise('"', values, '"', "")
    escaped = pc.match_substring_regex(values, _ESCAPED)
    if not pc.any(escaped).as_py():
        return quoted
    return pc.if_else(escaped, pa.array([json.dumps(value) for value in values.to_pylist()], pa.string()), quoted)
