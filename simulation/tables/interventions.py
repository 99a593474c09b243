"""Log and sessions -> interventions: what was sent, how far it got, and the weeks around it."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.clock import WEEK
from simulation.contract import EVERY_RUN
from simulation.events import (
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    InterventionResponded,
    InterventionSent,
)
from simulation.log import Log
from simulation.tables.columns import (
    Column,
    Ints,
    Window,
    as_table,
    decimals,
    happened,
    mean,
    ordered,
    positions,
    scaled,
    seconds,
    stored,
    take,
)

# Each step after the sending, in order: event, status, and the column that has its time, where one does.
_STEPS: tuple[tuple[type[Any], str, str | None], ...] = (
    (EmailDelivered, "delivered", "delivered_at"),
    (EmailOpened, "opened", "opened_at"),
    (EmailClicked, "clicked", "clicked_at"),
    (InterventionResponded, "responded", "responded_at"),
    (EmailFailed, "failed", None),
)


def reduce_interventions(log: Log, sessions: pa.Table) -> pa.Table:
    """One row per intervention sent in the window, by time and id."""
    window = Window.of(log)
    sent = happened(log, InterventionSent)
    sent = ordered(sent.filter(pa.array(window.holds(seconds(sent["timestamp"])))), "timestamp", "intervention_id")
    columns = {name: sent[name] for name in EVERY_RUN.tables["interventions"].column_names if name in sent.column_names}
    columns |= {"sent_at": sent["timestamp"], **_course(log, window, sent), **_weeks_around(window, sent, sessions)}
    return as_table("interventions", columns)


def _course(log: Log, window: Window, sent: pa.Table) -> dict[str, Column]:
    """What followed until the window's end: `status` is the furthest step, `updated_at` the time of the last."""
    columns: dict[str, Column] = {}
    status: Column = pa.array(["sent"] * len(sent), pa.string())
    updated = sent["timestamp"]
    for event, name, column in _STEPS:
        steps = window.until_close(happened(log, event))
        where = positions(sent["intervention_id"], among=steps["intervention_id"])
        times = take(steps["timestamp"], where)
        status = pc.if_else(pa.array(where >= 0), name, status)
        updated = pc.max_element_wise(updated, times)
        if column:
            columns[column] = times
        for detail in ("response_type", "response_notes", "error_message"):
            if detail in steps.column_names:
                columns[detail] = take(steps[detail], where)
    return columns | {"status": status, "updated_at": updated}


def _weeks_around(window: Window, sent: pa.Table, sessions: pa.Table) -> dict[str, Any]:
    """The tutor's completed sessions in the 7 days before and after; null where these leave the window."""
    tutors = pc.unique(sent["tutor_id"])
    held = sessions.filter(sessions["session_completed"])
    places = _axis(positions(held["tutor_id"], among=tutors), seconds(held["session_datetime"]))
    order = np.argsort(places, kind="stable")
    precision = decimals("sessions", "engagement_score")
    running = np.concatenate([[0], np.cumsum(scaled(held["engagement_score"], precision)[order])])

    asked, times = positions(sent["tutor_id"], among=tutors), seconds(sent["timestamp"])
    columns: dict[str, Any] = {}
    for name, since, known in (
        ("before", times - WEEK, times - WEEK >= window.start),
        ("after", times, times + WEEK <= window.end),
    ):
        first, end = (np.searchsorted(places, _axis(asked, to), sorter=order) for to in (since, since + WEEK))
        counts = np.where(known, end - first, 0)
        means = [
            stored(mean(total, precision, count), "interventions", f"engagement_{name}")
            for total, count in zip((running[end] - running[first]).tolist(), counts.tolist(), strict=True)
        ]
        columns |= {f"sessions_{name}_count": pa.array(counts, mask=~known), f"engagement_{name}": means}
    return columns


def _axis(owners: Ints, times: Ints) -> Ints:
    """One axis for all owners' times: each owner has a stretch of its own."""
    return owners * (1 << 40) + times
