"""A reader of the stream alone comes to the figures and signals of the tables."""

import json
import subprocess
import sys
from typing import Any

from simulation import simulate
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.signals import ChurnRules
from simulation.stream.churn_signals import follow
from simulation.tables import reduce_log
from simulation.tables.columns import decimals
from tests.scenarios import SCENARIOS

DEV = SCENARIOS / "dev.toml"


def as_stored(standing: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, decimals("tutor_aggregates", name)) if isinstance(value, float) else value
        for name, value in standing.items()
    }


def test_every_tutor_stands_at_the_windows_end_as_in_the_aggregates() -> None:
    run = simulate(load_scenario(DEV))
    began, ended = run.log.metadata.window_start, run.log.metadata.window_end
    with subprocess.Popen(
        [sys.executable, "-m", "simulation", "stream", str(DEV), "--speed", "0"], stdout=subprocess.PIPE
    ) as streaming:
        read = subprocess.run(
            [sys.executable, "-m", "simulation.stream.churn_signals", "--since", began, "--at", ended],
            stdin=streaming.stdout, check=True, capture_output=True, text=True,
        )  # fmt: skip
    standings = [as_stored(json.loads(line)) for line in read.stdout.splitlines()]
    aggregates = reduce_log(run.log, run.truth_log)["tutor_aggregates"].select(list(standings[0]))
    assert standings == aggregates.to_pylist()
    assert any(standing["signal_no_shows"] or standing["signal_poor_first_sessions"] for standing in standings)


def test_a_stream_without_an_event_tells_of_nobody() -> None:
    assert list(follow([], ChurnRules.of(Scenario().churn))) == []
