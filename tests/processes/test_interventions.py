"""The platform writes to tutors at risk; what they do with the email, and what it changes in them."""

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from simulation.agents.influence import Aspect
from simulation.clock import DAY, HOUR, MINUTE
from simulation.events import (
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    InterventionCutShort,
    InterventionMuted,
    InterventionOutcomeDrawn,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
    Login,
)
from simulation.processes.interventions import Interventions
from tests.people import a_tutor
from tests.processes.office import Office
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]

SUCCESS, PARTIAL, IGNORED = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]


@pytest.fixture
def office_of(stage: MakeStage) -> Callable[..., Office]:
    def make(tutors: int = 1, mechanisms: dict[str, bool] | None = None, **rules: Any) -> Office:
        scenario = {
            "interventions": {"withheld": 0.0, "bounced": 0.0, **rules}, "experiments": [],
            "mechanisms": mechanisms or {},
        }  # fmt: skip
        return Office(stage([a_tutor(number) for number in range(1, tutors + 1)], scenario=scenario))

    return make


MakeOffice = Callable[..., Office]


# ---------------------------------------------------------------- whether to write


def test_within_a_second_it_is_decided_whom_to_write_to_before_anything_happens_to_emails(
    office_of: MakeOffice,
) -> None:
    office = office_of(2, latency_minutes=[10, 10], sending_minutes=[0, 0], delivery_minutes=[5, 5])
    office.at_risk(0, tutor=1)
    office.at_risk(5 * MINUTE, tutor=0)  # decided in the second in which the other's email is delivered
    office.stage.run_until(HOUR)
    at_once = [event for second, event in office.stage.diary.entries if second == 15 * MINUTE]
    assert [(type(event), event.tutor_id) for event in at_once] == [
        (InterventionSent, "T0001"), (InterventionOutcomeDrawn, "T0001"), (EmailDelivered, "T0002"),
    ]  # fmt: skip


def test_within_the_hour_of_a_signal_it_is_decided_and_sent(office_of: MakeOffice) -> None:
    office = office_of(200)
    for tutor in range(200):
        office.at_risk(DAY, tutor)
    office.stage.run_until(2 * DAY)
    sent = office.stage.events(InterventionSent)
    assert len(sent) == 200
    for second, event in zip(office.stage.times(InterventionSent), sent, strict=True):
        assert DAY + 2 * MINUTE <= event.created_at <= DAY + 55 * MINUTE
        assert event.created_at <= second <= event.created_at + 5 * MINUTE
    assert len({event.created_at for event in sent}) > 100


def test_an_intervention_names_the_score_that_triggered_it(office_of: MakeOffice) -> None:
    office = office_of()
    office.stage.at(0, office.stage.context.record, Login("T0001", "tablet", "192.0.2.1"))
    office.at_risk(churn_risk_level="High", churn_probability=0.63)
    office.stage.run_until(DAY)
    sent = office.stage.only(InterventionSent)
    assert (sent.risk_level_at_trigger, sent.churn_probability_at_trigger) == ("High", 0.63)
    assert (sent.triggered_by_event_id, sent.intervention_id) == ("EV000001", "INT000101")
    assert (sent.experiment_id, sent.experiment_variant, sent.channel) == (None, None, "email")


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        ({}, "engagement"),
        ({"technical_issue_rate": 0.16}, "technical"),
        ({"technical_issue_rate": 0.15}, "engagement"),
        ({"technical_issue_rate": 0.16, "avg_rating_7d": 3.7}, "quality"),
        ({"avg_rating_7d": 3.8}, "engagement"),
        ({"avg_rating_7d": None, "technical_issue_rate": None}, "engagement"),
        ({"avg_rating_7d": 3.7, "churn_risk_level": "High"}, "churn"),
        ({"avg_rating_7d": 3.7, "churn_risk_level": "High", "signal_poor_first_sessions": True}, "first_session"),
    ],
)
def test_the_most_pressing_problem_is_written_about(office_of: MakeOffice, figures: dict[str, Any], kind: str) -> None:
    office = office_of()
    office.at_risk(**figures)
    office.stage.run_until(DAY)
    sent = office.stage.only(InterventionSent)
    assert (sent.intervention_type, sent.template_id) == (kind, f"template_{kind}_001")
    assert sent.subject
    assert sent.content


REST = {
    "rest": {
        "priority": 5, "condition": "total_sessions_7d > 30 and avg_engagement_score < 6", "subject": "Take a break",
        "content": "Your calendar is full. Block two days, and we will tell your students.",
        "engagement_effect": {"success": [0.3, 0.4]}, "sessions_effect": {"success": [0, 0]},
    }
}  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        ({"total_sessions_7d": 31, "avg_engagement_score": 5.9, "churn_risk_level": "High"}, "rest"),
        ({"total_sessions_7d": 31, "avg_engagement_score": None, "churn_risk_level": "High"}, "churn"),
        ({"total_sessions_7d": 30, "avg_engagement_score": 5.9}, "engagement"),
    ],
)
def test_a_kind_of_one_s_own_is_sent_where_its_condition_holds_and_none_before_it(
    office_of: MakeOffice, figures: dict[str, Any], kind: str
) -> None:
    office = office_of(kinds=REST)
    office.at_risk(**figures)
    office.stage.run_until(DAY)
    sent = office.stage.only(InterventionSent)
    assert (sent.intervention_type, sent.template_id) == (kind, f"template_{kind}_001")
    assert (sent.subject == "Take a break") == (kind == "rest")


def test_a_kind_may_have_effects_of_its_own_and_has_those_of_all_kinds_else(office_of: MakeOffice) -> None:
    tired = {"total_sessions_7d": 31, "avg_engagement_score": 5.9}
    for outcomes, engagement, sessions in ((SUCCESS, (0.3, 0.4), {0}), (PARTIAL, (0.01, 0.08), {0, 1, 2})):
        office = office_of(100, kinds=REST, outcomes=outcomes)
        for tutor in range(100):
            office.at_risk(0, tutor, **tired)
        office.stage.run_until(DAY)
        drawn = office.stage.events(InterventionOutcomeDrawn)
        assert all(engagement[0] <= event.engagement_effect <= engagement[1] for event in drawn)
        assert {event.sessions_effect for event in drawn} == sessions


def test_where_no_kind_applies_nothing_is_sent_and_nothing_counts_against_the_limit(office_of: MakeOffice) -> None:
    office = office_of(kinds={"replace": True, **REST}, pause_days=[20, 20])
    office.at_risk(0)
    office.at_risk(DAY, total_sessions_7d=31, avg_engagement_score=5.9)
    office.stage.run_until(2 * DAY)
    assert office.stage.only(InterventionSent).intervention_type == "rest"
    assert office.stage.times(InterventionSent)[0] > DAY


def test_of_two_kinds_with_one_priority_the_first_by_name_is_tried_first(office_of: MakeOffice) -> None:
    texts = {"subject": "Hello", "content": "How are you?", "priority": 1}
    office = office_of(kinds={"replace": True, "b": texts, "a": texts})
    office.at_risk(0)
    office.stage.run_until(DAY)
    assert office.stage.only(InterventionSent).intervention_type == "a"


def test_two_signals_at_once_are_one_intervention(office_of: MakeOffice) -> None:
    office = office_of(pause_days=[0, 0])
    office.at_risk()
    office.at_risk(MINUTE)
    office.stage.run_until(DAY)
    assert len(office.stage.events(InterventionSent)) == 1


@pytest.mark.parametrize("pause", [(10, 10), (4, 9)])
def test_between_two_interventions_to_a_tutor_lies_a_pause(office_of: MakeOffice, pause: tuple[int, int]) -> None:
    office = office_of(pause_days=list(pause), max_per_tutor=100)
    for hour in range(0, 200 * 24, 6):
        office.at_risk(hour * HOUR)
    office.stage.run_until(201 * DAY)
    decided = [event.created_at for event in office.stage.events(InterventionSent)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(decided)]
    shortest, longest = pause
    assert len(gaps) >= 19
    assert all(shortest * DAY <= gap < longest * DAY + 7 * HOUR for gap in gaps)
    assert max(gaps) - min(gaps) >= (longest - shortest) * DAY // 2


@pytest.mark.parametrize("most", [1, 2, 4])
def test_nobody_gets_more_than_so_many_in_thirty_days(office_of: MakeOffice, most: int) -> None:
    office = office_of(pause_days=[0, 0], max_per_tutor=most)
    for hour in range(0, 70 * 24, 5):
        office.at_risk(hour * HOUR)
    office.stage.run_until(71 * DAY)
    sent = office.stage.times(InterventionSent)
    for first in sent:
        assert sum(first <= second <= first + 30 * DAY for second in sent) <= most
    assert len(sent) >= 2 * most  # and they do go on


def test_a_maximum_of_none_means_none(office_of: MakeOffice) -> None:
    office = office_of(max_per_tutor=0)
    office.at_risk()
    office.stage.run_until(DAY)
    assert office.stage.told() == []


def test_one_tutor_s_pause_is_not_another_s(office_of: MakeOffice) -> None:
    office = office_of(2)
    office.at_risk(0, tutor=0)
    office.at_risk(DAY, tutor=1)
    office.stage.run_until(2 * DAY)
    assert [event.intervention_id for event in office.stage.events(InterventionSent)] == ["INT000101", "INT000201"]


def test_a_random_share_is_held_back(office_of: MakeOffice) -> None:
    office = office_of(400, withheld=0.25)
    for tutor in range(400):
        office.at_risk(0, tutor)
    office.stage.run_until(DAY)
    withheld = office.stage.events(InterventionWithheld)
    assert len(withheld) + len(office.stage.events(InterventionSent)) == 400
    assert len(withheld) / 400 == pytest.approx(0.25, abs=0.09)


def test_what_is_held_back_is_on_record_and_nothing_comes_of_it(office_of: MakeOffice) -> None:
    office = office_of(withheld=1.0)
    office.at_risk()
    office.at_risk(5 * DAY)  # it counts for the pause like one that was sent
    office.stage.run_until(9 * DAY)
    assert office.stage.told() == ["InterventionWithheld"]
    withheld = office.stage.only(InterventionWithheld)
    assert (withheld.intervention_id, withheld.intervention_type) == ("INT000101", "engagement")
    assert office.engagement(DAY) == 0


def test_interventions_to_a_tutor_are_numbered_without_gaps(office_of: MakeOffice) -> None:
    office = office_of(pause_days=[1, 1])
    for day in range(3):
        office.at_risk(2 * day * DAY)
    office.stage.run_until(7 * DAY)
    assert [event.intervention_id for event in office.stage.events(InterventionSent)] == [
        "INT000101", "INT000102", "INT000103"
    ]  # fmt: skip


def test_an_intervention_that_is_muted_is_due_and_not_sent(office_of: MakeOffice) -> None:
    office = office_of()
    office.interventions = Interventions(attrs.evolve(office.stage.context, muted=frozenset({"INT000101"})))
    office.at_risk()
    office.stage.run_until(7 * DAY)
    assert [event for _, event in office.stage.diary.entries] == [InterventionMuted("T0001", "INT000101")]


def test_without_the_mechanism_nobody_is_written_to(office_of: MakeOffice) -> None:
    office = office_of(mechanisms={"interventions": False})
    office.at_risk()
    office.stage.run_until(DAY)
    assert office.stage.told() == []


# ---------------------------------------------------------------- what happens to the email


def moments(office: Office, event_type: type[Any]) -> dict[str, int]:
    """When events of a type happened, by intervention."""
    pairs = zip(office.stage.events(event_type), office.stage.times(event_type), strict=True)
    return {event.intervention_id: second for event, second in pairs}


def written_to(office: Office) -> Office:
    """All tutors are written to, and all that may come of it has come."""
    for tutor in range(len(office.stage.tutors)):
        office.at_risk(0, tutor)
    office.stage.run_until(6 * DAY)
    return office


def test_emails_arrive_within_ten_minutes_and_are_opened_within_two_days(office_of: MakeOffice) -> None:
    office = written_to(office_of(200, outcomes=SUCCESS))
    sent, delivered, opened = (moments(office, kind) for kind in (InterventionSent, EmailDelivered, EmailOpened))
    assert set(sent) == set(delivered) == set(opened)
    for name, second in sent.items():
        assert MINUTE <= delivered[name] - second <= 10 * MINUTE
        assert HOUR <= opened[name] - second <= 48 * HOUR


def test_the_hours_until_opening_are_counted_from_sending(office_of: MakeOffice) -> None:
    office = written_to(office_of(outcomes=PARTIAL, open_hours=[48, 48]))
    assert office.stage.times(EmailOpened) == [second + 48 * HOUR for second in office.stage.times(InterventionSent)]


def test_a_success_clicks_or_answers_or_both(office_of: MakeOffice) -> None:
    office = written_to(office_of(400, outcomes=SUCCESS, clicked=0.44, answered_too=0.30))
    opened, clicked, answered = (moments(office, kind) for kind in (EmailOpened, EmailClicked, InterventionResponded))
    assert set(clicked) | set(answered) == set(opened)
    assert len(clicked) / 400 == pytest.approx(0.44, abs=0.09)
    assert len(set(clicked) & set(answered)) / len(clicked) == pytest.approx(0.30, abs=0.12)
    assert all(MINUTE <= second - opened[name] <= 30 * MINUTE for name, second in clicked.items())
    assert all(6 * MINUTE <= second - opened[name] <= 48 * HOUR for name, second in answered.items())


def test_answers_are_mostly_positive(office_of: MakeOffice) -> None:
    office = written_to(office_of(400, outcomes=SUCCESS, clicked=0.0))
    answers = Counter(event.response_type for event in office.stage.events(InterventionResponded))
    assert [answers[kind] / 400 for kind in ("positive", "neutral", "negative")] == pytest.approx(
        [0.6, 0.3, 0.1], abs=0.1
    )


def test_a_partial_success_is_opened_and_no_more(office_of: MakeOffice) -> None:
    office = written_to(office_of(outcomes=PARTIAL))
    assert office.stage.told() == ["InterventionSent", "InterventionOutcomeDrawn", "EmailDelivered", "EmailOpened"]


def test_an_ignored_email_arrives_and_is_never_opened(office_of: MakeOffice) -> None:
    office = written_to(office_of(outcomes=IGNORED))
    assert office.stage.told() == ["InterventionSent", "InterventionOutcomeDrawn", "EmailDelivered"]


def test_a_bounced_email_does_not_arrive_and_changes_nothing(office_of: MakeOffice) -> None:
    office = written_to(office_of(outcomes=SUCCESS, bounced=1.0))
    assert office.stage.told() == ["InterventionSent", "InterventionOutcomeDrawn", "EmailFailed"]
    assert office.stage.only(EmailFailed).error_message
    assert office.stage.only(InterventionOutcomeDrawn).outcome == "ignored"
    assert office.engagement(6 * DAY) == 0


def test_outcomes_have_their_shares(office_of: MakeOffice) -> None:
    office = written_to(office_of(600, outcomes=[0.60, 0.15, 0.25]))
    outcomes = Counter(event.outcome for event in office.stage.events(InterventionOutcomeDrawn))
    assert [outcomes[kind] / 600 for kind in ("success", "partial", "ignored")] == pytest.approx(
        [0.60, 0.15, 0.25], abs=0.07
    )


# ---------------------------------------------------------------- what it changes


@pytest.mark.parametrize(
    ("outcomes", "engagement", "sessions"),
    [(SUCCESS, (0.05, 0.25), {1, 2, 3, 4}), (PARTIAL, (0.01, 0.08), {0, 1, 2}), (IGNORED, (0, 0), {0})],
)
def test_effects_are_drawn_from_the_outcome_s_range(
    office_of: MakeOffice, outcomes: list[float], engagement: tuple[float, float], sessions: set[int]
) -> None:
    drawn = written_to(office_of(100, outcomes=outcomes)).stage.events(InterventionOutcomeDrawn)
    assert all(engagement[0] <= event.engagement_effect <= engagement[1] for event in drawn)
    assert {event.sessions_effect for event in drawn} == sessions


@pytest.mark.parametrize(
    ("rules", "begins"),
    [
        ({"outcomes": PARTIAL}, EmailOpened),
        ({"outcomes": SUCCESS, "clicked": 1.0, "answered_too": 0.0}, EmailClicked),
        ({"outcomes": SUCCESS, "clicked": 0.0}, InterventionResponded),
    ],
)
def test_an_effect_begins_when_the_email_is_taken_up_and_fades_over_four_weeks(
    office_of: MakeOffice, rules: dict[str, Any], begins: type[Any]
) -> None:
    office = written_to(office_of(**rules, sessions_effect={"success": [3, 3], "partial": [2, 2]}))
    drawn, (taken_up,) = office.stage.only(InterventionOutcomeDrawn), office.stage.times(begins)
    assert office.engagement(taken_up - 1) == 0
    assert office.engagement(taken_up) == drawn.engagement_effect > 0
    assert office.sessions(taken_up) == drawn.sessions_effect > 0
    assert office.engagement(taken_up + 14 * DAY) == pytest.approx(drawn.engagement_effect / 2)
    assert office.sessions(taken_up + 14 * DAY) == pytest.approx(drawn.sessions_effect / 2)
    assert office.engagement(taken_up + 28 * DAY) == 0


def test_who_clicks_and_answers_is_changed_once_by_what_comes_first(office_of: MakeOffice) -> None:
    office = office_of(outcomes=SUCCESS, clicked=1.0, answered_too=1.0, answer_hours=[1, 1])
    succeeded: list[int] = []
    office.interventions.succeeded.append(lambda _: succeeded.append(office.stage.now))
    written_to(office)
    (clicked,), (answered,) = office.stage.times(EmailClicked), office.stage.times(InterventionResponded)
    assert clicked < answered
    assert succeeded == [clicked]
    assert office.engagement(clicked) == office.stage.only(InterventionOutcomeDrawn).engagement_effect


def test_only_successes_are_told_of(office_of: MakeOffice) -> None:
    for outcomes, count in ((SUCCESS, 5), (PARTIAL, 0), (IGNORED, 0)):
        office = office_of(5, outcomes=outcomes)
        told: list[Any] = []
        office.interventions.succeeded.append(told.append)
        written_to(office)
        assert len(told) == count


def test_emails_without_effect_are_the_same_emails_and_change_nothing(office_of: MakeOffice) -> None:
    with_effect, without = (written_to(office_of(20, effect_factor=factor)) for factor in (1.0, 0.0))
    assert with_effect.stage.diary.entries == without.stage.diary.entries
    changed = [
        any(tutor.influences.on(aspect, second) for aspect in Aspect for second in range(0, 6 * DAY, HOUR))
        for office in (with_effect, without) for tutor in office.stage.tutors
    ]  # fmt: skip
    assert any(changed[:20])
    assert not any(changed[20:])


def test_what_one_tutor_meets_with_is_the_same_whoever_else_is_written_to(office_of: MakeOffice) -> None:
    alone, among_others = office_of(50), office_of(50)
    alone.at_risk(0, tutor=30)
    alone.stage.run_until(6 * DAY)
    written_to(among_others)
    own = [(second, event) for second, event in among_others.stage.diary.entries if event.tutor_id == "T0031"]
    assert own == alone.stage.diary.entries


# ---------------------------------------------------------------- tutors who leave

OPENED_LATER = {"open_hours": [10, 10], "answer_hours": [10, 10], "clicked": 0.0}


@pytest.mark.parametrize(
    ("outcomes", "left_after_hours", "comes_to"),
    [
        (SUCCESS, 5, ["ignored"]),
        (SUCCESS, 15, ["partial"]),
        (SUCCESS, 30, []),
        (PARTIAL, 5, ["ignored"]),
        (PARTIAL, 15, []),
        (IGNORED, 5, []),
    ],
)
def test_what_is_still_on_its_way_comes_to_less_when_the_tutor_leaves(
    office_of: MakeOffice, outcomes: list[float], left_after_hours: int, comes_to: list[str]
) -> None:
    office = office_of(outcomes=outcomes, **OPENED_LATER)
    office.at_risk()
    office.leave(left_after_hours * HOUR)
    office.stage.run_until(6 * DAY)
    cut = office.stage.events(InterventionCutShort)
    assert [event.outcome for event in cut] == comes_to
    assert all(0.01 <= event.engagement_effect <= 0.08 for event in cut if event.outcome == "partial")
    assert all(event[3:] == (0.0, 0) for event in cut if event.outcome == "ignored")
    assert max(second for second, _ in office.stage.diary.entries) <= max(left_after_hours * HOUR, 22 * HOUR)


@pytest.mark.parametrize("minutes", [1, 56])
def test_nothing_is_sent_to_who_has_left_before(office_of: MakeOffice, minutes: int) -> None:
    office = office_of(latency_minutes=[30, 30], sending_minutes=[60, 60])
    office.at_risk()
    office.leave(minutes * MINUTE)
    office.stage.run_until(6 * DAY)
    assert office.stage.told() == []


# ---------------------------------------------------------------- experiments


def test_an_intervention_that_is_part_of_a_running_experiment_says_so(stage: MakeStage) -> None:
    plan = {"name": "emails", "intervention_types": ["engagement"], "start_day": -14.0, "days": 10.0}
    office = Office(
        stage([a_tutor()], scenario={"experiments": [plan], "interventions": {"withheld": 0.0, "pause_days": [1, 1]}})
    )
    office.experiments.start()
    for second, level in ((DAY, "Medium"), (4 * DAY, "High"), (11 * DAY, "Medium")):
        office.at_risk(second, churn_risk_level=level)
    office.stage.run_until(12 * DAY)
    linked = [(event.experiment_id, event.experiment_variant) for event in office.stage.events(InterventionSent)]
    assert linked[0][0] == "EXP001"
    assert linked[0][1] in {"control", "treatment"}
    assert linked[1:] == [(None, None), (None, None)]  # of another type; after its end
