"""Outages of the video service: sessions that begin in one have the worst connection, and mostly a technical issue.

On some days the service fails, at some hour and for some minutes. Whoever begins a session then is disturbed.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import attrs

from simulation.api.extending import (
    DAY,
    MINUTE,
    Behaviour,
    EventPriority,
    Extension,
    ExtraColumn,
    Lines,
    Moment,
    Process,
    Range,
    Session,
    SessionCompleted,
    Sessions,
    SimulationContext,
    action,
    between,
    choice,
    param,
    probability,
    span,
)

CAUSES = ("overload", "update", "power cut")


@attrs.frozen
class VideoOutageParameters:
    """How often the video service fails, for how long, and what that does to sessions."""

    per_week: float = param(1.0, "outages in a week, on average", unit="outages", low=0, high=7)
    hours: Range = span((15.0, 20.0), "when on a day they begin", unit="hours", low=0, high=24)
    minutes: Range = span((30.0, 120.0), "how long they last", unit="minutes", low=1, high=1_440)
    disturbed: float = probability(1.0, "of the sessions that begin in an outage, those that it disturbs")
    technical_issues: bool = param(True, "whether disturbed sessions have a technical issue")


class VideoOutageBegan(NamedTuple):
    """The video service fails."""

    outage: Annotated[int, "its number, from 1"]
    ends_at: Annotated[Moment, "when it works again"]


class SessionDisturbed(NamedTuple):
    """A session begins while the video service fails."""

    tutor_id: str
    student_id: str
    session_id: str
    outage: Annotated[int, "the number of the outage"]


class VideoOutageExplained(NamedTuple):
    """Why the video service fails, which its users are not told."""

    outage: Annotated[int, "its number, from 1"]
    cause: Annotated[str, "overload, update or power cut"]


@attrs.define
class OutagesMemory:
    """The midnight at which the next day is planned, how many outages there were, and when the last one ends."""

    next_day: int = 0
    begun: int = 0
    ends_at: int = 0


class Outages(Behaviour):
    """The video service fails now and then, and disturbs the sessions that begin meanwhile."""

    name = "outages"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._rules: VideoOutageParameters = context.parameters
        self._memory = context.memory.of("outages", OutagesMemory)
        self._days = context.streams.stream("a day's outage")
        self._causes = context.streams.stream("cause of an outage")
        self._sessions = context.streams.stream("whether a session is disturbed")

    def connect(self) -> None:
        """Take part in sessions."""
        sessions = self._context.of(Sessions)
        sessions.disturbances.append(self._disturb)
        sessions.amendments.append(self._have_an_issue)

    def start(self) -> None:
        """Plan this day, and from then on each at its midnight."""
        self._memory.next_day = self._context.now // DAY * DAY
        self._context.agenda.start(self._plan_days)

    @action
    def _plan_days(self) -> Process:
        while True:
            yield self._context.agenda.until(self._memory.next_day, EventPriority.PLANNING, 0)
            fails, hour, lasts = self._days.uniforms(0, self._memory.next_day // DAY, 3)
            if fails < self._rules.per_week / 7:
                begins = self._memory.next_day + round(between(*self._rules.hours, hour) * 60) * MINUTE
                minutes = round(between(*self._rules.minutes, lasts))
                # Before the sessions of the same second begin.
                self._context.agenda.at(begins, EventPriority.PLANNING, 0, self._begin, minutes)
            self._memory.next_day += DAY

    @action
    def _begin(self, minutes: int) -> None:
        memory, now = self._memory, self._context.now
        memory.begun += 1
        memory.ends_at = max(memory.ends_at, now + minutes * MINUTE)
        self._context.record(VideoOutageBegan(memory.begun, memory.ends_at))
        cause = choice(CAUSES, self._causes.uniform(0, memory.begun))
        self._context.record(VideoOutageExplained(memory.begun, cause))

    def _disturb(self, _: int, sessions: Sequence[Session], lines: Lines) -> Lines:
        worst = len(self._context.of(Sessions).qualities) - 1
        lines = lines.copy()
        for place, session in enumerate(sessions):
            if self._is_disturbed(session):
                lines[place] = worst
                tutor, student = session.tutor.id, session.student.id
                self._context.record(SessionDisturbed(tutor, student, session.id, self._memory.begun))
        return lines

    def _have_an_issue(self, session: Session, completed: SessionCompleted) -> SessionCompleted:
        if self._rules.technical_issues and self._is_disturbed(session):
            return completed._replace(had_technical_issues=True)
        return completed

    def _is_disturbed(self, session: Session) -> bool:
        """Whether an outage disturbs a session that begins now."""
        out = self._context.now < self._memory.ends_at
        return out and self._sessions.uniform(session.number) < self._rules.disturbed


extension = Extension(
    name="video_outage",
    description="outages of the video service",
    parameters=VideoOutageParameters,
    behaviours=(Outages,),
    observable=(VideoOutageBegan, SessionDisturbed),
    truth=(VideoOutageExplained,),
    told={SessionDisturbed: "video fails (outage {outage})"},
    columns=(
        ExtraColumn(
            table="sessions", name="video_outage", type="boolean", event="session_disturbed",
            description="whether the session began while the video service failed",
        ),
        ExtraColumn(
            table="tutor_aggregates", name="sessions_in_outages", type="integer", event="session_disturbed",
            description="how many of the tutor's sessions began while the video service failed",
        ),
    ),
)  # fmt: skip
