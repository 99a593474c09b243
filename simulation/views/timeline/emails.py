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
from simulation.views.timeline.columns import Rows
from simulation.views.timeline.entries import Intervention
from simulation.views.timeline.triggers import Scores

_DECIDED = (
    "intervention_id", "intervention_type", "risk_level_at_trigger", "churn_probability_at_trigger",
    "triggered_by_event_id",
)  # fmt: skip
_SENT = (*_DECIDED, "created_at", "timestamp", "subject", "experiment_id", "experiment_variant")
_WITHHELD = (*_DECIDED, "timestamp")


class Interventions:
    """What was decided, sent or withheld."""

    def __init__(self, log: Log, tutors: pa.Array, scores: Scores) -> None:
        self._scores = scores
        self._sent = Rows(happened(log, InterventionSent), tutors, "tutor_id")
        self._withheld = Rows(happened(log, InterventionWithheld), tutors, "tutor_id")
        self._steps = {event: _by_id(log, event) for event in (EmailDelivered, EmailOpened, EmailClicked)}
        self._answers = _by_id(log, InterventionResponded, "response_type")
        self._failures = _by_id(log, EmailFailed, "error_message")

    def of(self, tutor: int, first: datetime, end: datetime) -> Iterator[Intervention]:
        """A tutor's interventions that were decided from a moment up to another."""
        sent = list(self._sent.of(tutor, _SENT))
        withheld = list(self._withheld.of(tutor, _WITHHELD))
        decided = sorted([row[len(_DECIDED)] for row in (*sent, *withheld)])
        for row in (*sent, *withheld):
            if first <= row[len(_DECIDED)] < end:
                yield self._intervention(decided, *row)

    def _intervention(
        self,
        decided: list[datetime],
        intervention_id: str,
        kind: str,
        level: str,
        probability: float,
        event_id: str,
        decided_at: datetime,
        *mail: Any,
    ) -> Intervention:
        sent_at, subject, experiment_id, variant = mail or (None,) * 4
        delivered, opened, clicked = (by_id.get(intervention_id, (None,))[0] for by_id in self._steps.values())
        responded_at, response_type = self._answers.get(intervention_id, (None, None))
        failed_at, error_message = self._failures.get(intervention_id, (None, None))
        return Intervention(
            decided_at, intervention_id, kind, not mail, level, probability,
            self._scores.trigger(kind, event_id, decided, decided_at), subject, experiment_id, variant,
            sent_at, delivered, opened, clicked, responded_at, response_type, failed_at, error_message,
        )  # fmt: skip


def _by_id(log: Log, event: type[Any], *details: str) -> dict[str, tuple[Any, ...]]:
    """When each intervention's email came to a step, and details of it."""
    columns = log.events(event, columns=("intervention_id", "timestamp", *details))
    return {row[0]: row[1:] for row in zip(*(column.to_pylist() for column in columns.columns), strict=True)}
