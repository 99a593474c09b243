"""Experiments and their assignments: how each was set up, stands, and came out."""

import json
from typing import Any

import pytest

from simulation.clock import DAY, HOUR
from simulation.events import ExperimentCompleted
from simulation.log import Log
from simulation.tables.experiment_assignments import reduce_experiment_assignments
from simulation.tables.experiments import reduce_experiments
from tests.hand_made_log import LogBuilder, at, by_id, local, merged, rows, values

EXP = "EXP001"


def experiments(log: Log) -> dict[str, dict[str, Any]]:
    return by_id(reduce_experiments(log, reduce_experiment_assignments(log)))


def trial(
    log: LogBuilder, control: tuple[int, int], coaching: tuple[int, int], *, completed: bool = True, **details: Any
) -> LogBuilder:
    """A trial of which so many were exposed and so many of them converted, by variant."""
    log.experiment(EXP, at(1), **details)
    counted = 0
    for variant, (exposed, converted) in (("control", control), ("coaching", coaching)):
        for n in range(exposed):
            counted += 1
            turned = at(4) if n < converted else None
            log.assigned(EXP, f"T{counted:04d}", variant, at(2), exposed=at(3), converted=turned)
    return log.event(at(15), ExperimentCompleted(EXP)) if completed else log


class TestAssignments:
    def test_tell_who_was_exposed_and_converted(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(1))
        log.assigned(EXP, "T0001", "control", at(2), exposed=at(3), converted=at(5))
        log.assigned(EXP, "T0002", "coaching", at(2, 1), exposed=at(4)).assigned(EXP, "T0003", "control", at(2, 2))

        found = rows(reduce_experiment_assignments(log.observable))

        assert found[0] == {
            "experiment_id": EXP, "tutor_id": "T0001", "variant": "control", "assigned_at": local(2),
            "exposed_at": local(3), "converted_at": local(5), "conversion_value": 0.125,
        }  # fmt: skip
        assert values(found, "exposed_at") == [local(3), local(4), None]
        assert values(found, "converted_at") == [local(5), None, None]
        assert values(found, "conversion_value") == [0.125, None, None]

    def test_of_one_tutor_in_two_experiments_are_kept_apart(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(1)).experiment("EXP002", at(1))
        log.assigned("EXP002", "T0001", "coaching", at(2), exposed=at(4)).assigned(EXP, "T0001", "control", at(2))

        found = by_id(reduce_experiment_assignments(log.observable))

        assert list(found) == [EXP, "EXP002"]
        assert values(found.values(), "exposed_at") == [None, local(4)]

    def test_count_before_the_window_ends_and_from_the_warm_up_on(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(-5))
        for tutor, second in (("T0001", at(-4)), ("T0002", at(30) - 1), ("T0003", at(30))):
            log.assigned(EXP, tutor, "control", second)

        assert values(rows(reduce_experiment_assignments(log.observable)), "tutor_id") == ["T0001", "T0002"]

    def test_forget_what_comes_after_the_window(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(20)).assigned(EXP, "T0001", "control", at(28), exposed=at(29), converted=at(30) + 1)
        log.assigned(EXP, "T0002", "control", at(29), exposed=at(30) + 1)

        found = rows(reduce_experiment_assignments(log.observable))

        assert values(found, "exposed_at") == [local(29), None]
        assert values(found, "converted_at") == values(found, "conversion_value") == [None, None]

    def test_are_in_the_order_of_time_then_experiment_then_tutor(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(1)).experiment("EXP002", at(1))
        log.assigned("EXP002", "T0001", "control", at(2)).assigned(EXP, "T0003", "control", at(2))
        log.assigned(EXP, "T0002", "control", at(2)).assigned(EXP, "T0001", "control", at(1, 5))

        found = rows(reduce_experiment_assignments(log.observable))

        assert [(one["experiment_id"], one["tutor_id"]) for one in found] == [
            (EXP, "T0001"), (EXP, "T0002"), (EXP, "T0003"), ("EXP002", "T0001"),
        ]  # fmt: skip


class TestExperiment:
    def test_is_set_up_as_it_was_started(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(1), secondary_metrics='["avg_engagement_score"]', notes="Pilot.")

        assert experiments(log.observable)[EXP] == {
            "experiment_id": EXP, "name": "Trial EXP001", "hypothesis": "Coaching helps.", "description": None,
            "variants": '["control", "coaching"]', "target_segment": '{"churn_risk_level": ["High", "Medium"]}',
            "primary_metric": "avg_rating_30d", "secondary_metrics": '["avg_engagement_score"]',
            "start_date": local(1), "end_date": local(15), "status": "active", "sample_size": 0,
            "significance": None, "winner": None, "notes": "Pilot.", "created_at": local(1), "updated_at": local(1),
        }  # fmt: skip

    def test_has_a_row_if_it_started_before_the_window_ends(self, log: LogBuilder) -> None:
        for name, second in (("EXP001", at(-12)), ("EXP002", at(0)), ("EXP003", at(30) - 1), ("EXP004", at(30))):
            log.experiment(name, second)

        assert list(experiments(log.observable)) == ["EXP001", "EXP002", "EXP003"]

    def test_that_spans_the_end_of_the_window_is_active_whatever_comes_of_it(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(25), lasts=14 * DAY)
        for n in range(10):
            log.assigned(EXP, f"T{n:04d}", "control", at(26), exposed=at(27))
            log.assigned(EXP, f"T{n + 10:04d}", "coaching", at(26), exposed=at(27), converted=at(28))
        log.event(at(39), ExperimentCompleted(EXP))

        found = experiments(log.observable)[EXP]

        assert (found["status"], found["end_date"], found["sample_size"]) == ("active", local(39), 20)
        assert (found["significance"], found["winner"], found["updated_at"]) == (None, None, local(26))

    def test_that_spans_the_opening_of_the_window_counts_from_its_start(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(-10)).assigned(EXP, "T0001", "control", at(-9), exposed=at(-8), converted=at(-7))
        log.assigned(EXP, "T0002", "coaching", at(-9), exposed=at(-8)).event(at(4), ExperimentCompleted(EXP))

        found = experiments(log.observable)[EXP]

        assert (found["status"], found["sample_size"], found["updated_at"]) == ("completed", 2, local(4))
        assert found["significance"] == 0.1573

    def test_that_was_ended_early_has_its_real_end(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(1), lasts=20 * DAY).event(at(9), ExperimentCompleted(EXP))

        assert experiments(log.observable)[EXP]["end_date"] == local(9)


class TestOutcome:
    def test_is_the_p_value_of_conversions_by_variant_without_continuity_correction(self, log: LogBuilder) -> None:
        found = experiments(trial(log, control=(20, 2), coaching=(20, 9)).observable)[EXP]

        assert found["significance"] == 0.0132
        assert found["winner"] == "coaching"

    def test_may_be_that_the_control_wins(self, log: LogBuilder) -> None:
        assert experiments(trial(log, control=(20, 12), coaching=(20, 1)).observable)[EXP]["winner"] == "control"

    def test_without_significance_has_no_winner(self, log: LogBuilder) -> None:
        found = experiments(trial(log, control=(20, 2), coaching=(20, 4)).observable)[EXP]

        assert found["significance"] > 0.05
        assert found["winner"] is None

    def test_counts_only_the_exposed(self, log: LogBuilder) -> None:
        trial(log, control=(20, 2), coaching=(20, 9))
        for n in range(60):
            log.assigned(EXP, f"T{n + 100:04d}", "coaching", at(2))

        found = experiments(log.observable)[EXP]

        assert (found["sample_size"], found["significance"]) == (100, 0.0132)

    def test_of_an_active_experiment_is_open(self, log: LogBuilder) -> None:
        found = experiments(trial(log, control=(20, 2), coaching=(20, 9), completed=False).observable)[EXP]

        assert (found["significance"], found["winner"]) == (None, None)

    @pytest.mark.parametrize(
        ("control", "coaching"),
        [((20, 0), (20, 0)), ((5, 5), (5, 5)), ((20, 3), (0, 0)), ((0, 0), (0, 0))],
        ids=["nobody converted", "all converted", "only one variant was met", "nobody was exposed"],
    )
    def test_is_open_where_there_is_nothing_to_compare(
        self, log: LogBuilder, control: tuple[int, int], coaching: tuple[int, int]
    ) -> None:
        found = experiments(trial(log, control, coaching).observable)[EXP]

        assert found["status"] == "completed"
        assert (found["significance"], found["winner"]) == (None, None)

    def test_of_three_variants_has_the_best_for_a_winner(self, log: LogBuilder) -> None:
        log.experiment(EXP, at(1), variants='["control", "coaching", "video"]')
        for place, (variant, converted) in enumerate((("control", 1), ("coaching", 4), ("video", 8))):
            for n in range(10):
                turned = at(3) + HOUR if n < converted else None
                log.assigned(EXP, f"T{place}{n:03d}", variant, at(2), exposed=at(3), converted=turned)
        log.event(at(15), ExperimentCompleted(EXP))

        found = experiments(log.observable)[EXP]

        assert json.loads(found["variants"])[-1] == found["winner"] == "video"
        assert found["significance"] == 0.0066


def test_a_variant_that_nobody_met_does_not_keep_the_others_from_being_compared(log: LogBuilder) -> None:
    trial(log, control=(20, 2), coaching=(20, 9), variants='["video", "control", "coaching"]')
    log.assigned(EXP, "T0099", "video", at(2))

    found = experiments(log.observable)[EXP]

    assert (found["significance"], found["winner"]) == (0.0132, "coaching")


def test_an_experiment_in_two_regions_is_one_from_where_it_started_first(log: LogBuilder) -> None:
    log.experiment(EXP, at(1)).assigned(EXP, "T0001", "control", at(2))
    east = LogBuilder(region=2, utc_hours=9).tutor("T20001").experiment(EXP, at(3))
    east.assigned(EXP, "T20001", "coaching", at(4))

    found = experiments(merged(log.observable, east.observable))

    assert list(found) == [EXP]
    assert (found[EXP]["sample_size"], found[EXP]["start_date"]) == (2, local(1))
