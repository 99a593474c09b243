"""What tutors do on the platform: log in, schedule, follow up on sessions, keep their profiles, write."""

from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from simulation.agents.calendar import second_of
from simulation.agents.influence import Aspect, Influence
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE
from simulation.events import Login, MessageSent, PostSessionActivity, ProfileUpdated, SessionScheduled
from simulation.processes.platform_activity import PlatformActivity
from tests.people import a_student, a_tutor, slot
from tests.processes.stage import Stage, a_completed, a_settled

MakeStage = Callable[..., Stage]

WEEKS = 8
DOCUMENTATION = [ip_network(name) for name in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
QUIET: dict[str, Any] = {"logins_per_week": 0.0, "profile_updates_per_month": 0.0, "messages_per_month": 0.0}


class Platform:
    """A stage on which tutors use the platform."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.activity = PlatformActivity(stage.context)
        stage.every_midnight(self.activity.plan_day)

    def run(self, days: int = WEEKS * 7) -> None:
        self.stage.run_until(days * DAY - 1)

    def begin(self, start: int) -> None:
        """Sessions are no longer ahead once their hour has come."""
        self.stage.at(start, self.stage.context.marketplace.begin, start)


@pytest.fixture
def platform_of(stage: MakeStage) -> Callable[..., Platform]:
    def make(*tutors: Tutor, mechanisms: dict[str, bool] | None = None, **rules: Any) -> Platform:
        return Platform(stage(tutors, scenario={"activity": rules, "mechanisms": mechanisms or {}}))

    return make


MakePlatform = Callable[..., Platform]


# ---------------------------------------------------------------- how much


@pytest.mark.parametrize("per_week", [2.0, 3.3, 5.0, 14.0])
def test_tutors_log_in_as_often_as_they_are_used_to(platform_of: MakePlatform, per_week: float) -> None:
    platform = platform_of(*[a_tutor(number, logins_per_week=per_week) for number in range(1, 11)])
    platform.run()
    assert len(platform.stage.events(Login)) == pytest.approx(10 * WEEKS * per_week, rel=0.1)


def test_an_experiment_may_change_that(platform_of: MakePlatform) -> None:
    tutors = [a_tutor(number, logins_per_week=3.5) for number in range(1, 11)]
    for tutor in tutors:
        tutor.influences.add(Aspect.LOGINS, Influence(1.0, 0, WEEKS * 7 * DAY, fades=False))
    platform = platform_of(*tutors)
    platform.run()
    assert len(platform.stage.events(Login)) == 10 * WEEKS * 7  # exactly one a day


def test_profiles_are_updated_once_or_twice_and_messages_written_two_to_five_times_a_month(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of(
        *[a_tutor(number, profile_updates_per_month=1.5, messages_per_month=3.5) for number in range(1, 31)]
    )
    platform.run(60)
    assert len(platform.stage.events(ProfileUpdated)) == pytest.approx(30 * 2 * 1.5, rel=0.25)
    assert len(platform.stage.events(MessageSent)) == pytest.approx(30 * 2 * 3.5, rel=0.2)
    recipients = Counter(event.recipient_type for event in platform.stage.events(MessageSent))
    assert set(recipients) == {"student", "parent", "support"}


def test_who_updates_and_writes_thirty_times_a_month_does_so_once_on_every_day(platform_of: MakePlatform) -> None:
    habits = {"profile_updates_per_month": 30.0, "messages_per_month": 60.0}
    platform = platform_of(*[a_tutor(number, **{**QUIET, **habits}) for number in range(1, 6)])
    platform.run()
    for event_type, a_day in ((ProfileUpdated, 1), (MessageSent, 2)):
        of_each_day = Counter(
            (event.tutor_id, second // DAY)
            for second, event in platform.stage.diary.entries
            if isinstance(event, event_type)
        )
        assert of_each_day == {(f"T{number:04d}", day): a_day for number in range(1, 6) for day in range(WEEKS * 7)}


def test_profiles_are_updated_and_messages_written_all_day_from_eight_to_ten_in_the_evening(
    platform_of: MakePlatform,
) -> None:
    habits = {"profile_updates_per_month": 30.0, "messages_per_month": 30.0}
    platform = platform_of(*[a_tutor(number, **{**QUIET, **habits}) for number in range(1, 6)])
    platform.run()
    for event_type in (ProfileUpdated, MessageSent):
        hours = [second % DAY / HOUR for second in platform.stage.times(event_type)]
        assert 8 <= min(hours) < 8.5
        assert 21.5 < max(hours) <= 22


def test_what_is_updated_who_is_written_to_and_from_what_is_all_drawn_evenly(platform_of: MakePlatform) -> None:
    habits = {"logins_per_week": 7.0, "profile_updates_per_month": 30.0, "messages_per_month": 30.0}
    platform = platform_of(*[a_tutor(number, **{**QUIET, **habits}) for number in range(1, 11)])
    platform.run()
    kinds = {
        "profile_section": ("availability", "biography", "photo", "subjects"),
        "recipient_type": ("student", "parent", "support"),
        "device": ("desktop", "laptop", "tablet", "mobile"),
    }  # fmt: skip
    events = [event for _, event in platform.stage.diary.entries]
    for field, names in kinds.items():
        counts = Counter(getattr(event, field) for event in events if hasattr(event, field))
        assert set(counts) == set(names)
        assert min(counts.values()) > 0.75 * counts.total() / len(names)


def test_inactive_tutors_still_log_in_but_do_nothing_else(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(active=False, logins_per_week=7.0))
    platform.run()
    assert set(platform.stage.told()) == {"Login"}
    assert len(platform.stage.events(Login)) == WEEKS * 7


def test_who_has_left_does_nothing_any_more(platform_of: MakePlatform) -> None:
    tutor = a_tutor(logins_per_week=14.0)
    platform = platform_of(tutor)
    platform.stage.at(10 * DAY, platform.stage.context.marketplace.remove, tutor)
    platform.run()
    assert 9 * DAY < platform.stage.diary.entries[-1][0] < 10 * DAY


def test_without_the_mechanism_the_platform_is_still(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(), mechanisms={"platform_activity": False}, post_session=1.0)
    tutor = platform.stage.tutors[0]
    session = platform.stage.book(a_student(), tutor, 0, 9)
    platform.activity.after_session(a_settled(session, a_completed(session)))
    platform.run()
    assert platform.stage.told() == []


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(("morning", "first", "last"), [(True, 8, 10), (False, 18, 21)])
def test_logins_that_aim_at_no_session_come_in_the_tutor_s_peak_hours(
    platform_of: MakePlatform, morning: bool, first: int, last: int
) -> None:
    platform = platform_of(a_tutor(morning=morning, logins_per_week=7.0))
    platform.run()
    hours = [second % DAY / HOUR for second in platform.stage.times(Login)]
    assert all(first <= hour <= last for hour in hours)
    assert max(hours) - min(hours) > (last - first) / 2


def with_sessions(platform: Platform, hour: float) -> None:
    """Every tutor has a session on every day at an hour."""
    for tutor in platform.stage.tutors:
        student = a_student(tutor.number)
        for day in range(WEEKS * 7):
            platform.stage.book(student, tutor, day, hour)
    for day in range(WEEKS * 7):
        platform.begin(second_of(day, slot(hour)))


def test_most_logins_come_one_to_four_hours_before_a_session_of_the_day(platform_of: MakePlatform) -> None:
    platform = platform_of(*[a_tutor(number, logins_per_week=7.0) for number in range(1, 11)], aimed_logins=0.6)
    with_sessions(platform, 14)
    platform.run()
    hours = [second % DAY / HOUR for second in platform.stage.times(Login)]
    aimed = [hour for hour in hours if 10 <= hour <= 13]
    assert len(aimed) / len(hours) == pytest.approx(0.6, abs=0.08)
    assert all(18 <= hour <= 21 for hour in hours if hour not in aimed)
    assert min(aimed) < 10.5
    assert max(aimed) > 12.5


def test_a_login_that_aims_at_a_session_soon_after_midnight_comes_on_the_same_day(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(logins_per_week=7.0), aimed_logins=1.0)
    with_sessions(platform, 0.5)
    platform.run()
    assert {second % DAY for second in platform.stage.times(Login)} == {0}


# ---------------------------------------------------------------- scheduling


def test_most_logins_are_followed_by_scheduling_within_the_hour(platform_of: MakePlatform) -> None:
    platform = platform_of(*[a_tutor(number, logins_per_week=7.0) for number in range(1, 11)], scheduling=0.7)
    with_sessions(platform, 23)
    platform.run()
    logins, scheduled = platform.stage.events(Login), platform.stage.events(SessionScheduled)
    assert len(scheduled) / len(logins) == pytest.approx(0.7, abs=0.08)
    login_of = {
        (event.tutor_id, second // DAY): second
        for second, event in zip(platform.stage.times(Login), logins, strict=True)
    }
    for second, event in zip(platform.stage.times(SessionScheduled), scheduled, strict=True):
        assert 30 * MINUTE <= second - login_of[event.tutor_id, second // DAY] <= 60 * MINUTE


def test_scheduling_is_about_the_tutor_s_next_session(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(1, logins_per_week=7.0), a_tutor(2, **QUIET), scheduling=1.0)
    with_sessions(platform, 12)
    starts = {session.id: session.start for session in platform.stage.tutors[0].sessions.values()}
    platform.run(40)
    scheduled = list(zip(platform.stage.times(SessionScheduled), platform.stage.events(SessionScheduled), strict=True))
    assert len(scheduled) == 40
    for second, event in scheduled:
        assert starts[event.session_id] == min(start for start in starts.values() if start > second)


def test_who_has_no_session_ahead_has_nothing_to_schedule(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(logins_per_week=7.0), scheduling=1.0)
    platform.run()
    assert platform.stage.events(Login) != []
    assert platform.stage.events(SessionScheduled) == []


# ---------------------------------------------------------------- after sessions


@pytest.mark.parametrize(("u", "follows"), [(0.139, 1), (0.141, 0)])
def test_some_completed_sessions_are_followed_up_within_a_quarter_of_an_hour(
    platform_of: MakePlatform, u: float, follows: int
) -> None:
    platform = platform_of(a_tutor(**QUIET), post_session=0.14)
    tutor = platform.stage.tutors[0]
    session = platform.stage.book(a_student(), tutor, 0, 9)
    settled = a_settled(session, a_completed(session), follow_up=(u, 0.5))
    platform.stage.at(10 * HOUR, platform.activity.after_session, settled)
    platform.run(2)
    assert platform.stage.times(PostSessionActivity) == [10 * HOUR + 7 * MINUTE + 30] * follows
    assert all(event.session_id == session.id for event in platform.stage.events(PostSessionActivity))


def test_a_session_that_was_missed_is_not_followed_up(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(**QUIET), post_session=1.0)
    session = platform.stage.book(a_student(), platform.stage.tutors[0], 0, 9)
    platform.activity.after_session(a_settled(session, student=False, follow_up=(0.0, 0.5)))
    platform.run(2)
    assert platform.stage.told() == []


def test_follow_ups_are_of_several_kinds(platform_of: MakePlatform) -> None:
    platform = platform_of(a_tutor(**QUIET), post_session=0.3)
    for day in range(30):
        session = platform.stage.book(a_student(), platform.stage.tutors[0], day, 9)
        draws = 0.3 * (day + 0.5) / 30
        platform.activity.after_session(a_settled(session, a_completed(session), follow_up=(draws, 0.5)))
    platform.run(2)
    kinds = Counter(event.activity for event in platform.stage.events(PostSessionActivity))
    assert sorted(kinds.values()) == [10, 10, 10]


# ---------------------------------------------------------------- addresses


def test_addresses_are_from_ranges_that_are_set_aside_for_documentation(platform_of: MakePlatform) -> None:
    platform = platform_of(*[a_tutor(number) for number in range(1, 7)])
    platform.run()
    addresses = {event.tutor_id: set[str]() for event in platform.stage.events(Login)}
    for event in platform.stage.events(Login):
        addresses[event.tutor_id].add(event.ip_address)
    for own in addresses.values():
        assert sum(all(ip_address(name) in network for name in own) for network in DOCUMENTATION) == 1
    assert {event.device for event in platform.stage.events(Login)} == {"desktop", "laptop", "tablet", "mobile"}


def test_one_tutor_s_days_are_the_same_whoever_else_is_there(platform_of: MakePlatform) -> None:
    alone, among_others = platform_of(a_tutor(3)), platform_of(*[a_tutor(number) for number in range(1, 7)])
    for platform in (alone, among_others):
        platform.run()
    own = [entry for entry in among_others.stage.diary.entries if entry[1].tutor_id == "T0003"]
    assert own == alone.stage.diary.entries
