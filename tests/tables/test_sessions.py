"""Sessions: where each one finally stood, and what became of it."""

from collections.abc import Callable

import pytest

from simulation.contract import EVERY_RUN
from simulation.events import Moment, PairingOnRecord, SessionRequested
from simulation.log import Log
from simulation.tables.sessions import reduce_sessions
from tests.hand_made_log import MEASURES, LogBuilder, at, by_id, local, merged, row, rows, values


def kept(log: Log) -> list[str]:
    return values(rows(reduce_sessions(log)), "session_id")


def test_a_completed_session_carries_all_that_was_measured(log: LogBuilder) -> None:
    log.session("S000010001", at(3, 17), booked=at(1, 9, 30))

    session = row(reduce_sessions(log.observable))

    assert session == MEASURES | {
        "session_id": "S000010001",
        "tutor_id": "T0001",
        "student_id": "U00001",
        "session_datetime": local(3, 17),
        "scheduled_duration_min": 60,
        "subject": "Math",
        "grade_level": "College",
        "is_first_session": True,
        "session_completed": True,
        "student_showed": True,
        "tutor_showed": True,
        "would_recommend": True,
        "reschedule_count": 0,
        "booked_at": local(1, 9, 30),
    }


def test_a_session_that_began_late_stands_at_its_scheduled_start(log: LogBuilder) -> None:
    log.booking("S000010001", at(3, 17)).held("S000010001", at(3, 17, 12))

    assert row(reduce_sessions(log.observable))["session_datetime"] == local(3, 17)


@pytest.mark.parametrize(
    ("absent", "student_showed", "tutor_showed"),
    [(("student",), False, True), (("tutor",), True, False), (("student", "tutor"), False, False)],
)
def test_a_session_that_did_not_take_place_has_its_reserved_time_and_no_measures(
    log: LogBuilder, absent: tuple[str, ...], student_showed: bool, tutor_showed: bool
) -> None:
    log.no_show("S000010001", at(3, 17), *absent)

    session = row(reduce_sessions(log.observable))

    assert (session["student_showed"], session["tutor_showed"]) == (student_showed, tutor_showed)
    assert not session["session_completed"]
    assert session["actual_duration_min"] == session["scheduled_duration_min"] == 60
    assert session["connection_quality"] == "Fair"
    nulls = {name for name, value in session.items() if value is None}
    assert nulls == {column.name for column in EVERY_RUN.tables["sessions"].columns if column.nullable}


class TestRecommendation:
    @pytest.mark.parametrize(("satisfaction", "recommends"), [(6.9, False), (7.0, True), (7.1, True)])
    def test_comes_from_seven_points_of_satisfaction(
        self, log: LogBuilder, satisfaction: float, recommends: bool
    ) -> None:
        log.session("S000010001", at(3, 17), student_satisfaction=satisfaction)

        assert row(reduce_sessions(log.observable))["would_recommend"] is recommends


class TestWindow:
    def test_holds_its_first_second_and_not_its_end(self, log: LogBuilder) -> None:
        for session, start in (("S1", at(0) - 1), ("S2", at(0)), ("S3", at(30) - 1), ("S4", at(30))):
            log.session(session, start)

        assert kept(log.observable) == ["S2", "S3"]

    def test_a_session_under_way_at_its_end_is_settled_after_it(self, log: LogBuilder) -> None:
        log.session("S1", at(29, 23, 30)).close_window_at_end()

        assert row(reduce_sessions(log.observable))["session_completed"]

    def test_what_is_booked_for_later_has_no_row(self, log: LogBuilder) -> None:
        log.booking("S1", at(31), booked=at(29))

        assert kept(log.observable) == []

    def test_a_request_that_was_never_booked_has_no_row(self, log: LogBuilder) -> None:
        log.event(at(2), SessionRequested("U00001", "S1", "Math", "student", Moment(at(3)), 60))

        assert kept(log.observable) == []


class TestReschedule:
    def test_moves_a_session_to_its_last_time(self, log: LogBuilder) -> None:
        log.booking("S1", at(3, 17), booked=at(0, 8))
        log.moved(at(2), "S1", to=at(6, 10)).moved(at(4), "S1", to=at(5, 9), by="student")
        log.held("S1", at(5, 9))

        session = row(reduce_sessions(log.observable))

        assert session["session_datetime"] == local(5, 9)
        assert session["reschedule_count"] == 2
        assert session["booked_at"] == local(0, 8)

    def test_moves_a_session_out_of_the_window(self, log: LogBuilder) -> None:
        log.booking("S1", at(29, 17), booked=at(27)).moved(at(28), "S1", to=at(31))

        assert kept(log.observable) == []

    def test_moves_a_session_into_the_window(self, log: LogBuilder) -> None:
        log.booking("S1", at(-1, 17), booked=at(-3)).moved(at(-2), "S1", to=at(0, 9)).held("S1", at(0, 9))

        assert kept(log.observable) == ["S1"]

    def test_moves_a_session_back_into_the_warm_up(self, log: LogBuilder) -> None:
        log.booking("S1", at(1, 17), booked=at(-3)).moved(at(-2), "S1", to=at(-1, 9)).held("S1", at(-1, 9))

        assert kept(log.observable) == []


class TestCancellation:
    def test_leaves_no_row(self, log: LogBuilder) -> None:
        log.booking("S1", at(3, 17)).cancelled(at(2, 20), "S1")

        assert kept(log.observable) == []

    def test_after_a_move_leaves_no_row(self, log: LogBuilder) -> None:
        log.booking("S1", at(3, 17), booked=at(1)).moved(at(2), "S1", to=at(6)).cancelled(at(5), "S1")

        assert kept(log.observable) == []

    def test_and_another_booking_leave_the_row_of_the_other_booking(self, log: LogBuilder) -> None:
        log.tutor("T0002").booking("S1", at(3, 17), booked=at(1)).cancelled(at(2), "S1")
        log.session("S1", at(4, 9), booked=at(2, 1), tutor="T0002")

        session = row(reduce_sessions(log.observable))

        assert (session["tutor_id"], session["session_datetime"]) == ("T0002", local(4, 9))
        assert session["booked_at"] == local(1)

    def test_and_another_booking_forget_where_the_first_had_been_moved(self, log: LogBuilder) -> None:
        log.booking("S1", at(3, 17), booked=at(1)).moved(at(1, 5), "S1", to=at(7)).cancelled(at(2), "S1")
        log.session("S1", at(4, 9), booked=at(2, 1))

        session = row(reduce_sessions(log.observable))

        assert session["session_datetime"] == local(4, 9)
        assert session["reschedule_count"] == 1


class TestUnsettled:
    def test_a_session_in_the_window_without_an_outcome_is_named(self, log: LogBuilder) -> None:
        log.session("S1", at(2)).booking("S2", at(3, 17)).booking("S3", at(4, 17))

        with pytest.raises(ValueError, match=r"what became of session S2, .*2 such sessions"):
            reduce_sessions(log.observable)

    def test_a_session_moved_into_the_window_needs_an_outcome_too(self, log: LogBuilder) -> None:
        log.booking("S1", at(33), booked=at(1)).moved(at(2), "S1", to=at(29, 23, 59))

        with pytest.raises(ValueError, match=r"session S1.*1 such session\)"):
            reduce_sessions(log.observable)

    def test_the_warm_up_is_not_looked_at(self, log: LogBuilder) -> None:
        log.booking("S1", at(-3))

        assert kept(log.observable) == []


class TestFirstSession:
    def test_is_the_first_completed_one_of_a_student_with_a_tutor(self, log: LogBuilder) -> None:
        log.tutor("T0002").student("U00002")
        log.session("S1", at(1)).session("S2", at(2))
        log.session("S3", at(3), tutor="T0002").session("S4", at(4), student="U00002")

        found = by_id(reduce_sessions(log.observable))

        assert {name: session["is_first_session"] for name, session in found.items()} == {
            "S1": True, "S2": False, "S3": True, "S4": True,
        }  # fmt: skip

    def test_is_not_one_that_did_not_take_place(self, log: LogBuilder) -> None:
        log.no_show("S1", at(1), "student").no_show("S2", at(2), "tutor").session("S3", at(3))

        assert values(rows(reduce_sessions(log.observable)), "is_first_session") == [None, None, True]

    def test_may_have_been_in_the_warm_up(self, log: LogBuilder) -> None:
        log.session("S1", at(-10)).session("S2", at(3))

        assert row(reduce_sessions(log.observable))["is_first_session"] is False

    def test_may_have_been_before_the_log(self, log: LogBuilder) -> None:
        log.student("U00002").event(0, PairingOnRecord("T0001", "U00001"))
        log.session("S1", at(1)).session("S2", at(2), student="U00002")

        assert values(rows(reduce_sessions(log.observable)), "is_first_session") == [False, True]

    def test_is_told_by_when_sessions_were_held_not_booked(self, log: LogBuilder) -> None:
        log.booking("S1", at(1), booked=at(-3)).moved(at(0), "S1", to=at(5)).held("S1", at(5))
        log.session("S2", at(2), booked=at(-1))

        found = by_id(reduce_sessions(log.observable))

        assert (found["S1"]["is_first_session"], found["S2"]["is_first_session"]) == (False, True)


def test_rows_are_in_the_order_of_time_then_id(log: LogBuilder) -> None:
    log.tutor("T0002").student("U00002")
    log.session("S3", at(2)).session("S2", at(1), tutor="T0002", student="U00002").session("S1", at(1))

    assert kept(log.observable) == ["S1", "S2", "S3"]


def test_regions_have_their_own_local_time_and_one_order(log_of: Callable[..., LogBuilder]) -> None:
    west = log_of(utc_hours=-8).tutor("T0001").student("U00001").session("S1", at(29, 23))
    east = log_of(region=2, utc_hours=9).tutor("T20001").student("U2000001")
    east.session("S2", at(0), tutor="T20001", student="U2000001", booked=at(-1))
    east.session("S3", at(29, 22), tutor="T20001", student="U2000001")

    found = rows(reduce_sessions(merged(west.observable, east.observable)))

    assert values(found, "session_id") == ["S2", "S3", "S1"]
    assert values(found, "session_datetime") == [local(0), local(29, 22), local(29, 23)]
    assert values(found, "is_first_session") == [True, False, True]
