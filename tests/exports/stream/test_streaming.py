"""A stream has the events of the log, in its order, when they happen."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import attrs
import pytest
from cloudevents.core.formats.json import JSONFormat

from simulation import simulate
from simulation.clock import HOUR
from simulation.events import OBSERVABLE, LocalTime, fields, type_name
from simulation.exports.stream import StreamError
from simulation.exports.stream.cloud_events import source_of
from simulation.exports.stream.streaming import stream_world
from simulation.log import EVENTS_PER_REGION, iterate
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.world import World
from tests.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def dev() -> Scenario:
    return load_scenario(SCENARIOS / "dev.toml")


@pytest.fixture(scope="module")
def lines(dev: Scenario) -> list[str]:
    return streamed(dev)


@pytest.fixture(scope="module")
def coasts() -> Scenario:
    """The two coasts, over a few days."""
    return load_scenario(SCENARIOS / "two-regions.toml", ["days=3", "warm_up_days=3"])


@pytest.fixture(scope="module")
def both(coasts: Scenario) -> list[str]:
    return streamed(coasts)


def streamed(scenario: Scenario, **options: Any) -> list[str]:
    lines: list[str] = []
    stream_world(scenario, lines.append, **{"speed": 0.0, **options})
    return lines


def logged(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The rows of a batch run's log, with moments as text."""
    for row in iterate(simulate(scenario).log):
        yield {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def row_of(event: dict[str, Any]) -> dict[str, Any]:
    """The row of the log that an event of the stream tells of. From the second one on, a region is part of its ids."""
    region = max(int(event["id"][2:]) // EVENTS_PER_REGION + 1, 1)
    kind = event["type"].removeprefix("tutoring.marketplace.")
    return {
        "event_id": event["id"],
        "region": region,
        "time_utc": event["time"].removesuffix("Z"),
        "event_type": kind,
        **event["data"],
    }


def test_the_stream_of_dev_is_its_observable_log_event_for_event(dev: Scenario, lines: list[str]) -> None:
    assert [row_of(json.loads(line)) for line in lines] == list(logged(dev))


def test_the_stream_of_two_regions_is_their_merged_log_event_for_event(coasts: Scenario, both: list[str]) -> None:
    assert [row_of(json.loads(line)) for line in both] == list(logged(coasts))


@pytest.mark.parametrize("hours", [5.75, 5.8333, -0.0166667])
def test_the_stream_and_the_log_turn_local_time_to_the_same_utc(tiny_scenario: Scenario, hours: float) -> None:
    region = attrs.evolve(tiny_scenario.regions[0], utc_offset_hours=hours)
    scenario = attrs.evolve(tiny_scenario, regions=(region,), days=2, warm_up_days=1)
    assert [row_of(json.loads(line)) for line in streamed(scenario)] == list(logged(scenario))


def test_a_region_among_others_streams_its_events_as_they_are_in_the_stream_of_all(
    coasts: Scenario, both: list[str]
) -> None:
    assert streamed(coasts, only_region=2) == [line for line in both if json.loads(line)["id"].startswith("EV1")]


@pytest.mark.parametrize("place", [0, 4000, -2, -1])
def test_a_stream_of_two_regions_goes_on_after_any_event(coasts: Scenario, both: list[str], place: int) -> None:
    last_read = json.loads(both[place])["id"]
    assert streamed(coasts, after=last_read) == (both[place + 1 :] if place != -1 else [])


def test_no_region_is_lived_further_than_the_moment_that_is_sent(
    coasts: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived: list[int] = [0]

    def noting(scenario: Scenario, *sinks: Any, on_event: Callable[[str, int, Any], None], region: int) -> World:
        def note(event_id: str, second: int, event: Any) -> None:
            lived[0] = max(lived[0], world.clock.utc_epoch_start + second)
            on_event(event_id, second, event)

        world = World(scenario, *sinks, region=region, on_event=note)  # type: ignore[misc]
        return world

    monkeypatch.setattr("simulation.world.World", noting)
    ahead: list[float] = []

    def send(line: str) -> None:
        ahead.append(lived[0] - datetime.fromisoformat(json.loads(line)["time"]).timestamp())

    stream_world(coasts, send, speed=0.0)
    assert max(ahead) == 0


def test_worlds_that_differ_in_anything_are_told_apart_by_their_source(dev: Scenario) -> None:
    other = load_scenario(SCENARIOS / "dev.toml", ["demand.sessions_per_day=83"])
    assert len({source_of(dev), source_of(attrs.evolve(dev, seed=7)), source_of(other)}) == 3


@pytest.mark.parametrize("place", [0, 5000, 12345, -2, -1])
def test_a_stream_goes_on_after_any_event(dev: Scenario, lines: list[str], place: int) -> None:
    last_read = json.loads(lines[place])["id"]
    rest = lines[place + 1 :] if place != -1 else []
    assert streamed(dev, after=last_read) == rest


def test_every_event_is_a_cloud_event(lines: list[str]) -> None:
    types = {f"tutoring.marketplace.{type_name(event)}" for event in OBSERVABLE}
    for event in map(json.loads, lines):
        assert event["specversion"] == "1.0"
        assert event["datacontenttype"] == "application/json"
        assert re.fullmatch(r"urn:tutoring-simulation:dev:42:\S+", event["source"])
        assert event["type"] in types
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
        assert event.get("subject", "some") != ""
    assert len({json.loads(line)["id"] for line in lines}) == len(lines)


def test_every_line_is_read_by_the_sdk_of_cloud_events(lines: list[str]) -> None:
    for line in lines:
        read = JSONFormat().read(None, line)
        assert read.get_data() == json.loads(line)["data"]


def test_what_an_event_is_about_is_its_session_or_else_who_it_happened_to(lines: list[str]) -> None:
    subjects = {event["type"].rpartition(".")[2]: event for event in map(json.loads, lines)}
    for kind, key in (("session_booked", "session_id"), ("login", "tutor_id"), ("student_joined", "student_id")):
        assert subjects[kind]["subject"] == subjects[kind]["data"][key]


def test_moments_among_the_data_are_local_times(lines: list[str]) -> None:
    moments = {field.name for event in OBSERVABLE for field in fields(event) if field.type is LocalTime}
    data = [json.loads(line)["data"] for line in lines]
    for name in ("scheduled_start", "joined_at"):
        assert name in moments
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", one[name]) for one in data if name in one)


def test_the_window_takes_as_long_as_it_should_and_the_warm_up_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = load_scenario(SCENARIOS / "dev.toml", ["days=1", "warm_up_days=20"])
    clock = [0.0]
    monkeypatch.setattr("simpy.rt.monotonic", lambda: clock[0])
    monkeypatch.setattr("simpy.rt.sleep", lambda seconds: clock.append(clock.pop() + seconds))
    stream_world(tiny, lambda _: None, speed=12 * HOUR)  # a day in two seconds, where the warm-up would take forty
    assert clock == [pytest.approx(2.0, abs=0.1)]


@pytest.mark.parametrize("wrong", ["17", "EV17", "EV000017T01", "ev000017"])
def test_what_is_no_id_is_told(dev: Scenario, wrong: str) -> None:
    with pytest.raises(StreamError, match=f"--from-event-id: '{wrong}' is no id of an event; allowed is"):
        streamed(dev, after=wrong)


def test_an_id_after_the_last_is_told(dev: Scenario) -> None:
    with pytest.raises(StreamError, match="--from-event-id: EV999999 is not in this stream; its last is EV018649"):
        streamed(dev, after="EV999999")
