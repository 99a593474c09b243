"""Log and sessions -> interventions: what was sent, how far it got, and the weeks around it."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.clock import WEEK
from simulation.contract import TABLES
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
    Flags,
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
    columns = {name: sent[name] for name in TABLES["interventions"].column_names if name in sent.column_names}
    columns |= {"sent_at": sent["timestamp"], **_course(log, window, sent), **_weeks_around(window, sent, sessions)}
    return as_table("interventions", columns)


def _course(log: Log, window: Window, sent: pa.Table) -> dict[str, Column]:
    """What followed the sending until the window's end; `status` is of the furthest step, `updated_at` of the last."""
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


def _weeks_around(window: Window, sent: pa.Table, sessions: pa.Table) -> dict[str, list[Any]]:
    """The tutor's completed sessions in the 7 days before and after; null where these leave the window."""
    times = seconds(sent["timestamp"])
    held = _Held(sessions, sent["tutor_id"])
    columns: dict[str, list[Any]] = {}
    for name, since, known in (
        ("before", times - WEEK, times - WEEK >= window.start),
        ("after", times, times + WEEK <= window.end),
    ):
        counts, engagement = held.week(since, known)
        columns |= {f"sessions_{name}_count": counts, f"engagement_{name}": engagement}
    return columns


class _Held:
    """The completed sessions of some tutors, in the order of tutor and time, to be summed over spans of time.

    `tutor_ids` are the tutors that are asked about, in the order of the questions.
    """

    def __init__(self, sessions: pa.Table, tutor_ids: pa.ChunkedArray) -> None:
        self._places = decimals("sessions", "engagement_score")
        who = pc.unique(tutor_ids)
        held = sessions.filter(sessions["session_completed"])
        owners = positions(held["tutor_id"], among=who)
        held, owners = held.filter(pa.array(owners >= 0)), owners[owners >= 0]
        self._asked = positions(tutor_ids, among=who)
        keys = _key(owners, seconds(held["session_datetime"]))
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        engagement = scaled(held["engagement_score"], self._places)[order]
        self._running = np.concatenate([[0], np.cumsum(engagement)])

    def week(self, since: Ints, known: Flags) -> tuple[list[int | None], list[float | None]]:
        """The number and mean engagement of the sessions in the 7 days from each time; None where not `known`."""
        first = np.searchsorted(self._keys, _key(self._asked, since))
        end = np.searchsorted(self._keys, _key(self._asked, since + WEEK))
        counts = (end - first).tolist()
        totals = (self._running[end] - self._running[first]).tolist()
        means = [self._mean(total, count) for total, count in zip(totals, counts, strict=True)]
        inside = known.tolist()
        return (
            [count if there else None for count, there in zip(counts, inside, strict=True)],
            [value if there else None for value, there in zip(means, inside, strict=True)],
        )

    def _mean(self, total: int, count: int) -> float | None:
        unrounded = mean(total, self._places, count)
        return None if unrounded is None else round(unrounded, decimals("interventions", "engagement_before"))


def _key(owners: Ints, times: Ints) -> Ints:
    """One number that orders by owner, then by time."""
    return owners * (1 << 40) + times
