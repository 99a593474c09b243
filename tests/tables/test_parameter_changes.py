"""The rules of each moment, read back from a log in which they change."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from simulation.events import ParametersChanged, ScenarioChanged
from simulation.tables.parameter_changes import changed_rules, first_rules, recorded_changes, rules_at, values_by
from simulation.tables.sessions import reduce_sessions
from simulation.tables.tutor_aggregates import reduce_tutor_aggregates
from tests.hand_made_log import LogBuilder, at, local, merged, row

MIDNIGHT = local(3, 0)
A_SECOND = timedelta(seconds=1)
STRICT = {"churn.low_engagement": 9.0, "churn.min_recent_sessions": 1, "interventions.max_per_tutor": 2}


def change(log: LogBuilder, day: int, **values: float) -> LogBuilder:
    content = json.dumps({f"churn.{name}": value for name, value in values.items()})
    return log.event(at(day, 0), ParametersChanged(content))


def test_a_log_begins_with_the_rules_in_its_metadata_and_follows_each_change(log: LogBuilder) -> None:
    whole = change(change(log, 3, low_engagement=6.0), 5, low_engagement=7.0, high_risk=0.6).observable
    assert rules_at(whole, MIDNIGHT) == first_rules(whole)
    assert rules_at(whole, MIDNIGHT + A_SECOND).low_engagement == 6.0
    latest = rules_at(whole, local(9, 0))
    assert (latest.low_engagement, latest.high_risk, latest.medium_risk) == (7.0, 0.6, 0.3)


def test_what_was_recorded_at_the_very_midnight_is_told_apart_by_the_order_of_events(log: LogBuilder) -> None:
    log = change(log, 3, low_engagement=6.0)
    whole = log.session("S000010000", at(3, 8)).observable
    (changed,) = recorded_changes(whole)
    ids = whole.heads["event_id"].to_pylist()
    before, after = (one for one in (ids[0], ids[-1]))
    assert (changed.at, changed.region) == (MIDNIGHT, 1)
    assert values_by([changed], before) == {}
    assert values_by([changed], after) == {"churn.low_engagement": 6.0}


def test_each_region_has_its_own_midnight(log_of: Callable[..., LogBuilder]) -> None:
    regions = [log_of(region=number).tutor(f"T000{number}") for number in (1, 2)]
    change(regions[0], 3, low_engagement=6.0)
    change(regions[1], 3, low_engagement=6.0)
    whole = merged(*(one.observable for one in regions))
    changes = recorded_changes(whole)
    assert [one.region for one in changes] == [1, 2]
    assert values_by(changes[:1], whole.of_region(2).heads["event_id"].to_pylist()[-1]) == {}


def test_only_churn_s_rules_are_taken(log: LogBuilder) -> None:
    first = first_rules(log.observable)
    changed = changed_rules(first, STRICT)
    assert (changed.low_engagement, changed.min_recent_sessions) == (9.0, 1)
    assert changed_rules(first, {"interventions.max_per_tutor": 2}) is first


@pytest.mark.parametrize(("day", "shows"), [(3, True), (9, False)])
def test_aggregates_are_judged_by_the_rules_at_the_end_of_the_window(
    log_of: Callable[..., LogBuilder], day: int, shows: bool
) -> None:
    log = log_of(days=8).tutor("T0001").student("U00001").session("S000010000", at(2, 8), engagement_score=7.0)
    whole = change(log, day, low_engagement=9.0, min_recent_sessions=1).observable
    found = row(reduce_tutor_aggregates(whole, reduce_sessions(whole)))
    assert found["signal_low_engagement"] is shows
    assert (found["avg_rating_7d"] is not None) is shows


def test_tables_of_an_earlier_moment_are_judged_by_the_rules_before_it(log: LogBuilder) -> None:
    log = change(log.session("S000010000", at(2, 8), engagement_score=7.0), 3, low_engagement=9.0)
    for moment, shows in ((MIDNIGHT, False), (MIDNIGHT + A_SECOND, True)):
        then = log.observable.as_of(moment)
        assert row(reduce_tutor_aggregates(then, reduce_sessions(then)))["signal_low_engagement"] is shows


def test_the_truth_of_a_change_is_no_rule_of_the_platform(log: LogBuilder) -> None:
    log.event(at(3, 0), ScenarioChanged(json.dumps({"churn.low_engagement": 6.0})))
    assert recorded_changes(log.observable) == ()
