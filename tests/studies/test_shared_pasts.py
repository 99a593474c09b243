"""Runs that share their past: simulated once, each comes out as if it had been simulated alone."""

import json
from collections.abc import Sequence

import attrs
import pytest

from simulation.clock import DAY
from simulation.execution.executors import Executor, Failure, InProcess, Processes
from simulation.scenario import Change, Scenario
from simulation.studies import shared_pasts, study_directory
from simulation.studies.comparison import compare
from simulation.studies.key_figures import measure_scenario
from simulation.studies.shared_pasts import measure_together, same_until, sharing
from simulation.world import World

# The changes of scenarios that are equal otherwise.
CHANGES = {
    "as-it-was": (),
    "early": (Change(day=2, set={"demand.factor": 2.0}),),
    "late": (Change(day=4, set={"demand.factor": 2.0}),),
    "early-again": (Change(day=2, set={"demand.factor": 2.0}), Change(day=3, set={"demand.factor": 0.5})),
    "newcomers": (Change(day=2, until=5, set={"demand.factor": 2.0, "students.traits.skipping": 0.1}),),
}


@pytest.fixture
def named(tiny_scenario: Scenario) -> dict[str, Scenario]:
    """Scenarios by their names: equal but for their changes, and one that differs from the beginning."""
    found = {name: attrs.evolve(tiny_scenario, name=name, changes=changes) for name, changes in CHANGES.items()}
    return found | {"other": attrs.evolve(tiny_scenario, name="other", warm_up_days=tiny_scenario.warm_up_days + 1)}


def groups(scenarios: Sequence[Scenario], executor: Executor) -> list[list[str]]:
    return [[scenarios[place].name for place in task] for task in sharing(scenarios, executor)]


# ---------------------------------------------------------------- what is shared


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("as-it-was", "early", 2), ("early", "as-it-was", 2), ("as-it-was", "late", 4), ("early", "late", 2),
        ("early", "early-again", 3),
    ],
)  # fmt: skip
def test_scenarios_are_the_same_until_the_first_midnight_at_which_parameters_differ(
    named: dict[str, Scenario], one: str, other: str, days: int
) -> None:
    assert same_until(named[one], named[other]) == (named[one].warm_up_days + days) * DAY


def test_scenarios_that_differ_from_the_beginning_share_nothing(named: dict[str, Scenario]) -> None:
    assert same_until(named["as-it-was"], named["other"]) is None
    assert same_until(named["as-it-was"], attrs.evolve(named["as-it-was"], seed=1)) is None


def test_names_and_questions_make_no_difference(named: dict[str, Scenario]) -> None:
    one = named["as-it-was"]
    same = attrs.evolve(one, name="another", question="Is it the same?")
    assert same_until(one, same) == (one.warm_up_days + one.days) * DAY


def test_runs_that_share_a_past_are_a_task_and_all_others_tasks_of_their_own(named: dict[str, Scenario]) -> None:
    two = attrs.evolve(named["as-it-was"].regions[0], name="two")
    regions = attrs.evolve(named["late"], regions=(*named["late"].regions, two))
    scenarios = [*named.values(), regions]
    assert groups(scenarios, InProcess()) == [[*CHANGES], ["other"], ["late"]]


def test_runs_that_are_all_the_same_are_tasks_of_their_own(named: dict[str, Scenario]) -> None:
    assert groups([named["late"], named["late"]], InProcess()) == [["late"], ["late"]]


def test_seeds_share_nothing(named: dict[str, Scenario]) -> None:
    seeds = [attrs.evolve(named[name], seed=seed) for seed in (1, 2) for name in ("as-it-was", "late")]
    assert sharing(seeds, InProcess()) == [[0, 1], [2, 3]]


def test_tasks_are_small_enough_for_every_worker_to_have_one(named: dict[str, Scenario]) -> None:
    scenarios = [named[name] for name in ("as-it-was", "early", "late", "early-again")]
    assert [len(task) for task in sharing(scenarios, Processes(2))] == [2, 2]
    assert [len(task) for task in sharing(scenarios, Processes(8))] == [1, 1, 1, 1]


# ---------------------------------------------------------------- what comes of it


def test_scenarios_that_change_in_mid_month_have_the_key_figures_that_each_has_alone(
    named: dict[str, Scenario],
) -> None:
    scenarios = [named[name] for name in CHANGES]
    alone = [measure_scenario(scenario) for scenario in scenarios]
    assert measure_together(scenarios) == alone
    assert len({json.dumps(figures) for figures in alone}) == len(alone)
    assert measure_together(scenarios[::-1]) == alone[::-1]


def test_a_comparison_that_shares_pasts_is_the_one_that_does_not(
    named: dict[str, Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios = [named[name] for name in ("as-it-was", "late", "early")]
    shared = compare(scenarios, range, 2)
    monkeypatch.setattr(study_directory, "sharing", lambda scenarios, _: [[place] for place in range(len(scenarios))])
    assert shared == compare(scenarios, range, 2)


@pytest.fixture
def lengths(tiny_scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """Windows of several lengths: until the first of two ends, nothing tells their worlds apart."""

    def until_the_last_midnight(one: Scenario, other: Scenario) -> int:
        return (one.warm_up_days + min(one.days, other.days)) * DAY

    monkeypatch.setattr(shared_pasts, "same_until", until_the_last_midnight)
    return [attrs.evolve(tiny_scenario, name=str(days), days=days) for days in (6, 3, 3, 2, 4, 6)]


def test_a_run_that_shares_its_past_has_the_key_figures_that_it_has_alone(lengths: list[Scenario]) -> None:
    assert measure_together(lengths) == [measure_scenario(scenario) for scenario in lengths]


def test_the_shared_past_is_simulated_once(lengths: list[Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[int] = []

    class Counted(World):
        def run(self, until: int | None = None) -> None:
            before = self.context.agenda.now
            super().run(until)
            days.append((self.context.agenda.now - before) // DAY)

    monkeypatch.setattr("simulation.world.World", Counted)
    measure_together(lengths)
    apart = sum(scenario.warm_up_days + scenario.days for scenario in lengths)
    assert sum(days) < lengths[0].warm_up_days + lengths[0].days + 2 * len(lengths) < apart


def failing_from(monkeypatch: pytest.MonkeyPatch, name: str, day: int) -> None:
    """From a day on, the worlds of scenarios of a name fail."""
    run = World.run

    def run_or_fail(self: World, until: int | None = None) -> None:
        if self._scenario.name == name:
            run(self, day * DAY)
            raise ZeroDivisionError("division by zero")
        run(self, until)

    monkeypatch.setattr(World, "run", run_or_fail)


def test_a_run_that_fails_on_its_own_fails_alone(lengths: list[Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    failing_from(monkeypatch, "2", 1)
    *_, found, longer, same = measure_together(lengths)
    assert isinstance(found, Failure)
    assert found.cause == "ZeroDivisionError: division by zero"
    assert "run_or_fail" in found.error.__notes__[0]
    assert not isinstance(longer, Failure)
    assert not isinstance(same, Failure)


def test_what_fails_in_the_shared_past_fails_in_all(lengths: list[Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    failing_from(monkeypatch, "6", 0)
    assert [type(found) for found in measure_together(lengths)] == [Failure] * len(lengths)
