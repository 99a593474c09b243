"""Engagement events: what tutors did on the platform."""

import json
from typing import Any

import pytest

from simulation.events import (
    ChurnScored,
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailDelivered,
    EmailOpened,
    Login,
    MessageSent,
    Moment,
    PostSessionActivity,
    ProfileUpdated,
    SessionScheduled,
)
from simulation.tables.engagement_events import reduce_engagement_events
from tests.hand_made_log import LogBuilder, at, local, merged, row, rows, values

LOGIN = Login("T0001", "web", "192.0.2.7")


@pytest.mark.parametrize(
    ("event", "name", "data"),
    [
        (LOGIN, "login", {"device": "web", "ip_address": "192.0.2.7"}),
        (
            SessionScheduled("T0001", "S1", "prepared"),
            "session_scheduled",
            {"activity": "prepared", "session_id": "S1"},
        ),
        (PostSessionActivity("T0001", "S1", "notes"), "session_completed", {"activity": "notes", "session_id": "S1"}),
        (ProfileUpdated("T0001", "bio"), "profile_updated", {"profile_section": "bio"}),
        (MessageSent("T0001", "parent"), "message_sent", {"recipient_type": "parent"}),
        (
            CoachingScheduled("T0001", "INT000101", Moment(at(9, 14, 30))),
            "coaching_scheduled",
            {"coaching_at": "2026-01-14T14:30:00", "intervention_id": "INT000101"},
        ),
        (CoachingAttended("T0001", "INT000101"), "coaching_attended", {"intervention_id": "INT000101"}),
        (EmailOpened("T0001", "INT000101"), "email_opened", {"intervention_id": "INT000101"}),
        (EmailClicked("T0001", "INT000101"), "email_clicked", {"intervention_id": "INT000101"}),
    ],
)
def test_each_activity_is_told_with_its_details(log: LogBuilder, event: Any, name: str, data: dict[str, str]) -> None:
    log.event(at(3, 9, 1), event)

    activity = row(reduce_engagement_events(log.observable))

    assert activity["event_type"] == name
    assert json.loads(activity["event_data"]) == data
    assert list(json.loads(activity["event_data"])) == sorted(data)
    assert (activity["tutor_id"], activity["timestamp"]) == ("T0001", local(3, 9, 1))


def test_what_happens_to_a_tutor_is_no_activity(log: LogBuilder) -> None:
    signals = (False, False, False, False, False, False)
    averages = (None, None, None, None, None)
    scored = ChurnScored("T0001", 0.05, "Low", 0, *signals, *averages, 0.0, 0, 0, 0)
    log.session("S1", at(2)).intervention("INT000101", at(3)).event(at(3), EmailDelivered("T0001", "INT000101"))
    log.event(at(4), scored)

    assert rows(reduce_engagement_events(log.observable)) == []


def test_details_are_quoted_as_json_asks(log: LogBuilder) -> None:
    for day, recipient in enumerate(('the "support"\n\\ team', "Zoë", "parent")):
        log.event(at(day), MessageSent("T0001", recipient))

    told = values(rows(reduce_engagement_events(log.observable)), "event_data")

    assert [json.loads(data)["recipient_type"] for data in told] == ['the "support"\n\\ team', "Zoë", "parent"]
    assert told == [json.dumps(json.loads(data), separators=(",", ":")) for data in told]


def test_the_window_holds_its_first_second_and_not_its_end(log: LogBuilder) -> None:
    for second in (at(0) - 1, at(0), at(30) - 1, at(30)):
        log.event(second, LOGIN)

    told = values(rows(reduce_engagement_events(log.observable)), "timestamp")

    assert [time.isoformat() for time in told] == ["2026-01-05T00:00:00", "2026-02-03T23:59:59"]


def test_the_email_of_an_intervention_sent_in_the_warm_up_may_be_opened_in_the_window(log: LogBuilder) -> None:
    log.intervention("INT000101", at(-1)).event(at(0, 9), EmailOpened("T0001", "INT000101"))

    assert row(reduce_engagement_events(log.observable))["event_type"] == "email_opened"


def test_ids_are_the_logs_and_ties_stay_in_its_order(log: LogBuilder) -> None:
    log.event(at(2), MessageSent("T0001", "parent"), LOGIN, ProfileUpdated("T0001", "bio")).event(at(1), LOGIN)
    observable = log.observable

    told = rows(reduce_engagement_events(observable))

    assert values(told, "event_type") == ["login", "message_sent", "login", "profile_updated"]
    logged = dict(zip(*(observable.table[name].to_pylist() for name in ("event_id", "event_type")), strict=True))
    assert [logged[event_id] for event_id in values(told, "event_id")] == values(told, "event_type")


def test_regions_are_put_in_the_order_of_local_time() -> None:
    west = LogBuilder(utc_hours=-8).tutor("T0001").event(at(3, 8), LOGIN)
    east = LogBuilder(region=2, utc_hours=9).tutor("T20001").event(at(3, 9), Login("T20001", "ios", "192.0.2.8"))
    log = merged(west.observable, east.observable)

    told = rows(reduce_engagement_events(log))

    assert log.table["tutor_id"].to_pylist()[-2:] == ["T20001", "T0001"]
    assert values(told, "tutor_id") == ["T0001", "T20001"]
    assert values(told, "event_id") == ["EV000002", "EV1000000000002"]
