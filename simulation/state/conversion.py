"""The parts of a world -> plain data, and back.

Plain are numbers, text, lists and tables (dicts). Agents are their numbers in it, and so is whatever stands in several
places at once, sessions and what is marked as `shared`: each has one record, however many refer to it.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from functools import cache
from typing import Any, get_origin, get_type_hints

import attrs
import cattrs
from attrs import define, frozen
from cattrs.gen import make_dict_unstructure_fn, override

from simulation.agents.calendar import Calendar, slots_of
from simulation.agents.identity import nth_of, session_id
from simulation.agents.influence import Aspect, Influence, Influences
from simulation.agents.people import People
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionDraws
from simulation.agents.student import Student, StudentState
from simulation.agents.tutor import Tutor, TutorState
from simulation.churn.rolling_figures import RollingFigures, SessionFigures
from simulation.clock import DAY, second_at
from simulation.log import LogState
from simulation.processes.agenda import Action, Due
from simulation.state import checking

Plain = Any

# The classes name each other, but in text: none imports the other.
_NAMES = {"Session": Session, "Student": Student, "Tutor": Tutor}
for _kind in (StudentState, TutorState, Student, Tutor, Session):
    attrs.resolve_types(_kind, localns=_NAMES)


@frozen
class WorldState:
    """A region's world at a moment, as plain data.

    `moment` is the simulated second with the place in it, `log` how far the log is written. `tutors` and `students`
    have what changes about them by number, `sessions` and `shared` records by number, `memory` the registers of
    behaviours by name, and `due` what will happen: moment, name of the action, what it is about.
    """

    moment: int
    log: LogState
    tutors: dict[int, Plain]
    students: dict[int, Plain]
    sessions: dict[int, Plain]
    shared: dict[str, dict[int, Plain]]
    memory: dict[str, Plain]
    due: list[tuple[int, str, list[Plain]]]

    @property
    def second(self) -> int:
        """The simulated second."""
        return second_at(self.moment)


@define
class Parts:
    """The parts of a world, as they are in it."""

    moment: int
    log: LogState
    tutors: dict[int, Tutor]
    students: dict[int, Student]
    registers: Mapping[str, Any]
    due: list[Due]


def as_plain(parts: Parts) -> WorldState:
    """The parts of a world as plain data."""
    recording = _Recording(second_at(parts.moment) // DAY)
    unstructure = recording.converter.unstructure
    for student in parts.students.values():
        unstructure(student)
    return WorldState(
        moment=parts.moment,
        log=parts.log,
        tutors={number: unstructure(tutor, TutorState) for number, tutor in parts.tutors.items()},
        memory={name: unstructure(register) for name, register in parts.registers.items()},
        due=[(when, name, [unstructure(one) for one in about]) for when, name, about in parts.due],
        students=recording.students,
        sessions=recording.sessions,
        shared=recording.shared,
    )


class _Recording:
    """A converter that turns agents, sessions and what is shared into their numbers, and has a record of each."""

    def __init__(self, today: int) -> None:
        self._today = today
        self.students: dict[int, Plain] = {}
        self.sessions: dict[int, Plain] = {}
        self.shared: dict[str, dict[int, Plain]] = {}
        self.converter = converter = cattrs.Converter()
        hooks: dict[type[Any], Callable[[Any], Plain]] = {
            Tutor: lambda tutor: tutor.number,
            Student: self._student,
            Session: self._session,
            Calendar: self._calendar,
            Influences: lambda influences: [influences.until, converter.unstructure(influences.of)],
            RollingFigures: lambda figures: [list(figures.month), list(figures.moves)],
        }
        for kind, hook in hooks.items():
            converter.register_unstructure_hook(kind, hook)
        converter.register_unstructure_hook_func(_is_shared, self._shared)
        converter.register_unstructure_hook_func(_is_set, sorted)
        # Whose regular student one is follows from the students' tutors.
        for state, left_out in ((StudentState, []), (TutorState, ["students"])):
            options: dict[str, Any] = {name: override(omit=True) for name in left_out}
            function = make_dict_unstructure_fn(state, converter, _cattrs_omit_if_default=True, **options)
            converter.register_unstructure_hook(state, function)

    def _student(self, student: Student) -> int:
        number = student.number
        if number not in self.students:
            self.students[number] = {}
            self.students[number] = self.converter.unstructure(student, StudentState)
        return number

    def _session(self, session: Session) -> int:
        number = session.number
        if number not in self.sessions:
            self.sessions[number] = [
                self._student(session.student), session.tutor.number, session.subject, session.start, session.minutes,
                session.moves, session.planned,
            ]  # fmt: skip
        return number

    def _calendar(self, calendar: Calendar) -> list[dict[int, int]]:
        """A calendar from today on: nobody looks at earlier days again."""
        return [
            {day: value for day, value in diary.items() if day >= self._today}
            for diary in (calendar.half_hours, calendar.sessions)
        ]

    def _shared(self, one: Any) -> int:
        records = self.shared.setdefault(type(one).__name__, {})
        if one.number not in records:
            records[one.number] = self.converter.unstructure_attrs_asdict(one)
        return int(one.number)


def _is_shared(kind: Any) -> bool:
    return getattr(kind, "__is_shared__", False)


def _is_set(kind: Any) -> bool:
    return get_origin(kind) is set


class Restored:
    """The parts of a world, made again of its state and of people who are drawn as they were.

    `tutors`, and those `students` who are still there, are by number. Any error may be raised where a state is none;
    what would keep a world from ending is checked.
    """

    def __init__(self, state: WorldState, people: People, draws: SessionDraws, region: int) -> None:
        self._state = state
        self._shared: dict[tuple[str, int], Any] = {}
        self.converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False)
        self.tutors = people.tutors()
        checking.check_tutors(state.tutors, self.tutors)
        self._all_students = {
            number: people.student_again(number, state.students[number].get("joined_at", 0))
            for number in sorted(state.students)
        }
        self._sessions = {number: self._session(draws, region, number, *row) for number, row in state.sessions.items()}
        self._register_hooks()
        for number, record in state.students.items():
            _set_state(self._all_students[number], self.converter.structure(record, StudentState))
        for number, record in state.tutors.items():
            _set_state(self.tutors[number], self.converter.structure(record, TutorState))
        checking.check_agents(self.tutors.values(), self._all_students.values(), state.second)
        self.students = {number: student for number, student in self._all_students.items() if student.present}
        for student in self.students.values():
            for tutor in student.tutors.values():
                tutor.students[student.number] = student

    def register(self, name: str, kind: type[Any]) -> Any:
        """The register of a name, None where there is none."""
        return self.converter.structure(self._state.memory[name], kind) if name in self._state.memory else None

    def due(self, named: Callable[[str], Action]) -> list[Due]:
        """What will happen, by the actions that have a name."""
        return [Due(when, name, self._about(named(name), about)) for when, name, about in self._state.due]

    def _about(self, action: Action, about: Sequence[Plain]) -> tuple[Any, ...]:
        structure = self.converter.structure
        return tuple(structure(one, kind) for one, kind in zip(about, _kinds(action), strict=True))

    def _register_hooks(self) -> None:
        hooks: dict[type[Any], Callable[[Any, Any], Any]] = {
            Tutor: lambda number, _: self.tutors[number],
            Student: lambda number, _: self._all_students[number],
            Session: lambda number, _: self._sessions[number],
            Calendar: _calendar,
            Influences: self._influences,
            RollingFigures: _rolling_figures,
            int: checking.whole,
            IntEnum: lambda number, kind: kind(checking.whole(number)),
            float: checking.number,
            str: checking.text,
            bool: checking.truth_value,
        }
        for kind, hook in hooks.items():
            self.converter.register_structure_hook(kind, hook)
        self.converter.register_structure_hook_func(_is_shared, self._one_shared)

    def _session(  # noqa: PLR0913, PLR0917 -- a session's record
        self,
        draws: SessionDraws,
        region: int,
        number: int,
        of_student: int,
        of_tutor: int,
        subject: str,
        start: int,
        minutes: int,
        moves: int,
        planned: int | None,
    ) -> Session:
        checking.check_length(minutes)
        student = self._all_students[of_student]
        drawn = draws.request(student, nth_of(number)) if planned is None else draws.planned(student, planned)
        return Session(
            number, session_id(number, region), student, self.tutors[of_tutor], subject, start, minutes,
            slots_of(minutes), drawn, planned, moves,
        )  # fmt: skip

    def _influences(self, record: Plain, _: Any) -> Influences:
        until, of = record
        structured = self.converter.structure(of, dict[Aspect, list[Influence]])
        influences = Influences({}, checking.number(until), structured)
        checking.check_influences(influences)
        return influences

    def _one_shared(self, number: int, kind: type[Any]) -> Any:
        key = kind.__name__, number
        if key not in self._shared:
            record = self._state.shared[kind.__name__][number]
            self._shared[key] = self.converter.structure_attrs_fromdict(record, kind)
        return self._shared[key]


def _kinds(action: Action) -> tuple[Any, ...]:
    """The types of what an action is about."""
    return _hints(getattr(action, "__func__", action))


@cache
def _hints(function: Any) -> tuple[Any, ...]:
    return tuple(hint for name, hint in get_type_hints(function).items() if name != "return")


def _set_state(agent: Any, state: Any) -> None:
    for attribute in attrs.fields(type(state)):
        setattr(agent, attribute.name, getattr(state, attribute.name))


def _calendar(record: Plain, _: Any) -> Calendar:
    if not all(type(number) is int for diary in record for pair in diary.items() for number in pair):
        raise TypeError("a calendar has whole numbers")
    calendar = Calendar()
    calendar.half_hours, calendar.sessions = map(dict, record)
    return calendar


def _rolling_figures(record: Plain, _: Any) -> RollingFigures:
    sessions, moves = record
    checking.check_month(sessions, moves)
    return RollingFigures.of(map(SessionFigures._make, sessions), moves)
