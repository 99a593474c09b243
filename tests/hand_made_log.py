"""Hand-made logs, told as what happens when."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

import pyarrow as pa

from simulation.clock import DAY, HOUR, MINUTE, Clock
from simulation.events import (
    ExperimentAssigned,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
    InterventionSent,
    Moment,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRescheduled,
    StudentJoined,
    StudentNoShow,
    TutorNoShow,
    TutorRegistered,
)
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, EventLog, Log, LogMetadata, MemorySink
from simulation.scenario import Scenario
from simulation.scenario.vocabulary import vocabulary_of

OPENING = datetime(2026, 1, 5)
WARM_UP_DAYS = 20

CHURN_RULES = {
    "rating_drop": 0.3,
    "low_engagement": 5.5,
    "high_reschedule_rate": 0.15,
    "poor_first_session_rating": 3.5,
    "no_show_limit": 2,
    "activity_divisor": 4,
    "min_recent_sessions": 3,
    "poor_first_sessions_weight": 2,
    "probability_per_signal": 0.12,
    "probability_cap": 0.85,
    "medium_risk": 0.3,
    "high_risk": 0.5,
}

OUTCOMES = (SessionCompleted, StudentNoShow, TutorNoShow)

MEASURES: dict[str, Any] = {
    "actual_duration_min": 62,
    "connection_quality": "Good",
    "had_technical_issues": False,
    "student_attention_pct": 71.5,
    "tutor_camera_on_pct": 92.0,
    "tutor_speak_ratio": 0.512,
    "screen_share_pct": 61.0,
    "overall_sentiment": 0.451,
    "student_sentiment": 0.5,
    "tutor_sentiment": 0.402,
    "empathy_score": 6.51,
    "clarity_score": 6.8,
    "engagement_score": 6.25,
    "student_rating": 4.1,
    "student_satisfaction": 8.2,
}


def at(day: float, hour: int = 0, minute: int = 0) -> int:
    """The simulated second at a time on the nth day of the window, counted from 0; negative in the warm-up."""
    return int((WARM_UP_DAYS + day) * DAY) + hour * HOUR + minute * MINUTE


def local(day: float, hour: int = 0, minute: int = 0) -> datetime:
    """The same moment as the tables have it."""
    return OPENING + timedelta(days=day, hours=hour, minutes=minute)


class LogBuilder:
    """Collects what happens, in any order; `observable` and `truth` are the two parts of its log."""

    def __init__(self, days: int = 30, region: int = 1, utc_hours: int = 0) -> None:
        self._days = days
        self._region = region
        self._offset = timedelta(hours=utc_hours)
        self._events: list[tuple[int, Any]] = []
        self._follow_up = False

    def event(self, second: int, *events: Any) -> Self:
        """Anything happens."""
        self._events.extend((second, event) for event in events)
        return self

    def tutor(self, tutor_id: str, active: bool = True, **traits: Any) -> Self:
        """A tutor is registered."""
        registered = TutorRegistered(
            tutor_id=tutor_id, months_experience=24, total_sessions_completed=300, avg_historical_rating=4.2,
            subjects_taught="Math,Science", primary_subject="Math", reschedule_rate=0.05, no_show_count=0,
            reliability_score=0.8, certification_level="Basic", active_status=active, chronotype="evening",
            preferred_start_hour=15, preferred_end_hour=21, weekend_only=False, score_offset=0.05,
        )  # fmt: skip
        return self.event(0, registered._replace(**traits))

    def student(self, student_id: str, joined: int = 0) -> Self:
        """A student enrols."""
        return self.event(max(joined, 0), StudentJoined(student_id, "College", Moment(joined)))

    def booking(
        self, session_id: str, start: int, *, tutor: str = "T0001", student: str = "U00001", booked: int | None = None
    ) -> Self:
        """A session is booked, by default a day ahead, and nothing more is known of it."""
        when = start - DAY if booked is None else booked
        return self.event(when, SessionBooked(tutor, student, session_id, "Math", "College", Moment(start), 60))

    def session(
        self, session_id: str, start: int, *, tutor: str = "T0001", student: str = "U00001",
        booked: int | None = None, **measures: Any,
    ) -> Self:  # fmt: skip
        """A session is booked and held."""
        self.booking(session_id, start, tutor=tutor, student=student, booked=booked)
        return self.held(session_id, start, tutor=tutor, student=student, **measures)

    def held(
        self, session_id: str, start: int, *, tutor: str = "T0001", student: str = "U00001", **measures: Any
    ) -> Self:
        """A session takes place, with the usual measures but those given."""
        took = {**MEASURES, **measures}
        completed = SessionCompleted(tutor, student, session_id, started_at=Moment(start), **took)
        return self.event(start + took["actual_duration_min"] * MINUTE, completed)

    def no_show(self, session_id: str, start: int, *absent: str, tutor: str = "T0001", student: str = "U00001") -> Self:
        """A session is booked, and the student, the tutor or both do not come."""
        self.booking(session_id, start, tutor=tutor, student=student)
        return self.missed(session_id, start, *absent, tutor=tutor, student=student)

    def missed(self, session_id: str, start: int, *absent: str, tutor: str = "T0001", student: str = "U00001") -> Self:
        """The student, the tutor or both do not come to a session."""
        for who, kind in (("student", StudentNoShow), ("tutor", TutorNoShow)):
            if who in absent:
                self.event(start + 15 * MINUTE, kind(tutor, student, session_id, "Fair"))
        return self

    def moved(
        self, second: int, session_id: str, to: int, *, by: str = "tutor", tutor: str = "T0001", student: str = "U00001"
    ) -> Self:
        """A booked session moves, from a day before."""
        moved = SessionRescheduled(tutor, student, session_id, by, Moment(to - DAY), Moment(to))
        return self.event(second, moved)

    def cancelled(self, second: int, session_id: str, *, tutor: str = "T0001", student: str = "U00001") -> Self:
        """A booked session will not be held."""
        return self.event(second, SessionCancelled(tutor, student, session_id, "student_left"))

    def intervention(self, intervention_id: str, second: int, *, tutor: str = "T0001", **details: Any) -> Self:
        """An email goes out."""
        sent = InterventionSent(
            tutor_id=tutor, intervention_id=intervention_id, experiment_id=None, experiment_variant=None,
            intervention_type="quality", channel="email", subject="Hello", content="How are you?",
            template_id="template_quality_001", created_at=Moment(second), risk_level_at_trigger="Medium",
            churn_probability_at_trigger=0.31, triggered_by_event_id="EV000001",
        )  # fmt: skip
        return self.event(second, sent._replace(**details))

    def experiment(self, experiment_id: str, second: int, *, lasts: int = 14 * DAY, **details: Any) -> Self:
        """An experiment of two variants opens."""
        started = ExperimentStarted(
            experiment_id=experiment_id, name=f"Trial {experiment_id}", hypothesis="Coaching helps.", description=None,
            variants='["control", "coaching"]', target_segment='{"churn_risk_level": ["High", "Medium"]}',
            primary_metric="avg_rating_30d", secondary_metrics=None, planned_end=Moment(second + lasts),
            eligible_count=10, notes=None,
        )  # fmt: skip
        return self.event(second, started._replace(**details))

    def assigned(
        self, experiment_id: str, tutor: str, variant: str, second: int,
        *, exposed: int | None = None, converted: int | None = None,
    ) -> Self:  # fmt: skip
        """A tutor is put into a variant, may meet it, and may convert."""
        self.event(second, ExperimentAssigned(tutor, experiment_id, variant))
        if exposed is not None:
            self.event(exposed, ExperimentExposed(tutor, experiment_id, variant))
        if converted is not None:
            self.event(converted, ExperimentConverted(tutor, experiment_id, variant, 0.125))
        return self

    @property
    def observable(self) -> Log:
        """The part that a platform could have seen."""
        return self._logs()[0]

    @property
    def truth(self) -> Log:
        """The part that only the simulator knows."""
        return self._logs()[1]

    def close_window_at_end(self) -> Self:
        """Put what happens after the window's end into the truth part, as a follow-up does, but for settlements."""
        self._follow_up = True
        return self

    def _logs(self) -> tuple[Log, Log]:
        opens = WARM_UP_DAYS * DAY
        closes = opens + self._days * DAY
        clock = Clock(OPENING - timedelta(days=WARM_UP_DAYS), opens, closes, self._offset)
        observable, truth = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
        log = EventLog(clock, observable, truth, self._region)
        story = sorted(self._events, key=lambda entry: entry[0])
        for second, event in (entry for entry in story if entry[0] <= closes):
            log.write(second, event)
        if self._follow_up:
            begun = {event.session_id for _, event in story if _starts(event) < closes}
            log.close_window(lambda event: isinstance(event, OUTCOMES) and event.session_id in begun, follow_up=True)
        for second, event in (entry for entry in story if entry[0] > closes):
            log.write(second, event)
        log.close()
        metadata = LogMetadata(
            seed=1, scenario="hand-made", scenario_digest="", version="0",
            log_start=clock.local(0).isoformat(), window_start=clock.local(opens).isoformat(),
            window_end=clock.local(closes).isoformat(), churn_rules=CHURN_RULES,
            vocabulary=vocabulary_of(Scenario()),
        )  # fmt: skip
        return Log(observable.table(), metadata.observable()), Log(truth.table(), metadata)


def _starts(event: Any) -> float:
    return event.scheduled_start if isinstance(event, SessionBooked) else math.inf


def merged(*logs: Log) -> Log:
    """The log of several regions, in the order of UTC."""
    rows = pa.concat_tables([log.table for log in logs])
    return Log(rows.sort_by([("time_utc", "ascending"), ("region", "ascending")]), logs[0].metadata)


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """A table's rows."""
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def row(table: pa.Table) -> dict[str, Any]:
    """A table's only row."""
    (only,) = rows(table)
    return only


def by_id(table: pa.Table) -> dict[str, dict[str, Any]]:
    """A table's rows by their first column."""
    key = table.column_names[0]
    return {one[key]: one for one in rows(table)}


def values(found: Iterable[dict[str, Any]], name: str) -> list[Any]:
    """A column of some rows."""
    return [one[name] for one in found]
