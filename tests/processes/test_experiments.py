"""A/B tests: who is eligible, which variant they meet, who converts, and what it changes until the end."""

import json
import statistics
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.churn.rolling_figures import SessionFigures
from simulation.clock import DAY, HOUR
from simulation.events import (
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
)
from simulation.processes.churn import ChurnMonitor
from simulation.processes.experiments import Experiments
from tests.people import a_tutor
from tests.processes.stage import WARM_UP_DAYS, Stage

MakeStage = Callable[..., Stage]

OPENING = WARM_UP_DAYS * DAY
PLAN: dict[str, Any] = {"name": "trial", "hypothesis": "it helps", "days": 20.0, "exposed": 1.0}


class Lab:
    """A stage on which experiments run."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.monitor = stage.context.of(ChurnMonitor)
        self.experiments = stage.context.of(Experiments)
        self.experiments.start()

    def taught(self, tutor: int, *, rating: int = 40, engagement: int = 630, first: bool = False) -> None:
        """A tutor has held three sessions in the week before the window opens."""
        for nth in range(3):
            start = OPENING - DAY - nth * HOUR
            self.monitor.rolling[tutor].settled(SessionFigures(start, True, False, rating, engagement, False, first))

    def close_down(self) -> None:
        """All tutors leave."""
        for tutor in self.stage.tutors:
            self.stage.context.marketplace.remove(tutor)

    def variants(self) -> dict[str, str]:
        return {event.tutor_id: event.variant for event in self.stage.events(ExperimentAssigned)}


@pytest.fixture
def lab_of(stage: MakeStage) -> Callable[..., Lab]:
    def make(
        tutors: int | list[Tutor] = 1, mechanisms: dict[str, bool] | None = None, others: Any = (), **plan: Any
    ) -> Lab:
        people = [a_tutor(number) for number in range(1, tutors + 1)] if isinstance(tutors, int) else tutors
        scenario = {"experiments": [*others, {**PLAN, **plan}], "mechanisms": mechanisms or {}}
        return Lab(stage(people, scenario=scenario))

    return make


MakeLab = Callable[..., Lab]


# ---------------------------------------------------------------- its course


def test_an_experiment_starts_on_its_day_and_ends_when_it_has_run(lab_of: MakeLab) -> None:
    lab = lab_of(start_day=3.0, days=20.0)
    lab.stage.run_until(60 * DAY)
    assert lab.stage.times(ExperimentStarted) == [OPENING + 3 * DAY]
    assert lab.stage.times(ExperimentCompleted) == [OPENING + 23 * DAY]
    assert lab.stage.only(ExperimentStarted).planned_end == OPENING + 23 * DAY


def test_an_experiment_that_would_have_started_before_the_log_starts_with_it(lab_of: MakeLab) -> None:
    lab = lab_of(start_day=-300.0)
    lab.stage.run_until(30 * DAY)
    assert (lab.stage.times(ExperimentStarted), lab.stage.times(ExperimentCompleted)) == ([0], [20 * DAY])


def test_an_experiment_says_what_it_is_about(lab_of: MakeLab) -> None:
    lab = lab_of(
        5, variants=["control", "film", "game"], primary_metric="avg_rating_30d",
        secondary_metrics=["total_sessions_30d"], description="A film", notes="",
    )  # fmt: skip
    lab.stage.run_until(OPENING)
    started = lab.stage.only(ExperimentStarted)
    assert (started.experiment_id, started.name, started.hypothesis) == ("EXP001", "trial", "it helps")
    assert (started.description, started.notes) == ("A film", None)
    assert json.loads(started.variants) == ["control", "film", "game"]
    assert json.loads(started.secondary_metrics or "") == ["total_sessions_30d"]
    assert (started.primary_metric, started.eligible_count) == ("avg_rating_30d", 5)


def test_without_the_mechanism_no_experiment_runs(lab_of: MakeLab) -> None:
    lab = lab_of(mechanisms={"experiments": False})
    lab.stage.run_until(60 * DAY)
    assert lab.stage.told() == []


# ---------------------------------------------------------------- who is eligible


def test_everybody_who_is_there_is_eligible_unless_the_plan_says_otherwise(lab_of: MakeLab) -> None:
    gone = a_tutor(2)
    lab = lab_of([a_tutor(1), gone, a_tutor(3, active=False), a_tutor(4)])
    lab.stage.context.marketplace.remove(gone)
    lab.stage.run_until(OPENING)
    assert set(lab.variants()) == {"T0001", "T0004"}
    assert json.loads(lab.stage.only(ExperimentStarted).target_segment) == {"active_status": True}


@pytest.mark.parametrize(
    ("plan", "segment"),
    [
        ({"poor_first_sessions": True}, {"poor_first_session_flag": True}),
        ({"max_engagement": 6.0}, {"avg_engagement_score": {"max": 6.0}}),
        ({"max_experience": 12}, {"months_experience": {"max": 12}}),
        ({"risk_levels": ["Medium"]}, {"churn_risk_level": ["Medium"]}),
    ],
)
def test_a_segment_is_described_as_the_tables_have_it_and_holds_whom_it_describes(
    lab_of: MakeLab, plan: dict[str, Any], segment: dict[str, Any]
) -> None:
    # The second is new, and has poor first sessions and low engagement: three signals, the poor one counted double.
    lab = lab_of([a_tutor(1), a_tutor(2, months_experience=12), a_tutor(3, months_experience=13)], **plan)
    lab.taught(1, first=True)
    lab.taught(2, rating=34, engagement=540, first=True)
    lab.stage.run_until(OPENING)
    assert set(lab.variants()) == {"T0002"}
    started = lab.stage.only(ExperimentStarted)
    assert started.eligible_count == 1
    assert json.loads(started.target_segment) == {"active_status": True, **segment}


@pytest.mark.parametrize(("engagement", "eligible"), [(600, 1), (601, 0)])
def test_a_segment_s_bound_belongs_to_it(lab_of: MakeLab, engagement: int, eligible: int) -> None:
    lab = lab_of(max_engagement=6.0)
    lab.taught(1, engagement=engagement)
    lab.stage.run_until(OPENING)
    assert lab.stage.only(ExperimentStarted).eligible_count == eligible


def test_an_experiment_for_which_nobody_is_eligible_still_runs_its_course(lab_of: MakeLab) -> None:
    lab = lab_of(poor_first_sessions=True)
    lab.stage.run_until(60 * DAY)
    assert lab.stage.told() == ["ExperimentStarted", "ExperimentCompleted"]


# ---------------------------------------------------------------- enrolment and variants


def test_the_whole_segment_is_assigned_at_once_where_enrolment_takes_no_time(lab_of: MakeLab) -> None:
    lab = lab_of(25)
    lab.stage.run_until(60 * DAY)
    assert lab.stage.times(ExperimentAssigned) == [OPENING] * 25
    assert len(lab.variants()) == 25


def test_enrolment_is_spread_evenly_over_its_days(lab_of: MakeLab) -> None:
    lab = lab_of(10, enrolment_days=10.0)
    lab.stage.run_until(60 * DAY)
    assert lab.stage.times(ExperimentAssigned) == [OPENING + nth * DAY + DAY // 2 for nth in range(10)]
    assert len(lab.variants()) == 10


def test_an_experiment_ends_on_its_day_though_some_are_not_enrolled_yet(lab_of: MakeLab) -> None:
    lab = lab_of(10, days=4.0, enrolment_days=10.0)
    lab.stage.run_until(60 * DAY)
    assert lab.stage.times(ExperimentCompleted) == [OPENING + 4 * DAY]
    assert len(lab.variants()) == 4
    assert lab.stage.only(ExperimentStarted).eligible_count == 10


def test_who_left_before_enrolment_is_not_assigned(lab_of: MakeLab) -> None:
    lab = lab_of(10, enrolment_days=10.0)
    lab.stage.at(OPENING + 5 * DAY, lab.close_down)
    lab.stage.run_until(60 * DAY)
    assert len(lab.variants()) == 5


@pytest.mark.parametrize("variants", [["control", "treatment"], ["control", "film", "game"]])
def test_variants_are_equally_likely(lab_of: MakeLab, variants: list[str]) -> None:
    lab = lab_of(600, variants=variants)
    lab.stage.run_until(OPENING)
    counts = Counter(lab.variants().values())
    assert [counts[variant] / 600 for variant in variants] == pytest.approx(
        [1 / len(variants)] * len(variants), abs=0.08
    )


def test_an_experiment_keeps_its_draws_when_others_are_added_before_it(lab_of: MakeLab) -> None:
    alone, second = lab_of(40), lab_of(40, others=[{**PLAN, "name": "another"}])
    for lab in (alone, second):
        lab.stage.run_until(OPENING)
    assigned = second.stage.events(ExperimentAssigned)
    assert {event.tutor_id: event.variant for event in assigned if event.experiment_id == "EXP002"} == alone.variants()
    assert {event.tutor_id: event.variant for event in assigned if event.experiment_id == "EXP001"} != alone.variants()


# ---------------------------------------------------------------- exposure


def test_most_of_the_assigned_meet_their_variant_within_two_days(lab_of: MakeLab) -> None:
    lab = lab_of(400, exposed=0.9)
    lab.stage.run_until(60 * DAY)
    exposed = lab.stage.events(ExperimentExposed)
    assert len(exposed) / 400 == pytest.approx(0.9, abs=0.06)
    assert all(OPENING + HOUR <= second <= OPENING + 48 * HOUR for second in lab.stage.times(ExperimentExposed))
    assert {event.tutor_id: event.variant for event in exposed}.items() <= lab.variants().items()


CHANGES = {"engagement_change": 0.03, "reschedule_change": -0.1, "no_show_change": -0.2, "login_change": 0.05}
CHANGED = {
    Aspect.ENGAGEMENT: 0.03, Aspect.RESCHEDULING: -0.1, Aspect.NO_SHOWS: -0.2, Aspect.LOGINS: 0.05,
    Aspect.QUALITY: 0.0, Aspect.SESSIONS_PER_WEEK: 0.0,
}  # fmt: skip


def test_a_treatment_changes_those_who_met_it_until_the_experiment_ends_and_the_control_changes_nobody(
    lab_of: MakeLab,
) -> None:
    lab = lab_of(20, **CHANGES, control_conversion=0.0, treatment_conversion=0.0)
    lab.stage.run_until(60 * DAY)
    variants, met = lab.variants(), dict(
        zip((event.tutor_id for event in lab.stage.events(ExperimentExposed)), lab.stage.times(ExperimentExposed),
            strict=True)
    )  # fmt: skip
    assert set(variants.values()) == {"control", "treatment"}
    for tutor in lab.stage.tutors:
        for aspect, size in CHANGED.items():
            expected = size if variants[tutor.id] == "treatment" else 0.0
            on = [tutor.influences.on(aspect, at) for at in (met[tutor.id] - 1, met[tutor.id], OPENING + 20 * DAY - 1)]
            assert on == [0.0, expected, expected]
            assert tutor.influences.on(aspect, OPENING + 20 * DAY) == 0


def test_who_was_not_exposed_is_not_changed(lab_of: MakeLab) -> None:
    lab = lab_of(20, **CHANGES, exposed=0.0)
    lab.stage.run_until(OPENING + 10 * DAY)
    assert not any(tutor.influences.on(aspect, lab.stage.now) for tutor in lab.stage.tutors for aspect in Aspect)


# ---------------------------------------------------------------- conversion


def test_treatments_convert_more_than_the_control_as_the_plan_says(lab_of: MakeLab) -> None:
    lab = lab_of(900, variants=["control", "film", "game"], control_conversion=0.1, treatment_conversion=0.3)
    lab.stage.run_until(60 * DAY)
    exposed = Counter(event.variant for event in lab.stage.events(ExperimentExposed))
    converted = Counter(event.variant for event in lab.stage.events(ExperimentConverted))
    assert [converted[name] / exposed[name] for name in ("control", "film", "game")] == pytest.approx(
        [0.1, 0.3, 0.3], abs=0.1
    )


def test_a_conversion_comes_within_a_week_of_exposure_and_has_a_value(lab_of: MakeLab) -> None:
    lab = lab_of(60, control_conversion=1.0, treatment_conversion=1.0)
    lab.stage.run_until(60 * DAY)
    met = dict(
        zip((event.tutor_id for event in lab.stage.events(ExperimentExposed)), lab.stage.times(ExperimentExposed),
            strict=True)
    )  # fmt: skip
    converted = list(zip(lab.stage.times(ExperimentConverted), lab.stage.events(ExperimentConverted), strict=True))
    assert len(converted) == 60
    for second, event in converted:
        assert 0.1 * DAY <= second - met[event.tutor_id] <= 7 * DAY
        assert 0.05 <= event.conversion_value <= 0.3


def test_conversions_are_spread_evenly_over_the_week_after_exposure_though_the_experiment_runs_on(
    lab_of: MakeLab,
) -> None:
    lab = lab_of(400, days=90.0, exposure_hours=[1.0, 1.0], control_conversion=1.0, treatment_conversion=1.0)
    lab.stage.run_until(120 * DAY)
    days = [(second - OPENING - HOUR) / DAY for second in lab.stage.times(ExperimentConverted)]
    assert len(days) == 400
    assert statistics.quantiles(days, n=4) == pytest.approx([0.1 + 6.9 * share for share in (0.25, 0.5, 0.75)], abs=0.5)
    assert 0.1 <= days[0] < 0.3
    assert 6.8 < days[-1] <= 7


def test_the_value_of_a_conversion_has_three_decimals(lab_of: MakeLab) -> None:
    lab = lab_of(60, control_conversion=1.0, treatment_conversion=1.0)
    lab.stage.run_until(60 * DAY)
    values = [event.conversion_value for event in lab.stage.events(ExperimentConverted)]
    assert values == [round(value, 3) for value in values]


@pytest.mark.parametrize(
    ("metric", "aspect", "per_value"),
    [
        ("avg_engagement_score", Aspect.ENGAGEMENT, 1.0),
        ("avg_rating_30d", Aspect.QUALITY, 1.0),
        ("reschedule_rate_30d", Aspect.RESCHEDULING, -1.0),
        ("total_sessions_30d", Aspect.SESSIONS_PER_WEEK, 3.0),  # relative to the week's three sessions
    ],
)
def test_a_conversion_improves_the_trait_behind_the_primary_metric_and_fades(
    lab_of: MakeLab, metric: str, aspect: Aspect, per_value: float
) -> None:
    lab = lab_of(primary_metric=metric, control_conversion=1.0, treatment_conversion=1.0, conversion_days=[1.0, 2.0])
    lab.taught(1)
    lab.stage.run_until(60 * DAY)
    (at,), value = lab.stage.times(ExperimentConverted), lab.stage.only(ExperimentConverted).conversion_value
    influences = lab.stage.tutors[0].influences
    assert influences.on(aspect, at - 1) == 0
    assert influences.on(aspect, at) == pytest.approx(per_value * value)
    assert influences.on(aspect, at + 14 * DAY) == pytest.approx(per_value * value / 2)
    assert {other for other in Aspect if influences.on(other, at)} == {aspect}


def test_nothing_happens_in_an_experiment_after_its_end(lab_of: MakeLab) -> None:
    lab = lab_of(100, days=1.5, control_conversion=1.0, treatment_conversion=1.0)
    lab.stage.run_until(60 * DAY)
    end = OPENING + DAY + 12 * HOUR
    assert lab.stage.told()[-1] == "ExperimentCompleted"
    assert lab.stage.diary.entries[-1][0] == end
    assert 0 < len(lab.stage.events(ExperimentExposed)) < 100


def test_nobody_is_exposed_or_converts_after_leaving(lab_of: MakeLab) -> None:
    lab = lab_of(100, control_conversion=1.0, treatment_conversion=1.0)
    leaving = OPENING + DAY
    lab.stage.at(leaving, lab.close_down)
    lab.stage.run_until(60 * DAY)
    last = max(lab.stage.times(ExperimentExposed) + lab.stage.times(ExperimentConverted))
    assert OPENING < last < leaving
    assert len(lab.stage.events(ExperimentCompleted)) == 1


# ---------------------------------------------------------------- interventions that are part of it


def test_interventions_of_its_kinds_to_its_tutors_belong_to_a_running_experiment(lab_of: MakeLab) -> None:
    late = {**PLAN, "name": "late", "start_day": 5.0, "intervention_types": ["churn", "quality"]}
    lab = lab_of([a_tutor(1), a_tutor(2, months_experience=60)], max_experience=24, intervention_types=["churn"],
                 others=[late])  # fmt: skip
    newcomer, veteran = lab.stage.tutors
    assert lab.experiments.linked(newcomer, "churn") is None
    lab.stage.run_until(OPENING + DAY)
    assert lab.experiments.linked(newcomer, "churn") == ("EXP002", lab.variants()["T0001"])
    assert lab.experiments.linked(newcomer, "quality") is None
    assert lab.experiments.linked(veteran, "churn") is None
    lab.stage.run_until(OPENING + 6 * DAY)
    first = lab.experiments.linked(newcomer, "churn")
    assert first is not None
    assert first[0] == "EXP001"  # of several, the first
    lab.stage.run_until(60 * DAY)
    assert lab.experiments.linked(newcomer, "churn") is None
