"""What there is before the first day: who is registered, who is enrolled, and who already knows whom."""

from collections import Counter
from collections.abc import Callable

from simulation.clock import DAY
from simulation.events import PairingOnRecord, StudentJoined, StudentTraitsDrawn, TutorRegistered, TutorTraitsDrawn
from simulation.processes.population import open_the_log, registration, traits_drawn
from tests.people import FRIDAY, MONDAY, SATURDAY, THURSDAY, a_need, a_student, a_tutor
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]
WEEKENDS_ONLY = (0, 0, 0, 0, 0, (1 << 48) - 1, (1 << 48) - 1)


def test_all_tutors_are_registered_and_all_students_enrolled_when_the_log_starts(stage: MakeStage) -> None:
    here = stage([a_tutor(1), a_tutor(2, active=False)], [a_student(1), a_student(2)])
    open_the_log(here.context)
    assert [(event.tutor_id, event.active_status) for event in here.events(TutorRegistered)] == [
        ("T0001", True), ("T0002", False),
    ]  # fmt: skip
    assert [event.tutor_id for event in here.events(TutorTraitsDrawn)] == ["T0001", "T0002"]
    assert [event.student_id for event in here.events(StudentJoined)] == ["U00001", "U00002"]
    assert [event.student_id for event in here.events(StudentTraitsDrawn)] == ["U00001", "U00002"]
    assert {second for second, _ in here.diary.entries} == {0}


def test_students_enrolled_within_the_four_hundred_days_before(stage: MakeStage) -> None:
    here = stage(students=[a_student(number) for number in range(1, 101)])
    open_the_log(here.context)
    joined = [event.joined_at / DAY for event in here.events(StudentJoined)]
    assert all(-400 <= day <= -1 for day in joined)
    assert max(joined) - min(joined) > 300


def test_the_last_to_enrol_did_so_the_day_before(stage: MakeStage) -> None:
    here = stage(students=[a_student(number) for number in range(1, 1001)])
    open_the_log(here.context)
    joined = [event.joined_at / DAY for event in here.events(StudentJoined)]
    assert -400 <= min(joined) < -398
    assert -2 < max(joined) <= -1


def test_pairs_are_found_in_the_seven_days_before_the_log_on_whatever_weekday_it_starts(stage: MakeStage) -> None:
    for start, first_day in (("2026-01-05", MONDAY), ("2026-01-08", THURSDAY), ("2026-01-10", SATURDAY)):
        tutor, student = a_tutor(), a_student(1, a_need(FRIDAY, 17))
        open_the_log(stage([tutor], [student], {"start_date": start}).context)
        # Day -1 is the one before the log, which starts on the weekday on which the window opens two weeks later.
        assert list(tutor.calendar.half_hours) == [-1 - (first_day - 1 - FRIDAY) % 7]


def test_a_registration_says_what_the_platform_has_on_record() -> None:
    tutor = a_tutor(subjects=("History", "Math"), morning=True, preferred_hours=(8, 12), no_show_count=3)
    record = registration(tutor)
    assert (record.subjects_taught, record.primary_subject) == ("History,Math", "History")
    assert (record.chronotype, record.preferred_start_hour, record.preferred_end_hour) == ("morning", 8, 12)
    assert (record.reliability_score, record.no_show_count, record.score_offset) == (0.8, 3, 0.05)


def test_the_truth_names_persona_and_edge_cases() -> None:
    drawn = traits_drawn(a_tutor(edge_cases=("weekend_warrior", "chronic_rescheduler"), tipping_day=20.0))
    assert (drawn.persona, drawn.edge_cases, drawn.tipping_day) == (
        "solid_performer", "weekend_warrior,chronic_rescheduler", 20.0,
    )  # fmt: skip
    assert traits_drawn(a_tutor()).edge_cases is None


def test_students_come_with_regular_tutors_for_each_of_their_subjects(stage: MakeStage) -> None:
    tutors = [a_tutor(1), a_tutor(2, subjects=("History",))]
    student = a_student(1, a_need(MONDAY, 17), a_need(FRIDAY, 17, subject="History"), a_need(SATURDAY, 17))
    here = stage(tutors, [student])
    open_the_log(here.context)
    assert student.tutors == {"Math": tutors[0], "History": tutors[1]}
    assert here.events(PairingOnRecord) == [PairingOnRecord("T0001", "U00001"), PairingOnRecord("T0002", "U00001")]
    assert student.met == {1, 2}
    assert tutors[0].students == {1: student}


def test_a_pairing_is_on_record_once(stage: MakeStage) -> None:
    tutor = a_tutor(subjects=("Math", "History"))
    here = stage([tutor], [a_student(1, a_need(MONDAY, 17), a_need(FRIDAY, 17, subject="History"))])
    open_the_log(here.context)
    assert len(here.events(PairingOnRecord)) == 1


def test_a_tutor_is_found_who_opens_at_the_hour_that_is_wanted(stage: MakeStage) -> None:
    tutors = [a_tutor(1, open_starts=WEEKENDS_ONLY), a_tutor(2)]
    students = [a_student(number, a_need(MONDAY, 17)) for number in range(1, 3)]
    students += [a_student(3, a_need(SATURDAY, 17))]
    here = stage(tutors, students)
    open_the_log(here.context)
    assert students[0].tutors["Math"] is tutors[1]


def test_nobody_has_two_students_at_the_same_hour_while_others_are_free(stage: MakeStage) -> None:
    tutors = [a_tutor(number) for number in range(1, 11)]
    students = [a_student(number, a_need(MONDAY, 17)) for number in range(1, 11)]
    here = stage(tutors, students)
    open_the_log(here.context)
    assert Counter(len(tutor.students) for tutor in tutors) == {1: 10}


def test_where_no_hour_is_left_students_have_a_favourite_all_the_same(stage: MakeStage) -> None:
    tutor = a_tutor()
    students = [a_student(number, a_need(MONDAY, 17)) for number in range(1, 6)]
    here = stage([tutor], students)
    open_the_log(here.context)
    assert all(student.tutors == {"Math": tutor} for student in students)


def test_who_needs_what_nobody_teaches_comes_without_a_tutor(stage: MakeStage) -> None:
    student = a_student(1, a_need(subject="Programming"))
    here = stage([a_tutor()], [student])
    open_the_log(here.context)
    assert student.tutors == {}
    assert here.events(PairingOnRecord) == []


def test_the_week_before_the_log_leaves_its_own_days_free(stage: MakeStage) -> None:
    tutor = a_tutor()
    here = stage([tutor], [a_student(1, a_need(MONDAY, 17))])
    open_the_log(here.context)
    assert all(tutor.calendar.half_hours.get(day, 0) == 0 for day in range(14))
