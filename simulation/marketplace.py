"""The marketplace: who teaches what, who is free when, whom a student would choose. No clock runs here."""

import math
from collections.abc import Callable, Iterable

from attrs import define

from simulation.agents.calendar import SLOTS_PER_DAY, SLOTS_PER_HOUR, place, slots_of
from simulation.agents.session_luck import StudentTurn, TutorHour
from simulation.agents.student import SESSIONS_PER_STUDENT, Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import Clock
from simulation.randomness import exponential
from simulation.scenario.lessons import Matching


@define(eq=False)
class Session:
    """A session that is booked, until it is settled or cancelled; with the luck it will meet at its hour."""

    number: int
    id: str
    nth: int
    student: Student
    tutor: Tutor
    subject: str
    start: int
    minutes: int
    hour: TutorHour
    turn: StudentTurn
    moves: int = 0
    begun: bool = False
    cancelled: bool = False

    @property
    def slots(self) -> int:
        """How many half hours are reserved."""
        return slots_of(self.minutes)


def session_number(student: Student, nth: int) -> int:
    """The number of a student's nth session: nobody else's requests renumber it."""
    return student.number * SESSIONS_PER_STUDENT + nth


def session_id(number: int) -> str:
    """A session's id."""
    return f"S{number:06d}"


class Marketplace:
    """An index of tutors by subject and open hours, and the bookings in everybody's calendars."""

    def __init__(
        self, tutors: Iterable[Tutor], rules: Matching, clock: Clock, *, reputation_counts: bool = True
    ) -> None:
        self._tutors = [tutor for tutor in tutors if tutor.present]
        self._rules = rules
        self._clock = clock
        self._reputation_counts = reputation_counts
        self._open: dict[tuple[str, int, int], list[Tutor]] = {}
        for tutor in self._tutors:
            tutor.weight = tutor.base_weight

    def weigh(self, tutor: Tutor) -> None:
        """Bring the weight with which students choose the tutor up to date with the tutor's reputation."""
        pull = self._rules.reputation_weight * (tutor.reputation - 4.0) if self._reputation_counts else 0.0
        tutor.weight = tutor.base_weight * math.exp(pull)

    def remove(self, tutor: Tutor) -> None:
        """The tutor takes no more sessions."""
        tutor.present = False
        self._tutors.remove(tutor)
        for tutors in self._open.values():
            if tutor in tutors:
                tutors.remove(tutor)

    # ------------------------------------------------------------ who is free

    def nearest_free(
        self, tutor: Tutor, student: Student, day: int, wished: int, slots: int, earliest: int
    ) -> int | None:
        """The half hour of a day closest to the wished one at which both are free, from a simulated second on.

        Of two that are equally close the later is taken; None where there is none within the student's reach.
        """
        if tutor.calendar.sessions_on(day) >= self._rules.daily_sessions:
            return None
        starts = self._common_starts(tutor, student, day, slots, earliest)
        if not starts:
            return None
        for distance in range(int(self._rules.max_shift_hours * SLOTS_PER_HOUR) + 1):
            later, earlier = wished + distance, wished - distance
            if later < SLOTS_PER_DAY and starts >> later & 1:
                return later
            if earlier >= 0 and starts >> earlier & 1:
                return earlier
        return None

    def _common_starts(self, tutor: Tutor, student: Student, day: int, slots: int, earliest: int) -> int:
        """The half hours at which a session could start, as bits."""
        free = ~(tutor.calendar.taken(day) | student.calendar.taken(day)) & ((1 << SLOTS_PER_DAY) - 1)
        starts = free
        for later in range(1, slots):
            starts &= free >> later
        starts &= tutor.open_starts[self._weekday(day)]
        first_day, first_slot = place(earliest - 1)
        if day < first_day:
            return 0
        if day == first_day:
            starts &= -1 << (first_slot + 1)
        return starts

    def _weekday(self, day: int) -> int:
        return (self._clock.log_start.weekday() + day) % 7

    # ------------------------------------------------------------ whom a student would choose

    def choose(
        self, subject: str, day: int, slot: int, slots: int, errors: list[float], besides: Tutor | None
    ) -> Tutor | None:
        """Of the tutors who are free there, the one whom the student likes best.

        The choice is a race: each tutor's weight against the student's own error for this tutor, so that a
        tutor who gets better never loses a student by luck.
        """
        if slot + slots > SLOTS_PER_DAY:
            return None
        wanted, most = ((1 << slots) - 1) << slot, self._rules.daily_sessions
        free = [
            tutor
            for tutor in self._open_at(subject, day, slot)
            if not tutor.calendar.half_hours.get(day, 0) & wanted
            and tutor.calendar.sessions.get(day, 0) < most
            and tutor is not besides
        ]
        return min(free, key=_in_race(errors), default=None)

    def favourites(self, subject: str, errors: list[float], besides: Tutor | None) -> list[Tutor]:
        """The tutors of a subject whom the student likes best, whatever their calendars say."""
        teaching = [tutor for tutor in self._tutors if subject in tutor.traits.subjects and tutor is not besides]
        return sorted(teaching, key=_in_race(errors))[: self._rules.other_tutors_tried]

    def _open_at(self, subject: str, day: int, slot: int) -> list[Tutor]:
        """The tutors of a subject who let sessions start in a half hour of the week; found once."""
        key = subject, self._weekday(day), slot
        tutors = self._open.get(key)
        if tutors is None:
            weekday = key[1]
            tutors = self._open[key] = [
                tutor
                for tutor in self._tutors
                if subject in tutor.traits.subjects and tutor.open_starts[weekday] >> slot & 1
            ]
        return tutors

    # ------------------------------------------------------------ bookings

    def book(
        self, student: Student, tutor: Tutor, need: Need, nth: int, start: int, hour: TutorHour, turn: StudentTurn
    ) -> Session:
        """Put a session into both calendars. Raises ValueError where somebody is taken."""
        number = session_number(student, nth)
        session = Session(
            number, session_id(number), nth, student, tutor, need.subject, start, need.minutes, hour, turn
        )
        self._enter(session)
        student.sessions[number] = tutor.sessions[number] = session
        return session

    def move(self, session: Session, new_start: int, hour: TutorHour, *, keep_old_time: bool) -> None:
        """Give a session another time, and the luck of that hour; a tutor who needed the old one keeps it."""
        day, slot = place(session.start)
        if keep_old_time:
            session.tutor.calendar.block(day)
        else:
            session.tutor.calendar.release(day, slot, session.slots)
        session.student.calendar.release(day, slot, session.slots)
        session.start, session.hour = new_start, hour
        session.moves += 1
        self._enter(session)

    def cancel(self, session: Session) -> None:
        """Take a session out of both calendars."""
        session.cancelled = True
        self.begin(session)
        for agent in (session.tutor, session.student):
            agent.calendar.release(*place(session.start), session.slots)

    def begin(self, session: Session) -> None:
        """The session is no longer ahead of anybody."""
        del session.student.sessions[session.number], session.tutor.sessions[session.number]

    @staticmethod
    def _enter(session: Session) -> None:
        day, slot = place(session.start)
        session.tutor.calendar.take(day, slot, session.slots)
        session.student.calendar.take(day, slot, session.slots)


def _in_race(errors: list[float]) -> Callable[[Tutor], float]:
    return lambda tutor: exponential(errors[tutor.number - 1]) / tutor.weight
