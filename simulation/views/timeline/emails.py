"""Interventions of all tutors of a log: each with the score that it was decided on, and how far its email came."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa

from simulation.events import (
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
)
from simulation.log import Log
from simulation.tables.columns import happened
from simulation.views.timeline.entries import InterventionEntry
from simulation.views.timeline.rows import OwnedRows, entry_of, joined, renamed
from simulation.views.timeline.triggers import ScoreHistory

# What an event has -> the field of the entry that has it.
_DECIDED = {
    "intervention_id": "intervention_id", "intervention_type": "intervention_type", "risk_level_at_trigger": "level",
    "churn_probability_at_trigger": "probability", "triggered_by_event_id": "event_id", "tutor_id": "tutor_id",
}  # fmt: skip
_SENT = _DECIDED | {
    "created_at": "at", "timestamp": "sent_at", "subject": "subject", "experiment_id": "experiment_id",
    "experiment_variant": "experiment_variant",
}  # fmt: skip
_STEPS: dict[type[Any], dict[str, str]] = {
    EmailDelivered: {"timestamp": "delivered_at"},
    EmailOpened: {"timestamp": "opened_at"},
    EmailClicked: {"timestamp": "clicked_at"},
    InterventionResponded: {"timestamp": "responded_at", "response_type": "response_type"},
    EmailFailed: {"timestamp": "failed_at", "error_message": "error_message"},
}


class InterventionHistory:
    """What was decided for each tutor: sent or withheld."""

    def __init__(self, log: Log, tutors: pa.Array) -> None:
        sent = renamed(log.events(InterventionSent, columns=_SENT), _SENT)
        for event, columns in _STEPS.items():
            sent = joined(sent, "intervention_id", happened(log, event), columns)
        withheld = log.events(InterventionWithheld, columns=[*_DECIDED, "timestamp"])
        withheld = renamed(withheld, _DECIDED | {"timestamp": "at"})
        self._parts = {False: OwnedRows(sent, "tutor_id", tutors), True: OwnedRows(withheld, "tutor_id", tutors)}

    def of(self, tutor: int, scores: ScoreHistory, first: datetime, end: datetime) -> Iterator[InterventionEntry]:
        """A tutor's interventions that were decided from a moment up to another, on one of the tutor's scores."""
        rows = [{**row, "withheld": withheld} for withheld, part in self._parts.items() for row in part.of(tutor)]
        decided = sorted(row["at"] for row in rows)
        for row in rows:
            if first <= row["at"] < end:
                grounds = scores.grounds(row["intervention_type"], row["event_id"], decided, row["at"])
                yield entry_of(InterventionEntry, {**row, "trigger": grounds})
