"""Worlds with behaviours of extensions: names of their own, events of their own, and switches."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

import attrs
import pytest

from simulation.clock import DAY, EventPriority
from simulation.contract.vocabulary import ExtraEvent, ExtraField
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, schemas_of
from simulation.processes.agenda import Process, action
from simulation.processes.behaviours import BUILT_IN
from simulation.processes.context import Behaviour, SimulationContext
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario, extension_code
from simulation.scenario.extension_code import Code
from simulation.scenario.extensions import Extension, Source
from simulation.scenario.loading import scenario_from_dict
from simulation.world import World, memory_sinks
from tests.processes.stage import Stage


class NightCounted(NamedTuple):
    """A night is counted."""

    night: Annotated[int, "its number, from 1"]


@attrs.define
class Nights:
    """How many there were, and when the next one comes."""

    count: int = 0
    next_at: int = 0


class Counting(Behaviour):
    """Counts nights."""

    name = "sessions"  # that of a behaviour that is built in

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self.memory = context.memory.of("sessions", Nights)
        self.draws = context.streams.stream("tutor: coaching")

    def start(self) -> None:
        self.memory.next_at = (self._context.now // DAY + 1) * DAY
        self._context.agenda.start(self.count)

    @action
    def count(self) -> Process:
        while True:
            yield self._context.agenda.until(self.memory.next_at, EventPriority.PLATFORM, 0)
            self.memory.next_at += DAY
            self.memory.count += 1
            self._context.record(NightCounted(self.memory.count))


class Stray(Behaviour):
    """A behaviour that no extension has."""

    name = "stray"


COUNTING = Extension("counting", behaviours=(Counting,), observable=(NightCounted,))


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scenario]:
    """A scenario of six days that names the extension, which is found without being installed."""
    monkeypatch.setattr(extension_code, "code_of", lambda _: Code(COUNTING, Source("", "0" * 64)))

    def make(*changes: dict[str, object], on: bool = True) -> Scenario:
        tiny = {"population": {"tutors": 3}, "demand": {"sessions_per_day": 5.0}, "experiments": []}
        stated = {**tiny, "days": 6, "warm_up_days": 0, "extensions": {"counting": {"on": on}}, "changes": changes}
        return scenario_from_dict(stated, extensions=["counting"])

    return make


def nights(scenario: Scenario) -> list[tuple[int, int]]:
    """The nights that were counted in a world: the day of the month, and the number."""
    observable, truth = memory_sinks(scenario)
    World(scenario, observable, truth).run()
    rows = observable.table().select(["timestamp", "night"]).to_pylist()
    return [(row["timestamp"].day, row["night"]) for row in rows if row["night"] is not None]


def test_a_behaviour_acts_and_its_events_are_in_the_log(scenario: Callable[..., Scenario]) -> None:
    assert nights(scenario()) == [(6, 1), (7, 2), (8, 3), (9, 4), (10, 5)]
    assert nights(scenario(on=False)) == []


def test_switched_off_it_drops_its_plans_and_switched_on_it_begins_with_what_it_remembers(
    scenario: Callable[..., Scenario],
) -> None:
    off = {"day": 2, "until": 4, "set": {"extensions.counting.on": False}}
    assert nights(scenario(off)) == [(6, 1), (10, 2)]


def test_a_stop_while_it_is_switched_off_loses_nothing(scenario: Callable[..., Scenario]) -> None:
    stopped = scenario({"day": 2, "until": 4, "set": {"extensions.counting.on": False}})
    world = World(stopped, *memory_sinks(stopped))
    world.run(until=3 * DAY)
    observable, truth = memory_sinks(stopped)
    World(stopped, observable, truth, state=world.state()).run()
    assert [night for night in observable.table()["night"].to_pylist() if night is not None] == [2]


def test_its_names_are_never_those_of_others() -> None:
    context = Stage().context
    context.extend("counting", [Counting], COUNTING.section())
    context.connect([*BUILT_IN, Counting])
    counting = context.of(Counting)
    assert set(context.memory.registers) >= {"sessions", "counting/sessions"}
    assert context.agenda.named("counting/sessions: count") == counting.count
    mine, others = counting.draws.uniform(1), RandomStreams(context.scenario.seed).stream("tutor: coaching").uniform(1)
    assert mine != others


def test_a_behaviour_that_the_world_does_not_have_is_not_to_be_asked_for() -> None:
    context = Stage().context
    context.of(Stray)
    with pytest.raises(LookupError, match="Stray is no behaviour of this world"):
        context.connect(BUILT_IN)


# ---------------------------------------------------------------- columns of the log


def an_event(name: str, *, of_truth: bool = False, **kinds: str) -> ExtraEvent:
    return ExtraEvent(name, of_truth, tuple(ExtraField(field, kind) for field, kind in kinds.items()))


def test_columns_of_extensions_come_last_by_name() -> None:
    seen = an_event("b_came", zebra="integer", tutor_id="string")
    hidden = an_event("a_came", of_truth=True, cause="string", ape="float")
    observable, truth = schemas_of([seen, hidden])
    assert observable.names == [*OBSERVABLE_SCHEMA.names, "zebra"]
    assert truth.names == [*TRUTH_SCHEMA.names, "ape", "cause", "zebra"]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (an_event("b_came", tutor_id="integer"), "field tutor_id of b_came is declared elsewhere as string"),
        (an_event("b_came", region="integer"), "field region of b_came is one that every event has"),
        (an_event("session_booked"), "session_booked is an event that every log may have"),
    ],
)
def test_what_does_not_go_together_is_told_in_one_line(event: ExtraEvent, line: str) -> None:
    with pytest.raises(TypeError, match=line):
        schemas_of([event])
