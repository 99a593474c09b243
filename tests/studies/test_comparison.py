"""Scenarios compared on the same random numbers: exact zeros where nothing differs, effects where something does."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import attrs
import pyarrow as pa
import pytest

from simulation.events import StudentJoined, StudentTraitsDrawn, TutorRegistered, TutorTraitsDrawn
from simulation.execution.executors import Processes
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies import StudyError, study_directory
from simulation.studies.comparison import Comparison, Goal, check_goal, compare
from simulation.studies.key_figures import KEY_FIGURES, USUALLY_ASKED, Figures
from simulation.validation.validation import simulated
from tests.scenarios import SCENARIOS, SMALL

SEEDS = range(1, 1000)


def seeds_of(number: int) -> Sequence[int]:
    return SEEDS[:number]


@cache
def small(name: str) -> Scenario:
    """A scenario of a few tutors and days, in which no-shows are frequent enough to be seen."""
    return load_scenario(SCENARIOS / f"{name}.toml", SMALL)


@cache
def more_no_shows() -> Comparison:
    return compare([small("production"), small("high-no-show")], seeds_of, 8, executor=Processes(2))


# ---------------------------------------------------------------- what is the same, what is not


def test_a_scenario_differs_from_itself_by_exactly_nothing_anywhere(tiny_scenario: Scenario) -> None:
    result = compare([tiny_scenario, tiny_scenario], seeds_of, 2)
    assert (result.base, result.others) == ("tiny", ("tiny (2)",))
    for difference in result.differences("tiny (2)").values():
        assert (difference.mean, difference.half_width, difference.interval) == (0.0, 0.0, (0.0, 0.0))


def test_replication_i_of_every_scenario_has_the_same_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", seed_as_figures)
    result = compare([Scenario(name="one"), Scenario(name="two"), Scenario(name="three")], seeds_of, 3)
    for runs in result.runs.values():
        assert [run["sessions"] for run in runs] == [1, 2, 3] == list(result.seeds)


def test_what_is_asked_is_what_the_scenarios_ask_about_or_what_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", seed_as_figures)
    plain, asking = (
        Scenario(name="plain"),
        Scenario(name="asking", question="Why?", figures=("tutors_left", "requests")),
    )
    result = compare([plain, asking], seeds_of, 2)
    assert result.asked == ("requests", "tutors_left")
    assert result.questions == {"asking": "Why?"}
    assert compare([plain, plain], seeds_of, 2).asked == USUALLY_ASKED


def test_any_two_scenarios_can_be_held_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", lambda scenario: dict.fromkeys(names(), scenario.days))
    result = compare([Scenario(name=f"of {days}", days=days) for days in (10, 13, 17)], seeds_of, 2)
    assert result.pairings == (("of 13", "of 10"), ("of 17", "of 10"), ("of 17", "of 13"))
    assert [result.difference("sessions", *pair).mean for pair in result.pairings] == [3, 7, 4]
    assert result.differences("of 17", "of 13")["sessions"] == result.difference("sessions", "of 17", "of 13")


@pytest.mark.parametrize(
    ("figure", "direction"),
    [("tutor_no_shows", 1), ("completion_rate", -1), ("sessions_completed", -1), ("hours_taught", -1)],
)
def test_twice_the_no_shows_move_what_they_should(figure: str, direction: int) -> None:
    assert more_no_shows().differences("high-no-show")[figure].direction == direction


def test_twice_the_no_shows_are_about_twice_as_many() -> None:
    difference = more_no_shows().differences("high-no-show")["tutor_no_shows"]
    assert difference.base is not None
    assert difference.other is not None
    assert 1.6 < difference.other / difference.base < 2.4


@pytest.mark.parametrize("figure", ["sessions_completed", "mean_rating", "student_no_shows", "students_left"])
def test_pairs_that_share_their_luck_narrow_what_is_only_luck_more_than_threefold(figure: str) -> None:
    ratio = more_no_shows().differences("high-no-show")[figure].variance_ratio
    assert ratio is None or ratio > 3


def test_twice_the_no_shows_leave_traits_and_needs_as_they_are() -> None:
    usual, more = (simulated(small(name)) for name in ("production", "high-no-show"))
    for kind in (TutorRegistered, StudentJoined):
        assert_same(*(run.log.events(kind) for run in (usual, more)))
    for hidden in (TutorTraitsDrawn, StudentTraitsDrawn):
        assert_same(*(run.truth_log.events(hidden) for run in (usual, more)))


def assert_same(some: pa.Table, others: pa.Table) -> None:
    """The same events, whatever their numbers."""
    assert len(some) > 0
    assert some.drop_columns("event_id") == others.drop_columns("event_id")


def test_workers_change_no_result(tiny_scenario: Scenario) -> None:
    shorter = attrs.evolve(tiny_scenario, days=2, warm_up_days=2)
    without = attrs.evolve(shorter, name="without", mechanisms=attrs.evolve(shorter.mechanisms, burnout=False))
    alone, beside = (
        compare([shorter, without], seeds_of, 2, executor=executor) for executor in (None, Processes(2))
    )  # fmt: skip
    assert alone == beside


# ---------------------------------------------------------------- until the interval is narrow enough


def alternating(scenario: Scenario) -> Figures:
    """Runs in which `other` has 10 sessions more than `base`, give or take 2."""
    noise = (-2, 2)[scenario.seed % 2]
    return {**dict.fromkeys(names(), 0), "sessions": 100 + (10 + noise if scenario.name == "other" else 0)}


def seed_as_figures(scenario: Scenario) -> Figures:
    return dict.fromkeys(names(), scenario.seed)


def names() -> Iterator[str]:
    return (figure.name for figure in KEY_FIGURES)


@pytest.fixture
def until(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Comparison]:
    """Compares made-up runs until a goal is reached."""
    monkeypatch.setattr(study_directory, "measure_scenario", alternating)

    def compared(half_width: float, at_most: int = 100, **options: Any) -> Comparison:
        scenarios = [Scenario(name="base"), Scenario(name="other")]
        return compare(scenarios, seeds_of, 4, goal=Goal("sessions", half_width, at_most), **options)

    return compared


def test_a_goal_that_is_reached_at_once_costs_no_further_pair(until: Callable[..., Comparison]) -> None:
    result = until(4.0)
    assert (len(result.seeds), result.is_reached) == (4, True)


def test_pairs_are_added_until_the_goal_is_reached(until: Callable[..., Comparison]) -> None:
    result = until(1.0)
    width = result.differences("other")["sessions"].half_width
    assert result.is_reached
    assert width is not None
    assert width <= 1.0
    # t is about 2.1 and the deviation 2: some 18 pairs are needed
    assert 16 <= len(result.seeds) <= 22


def test_the_number_of_pairs_at_most_doubles_at_once(until: Callable[..., Comparison]) -> None:
    told: list[tuple[int, int]] = []
    until(0.5, on_run=lambda *so_far: told.append(so_far))
    totals = sorted({total for _, total in told})
    assert totals[0] == 2 * 4
    assert all(later <= 2 * earlier for earlier, later in pairwise(totals))


def test_a_goal_out_of_reach_is_given_up(until: Callable[..., Comparison]) -> None:
    result = until(0.01, at_most=9)
    assert (len(result.seeds), result.is_reached) == (9, False)


def test_pairs_that_are_added_leave_the_first_as_they_are(until: Callable[..., Comparison]) -> None:
    few, many = until(4.0), until(1.0)
    assert many.seeds[:4] == few.seeds
    assert all(many.runs[name][:4] == few.runs[name] for name in few.runs)


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (Goal("happiness", 1.0), "--until-halfwidth: happiness is no key figure; allowed are requests, "),
        (Goal("sessions", 0.0), "--until-halfwidth: sessions is 0; allowed is a number above 0"),
        (Goal("sessions", float("nan")), "--until-halfwidth: sessions is nan; allowed is a number above 0"),
        (Goal("sessions", 1.0, at_most=5), "--at-most: is 5; allowed is from --replications, 10"),
    ],
)
def test_goals_that_cannot_be_approached_are_refused(goal: Goal, said: str) -> None:
    with pytest.raises(StudyError) as refused:
        check_goal(goal, 10)
    assert str(refused.value).startswith(said)


# ---------------------------------------------------------------- runs that fail


def failing(scenario: Scenario) -> Figures:
    if scenario.seed in {2, 5} and scenario.name == "other":
        raise ZeroDivisionError("division by zero")
    return alternating(scenario)


def all_failing(scenario: Scenario) -> Figures:
    raise ZeroDivisionError("division by zero")


def with_failures(replications: int, **options: Any) -> Comparison:
    return compare([Scenario(name="base"), Scenario(name="other")], seeds_of, replications, **options)


def test_a_run_that_fails_is_named_with_its_scenario_and_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", failing)
    (failed,) = with_failures(3).failed
    assert str(failed) == "other, seed 2: the run failed: ZeroDivisionError: division by zero"
    assert isinstance(failed.error, ZeroDivisionError)


def test_where_a_run_fails_all_scenarios_do_without_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", failing)
    result = with_failures(4)
    assert (result.seeds, result.dropped) == ((1, 3, 4), (2,))
    assert [len(runs) for runs in result.runs.values()] == [3, 3]
    assert result.differences("other")["sessions"].pairs == 3


def test_runs_that_fail_are_not_tried_again_when_pairs_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", failing)
    result = with_failures(4, goal=Goal("sessions", 1.0))
    assert result.is_reached
    assert result.dropped == (2, 5)
    assert sorted(result.seeds + result.dropped) == list(range(1, len(result.seeds) + 3))


def test_pairs_that_were_dropped_count_among_those_after_which_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", failing)
    result = with_failures(4, goal=Goal("sessions", 0.01, at_most=9))
    assert (result.seeds, result.is_reached) == ((1, 3, 4, 6, 7, 8, 9), False)


def test_with_no_pair_left_there_is_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", all_failing)
    with pytest.raises(StudyError) as failed:
        with_failures(3)
    told = "no pair of runs is left; base, seed 1: the run failed: ZeroDivisionError: division by zero"
    assert str(failed.value) == told
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
