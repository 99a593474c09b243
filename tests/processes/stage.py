"""A stage for single behaviours: few hand-made agents, a clock that runs as far as a test wants, and a diary."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from simulation.agents.calendar import second_of
from simulation.agents.session import Session
from simulation.agents.student import REGULAR, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, EventPriority, moment
from simulation.events import SessionCompleted
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, EventLog, MemorySink
from simulation.marketplace import Marketplace
from simulation.processes.agenda import Agenda
from simulation.processes.context import SimulationContext
from simulation.processes.memory import Memory
from simulation.processes.sessions import Settled
from simulation.random_streams import RandomStreams
from simulation.scenario.loading import scenario_from_dict
from simulation.world import clock_of
from tests.people import GivenDraws, a_need, a_request, slot

Event = TypeVar("Event")

WARM_UP_DAYS = 14


class Diary(EventLog):
    """A log that also remembers what was written as it was told."""

    def __init__(self, *details: Any) -> None:
        super().__init__(*details)
        self.entries: list[tuple[int, Any]] = []

    def write(self, second: int, event: Any) -> None:
        """Append an event."""
        self.entries.append((second, event))
        super().write(second, event)


class Stage:
    """Tutors and students on a marketplace of their own. Day 0 is a Monday, the window opens after two weeks."""

    def __init__(
        self,
        tutors: Iterable[Tutor] = (),
        students: Iterable[Student] = (),
        scenario: Mapping[str, Any] | None = None,
    ) -> None:
        self.scenario = scenario_from_dict({"warm_up_days": WARM_UP_DAYS, **(scenario or {})})
        self.clock = clock_of(self.scenario)
        self.sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
        self.diary = Diary(self.clock, *self.sinks)
        self.tutors = list(tutors)
        self.students = list(students)
        streams = RandomStreams(self.scenario.seed)
        self.draws = GivenDraws(streams, max((tutor.number for tutor in self.tutors), default=0))
        self.context = SimulationContext(
            region=1,
            scenario=self.scenario,
            clock=self.clock,
            agenda=Agenda(self.clock),
            streams=streams,
            session_draws=self.draws,
            log=self.diary,
            tutors={tutor.number: tutor for tutor in self.tutors},
            students={student.number: student for student in self.students},
            marketplace=Marketplace(
                self.tutors, self.scenario.matching, self.clock,
                reputation_counts=self.scenario.mechanisms.reputation,
            ),
            memory=Memory(),
        )  # fmt: skip

    @property
    def now(self) -> int:
        """The simulated second."""
        return self.context.now

    def run_until(self, second: int) -> None:
        """Let happen what happens up to a simulated second, and within it."""
        self.context.agenda.environment.run(until=moment(second + 1))
        self.context.agenda.now = second

    def at(self, second: int, action: Any, *arguments: Any) -> None:
        """Have the test do something at a simulated second, before anything else does."""
        self.context.agenda.at(second, EventPriority.SETTLEMENT, 0, action, *arguments)

    def every_midnight(self, action: Callable[[Tutor, int], None], first: int = 0, last: int = 60 * DAY) -> None:
        """Have a behaviour do at each midnight what it does for a tutor who has not left, as the tutors' days do."""

        def do(midnight: int) -> None:
            for tutor in self.tutors:
                if not tutor.has_left:
                    action(tutor, midnight)

        for midnight in range(first, last + 1, DAY):
            self.context.agenda.at(midnight, EventPriority.STATE, 0, do, midnight)

    def book(
        self, student: Student, tutor: Tutor, day: int, hour: float, minutes: int = 60, subject: str = "Math",
        of_hour: Mapping[str, float] | None = None, of_request: Mapping[str, float] | None = None,
    ) -> Session:  # fmt: skip
        """Put a session into both calendars, with the draws of the tutor's hour and of the student's request."""
        need, start = a_need(day % 7, hour, minutes, subject), second_of(day, slot(hour))
        self.draws.give(tutor, start, **(of_hour or {}))
        nth = student.next_session_number(REGULAR)
        return self.context.marketplace.book(student, tutor, need, nth, start, a_request(**(of_request or {})))

    # ------------------------------------------------------------ what was written

    def events(self, event_type: type[Event]) -> list[Event]:
        """The events of exactly one type, in their order."""
        return [event for _, event in self.diary.entries if type(event) is event_type]

    def times(self, event_type: type[Any]) -> list[int]:
        """The simulated seconds at which events of a type were written."""
        return [second for second, event in self.diary.entries if type(event) is event_type]

    def only(self, event_type: type[Event]) -> Event:
        """The one event of a type."""
        (event,) = self.events(event_type)
        return event

    def told(self) -> list[str]:
        """The names of all events in their order."""
        return [type(event).__name__ for _, event in self.diary.entries]


def a_settled(
    session: Session, completed: Any = None, *, student: bool = True, tutor: bool = True, first: bool = False,
    follow_up: tuple[float, float] = (0.5, 0.5),
) -> Settled:  # fmt: skip
    """What came of a session, for those who care."""
    return Settled(session, student, tutor, completed, first, "Good", *follow_up)


def a_completed(session: Session, **measures: Any) -> SessionCompleted:
    """What was measured in a session: average, but for what is stated."""
    figures: dict[str, Any] = {
        "tutor_id": session.tutor.id, "student_id": session.student.id, "session_id": session.id,
        "started_at": session.start, "actual_duration_min": session.minutes, "connection_quality": "Good",
        "had_technical_issues": False, "student_attention_pct": 72.0, "tutor_camera_on_pct": 92.0,
        "tutor_speak_ratio": 0.5, "screen_share_pct": 65.0, "overall_sentiment": 0.45, "student_sentiment": 0.5,
        "tutor_sentiment": 0.5, "empathy_score": 6.5, "clarity_score": 6.8, "engagement_score": 6.3,
        "student_rating": 4.0, "student_satisfaction": 8.0,
    }  # fmt: skip
    return SessionCompleted(**{**figures, **measures})
