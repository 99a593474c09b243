"""A reader of the stream alone comes to the figures and signals of the tables."""

import json
import random
import re
import subprocess
import sys
from datetime import datetime
from itertools import chain
from typing import Any

import pytest

from simulation import simulate
from simulation.churn.signals import ChurnRules
from simulation.exports.stream import StreamError
from simulation.exports.stream.churn_signals import ChurnSignals, follow
from simulation.exports.stream.cloud_events import TYPE_PREFIX
from simulation.exports.stream.streaming import stream_world
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.tables import reduce_log
from simulation.tables.columns import decimals
from tests.scenarios import SCENARIOS

DEV = SCENARIOS / "dev.toml"


@pytest.fixture(scope="module")
def coasts() -> Scenario:
    """The two coasts, for a day."""
    return load_scenario(SCENARIOS / "two-regions.toml", ["days=1", "warm_up_days=3"])


@pytest.fixture(scope="module")
def lines(coasts: Scenario) -> list[str]:
    lines: list[str] = []
    stream_world(coasts, lines.append, speed=0.0)
    return lines


def as_stored(standing: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, decimals("tutor_aggregates", name)) if isinstance(value, float) else value
        for name, value in standing.items()
    }


def standings(stream: tuple[object, ...], reader: tuple[object, ...]) -> tuple[int, list[dict[str, Any]], str]:
    """What the reader answers to a stream through a pipe: exit code, output, error."""
    with subprocess.Popen(
        [sys.executable, "-m", "simulation", "stream", *map(str, stream), "--speed", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as streaming:  # fmt: skip
        read = subprocess.run(
            [sys.executable, "-m", "simulation.exports.stream.churn_signals", *map(str, reader)],
            stdin=streaming.stdout, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert streaming.stdout
        streaming.stdout.close()
    return read.returncode, [json.loads(line) for line in read.stdout.splitlines()], read.stderr


@pytest.mark.parametrize(
    ("file", "settings"),
    [
        ("dev.toml", ()),
        ("dev.toml", ("--set", "churn.no_show_limit=0", "--set", "churn.low_engagement=6.6")),
        ("two-regions.toml", ("--seed", "7")),
    ],
)
def test_every_tutor_stands_at_the_windows_end_as_in_the_aggregates(file: str, settings: tuple[str, ...]) -> None:
    overrides = [value for option, value in zip(settings[::2], settings[1::2], strict=True) if option == "--set"]
    seed = int(settings[1]) if settings[:1] == ("--seed",) else None
    run = simulate(load_scenario(SCENARIOS / file, overrides, seed))
    window = ("--since", run.log.metadata.window_start, "--at", run.log.metadata.window_end)
    stream = (SCENARIOS / file, *settings)
    code, told, error = standings(stream, (*stream, *window))
    assert (code, error) == (0, "")
    stored = [as_stored(standing) for standing in told]
    regions = [[log.of_region(number) for log in (run.log, run.truth_log)] for number in run.log.regions]
    aggregates = [reduce_log(*logs)["tutor_aggregates"].select(list(stored[0])).to_pylist() for logs in regions]
    assert stored == list(chain.from_iterable(aggregates))
    assert any(standing["signal_no_shows"] or standing["signal_poor_first_sessions"] for standing in stored)


def test_a_stream_without_an_event_tells_of_nobody() -> None:
    assert list(follow([], Scenario())) == []


def test_rules_that_change_are_those_of_the_moment_in_the_region_that_tells_of_them(
    coasts: Scenario, lines: list[str]
) -> None:
    window_end = datetime(2026, 1, 6)
    reader = ChurnSignals(ChurnRules.of(coasts.churn))
    for line in lines:
        reader.read(json.loads(line))
    before = list(reader.standings(window_end))
    changed = {"timestamp": "2026-01-05T00:00:00", "content": json.dumps({"churn.low_engagement": 10.0})}
    reader.read({"id": "EV000999", "type": f"{TYPE_PREFIX}parameters_changed", "data": changed})
    after = list(reader.standings(window_end))
    first, second = ("T0", "T1")
    assert {one["signal_low_engagement"] for one in after if one["tutor_id"].startswith(first)} == {True}
    assert [one for one in after if one["tutor_id"].startswith(second)] == [
        one for one in before if one["tutor_id"].startswith(second)
    ]
    assert not all(one["signal_low_engagement"] for one in before)


def test_a_stream_of_another_world_is_refused_in_one_line() -> None:
    brief = (DEV, "--set", "days=1", "--set", "warm_up_days=1")
    code, told, error = standings((*brief, "--seed", "7"), brief)
    assert (code, told) == (2, [])
    assert re.fullmatch(
        r"error: the stream is of urn:\S+:dev:7:\S+, and the scenario urn:\S+:dev:42:\S+; name it .*\n", error
    )


def test_a_stream_that_lacks_its_beginning_is_refused_in_one_line() -> None:
    brief = (DEV, "--set", "days=1", "--set", "warm_up_days=1")
    code, told, error = standings((*brief, "--from-event-id", "EV000009"), brief)
    assert (code, told) == (2, [])
    assert error == (
        "error: the stream has EV000010 where another was to come; figures need it from its first event on\n"
    )


@pytest.mark.parametrize("line", ["{", "[]", "{}", "17"])
def test_what_is_no_event_is_told_with_its_line(line: str) -> None:
    with pytest.raises(StreamError, match="line 1 of the stream is no event"):
        list(follow([line], Scenario()))


def test_a_stream_with_a_gap_is_refused_at_the_event_after_it() -> None:
    brief = load_scenario(DEV, ["days=1", "warm_up_days=1"])
    lines: list[str] = []
    stream_world(brief, lines.append, speed=0.0)
    with pytest.raises(StreamError, match="has EV000101 where another was to come; figures need it without gaps"):
        list(follow(lines[:99] + lines[100:], brief))
    source = json.loads(lines[0])["source"]
    with pytest.raises(StreamError, match="line 1 of the stream is no event"):
        list(follow([json.dumps({"source": source, "id": "EV000001", "type": "x", "data": 1})], brief))


# ---------------------------------------------------------------- what comes again


def delivered_again(lines: list[str], draw: random.Random) -> list[str]:
    """A stream of which parts of any length come again, at once or long after, as brokers deliver at least once."""
    delivered: list[str] = []
    reached = 0
    while reached < len(lines):
        start = draw.choice([reached, draw.randint(0, reached), max(reached - 1, 0), 0])
        end = min(reached, start + draw.randint(1, 200)) if draw.random() < 0.5 else reached
        reached = min(len(lines), max(end, draw.randint(reached + 1, reached + 500)))
        delivered += lines[start:end] + lines[end:reached]
    return delivered


@pytest.mark.parametrize("seed", range(8))
def test_events_that_come_again_count_once(coasts: Scenario, lines: list[str], seed: int) -> None:
    delivered = delivered_again(lines, random.Random(seed))  # noqa: S311 -- a delivery, not a secret
    assert len(delivered) > len(lines)
    assert list(follow(delivered, coasts)) == list(follow(lines, coasts))


def test_an_event_is_the_same_however_its_json_is_written(coasts: Scenario, lines: list[str]) -> None:
    otherwise = [json.dumps(dict(reversed(json.loads(line).items())), indent=1).encode() for line in lines[:50]]
    assert list(follow([*lines[:50], *otherwise, *lines[50:]], coasts)) == list(follow(lines, coasts))


def test_each_region_may_come_again_by_itself(coasts: Scenario, lines: list[str]) -> None:
    second = [line for line in lines if json.loads(line)["id"].startswith("EV1")]
    assert 0 < len(second) < len(lines)
    assert list(follow([*lines, *second, *lines[:10]], coasts)) == list(follow(lines, coasts))


@pytest.mark.parametrize(("repeated", "missing"), [(1, 100), (50, 100), (100, 100)])
def test_a_gap_is_found_behind_what_came_again(lines: list[str], coasts: Scenario, repeated: int, missing: int) -> None:
    with pytest.raises(StreamError, match=r"has EV\d+ where another was to come; figures need it without gaps"):
        list(follow([*lines[:missing], *lines[missing - repeated : missing], *lines[missing + 1 :]], coasts))


def test_an_id_that_comes_again_with_other_contents_is_told(lines: list[str], coasts: Scenario) -> None:
    changed = json.loads(lines[7])
    changed["data"]["timestamp"] = "2026-01-01T00:00:00"
    told = f"the stream has {changed['id']} twice, with different contents"
    with pytest.raises(StreamError, match=told):
        list(follow([*lines[:20], json.dumps(changed), *lines[20:]], coasts))


# ---------------------------------------------------------------- what is broken


def test_an_event_without_what_it_should_have_is_told(lines: list[str], coasts: Scenario) -> None:
    broken = [json.loads(line) for line in lines]
    registered = next(event for event in broken if event["type"].endswith("tutor_registered"))
    del registered["data"]["tutor_id"]
    with pytest.raises(StreamError, match=f"the stream's {registered['id']} is not as such an event is"):
        list(follow(map(json.dumps, broken), coasts))


def test_what_is_no_text_is_no_event() -> None:
    read = subprocess.run(
        [sys.executable, "-m", "simulation.exports.stream.churn_signals", DEV], input=b"\xff\xfe\n", check=False,
        capture_output=True,
    )  # fmt: skip
    assert (read.returncode, read.stdout) == (2, b"")
    assert read.stderr == b"error: line 1 of the stream is no event\n"
