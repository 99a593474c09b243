"""Tutor profiles: attributes at registration, and the last login."""

from typing import Any

from simulation.events import Login, TutorLeft
from simulation.tables.tutor_profiles import reduce_tutor_profiles
from tests.hand_made_log import LogBuilder, at, by_id, local, row


def login(tutor_id: str = "T0001") -> Login:
    return Login(tutor_id, "web", "192.0.2.7")


def profile(log: LogBuilder) -> dict[str, Any]:
    return row(reduce_tutor_profiles(log.observable))


def test_a_profile_is_what_was_registered(log: LogBuilder) -> None:
    assert profile(log) == {
        "tutor_id": "T0001", "months_experience": 24, "total_sessions_completed": 300, "avg_historical_rating": 4.2,
        "subjects_taught": "Math,Science", "primary_subject": "Math", "reschedule_rate": 0.05, "no_show_count": 0,
        "reliability_score": 0.8, "certification_level": "Basic", "active_status": True, "last_login": None,
        "chronotype": "evening", "preferred_start_hour": 15, "preferred_end_hour": 21, "weekend_only": False,
        "region": 1,
    }  # fmt: skip


def test_what_happens_in_warm_up_and_window_does_not_count(log: LogBuilder) -> None:
    before = profile(log)

    log.session("S1", at(-3)).session("S2", at(3), student_rating=1.0).no_show("S3", at(4), "tutor")
    log.moved(at(2, 3), "S2", to=at(3))

    assert profile(log) == before


def test_last_login_is_the_latest_before_the_window_ends(log: LogBuilder) -> None:
    log.event(at(7, 9, 15), login()).event(at(3), login()).event(at(30), login())

    assert profile(log)["last_login"] == local(7, 9, 15)


def test_last_login_may_lie_in_the_warm_up(log: LogBuilder) -> None:
    log.event(at(-4, 8), login())

    assert profile(log)["last_login"] == local(-4, 8)


def test_each_tutor_has_their_own_last_login(log: LogBuilder) -> None:
    log.tutor("T0003").tutor("T0002").event(at(1), login("T0003")).event(at(2), login("T0001"))

    found = by_id(reduce_tutor_profiles(log.observable))

    assert {tutor_id: one["last_login"] for tutor_id, one in found.items()} == {
        "T0001": local(2), "T0002": None, "T0003": local(1),
    }  # fmt: skip


def test_rows_are_in_the_order_of_ids(log: LogBuilder) -> None:
    log.tutor("T0003").tutor("T0002", active=False)

    found = by_id(reduce_tutor_profiles(log.observable))

    assert list(found) == ["T0001", "T0002", "T0003"]
    assert [one["active_status"] for one in found.values()] == [True, False, True]


def test_a_tutor_who_leaves_in_the_window_was_active_when_it_opened(log: LogBuilder) -> None:
    log.event(at(0), TutorLeft("T0001"))

    assert profile(log)["active_status"] is True


def test_a_tutor_who_left_in_the_warm_up_was_not(log: LogBuilder) -> None:
    log.event(at(0) - 1, TutorLeft("T0001"))

    assert profile(log)["active_status"] is False


def test_a_profile_carries_its_region() -> None:
    assert profile(LogBuilder(region=2).tutor("T20001"))["region"] == 2
