"""No run breaks a rule: not of the scenarios that come with the package, not with a mechanism switched off."""

from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest

from simulation.events import (
    ChurnScored,
    ChurnSignalsChanged,
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
    InterventionOutcomeDrawn,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
    Login,
    MessageSent,
    PostSessionActivity,
    ProfileUpdated,
    SessionRescheduled,
    SessionScheduled,
    StudentChurned,
    StudentLeavingExplained,
    StudentNoShow,
    TutorLeavingExplained,
    TutorLeft,
    TutorNoShow,
    TutorTipped,
)
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.sessions import DailyVarianceParameters
from simulation.scenario.students import default_personas
from simulation.validation import Run
from tests.world.simulated import broken_rules, count, same_events, simulated

SCENARIOS = Path(__file__).parents[2] / "scenarios"
LIVELY = Path(__file__).with_name("lively.toml")

COACHING = (CoachingScheduled, CoachingAttended)
INTERVENTIONS = (
    InterventionSent, InterventionWithheld, InterventionOutcomeDrawn, InterventionResponded,
    EmailDelivered, EmailFailed, EmailOpened, EmailClicked, *COACHING,
)  # fmt: skip

# What there is no more of without a mechanism.
GONE: dict[str, tuple[type[Any], ...]] = {
    "tutor_no_shows": (TutorNoShow,),
    "student_no_shows": (StudentNoShow,),
    "rescheduling": (SessionRescheduled,),
    "burnout": (TutorTipped,),
    "student_churn": (StudentChurned, StudentLeavingExplained),
    "platform_activity": (Login, SessionScheduled, PostSessionActivity, ProfileUpdated, MessageSent),
    "churn_monitor": (ChurnScored, ChurnSignalsChanged, *INTERVENTIONS),
    "interventions": INTERVENTIONS,
    "coaching": COACHING,
    "experiments": (
        ExperimentStarted, ExperimentAssigned, ExperimentExposed, ExperimentConverted, ExperimentCompleted,
    ),
    "attrition": (TutorLeft, TutorLeavingExplained),
}  # fmt: skip

# What parameters would have to be for a mechanism to make no difference.
NEUTRAL = {
    "tutor_no_shows": ["sessions.attendance.no_show_probability_cap=0"],
    "student_no_shows": [f"students.personas.{name}.show_probability=1" for name in default_personas()],
    "rescheduling": ["sessions.rescheduling.tutor_factor=0", "sessions.rescheduling.student_rate=0"],
    "technical_issues": ["sessions.measures.technical_issue_factor=0"],
    "connection": [
        f"sessions.connection.qualities.{name}.{time}=0"
        for name in ("Good", "Fair", "Poor")
        for time in ("peak", "weekend", "normal")
    ],
    "trends": [f"sessions.trends.{trend}=[0, 0]" for trend in ("declining", "mixed", "improving")],
    "daily_variance": [
        f"sessions.daily_variance.{field.name}=[1, 1]" for field in attrs.fields(DailyVarianceParameters)
    ],
    "burnout": ["sessions.burnout.load=200"],
    "reputation": ["matching.reputation_weight=0"],
    "student_churn": [
        f"students.leaving.{chance}=0"
        for chance in ("after_poor_first", "after_session", "after_tutor_no_show", "after_refusal", "per_day")
    ],
    "student_arrivals": ["demand.joining=0"],
    "coaching": ["coaching.scheduled=0"],
    "interventions": ["interventions.max_per_tutor=0"],
    "experiments": ["experiments=[]"],
    "attrition": ["attrition.hazard_per_day=0"],
}

MECHANISMS = [field.name for field in attrs.fields(Mechanisms)]


def without(scenario: Scenario, mechanism: str) -> Scenario:
    return attrs.evolve(scenario, mechanisms=attrs.evolve(scenario.mechanisms, **{mechanism: False}))


@cache
def lively() -> Run:
    return simulated(load_scenario(LIVELY))


@cache
def lively_without(mechanism: str) -> Run:
    return simulated(without(load_scenario(LIVELY), mechanism))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dev_breaks_no_rule(seed: int) -> None:
    assert broken_rules(simulated(load_scenario(SCENARIOS / "dev.toml", seed=seed))) == {}


def test_production_breaks_no_rule(production_run: Path) -> None:
    assert broken_rules(Run.of_directory(production_run)) == {}


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_dev_without_a_mechanism_breaks_no_rule(mechanism: str) -> None:
    dev = load_scenario(SCENARIOS / "dev.toml", ("days=7", "warm_up_days=10"))
    assert broken_rules(simulated(without(dev, mechanism))) == {}


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_lively_world_without_a_mechanism_breaks_no_rule(mechanism: str) -> None:
    assert broken_rules(lively_without(mechanism)) == {}


@pytest.mark.parametrize("mechanism", GONE)
def test_what_a_mechanism_does_is_gone_without_it(mechanism: str) -> None:
    assert all(count(lively(), event_type) for event_type in GONE[mechanism])
    assert count(lively_without(mechanism), *GONE[mechanism]) == 0


@pytest.mark.parametrize("mechanism", NEUTRAL)
def test_a_mechanism_without_effect_is_one_that_is_switched_off(mechanism: str) -> None:
    neutral = simulated(load_scenario(LIVELY, NEUTRAL[mechanism]))
    assert same_events(neutral, lively_without(mechanism))
    assert not same_events(neutral, lively())
