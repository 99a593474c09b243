"""A reader of the stream alone comes to the figures and signals of the tables."""

import json
import re
import subprocess
import sys
from itertools import chain
from typing import Any

import pytest

from simulation import simulate
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.stream import StreamError
from simulation.stream.churn_signals import follow
from simulation.stream.streaming import stream_world
from simulation.tables import reduce_log
from simulation.tables.columns import decimals
from tests.scenarios import SCENARIOS

DEV = SCENARIOS / "dev.toml"


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
            [sys.executable, "-m", "simulation.stream.churn_signals", *map(str, reader)],
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
