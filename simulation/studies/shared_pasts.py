"""Runs of a study that share their past: it is simulated once, and each goes on from where it begins to differ.

A task is what shares a past: scenarios with one seed that begin alike. Its trunk is the world of the first of them; the
others leave it at the midnight up to which they are the same, and may be the trunk of others in turn.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from simulation.clock import DAY
from simulation.execution.executors import Executor, Failure, failure_of
from simulation.lib.arrow import import_arrow_alone
from simulation.scenario import SAID_OF_IT, Scenario
from simulation.scenario.changes import segments
from simulation.scenario.regions import simulated_days
from simulation.studies.key_figures import Figures, figures_of

_NOTHING_SAID: dict[str, Any] = {name: attrs.fields_dict(Scenario)[name].default for name in SAID_OF_IT}


def same_until(one: Scenario, other: Scenario) -> int | None:
    """The simulated second up to which two scenarios are the same; None where they differ from the beginning.

    Where they never differ, it is the end of the window. What is said of scenarios, as their names, does not count.
    """
    begins = -one.warm_up_days
    parts, others = (dict(_parts(scenario)) for scenario in (one, other))
    for day in sorted({*parts, *others}):
        if parts.get(day) != others.get(day):
            return (day - begins) * DAY if day > begins else None
    return _length(one)


def _length(scenario: Scenario) -> int:
    """The simulated seconds from the start of the warm-up to the end of the window."""
    return (simulated_days(scenario) - scenario.follow_up_days) * DAY


def _parts(scenario: Scenario) -> Iterator[tuple[int, Scenario]]:
    """The parameters from each day on at which they change."""
    return ((segment.day, _unsaid(segment.scenario)) for segment in segments(scenario))


def _unsaid(scenario: Scenario) -> Scenario:
    return attrs.evolve(scenario, **_NOTHING_SAID)


def sharing(scenarios: Sequence[Scenario], executor: Executor) -> list[list[int]]:
    """The places of scenarios whose runs share a past, task by task; no task has more than its share of the runs.

    Runs of several regions, and those that differ from the beginning or not at all, are tasks of their own.
    """
    alike: dict[object, list[int]] = {}
    for place, scenario in enumerate(scenarios):
        key = _unsaid(attrs.evolve(scenario, changes=())) if len(scenario.regions) == 1 else place
        alike.setdefault(key, []).append(place)
    differing = [places for places in alike.values() if _differ([scenarios[place] for place in places])]
    size = -(-len(scenarios) // executor.at_once) if differing else 1
    found = []
    for places in alike.values():
        step = size if places in differing else 1
        found += [places[first : first + step] for first in range(0, len(places), step)]
    return sorted(found)


def _differ(scenarios: Sequence[Scenario]) -> bool:
    """Whether any two of scenarios that begin alike come to differ."""
    return len({tuple(_parts(scenario)) for scenario in scenarios}) > 1


# ---------------------------------------------------------------- simulating


def measure_together(scenarios: Sequence[Scenario]) -> list[Figures | Failure]:
    """Simulate scenarios that share a past in memory; the key figures of each, or why its run failed."""
    import_arrow_alone()
    first, *others = scenarios
    found = dict(_grown(0, dict(enumerate(others, 1)), first))
    return [found[place] for place in range(len(scenarios))]


class _Trunk:
    """A world of a scenario with what it wrote, which others may leave."""

    def __init__(self, scenario: Scenario, leaves: "_Trunk | None" = None) -> None:
        from simulation.scenario.regions import regional
        from simulation.world import World, memory_sinks

        self.scenario = scenario
        self._sinks = memory_sinks(scenario)
        if leaves is None:
            self.world = World(regional(scenario, 1), *self._sinks)
            return
        self.world = leaves.world.branch(*self._sinks, scenario=regional(scenario, 1))
        # What leaves has the log so far; it is not copied.
        for sink, so_far in zip(self._sinks, leaves._sinks, strict=True):  # noqa: SLF001 -- another of its own
            sink.write(so_far.table())

    def figures(self) -> Figures:
        """Simulate the rest, and measure all."""
        from simulation.log import Log
        from simulation.tables import reduce_log
        from simulation.validation import Run
        from simulation.world import log_metadata

        self.world.run()
        metadata = log_metadata(self.scenario)
        observable, of_truth = (sink.table() for sink in self._sinks)
        log, truth = Log(observable, metadata.observable()), Log(of_truth, metadata)
        return figures_of(Run.simulated(self.scenario, reduce_log(log, truth), log, truth))


def _grown(
    own: int, others: Mapping[int, Scenario], scenario: Scenario, leaves: _Trunk | None = None
) -> Iterator[tuple[int, Figures | Failure]]:
    """The place of a scenario and of others that begin alike, with what came of each.

    What fails before others leave has failed in them, too.
    """
    waiting = {own, *others}
    try:
        trunk = _Trunk(scenario, leaves)
        for second, leaving in _departures(scenario, others):
            trunk.world.run(until=second)
            (first, begun), *rest = leaving.items()
            if waiting != {own, *others}:
                gc.collect()  # the worlds of those who left before
            yield from _grown(first, dict(rest), begun, trunk)
            waiting -= {*leaving}
        yield own, trunk.figures()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to these runs alone
        yield from ((place, failure_of(error)) for place in sorted(waiting))


def _departures(scenario: Scenario, others: Mapping[int, Scenario]) -> list[tuple[int, dict[int, Scenario]]]:
    """The seconds at which others leave a scenario, ascending, with those that leave."""
    found: dict[int, dict[int, Scenario]] = {}
    for place, other in others.items():
        last_midnight = min(map(_length, (scenario, other))) - DAY
        second = min(same_until(scenario, other) or 0, last_midnight)
        found.setdefault(second, {})[place] = other
    return sorted(found.items(), key=lambda departure: departure[0])
