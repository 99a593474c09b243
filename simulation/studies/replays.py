"""A run's world simulated again, as it was or with one thing changed, and how tutors fared in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import attrs
import pyarrow as pa
from attrs import frozen

from simulation.events import ChurnScored, ChurnSignalsChanged, TutorLeft
from simulation.lib.staging import RunDirError
from simulation.log import (
    OBSERVABLE_FILE,
    OBSERVABLE_SCHEMA,
    TRUTH_FILE,
    TRUTH_SCHEMA,
    Log,
    MemorySink,
    between,
    read_log,
)
from simulation.scenario import Scenario
from simulation.tables.columns import decimals, mean, scaled
from simulation.tables.sessions import reduce_sessions
from simulation.world import World, log_metadata


@frozen
class DaysOfTutor:
    """Days of one tutor, from a moment of local time on."""

    tutor_id: str
    since: datetime
    days: int

    @property
    def length(self) -> timedelta:
        """How long the days last."""
        return timedelta(days=self.days)

    @property
    def until(self) -> datetime:
        """The moment at which they are over."""
        return self.since + self.length


@frozen
class Outcome:
    """How a tutor fared in a span of days, rounded as stored, and how many sessions all other tutors completed.

    `left_at` is when the tutor left for good, None who was still there when the days were over.
    """

    engagement: float | None
    sessions: int
    rating: float | None
    churn_probability: float | None
    others_sessions: int
    left_at: datetime | None


@frozen
class Replay:
    """A region's world to simulate again, until all spans are over.

    `muted` and `assigned` are the changes, as for a World. `of_run` is for a world without changes: its log must be the
    one in that run's directory.
    """

    scenario: Scenario
    region: int
    spans: tuple[DaysOfTutor, ...]
    muted: frozenset[str] = frozenset()
    assigned: Mapping[tuple[str, str], str] = attrs.field(factory=dict, hash=False)
    of_run: Path | None = None


def replay(task: Replay) -> tuple[Outcome, ...]:
    """The outcome of each span. Raises RunDirError where the log is not that of the run it should be of."""
    observable, truth = simulate_again(task)
    if task.of_run is not None:
        _compare(observable, truth, task)
    outcomes = OutcomesInLog(observable)
    return tuple(map(outcomes.outcome, task.spans))


def simulate_again(task: Replay) -> tuple[Log, Log]:
    """Both parts of the log of a world that ends at the midnight at which all spans are over."""
    scenario = _long_enough(task)
    observable, truth = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    World(scenario, observable, truth, region=task.region, muted=task.muted, assigned=task.assigned).run()
    metadata = log_metadata(scenario)
    return Log(observable.table(), metadata), Log(truth.table(), metadata)


class OutcomesInLog:
    """How tutors fared, by a log."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def outcome(self, span: DaysOfTutor) -> Outcome:
        """How a tutor fared in a span of days. Sessions belong to the days in which they were to start."""
        import pyarrow.compute as pc

        held = between(self._held, "session_datetime", span.since, span.until)
        own = held.filter(pc.equal(held["tutor_id"], span.tutor_id))
        scores = self._scores.filter(pc.equal(self._scores["tutor_id"], span.tutor_id))
        probabilities = between(scores, "timestamp", datetime.min, span.until)["churn_probability"]
        return Outcome(
            engagement=_mean(own, "engagement_score"),
            sessions=len(own),
            rating=_mean(own, "student_rating"),
            churn_probability=probabilities[-1].as_py() if len(probabilities) else None,
            others_sessions=len(held) - len(own),
            left_at=self._left_at(span),
        )

    def _left_at(self, span: DaysOfTutor) -> datetime | None:
        left = self._log.events(TutorLeft, columns=("tutor_id", "timestamp")).to_pydict()
        when = dict(zip(left["tutor_id"], left["timestamp"], strict=True)).get(span.tutor_id)
        return when if when is not None and when < span.until else None

    @cached_property
    def _held(self) -> pa.Table:
        """The completed sessions, those of the warm-up too."""
        metadata = attrs.evolve(self._log.metadata, window_start=self._log.metadata.log_start)
        sessions = reduce_sessions(type(self._log)(self._log.table, metadata))
        names = ["tutor_id", "session_datetime", "engagement_score", "student_rating"]
        return sessions.filter(sessions["session_completed"]).select(names)

    @cached_property
    def _scores(self) -> pa.Table:
        return self._log.events(
            ChurnScored, ChurnSignalsChanged, columns=("tutor_id", "timestamp", "churn_probability")
        )


def _long_enough(task: Replay) -> Scenario:
    """The scenario with a window in which all spans end, and no follow-up.

    The world stays the same: it does not know when the window ends.
    """
    last = max(span.until for span in task.spans) - datetime.combine(task.scenario.start_date, datetime.min.time())
    return attrs.evolve(task.scenario, earlier_days=0, days=max(-(-last // timedelta(days=1)), 1), follow_up_days=0)


def _mean(sessions: pa.Table, measure: str) -> float | None:
    """A mean to three decimals, of whole numbers of the last stored place."""
    places = decimals("sessions", measure)
    unrounded = mean(int(scaled(sessions[measure], places).sum()), places, len(sessions))
    return None if unrounded is None else round(unrounded, 3)


def _compare(observable: Log, truth: Log, task: Replay) -> None:
    """Raise RunDirError unless both logs have the same events, as far as both go."""
    from simulation import __version__

    directory = task.of_run or Path()
    for again, name, is_truth in ((observable, OBSERVABLE_FILE, False), (truth, TRUTH_FILE, True)):
        own = read_log(directory / name, truth=is_truth).of_region(task.region)
        end = min(log.metadata.window[1] for log in (own, again))
        if not _events_before(own, end).equals(_events_before(again, end)):
            raise RunDirError(
                f"{directory}: {name} is not what version {__version__} simulates from its run.json; "
                "effects can be had of runs of this version"
            )


def _events_before(log: Log, end: datetime) -> pa.Table:
    return between(log.table, "timestamp", datetime.min, end)


def spans_of(tutor_id: str, since: datetime, lengths: Sequence[int]) -> tuple[DaysOfTutor, ...]:
    """Spans of several lengths from one moment on."""
    return tuple(DaysOfTutor(tutor_id, since, days) for days in lengths)
