"""Values sent to other processes, copied, compared, and used as keys; and runs, which make their tables anywhere."""

import copy
import inspect
import multiprocessing
import os
import pickle
import pkgutil
import shutil
import weakref
from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

import simulation
from simulation import Simulation, load_run, load_scenario, simulate
from simulation.clock import Clock
from simulation.contract import EVERY_RUN
from simulation.execution.cluster import Cluster
from simulation.execution.executors import InProcess, Processes
from simulation.log import Log
from simulation.runs import Continuation, RunSummary, read_record
from simulation.scenario import Region, Scenario, Term
from simulation.scenario.loading import resolved as document_of
from simulation.scenario.loading import scenario_digest, scenario_from_dict
from simulation.studies.comparison import Comparison, FailedRun, Goal
from simulation.studies.differences import Difference
from simulation.studies.sweep import Sweep, SweepSummary
from simulation.validation.rules import RuleResult
from simulation.validation.validation import Measured, MechanismsValidation, RunValidation, ScenarioValidation
from simulation.validation.verdicts import judge_run
from simulation.views.timeline import timelines_of

ROOT = Path(__file__).parents[2]


def sent(value: Any) -> Any:
    """A value as another process gets it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 -- made a line earlier


COPIES = [sent, copy.copy, copy.deepcopy]

Copied = Callable[[Any], Any]


# ---------------------------------------------------------------- scenarios


def regional_scenario() -> Scenario:
    """A scenario that states something wherever something can be stated."""
    exams = Term("Exams", date(2026, 1, 8), date(2026, 1, 16), 1.4)
    west = Region("West", -8.0, {"tutors": 5}, {"hours": {"weekend": [1.0] * 24}}, (exams,))
    return attrs.evolve(load_scenario(ROOT / "scenarios" / "production.toml"), regions=(Region("East"), west))


def sections_of(value: Any) -> list[Any]:
    """A scenario, its sections, and theirs."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return [section for item in value for section in sections_of(item)]
    if not attrs.has(type(value)):
        return []
    return [value, *sections_of(tuple(getattr(value, field.name) for field in attrs.fields(type(value))))]


SECTIONS = sections_of(regional_scenario())


def test_all_kinds_of_sections_are_tried() -> None:
    assert {type(section).__name__ for section in SECTIONS} >= {
        "Scenario",
        "Region",
        "Term",
        "Experiment",
        "DemandParameters",
    }
    assert len({type(section) for section in SECTIONS}) > 30


def test_a_scenario_is_a_key_and_its_equals_find_what_it_stands_for() -> None:
    figures = {regional_scenario(): 1}
    assert figures[scenario_from_dict(document_of(regional_scenario()))] == 1
    assert attrs.evolve(regional_scenario(), seed=7) not in figures


def with_lists(value: Any) -> Any:
    """A scenario as one states it in Python who writes lists for tuples."""
    if isinstance(value, tuple):
        return [with_lists(item) for item in value]
    if not attrs.has(type(value)):
        return value
    return type(value)(**{field.name: with_lists(getattr(value, field.name)) for field in attrs.fields(type(value))})


def test_a_list_stated_in_python_is_the_tuple_that_is_declared() -> None:
    scenario, listed = regional_scenario(), with_lists(regional_scenario())
    assert (listed, hash(listed), scenario_digest(listed)) == (scenario, hash(scenario), scenario_digest(scenario))
    assert isinstance(listed.interventions.pause_days, tuple)


# ---------------------------------------------------------------- whatever else is handed out


def values(run_directory: Path, tiny: Scenario) -> list[Any]:
    """One of each kind."""
    record = read_record(run_directory)
    log = load_run(run_directory).log
    rules = [RuleResult("rule.one", "holds", []), RuleResult("rule.two", "does not", ["T0001 is late"])]
    claims = judge_run(dict.fromkeys((one.id for one in _claims()), 0.5), "production")
    failed = FailedRun("tiny", 3, "KeyError: 7", KeyError(7))
    timelines = timelines_of(run_directory, with_truth=True)
    sweep = Sweep(tiny, ({"days": 3},), (attrs.evolve(tiny, days=3),), (1, 2))
    return [
        *SECTIONS,
        *EVERY_RUN.tables.values(), *EVERY_RUN.tables["sessions"].columns, EVERY_RUN.event_log,
        log.metadata, timelines.rules, Clock(datetime(2026, 1, 5), 0, 86_400),
        *(timelines[agent] for agent in (*timelines.tutor_ids, *timelines.student_ids)),
        InProcess(), Processes(2), Cluster("tcp://127.0.0.1:8786"),
        RunSummary(run_directory, record), Continuation.of(run_directory),
        Goal("sessions_completed", 0.5), Difference(1, 1.0, 2.0, 1.0, None, None), failed,
        Comparison((1, 2), {"a": ({"x": 1.0},), "b": ({"x": None},)}, failed=(failed,)),
        sweep, *sweep.runs(), SweepSummary(run_directory, 2, 0, 0, Comparison((1, 2), {})),
        *rules, Measured({"a": 0.5}, rules), RunValidation(rules, claims), *claims,
        ScenarioValidation("tiny", True, (1, 2), rules, [], 2, 0, 0.5), MechanismsValidation("tiny", (1,), []),
    ]  # fmt: skip


def _claims() -> Any:
    from simulation.validation.ledger import ledger

    return ledger().values()


@pytest.fixture(scope="module")
def handed_out(tiny_run: Path, tiny_scenario: Scenario) -> list[Any]:
    return values(tiny_run, tiny_scenario)


@pytest.mark.parametrize("copied", COPIES)
def test_values_are_equal_to_their_copies_and_found_by_them(copied: Copied, handed_out: list[Any]) -> None:
    for value in handed_out:
        other = copied(value)
        assert type(other) is type(value)
        assert other == value
        assert hash(other) == hash(value)


def test_values_can_be_referred_to_weakly(handed_out: list[Any]) -> None:
    assert all(weakref.ref(value)() is value for value in handed_out)


def errors() -> list[type[Exception]]:
    """All errors that the package raises."""
    modules = pkgutil.walk_packages(simulation.__path__, "simulation.")
    found = [vars(import_module(module.name)).values() for module in modules if not module.name.endswith("__main__")]
    return sorted(
        {
            kind
            for values in found
            for kind in values
            if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__.startswith("simulation")
        },
        key=lambda kind: kind.__qualname__,
    )


@pytest.mark.parametrize("error", errors(), ids=lambda kind: kind.__name__)
def test_errors_come_back_with_their_words(error: type[Exception]) -> None:
    arguments = ["it rained"] * max(1, len(inspect.signature(error).parameters) if "__init__" in vars(error) else 1)
    raised = error(*arguments)
    assert (str(sent(raised)), vars(sent(raised))) == (str(raised), vars(raised))


# ---------------------------------------------------------------- runs


@pytest.fixture(scope="module")
def simulated(tiny_scenario: Scenario) -> Simulation:
    return simulate(tiny_scenario)


def same(one: Simulation, other: Simulation) -> bool:
    """Whether two runs have the same scenario, logs and tables."""
    return (
        one.scenario == other.scenario
        and one.log.metadata == other.log.metadata
        and one.log.table.equals(other.log.table)
        and one.truth_log.table.equals(other.truth_log.table)
        and all(table.equals(other.tables[name]) for name, table in one.tables.items())
        and all(table.equals(other.truth[name]) for name, table in one.truth.items())
    )


@pytest.mark.parametrize("copied", COPIES)
def test_a_simulated_run_is_the_same_in_a_copy_before_and_after_it_was_looked_at(
    copied: Copied, simulated: Simulation, tmp_path: Path
) -> None:
    fresh = simulate(simulated.scenario)
    other = copied(fresh)
    assert same(other, simulated)
    assert same(copied(other), simulated)
    other.write(tmp_path / "run")
    assert same(load_run(tmp_path / "run"), simulated)


@pytest.mark.parametrize("copied", COPIES)
def test_a_run_that_was_read_is_the_same_in_a_copy_before_and_after_it_was_looked_at(
    copied: Copied, tiny_run: Path, simulated: Simulation
) -> None:
    other = copied(load_run(tiny_run))
    assert same(other, simulated)
    assert same(copied(other), simulated)


def test_what_a_run_can_make_again_is_not_sent(tiny_scenario: Scenario, tiny_run: Path) -> None:
    for run in (simulate(tiny_scenario), load_run(tiny_run)):
        before = len(pickle.dumps(run))
        assert len(run.log.table) > 0
        assert len(run.truth_log.table) > 0
        assert len(run.tables) > 0
        assert len(pickle.dumps(run)) == before


def test_data_frames_that_were_made_come_along_as_they_are(tiny_scenario: Scenario) -> None:
    run = simulate(tiny_scenario)
    run.tables["sessions"]["own"] = 1
    for other in (sent(run), copy.deepcopy(run), sent(run.tables)):
        tables = other.tables if isinstance(other, Simulation) else other
        assert tables["sessions"].equals(run.tables["sessions"])
        assert tables["students"].equals(run.tables["students"])


@pytest.mark.parametrize("view", [
    lambda log: log,
    lambda log: log.of_region(1),
    lambda log: log.with_warm_up(),
    lambda log: log.as_of(datetime(2026, 1, 8)),
    lambda log: next(log.parts),
])  # fmt: skip
def test_a_log_in_a_file_is_opened_by_whoever_it_is_sent_to(view: Callable[[Log], Log], tiny_run: Path) -> None:
    log = view(load_run(tiny_run).log)
    for other in (sent(log), copy.deepcopy(log), sent(sent(log))):
        assert other.table.equals(log.table)
        assert (other.metadata, other.breaks_off) == (log.metadata, log.breaks_off)


def test_timelines_are_made_again_from_the_log_that_was_sent(tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run, with_truth=True)
    told = [timelines[agent] for agent in timelines.tutor_ids]
    other = sent(timelines)
    assert [other[agent] for agent in other.tutor_ids] == told


def simulated_elsewhere(seed: int) -> Simulation:
    return simulate(load_scenario(ROOT / "tests" / "tiny.toml", seed=seed))


def loaded_elsewhere(directory: str) -> Simulation:
    run = load_run(directory)
    assert len(run.log) > 0
    return run


def sessions_of(run: Simulation) -> int:
    os.chdir("/")
    return len(run.tables["sessions"])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_runs_go_to_and_from_the_processes_of_a_pool(
    method: str, simulated: Simulation, tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_run, tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    with multiprocessing.get_context(method).Pool(1) as pool:
        (made,) = pool.map(simulated_elsewhere, [simulated.scenario.seed])
        (loaded,) = pool.map(loaded_elsewhere, ["run"])
        counted = pool.map(sessions_of, [made, loaded, loaded_elsewhere("run")])
    assert same(loaded, made)
    assert counted == [len(simulated.tables["sessions"])] * 3


def test_a_run_is_read_where_it_was_named_wherever_one_goes_in_between(
    own_run: Path, simulated: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_run.parent)
    run = load_run(own_run.name)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert same(run, simulated)
    run.write("copy")
    assert same(load_run("copy"), simulated)
