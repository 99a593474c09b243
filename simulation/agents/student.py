"""A student: persona, traits, weekly needs, and the state that changes."""

from typing import TYPE_CHECKING, NamedTuple

from attrs import define, field, frozen

from simulation.agents.calendar import Calendar
from simulation.agents.identity import SESSIONS_PER_STUDENT

if TYPE_CHECKING:
    from simulation.agents.session import Session
    from simulation.agents.tutor import Tutor

DURATIONS = (30, 60, 90)


class Series(NamedTuple):
    """The numbers of one kind of a student's sessions: in each block, `room` of them from `first` on."""

    first: int
    room: int


# Apart, so that a regular request keeps its random numbers whatever else is requested.
REGULAR, EXTRA, INVITED, AGAIN = Series(0, 3_000), Series(3_000, 2_000), Series(5_000, 3_000), Series(8_000, 2_000)


@frozen
class Need:
    """A weekly session that a student wants. `weekday` 0 is Monday, `slot` a half hour of the day."""

    subject: str
    weekday: int
    slot: int
    minutes: int


@frozen
class StudentTraits:
    """What a student is like; drawn once."""

    persona: str
    grade_level: str
    leniency: float
    attention_offset: float
    sentiment_offset: float
    show_probability: float
    quitting_factor: float
    switching_probability: float
    keenness: float
    needs: tuple[Need, ...]
    planning_time: int  # seconds into the week at which the student plans


@define(eq=False)
class StudentState:
    """What changes about a student.

    `sessions` are those booked and not yet begun, by number, `tutors` the regular ones by subject, `met` the numbers
    of the tutors with whom a session was completed, `satisfaction` that with the latest session, by a tutor's number.
    `joined_at` is a simulated second, 0 for who was there already. At `plans_at` the student wakes to plan another week
    of sessions, those from `asked_until` on; `weeks` were planned before. `numbered` counts the sessions by series.
    """

    joined_at: int = 0
    present: bool = True
    leaving: bool = False
    busy_until: int = 0
    plans_at: int = 0
    weeks: int = 0
    asked_until: int = 0
    calendar: Calendar = field(factory=Calendar)
    sessions: "dict[int, Session]" = field(factory=dict)
    tutors: "dict[str, Tutor]" = field(factory=dict)
    met: set[int] = field(factory=set)
    satisfaction: dict[int, float] = field(factory=dict)
    numbered: dict[int, int] = field(factory=dict)


@define(eq=False)
class Student(StudentState):
    """A student on the platform. `rapports` are how well they get on, by a tutor's number."""

    number: int = field(kw_only=True)
    id: str = field(kw_only=True)
    traits: StudentTraits = field(kw_only=True)
    rapports: dict[int, float] = field(factory=dict, kw_only=True)

    def next_session_number(self, series: Series) -> int:
        """The number of the student's next session in a series: REGULAR, EXTRA, INVITED or AGAIN."""
        count = self.numbered[series.first] = self.numbered.get(series.first, 0) + 1
        block, place = divmod(count, series.room)
        return block * SESSIONS_PER_STUDENT + series.first + place
