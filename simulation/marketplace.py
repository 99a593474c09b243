"""The marketplace: who teaches what, who is free when, whom a student would choose. It knows no SimPy."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from simulation.agents.calendar import SLOTS_PER_DAY, SLOTS_PER_HOUR, place, slots_of
from simulation.agents.identity import session_id, session_number
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionRequestDraws
from simulation.agents.student import Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, Clock
from simulation.random_streams import Floats
from simulation.scenario.matching import MatchingParameters

_WHOLE_DAY = (1 << SLOTS_PER_DAY) - 1
_NOBODY = np.empty(0, int)


class Marketplace:
    """An index of tutors by subject and open hours, and the bookings in all calendars.

    `rules` is the scenario's [matching]; `reputation_counts` says whether students prefer well-rated tutors.
    """

    def __init__(
        self,
        tutors: Iterable[Tutor],
        rules: MatchingParameters,
        clock: Clock,
        *,
        region: int = 1,
        reputation_counts: bool = True,
    ) -> None:
        tutors = list(tutors)
        self._by_place = {tutor.number - 1: tutor for tutor in tutors if tutor.present}
        teaching: dict[str, list[int]] = {}
        for tutor_place, tutor in self._by_place.items():
            for subject in tutor.traits.subjects:
                teaching.setdefault(subject, []).append(tutor_place)
        self._teaching = {subject: np.array(places, int) for subject, places in teaching.items()}
        self._weights = np.zeros(max((tutor.number for tutor in tutors), default=0))
        self._rules = rules
        self._daily_sessions = rules.daily_sessions
        self._region = region
        self._first_weekday = clock.log_start.weekday()
        self._reach = int(rules.max_shift_hours * SLOTS_PER_HOUR)
        self._reputation_counts = reputation_counts
        self._starting: dict[int, dict[int, Session]] = {}
        for tutor in self._by_place.values():
            self._weights[tutor.number - 1] = tutor.base_weight

    def weigh(self, tutor: Tutor) -> None:
        """Update the weight with which students choose the tutor, from the tutor's reputation."""
        pull = self._rules.reputation_weight * (tutor.reputation - 4.0) if self._reputation_counts else 0.0
        self._weights[tutor.number - 1] = tutor.base_weight * math.exp(pull)

    def remove(self, tutor: Tutor) -> None:
        """Remove a tutor who leaves: students no longer find them."""
        tutor.present = False
        for subject, teaching in self._teaching.items():
            self._teaching[subject] = teaching[teaching != tutor.number - 1]

    def restore(self, students: Iterable[Student]) -> None:
        """Take the sessions that students have booked already, which are in all calendars, and weigh all tutors."""
        for student in students:
            for session in student.sessions.values():
                self._starting.setdefault(session.start, {})[session.number] = session
        for tutor in self._by_place.values():
            self.weigh(tutor)

    # ------------------------------------------------------------ who is free

    def nearest_free(
        self, tutor: Tutor, student: Student, day: int, wished: int, slots: int, earliest: int
    ) -> int | None:
        """The half hour of a day closest to the wished one at which both are free, not before `earliest`.

        Of two that are equally close it is the later one; None if none is within `max_shift_hours`.
        """
        calendar = tutor.calendar
        if calendar.sessions.get(day, 0) >= self._daily_sessions:
            return None
        taken = calendar.half_hours.get(day, 0) | student.calendar.half_hours.get(day, 0)
        # Half hours at which a session could start, as bits: the tutor is open, and both stay free until its end.
        starts = ~taken & tutor.open_starts[(self._first_weekday + day) % 7]
        for later in range(1, slots):
            starts &= ~taken >> later
        starts &= _WHOLE_DAY >> (slots - 1)
        if day * DAY < earliest:
            first_day, first_slot = place(earliest - 1)
            starts = 0 if day < first_day else starts & -1 << (first_slot + 1)
        if starts >> wished & 1:
            return wished
        return self._closest(starts, wished) if starts else None

    def _closest(self, starts: int, wished: int) -> int | None:
        """The half hour, of some given as bits, that is closest to the wished one; None if all are out of reach."""
        after, before = starts >> wished, starts & ((1 << wished) - 1)
        to_later = (after & -after).bit_length() - 1 if after else SLOTS_PER_DAY
        to_earlier = wished - (before.bit_length() - 1) if before else SLOTS_PER_DAY
        if min(to_later, to_earlier) > self._reach:
            return None
        return wished + to_later if to_later <= to_earlier else wished - to_earlier

    # ------------------------------------------------------------ whom a student would choose

    def by_liking(self, subject: str, errors: Floats) -> Iterator[Tutor]:
        """The tutors of a subject, the one the student likes best first, whether they are free or not.

        The choice is a race (an argmax over keyed errors): each tutor's weight against the student's own error for
        this tutor, `errors[number - 1]`. A tutor whose weight grows never loses a student by it.
        """
        teaching = self._teaching.get(subject, _NOBODY)
        race = -np.log1p(-errors.take(teaching)) / self._weights.take(teaching)
        return map(self._by_place.__getitem__, teaching.take(race.argsort(kind="stable")).tolist())

    def first_free(self, tutors: Iterable[Tutor], day: int, slot: int, slots: int) -> Tutor | None:
        """The first of some tutors who is open and free for `slots` half hours, and has room on that day."""
        if slot + slots > SLOTS_PER_DAY:
            return None
        weekday, wanted = (self._first_weekday + day) % 7, ((1 << slots) - 1) << slot
        for tutor in tutors:
            if tutor.open_starts[weekday] >> slot & 1:
                calendar = tutor.calendar
                is_free = not calendar.half_hours.get(day, 0) & wanted
                if is_free and calendar.sessions.get(day, 0) < self._daily_sessions:
                    return tutor
        return None

    # ------------------------------------------------------------ bookings

    def book(
        self,
        student: Student,
        tutor: Tutor,
        need: Need,
        nth: int,
        start: int,
        draws: SessionRequestDraws,
        planned: int | None = None,
    ) -> Session:
        """Book a session in both calendars. Raises ValueError if the tutor or the student is not free."""
        number = session_number(student.number, nth)
        session = Session(
            number, session_id(number, self._region), student, tutor, need.subject, start, need.minutes,
            slots_of(need.minutes), draws, planned,
        )  # fmt: skip
        self._enter(session)
        student.sessions[number] = tutor.sessions[number] = session
        return session

    def move(self, session: Session, new_start: int, *, keep_old_time: bool) -> None:
        """Move a session; with `keep_old_time` its old hour stays blocked in the tutor's calendar."""
        day, slot = place(session.start)
        if keep_old_time:
            session.tutor.calendar.block(day)
        else:
            session.tutor.calendar.release(day, slot, session.slots)
        session.student.calendar.release(day, slot, session.slots)
        del self._starting[session.start][session.number]
        session.start = new_start
        session.moves += 1
        self._enter(session)

    def cancel(self, session: Session) -> None:
        """Remove a session that has not begun from both calendars."""
        del self._starting[session.start][session.number]
        self._take_up(session)
        for agent in (session.tutor, session.student):
            agent.calendar.release(*place(session.start), session.slots)

    def is_ahead(self, session: Session) -> bool:
        """Whether a session is booked and has neither begun nor been cancelled."""
        return session.number in session.student.sessions

    def begin(self, start: int) -> list[Session]:
        """The sessions that start at a simulated second, by number; they are no longer ahead of anyone."""
        standing = self._starting.pop(start, {})  # all may have been moved or cancelled
        sessions = [standing[number] for number in sorted(standing)]
        for session in sessions:
            self._take_up(session)
        return sessions

    @staticmethod
    def _take_up(session: Session) -> None:
        del session.student.sessions[session.number], session.tutor.sessions[session.number]

    def _enter(self, session: Session) -> None:
        day, slot = place(session.start)
        session.tutor.calendar.take(day, slot, session.slots)
        session.student.calendar.take(day, slot, session.slots)
        self._starting.setdefault(session.start, {})[session.number] = session
