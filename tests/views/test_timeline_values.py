"""What a page draws of a timeline is what the timeline says."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from simulation.runs.in_memory import load_run
from simulation.scenario import Scenario
from simulation.views.pages.charts import OUTCOME_COLOURS
from simulation.views.pages.timeline.values import MARKS, OUTCOMES, signal_titles, timeline_value, timeline_values
from simulation.views.timeline import InterventionEntry, Rules, Timeline, TimelineEntry, Timelines, timelines_of
from tests.hand_made_log import local

DAY = 24 * 60


@pytest.fixture(scope="module")
def values(timelines: Timelines) -> dict[str, dict[str, Any]]:
    """The values of all tutors."""
    found: dict[str, dict[str, Any]] = timeline_values(
        map(timelines.__getitem__, timelines.tutor_ids), timelines.rules
    )["agents"]
    return found


def minutes(timeline: Timeline, moment: datetime) -> int:
    return (moment - datetime.combine(timeline.first, time())) // timedelta(minutes=1)


def test_bars_are_the_sessions_of_the_table_with_their_outcomes(
    tiny_run: Path, timelines: Timelines, values: dict[str, dict[str, Any]]
) -> None:
    table = load_run(tiny_run).tables["sessions"]
    words = {
        (True, True): "completed", (True, False): "student no-show", (False, True): "tutor no-show",
        (False, False): "both no-show",
    }  # fmt: skip
    expected = Counter(
        (tutor, session, words[tutor_showed, student_showed])
        for tutor, session, tutor_showed, student_showed in zip(
            table["tutor_id"], table["session_id"], table["tutor_showed"], table["student_showed"], strict=True
        )
    )
    drawn: Counter[tuple[str, str, str]] = Counter()
    for tutor_id, value in values.items():
        entries = timelines[tutor_id].entries
        first_pieces = {bar[0]: bar for bar in reversed(value["bars"])}
        for place, (*_, outcome) in first_pieces.items():
            session = entries[place]
            assert session.kind == "session"
            drawn[tutor_id, session.session_id, list(OUTCOMES.values())[outcome]] += 1
    assert drawn == expected


def test_a_bar_is_as_long_as_its_session_from_its_real_start(
    timelines: Timelines, values: dict[str, dict[str, Any]]
) -> None:
    for tutor_id, value in values.items():
        timeline = timelines[tutor_id]
        spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for place, day, begins, ends, _ in value["bars"]:
            assert 0 <= begins < ends <= DAY
            spans[place].append((day * DAY + begins, day * DAY + ends))
        for place, pieces in spans.items():
            session = timeline.entries[place]
            assert session.kind == "session"
            assert pieces[0][0] == minutes(timeline, session.at)
            assert pieces[-1][1] == min(minutes(timeline, session.ended_at), value["days"] * DAY)


def session_from(start: datetime, end: datetime) -> TimelineEntry:
    fields = {
        "ended_at": end, "student_id": "U00001", "subject": "Math", "scheduled_start": start, "outcome": "completed",
        "actual_duration_min": 60, "is_first_session": False, "student_rating": 4.1, "engagement_score": 6.25,
        "had_technical_issues": False,
    }  # fmt: skip
    return TimelineEntry(start, "session", fields)


def test_a_session_over_midnight_is_a_bar_on_each_day_and_ends_with_the_days_that_are_shown(
    timelines: Timelines,
) -> None:
    over_midnight = session_from(local(0, 23, 30), local(1, 0, 45))
    timeline = evolve(timelines["T0001"], first=local(0).date(), last=local(1).date(), entries=(over_midnight,))
    bars = timeline_value(timeline, timelines.rules)["bars"]
    assert [bar[1:4] for bar in bars] == [(0, 23 * 60 + 30, DAY), (1, 0, 45)]
    cut = timeline_value(evolve(timeline, last=local(0).date()), timelines.rules)["bars"]
    assert [bar[1:4] for bar in cut] == [(0, 23 * 60 + 30, DAY)]


def test_marks_stand_for_all_that_has_a_moment_but_sessions_activity_and_scores(
    timelines: Timelines, values: dict[str, dict[str, Any]]
) -> None:
    names, seen = list(MARKS.values()), set()
    for tutor_id, value in values.items():
        entries = timelines[tutor_id].entries
        marked = {place for place, _ in value["marks"]}
        unmarked = {entry.group for place, entry in enumerate(entries) if place not in marked}
        assert unmarked <= {"sessions", "activity", "signals", "churn"}
        for place, kind in value["marks"]:
            assert isinstance(entries[place], InterventionEntry) == (names[kind] == "intervention")
            seen.add(names[kind])
    assert {"login", "moved or called off", "intervention", "email step"} <= seen


def test_scores_are_the_steps_of_the_risk_with_each_signal_beside_its_threshold(
    timelines: Timelines, values: dict[str, dict[str, Any]]
) -> None:
    for tutor_id, value in values.items():
        timeline, scores = timelines[tutor_id], value["scores"]
        assert scores["probability"] == [risk.probability for risk in timeline.risk]
        for signal, thresholds in enumerate(scores["thresholds"]):
            for place, risk in enumerate(timeline.risk):
                reading = risk.readings[signal]
                threshold = thresholds[place] if isinstance(thresholds, list) else thresholds
                assert threshold == (None if reading.threshold is None else pytest.approx(reading.threshold, abs=1e-4))
                assert scores["values"][signal][place] == (
                    None if reading.value is None else pytest.approx(reading.value, abs=1e-4)
                )
                assert scores["shows"][signal][place] == str(int(reading.shows))


def test_no_score_is_drawn_of_a_tutor_who_has_left(timelines: Timelines, at_work: str) -> None:
    opens = datetime.combine(timelines.first, time())
    left = evolve(timelines[at_work], left_at=opens + timedelta(days=2, hours=5))
    value = timeline_value(left, timelines.rules)
    assert value["left"] == 2 * DAY + 5 * 60
    assert 3 <= len(value["scores"]["at"]) < len(left.risk)
    assert max(value["scores"]["at"]) < value["left"]
    long_gone = evolve(left, left_at=opens - timedelta(days=1))
    assert timeline_value(long_gone, timelines.rules)["scores"]["at"] == []


def test_an_intervention_is_told_with_all_six_signals_that_add_up_to_its_probability(
    timelines: Timelines, values: dict[str, dict[str, Any]]
) -> None:
    churn, checked = timelines.rules.churn, 0
    for tutor_id, value in values.items():
        offset = timelines[tutor_id].facts["score_offset"]
        for one in value["interventions"]:
            total = sum(weight for _, shows, weight in one["readings"] if shows)
            probability = round(min(total * churn.probability_per_signal + offset, churn.probability_cap), 3)
            assert one["probability"] == probability
            assert f"= {total}; " in dict(one["told"])["Probability"]
            assert len(one["readings"]) == 6
            checked += 1
    assert checked


def test_an_intervention_whose_score_is_not_in_the_log_says_so(timelines: Timelines) -> None:
    timeline = next(
        timelines[tutor_id]
        for tutor_id in timelines.tutor_ids
        if any(isinstance(entry, InterventionEntry) for entry in timelines[tutor_id].entries)
    )
    sent = next(entry for entry in timeline.entries if isinstance(entry, InterventionEntry))
    withheld = evolve(sent, fields={**sent.fields, "trigger": None, "withheld": True})
    (one,) = timeline_value(evolve(timeline, entries=(withheld,)), timelines.rules)["interventions"]
    told = dict(one["told"])
    assert told["Email"] == "withheld at random, so nothing was sent"
    assert told["Score"].endswith("what it was made of is not in the log")
    assert one["readings"] == []


def test_signals_are_named_in_the_order_of_readings_with_the_thresholds_of_the_run(
    timelines: Timelines, at_work: str
) -> None:
    titles = signal_titles(evolve(timelines.rules.churn, low_engagement=6.5))
    names = [reading.signal for reading in timelines[at_work].risk[0].readings]
    assert [title.lower()[:7] for title, _ in titles] == [
        name.replace("_", " ")[:7].replace("no show", "no-show") for name in names
    ]
    assert titles[1][1] == "Average engagement of 30 days, below 6.5"


def test_when_the_platform_writes_is_told_with_the_rules_of_the_run(timelines: Timelines) -> None:
    rules = evolve(timelines.rules, pause_days=(3.0, 5.5), max_per_tutor=7)
    told = timeline_values([], rules)["policy"]
    assert "Medium (from 0.3) or High (from 0.5)" in told
    assert "pause of 3 to 5.5 days since the last time still runs or 7 interventions were due in 30 days" in told
    assert "times 0.12, and the tutor's own score offset; at most 0.85" in told


def test_a_run_in_which_nobody_is_written_to_is_not_said_to_have_rules_for_it(
    tiny_run: Path, tiny_scenario: Scenario
) -> None:
    silent = evolve(tiny_scenario, mechanisms=evolve(tiny_scenario.mechanisms, interventions=False))
    rules = Rules.of(load_run(tiny_run).log, silent)
    assert timeline_values([], rules)["policy"] == "In this run the platform writes to nobody."


def test_the_truth_is_in_a_value_only_when_it_was_asked_for(tiny_run: Path, timelines: Timelines) -> None:
    assert timeline_value(timelines["T0001"], timelines.rules)["traits"] is None
    with_truth = timelines_of(tiny_run, with_truth=True)
    assert "persona" in dict(timeline_value(with_truth["T0001"], timelines.rules)["traits"])


def test_a_student_has_a_calendar_without_preferred_hours_and_scores(timelines: Timelines) -> None:
    students = (timelines[student_id] for student_id in timelines.student_ids)
    student = next(one for one in students if any(entry.kind == "session" for entry in one.entries))
    value = timeline_value(student, timelines.rules)
    assert value["bars"]
    assert (value["preferred"], value["interventions"], value["scores"]["at"]) == (None, [], [])


def test_outcomes_are_called_as_the_colours_of_all_pages_have_them() -> None:
    assert list(OUTCOMES.values()) == list(OUTCOME_COLOURS)


def test_a_value_is_compact_and_fits_in_json(values: dict[str, dict[str, Any]]) -> None:
    sizes = [len(json.dumps(value, separators=(",", ":"))) for value in values.values()]
    # 150 tutors of a month have to stand in a report of less than 8 MB; these have a third of their sessions' days.
    assert sum(sizes) / len(sizes) < 25_000


def test_days_before_the_window_are_drawn_when_asked_for(tiny_run: Path) -> None:
    earlier = timelines_of(tiny_run, date(2025, 12, 23), date(2025, 12, 29))
    value = timeline_value(earlier["T0001"], earlier.rules)
    assert (value["first"], value["days"]) == ("2025-12-23", 7)
    assert all(0 <= at < 7 * DAY for at in value["at"])
