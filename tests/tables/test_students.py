"""Students: who was taught or joined in the window, and who left."""

from datetime import timedelta

from simulation.events import Moment, StudentChurned, StudentJoined
from simulation.tables.sessions import reduce_sessions
from simulation.tables.students import reduce_students
from tests.hand_made_log import LogBuilder, at, by_id, local, row


def students(log: LogBuilder) -> dict[str, dict[str, object]]:
    observable = log.observable
    return by_id(reduce_students(observable, reduce_sessions(observable)))


def test_a_student_who_was_taught_has_a_row_whenever_they_joined(log: LogBuilder) -> None:
    log.student("U00002", joined=-400).session("S1", at(1), student="U00002")

    (student,) = students(log).values()

    assert student == {
        "student_id": "U00002",
        "grade_level": "College",
        "joined_at": local(-20) - timedelta(seconds=400),
        "churned_at": None,
        "churned_after_session_id": None,
    }


def test_a_student_whose_session_did_not_take_place_has_a_row(log: LogBuilder) -> None:
    log.no_show("S1", at(1), "student")

    assert list(students(log)) == ["U00001"]


def test_a_student_who_joined_in_the_window_has_a_row_without_any_session(log: LogBuilder) -> None:
    log.student("U00002", joined=at(0)).student("U00003", joined=at(0) - 1).student("U00004", joined=at(29, 23))

    assert list(students(log)) == ["U00002", "U00004"]


def test_a_student_enrolled_before_a_log_that_starts_with_the_window_has_none(log: LogBuilder) -> None:
    log.event(at(0), StudentJoined("U00002", "College", Moment(at(-90))))

    assert students(log) == {}


def test_a_student_taught_only_in_the_warm_up_has_none(log: LogBuilder) -> None:
    log.session("S1", at(-2))

    assert students(log) == {}


def test_a_student_all_of_whose_sessions_were_cancelled_has_none(log: LogBuilder) -> None:
    log.booking("S1", at(3)).cancelled(at(2, 12), "S1")

    assert students(log) == {}


def test_churn_names_the_session_that_caused_it(log: LogBuilder) -> None:
    log.session("S1", at(3, 17)).event(at(3, 19), StudentChurned("U00001", "S1"))
    log.student("U00002").session("S2", at(4), student="U00002").event(at(5), StudentChurned("U00002", None))

    found = students(log)

    assert (found["U00001"]["churned_at"], found["U00001"]["churned_after_session_id"]) == (local(3, 19), "S1")
    assert (found["U00002"]["churned_at"], found["U00002"]["churned_after_session_id"]) == (local(5), None)


def test_churn_counts_only_before_the_window_ends(log: LogBuilder) -> None:
    log.session("S1", at(29, 23, 30)).event(at(30), StudentChurned("U00001", "S1"))

    student = row(reduce_students(log.observable, reduce_sessions(log.observable)))

    assert (student["churned_at"], student["churned_after_session_id"]) == (None, None)


def test_rows_are_in_the_order_of_ids(log: LogBuilder) -> None:
    log.student("U00003", joined=at(1)).student("U00002", joined=at(2)).session("S1", at(4))

    assert list(students(log)) == ["U00001", "U00002", "U00003"]
