"""Worlds at their limits: too much demand, too few tutors, hardly any time. Requests are refused, not stacked."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from simulation.events import (
    RequestRefused,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRequested,
    SessionRescheduled,
    StudentJoined,
    TutorRegistered,
    type_name,
)
from simulation.log import iterate
from simulation.scenario.loading import load_scenario
from simulation.validation import Run
from tests.conftest import TINY
from tests.world.simulated import broken_rules, count, simulated

LIMITS = {
    "tenfold demand": ["demand.sessions_per_day=300"],
    "no demand": ["demand.sessions_per_day=0"],
    "one tutor": ["population.tutors=1"],
    "too few tutors": ["population.tutors=3"],
    "a window of one day": ["days=1"],
    "no warm-up": ["warm_up_days=0"],
    "one day in all": ["days=1", "warm_up_days=0"],
    "sessions everywhere": ["matching.daily_sessions=48", "matching.open_outside=1", "demand.sessions_per_day=300"],
}
SEEDS = (1, 2)

Time = tuple[datetime, datetime]


@cache
def at(limit: str, seed: int) -> Run:
    return simulated(load_scenario(TINY, LIMITS[limit], seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", LIMITS)
def test_all_rules_hold_at_the_limits(limit: str, seed: int) -> None:
    assert broken_rules(at(limit, seed)) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", LIMITS)
def test_nobody_is_booked_twice_at_one_time(limit: str, seed: int) -> None:
    assert list(booked_twice(at(limit, seed))) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", LIMITS)
def test_nobody_is_in_two_sessions_at_one_time(limit: str, seed: int) -> None:
    held: dict[str, list[Time]] = defaultdict(list)
    for event in events(at(limit, seed), SessionCompleted):
        end = event["started_at"] + timedelta(minutes=event["actual_duration_min"])
        for who in (event["tutor_id"], event["student_id"]):
            held[who].append((event["started_at"], end))
    for times in held.values():
        times.sort()
        assert all(first[1] <= second[0] for first, second in pairwise(times))


@pytest.mark.parametrize("seed", SEEDS)
def test_tenfold_demand_is_refused_and_not_stacked(seed: int) -> None:
    run = at("tenfold demand", seed)
    requests, refused = count(run, SessionRequested), count(run, RequestRefused)
    assert refused > requests / 2
    assert count(run, SessionBooked) == requests - refused


def test_a_tutor_shortage_is_felt_in_refusals_alone() -> None:
    # Which subjects three or ten tutors teach is chance: several worlds tell what the shortage does.
    seeds = range(1, 7)
    few = [count(at("too few tutors", seed), RequestRefused) for seed in seeds]
    enough = [count(simulated(load_scenario(TINY, seed=seed)), RequestRefused) for seed in seeds]
    assert all(more > fewer for more, fewer in zip(few, enough, strict=True))
    assert sum(few) > 2 * sum(enough)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_demand_there_is_nobody_to_teach(seed: int) -> None:
    run = at("no demand", seed)
    assert count(run, TutorRegistered) == 10
    assert count(run, StudentJoined, SessionRequested, SessionBooked, SessionCompleted) == 0
    assert len(run.tables["sessions"]) == 0
    assert len(run.tables["tutor_profiles"]) == 10


@pytest.mark.parametrize("seed", SEEDS)
def test_one_tutor_teaches_all_there_is(seed: int) -> None:
    run = at("one tutor", seed)
    assert set(run.tables["sessions"]["tutor_id"].to_pylist()) == {"T0001"}
    assert count(run, RequestRefused) > 0


def events(run: Run, *event_types: type[Any]) -> Iterator[dict[str, Any]]:
    """Observable events of some types, in their order."""
    names = {type_name(event_type) for event_type in event_types}
    return (event for event in iterate(run.log) if event["event_type"] in names)


def booked_twice(run: Run) -> Iterator[str]:
    """Follow all calendars through the log; whatever is entered must find its time free."""
    calendars: dict[str, dict[str, Time]] = defaultdict(dict)
    minutes: dict[str, int] = {}
    for event in events(run, SessionBooked, SessionRescheduled, SessionCancelled):
        session = event["session_id"]
        start = event.get("scheduled_start") or event.get("new_time")
        minutes.setdefault(session, event.get("scheduled_duration_min", 0))
        for who in (event["tutor_id"], event["student_id"]):
            calendars[who].pop(session, None)
            if start is not None:
                end = start + timedelta(minutes=minutes[session])
                for other, (begins, ends) in calendars[who].items():
                    if start < ends and begins < end:
                        yield f"{who} is booked for {session} and {other} at {start}"
                calendars[who][session] = start, end
