"""Events of the log as CloudEvents 1.0, one JSON object each."""

from typing import Any

import simulation
from simulation.clock import Clock
from simulation.events import Field, LocalTime, fields, type_name
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest

TYPE_PREFIX = "tutoring.marketplace."


def source_of(scenario: Scenario) -> str:
    """The source of a scenario's events: different for every seed, version and parameter."""
    digest = scenario_digest(scenario)[:16]
    return f"urn:tutoring-simulation:{scenario.name}:{scenario.seed}:{simulation.__version__}:{digest}"


class Envelopes:
    """Puts the events of one region into envelopes; `source` is that of the scenario."""

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._fields: dict[type[Any], tuple[Field, ...]] = {}

    def envelope(self, event_id: str, second: int, event: Any) -> dict[str, Any]:
        """The envelope of an event at a simulated second, ready for JSON.

        Its data are the event's fields without nulls, with `timestamp` and other moments in local time.
        """
        kind = type(event)
        if kind not in self._fields:
            self._fields[kind] = fields(kind)
        data = {"timestamp": self._local(second)}
        for field, value in zip(self._fields[kind], event, strict=True):
            if value is not None:
                data[field.name] = self._local(value) if field.type is LocalTime else value
        subject = next((data[key] for key in ("session_id", "tutor_id", "student_id") if key in data), None)
        return {
            "specversion": "1.0",
            "id": event_id,
            "source": self._source,
            "type": TYPE_PREFIX + type_name(kind),
            **({} if subject is None else {"subject": subject}),
            "time": f"{self._clock.utc(second).isoformat()}Z",
            "datacontenttype": "application/json",
            "data": data,
        }

    def _local(self, second: int) -> str:
        return self._clock.local(second).isoformat()
