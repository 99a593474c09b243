"""A student: persona, traits, weekly needs, and the state that changes."""

from typing import TYPE_CHECKING, NamedTuple

from attrs import define, field, frozen

from simulation.agents.calendar import Calendar
from simulation.agents.identity import SESSIONS_PER_STUDENT

if TYPE_CHECKING:
    from simulation.agents.session import Session
    from simulation.agents.tutor import Tutor

GRADE_LEVELS = ("Elementary", "Middle School", "High School", "College", "Adult")
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
class Student:
    """A student on the platform.

    `sessions` are those booked and not yet begun, by number, `tutors` the regular ones by subject, `met` the numbers
    of the tutors with whom a session was completed. By a tutor's number: `rapports`, how well they get on, and
    `satisfaction` with the latest session.
    """

    number: int
    id: str
    traits: StudentTraits
    calendar: Calendar = field(factory=Calendar)
    sessions: "dict[int, Session]" = field(factory=dict)
    tutors: "dict[str, Tutor]" = field(factory=dict)
    rapports: dict[int, float] = field(factory=dict)
    met: set[int] = field(factory=set)
    satisfaction: dict[int, float] = field(factory=dict)
    present: bool = True
    leaving: bool = False
    busy_until: int = 0
    numbered: dict[Series, int] = field(factory=dict)

    def next_session_number(self, series: Series) -> int:
        """The number of the student's next session in a series: REGULAR, EXTRA, INVITED or AGAIN."""
        count = self.numbered[series] = self.numbered.get(series, 0) + 1
        block, place = divmod(count, series.room)
        return block * SESSIONS_PER_STUDENT + series.first + place
