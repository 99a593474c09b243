"""The truth tables: what only the simulator knows."""

from typing import Any

import pytest

from simulation.clock import DAY
from simulation.events import (
    InterventionCutShort,
    InterventionOutcomeDrawn,
    StudentTraitsDrawn,
    TutorLeavingExplained,
    TutorLeft,
    TutorStateRecorded,
    TutorTraitsDrawn,
)
from simulation.tables.interventions import reduce_interventions
from simulation.tables.sessions import reduce_sessions
from simulation.tables.students import reduce_students
from simulation.tables.truth import (
    reduce_truth_interventions,
    reduce_truth_students,
    reduce_truth_tutor_outcomes,
    reduce_truth_tutors,
)
from simulation.tables.tutor_profiles import reduce_tutor_profiles
from tests.hand_made_log import LogBuilder, at, by_id, local, rows, values


def tutor_traits(tutor_id: str, persona: str, edge_cases: str | None = None) -> TutorTraitsDrawn:
    return TutorTraitsDrawn(tutor_id, persona, edge_cases, 0.1, -0.1, 0.0, 0.01, 0.0, 0.0, 0.0, 0.08, 3.0, None)


def student_traits(student_id: str, persona: str) -> StudentTraitsDrawn:
    return StudentTraitsDrawn(student_id, persona, 0.3, 0.0, 0.0, 0.97, 1.0, 0.1, 0.2)


def state(tutor_id: str, leaving: float) -> TutorStateRecorded:
    return TutorStateRecorded(tutor_id, 0.8, 0.1, 0.0, 0.0, leaving)


class TestTutors:
    def test_have_their_persona_active_or_not(self, log: LogBuilder) -> None:
        log.tutor("T0002", active=False)
        log.event(0, tutor_traits("T0002", "rock_star", "weekend_warrior"), tutor_traits("T0001", "unclassified"))

        found = rows(reduce_truth_tutors(log.truth, reduce_tutor_profiles(log.observable)))

        assert found == [
            {"tutor_id": "T0001", "persona": "unclassified", "edge_cases": None},
            {"tutor_id": "T0002", "persona": "rock_star", "edge_cases": "weekend_warrior"},
        ]

    def test_of_whom_the_truth_says_nothing_are_reported(self, log: LogBuilder) -> None:
        with pytest.raises(ValueError, match=r"1 values of truth_tutors\.persona"):
            reduce_truth_tutors(log.truth, reduce_tutor_profiles(log.observable))


def test_students_are_those_of_the_students_table(log: LogBuilder) -> None:
    log.student("U00002").student("U00003").session("S1", at(3), student="U00003").session("S2", at(2))
    log.event(0, *(student_traits(f"U0000{n}", f"persona_{n}") for n in (3, 2, 1)))
    observable = log.observable
    students = reduce_students(observable, reduce_sessions(observable))

    found = rows(reduce_truth_students(log.truth, students))

    assert found == [
        {"student_id": "U00001", "persona": "persona_1"},
        {"student_id": "U00003", "persona": "persona_3"},
    ]


class TestInterventions:
    def reduced(self, log: LogBuilder) -> dict[str, dict[str, Any]]:
        observable = log.observable
        sent = reduce_interventions(observable, reduce_sessions(observable))
        return by_id(reduce_truth_interventions(log.truth, sent))

    def test_come_to_what_was_drawn(self, log: LogBuilder) -> None:
        log.intervention("INT2", at(3)).event(at(3), InterventionOutcomeDrawn("T0001", "INT2", "success", 0.1234, 2))
        log.intervention("INT1", at(4)).event(at(4), InterventionOutcomeDrawn("T0001", "INT1", "ignored", 0.0, 0))

        found = self.reduced(log)

        assert list(found) == ["INT2", "INT1"]
        assert found["INT2"] == {
            "intervention_id": "INT2",
            "outcome": "success",
            "engagement_effect": 0.1234,
            "sessions_effect": 2,
        }

    def test_come_to_less_where_the_tutor_left(self, log: LogBuilder) -> None:
        log.intervention("INT1", at(3)).event(at(3), InterventionOutcomeDrawn("T0001", "INT1", "success", 0.2, 3))
        log.event(at(4), InterventionCutShort("T0001", "INT1", "ignored", 0.0, 0))

        found = self.reduced(log)["INT1"]

        assert (found["outcome"], found["engagement_effect"], found["sessions_effect"]) == ("ignored", 0.0, 0)

    def test_of_the_warm_up_have_no_row(self, log: LogBuilder) -> None:
        log.intervention("INT1", at(-3)).event(at(-3), InterventionOutcomeDrawn("T0001", "INT1", "success", 0.2, 3))

        assert self.reduced(log) == {}


class TestTutorOutcomes:
    def reduced(self, log: LogBuilder) -> dict[str, dict[str, Any]]:
        return by_id(reduce_truth_tutor_outcomes(log.observable, log.truth))

    def test_of_who_stays_are_censored_as_the_window_ends(self, log: LogBuilder) -> None:
        log.event(at(29), state("T0001", 0.02)).event(at(30), state("T0001", 0.031459))

        assert self.reduced(log)["T0001"] == {
            "tutor_id": "T0001",
            "left_at": None,
            "reason": None,
            "censored_at": local(30),
            "leave_probability_30d": 0.0315,
        }

    def test_are_not_asked_for_of_who_had_left_before_the_window_opened(self, log: LogBuilder) -> None:
        log.event(at(0) - 1, TutorLeft("T0001")).event(at(0) - 1, TutorLeavingExplained("T0001", "burnout"))
        assert len(reduce_truth_tutor_outcomes(log.observable, log.truth)) == 0

    def test_of_who_left_have_a_time_and_a_reason(self, log: LogBuilder) -> None:
        log.event(at(12, 8), TutorLeft("T0001"), TutorLeavingExplained("T0001", "burnout"))

        assert self.reduced(log)["T0001"] == {
            "tutor_id": "T0001",
            "left_at": local(12, 8),
            "reason": "burnout",
            "censored_at": local(12, 8),
            "leave_probability_30d": 1.0,
        }

    def test_reach_to_the_end_of_the_follow_up(self, log: LogBuilder) -> None:
        log.tutor("T0002")
        for day in range(30, 61):
            log.event(at(day), state("T0001", day / 100))
        log.event(at(30), state("T0002", 0.6)).event(at(41), TutorLeft("T0002"))
        log.event(at(41), TutorLeavingExplained("T0002", "no_work")).close_window_at_end()

        found = self.reduced(log)

        assert (found["T0001"]["censored_at"], found["T0001"]["leave_probability_30d"]) == (local(60), 0.3)
        assert (found["T0002"]["left_at"], found["T0002"]["reason"]) == (local(41), "no_work")
        assert (found["T0002"]["censored_at"], found["T0002"]["leave_probability_30d"]) == (local(41), 0.6)

    def test_are_of_active_tutors(self, log: LogBuilder) -> None:
        log.tutor("T0002", active=False).event(at(30), state("T0001", 0.02))

        assert values(self.reduced(log).values(), "tutor_id") == ["T0001"]

    def test_without_a_state_as_the_window_ends_are_reported(self, log: LogBuilder) -> None:
        log.event(at(30) - DAY, state("T0001", 0.02))

        with pytest.raises(ValueError, match=r"1 values of truth_tutor_outcomes\.leave_probability_30d"):
            self.reduced(log)
