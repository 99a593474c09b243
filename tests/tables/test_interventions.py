"""Interventions: what was sent, how far it got, and the weeks around it."""

from typing import Any

import pytest

from simulation.events import (
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    InterventionResponded,
    InterventionWithheld,
    Moment,
)
from simulation.log import Log
from simulation.tables.interventions import reduce_interventions
from simulation.tables.sessions import reduce_sessions
from tests.hand_made_log import LogBuilder, at, by_id, local, row, values

INT = "INT000101"
DELIVERED = EmailDelivered("T0001", INT)
OPENED = EmailOpened("T0001", INT)
CLICKED = EmailClicked("T0001", INT)
ANSWERED = InterventionResponded("T0001", INT, "neutral", "Thanks.")


def interventions(log: Log) -> dict[str, dict[str, Any]]:
    return by_id(reduce_interventions(log, reduce_sessions(log)))


def intervention(log: LogBuilder) -> dict[str, Any]:
    observable = log.observable
    return row(reduce_interventions(observable, reduce_sessions(observable)))


def test_what_was_sent_is_carried_over(log: LogBuilder) -> None:
    log.intervention(
        INT, at(10, 12), created_at=Moment(at(10, 11)), experiment_id="EXP001", experiment_variant="coaching",
        triggered_by_event_id="EV000017", risk_level_at_trigger="High", churn_probability_at_trigger=0.612,
    )  # fmt: skip

    assert intervention(log) == {
        "intervention_id": INT, "tutor_id": "T0001", "intervention_type": "quality", "channel": "email",
        "subject": "Hello", "content": "How are you?", "template_id": "template_quality_001",
        "experiment_id": "EXP001", "experiment_variant": "coaching",
        "sent_at": local(10, 12), "delivered_at": None, "opened_at": None, "clicked_at": None, "responded_at": None,
        "response_type": None, "response_notes": None,
        "engagement_before": None, "engagement_after": None, "sessions_before_count": 0, "sessions_after_count": 0,
        "status": "sent", "error_message": None, "created_at": local(10, 11), "updated_at": local(10, 12),
        "risk_level_at_trigger": "High", "churn_probability_at_trigger": 0.612, "triggered_by_event_id": "EV000017",
    }  # fmt: skip


class TestStatus:
    STEPS = (
        ("delivered", DELIVERED, "delivered_at"),
        ("opened", OPENED, "opened_at"),
        ("clicked", CLICKED, "clicked_at"),
        ("responded", ANSWERED, "responded_at"),
    )

    @pytest.mark.parametrize("reached", range(len(STEPS) + 1))
    def test_is_the_furthest_step(self, log: LogBuilder, reached: int) -> None:
        log.intervention(INT, at(10))
        for hour, (_, event, _) in enumerate(self.STEPS[:reached], start=1):
            log.event(at(10, hour), event)

        sent = intervention(log)

        assert sent["status"] == ["sent", *(name for name, _, _ in self.STEPS)][reached]
        times = [sent[column] for _, _, column in self.STEPS]
        assert times == [local(10, hour) if hour <= reached else None for hour in range(1, 5)]
        assert sent["updated_at"] == local(10, reached)

    def test_may_be_an_answer_without_a_click(self, log: LogBuilder) -> None:
        log.intervention(INT, at(10)).event(at(10, 1), DELIVERED).event(at(10, 2), OPENED).event(at(10, 3), ANSWERED)

        sent = intervention(log)

        assert (sent["status"], sent["clicked_at"], sent["responded_at"]) == ("responded", None, local(10, 3))
        assert (sent["response_type"], sent["response_notes"]) == ("neutral", "Thanks.")

    def test_stays_an_answer_when_a_click_comes_after_it(self, log: LogBuilder) -> None:
        log.intervention(INT, at(10)).event(at(10, 3), ANSWERED).event(at(10, 5), CLICKED)

        sent = intervention(log)

        assert (sent["status"], sent["updated_at"]) == ("responded", local(10, 5))

    def test_of_a_bounced_email_is_failed(self, log: LogBuilder) -> None:
        log.intervention(INT, at(10)).event(at(10, 1), EmailFailed("T0001", INT, "Mailbox full"))

        sent = intervention(log)

        assert (sent["status"], sent["error_message"]) == ("failed", "Mailbox full")
        assert (sent["delivered_at"], sent["updated_at"]) == (None, local(10, 1))

    def test_counts_steps_up_to_the_very_end_of_the_window_and_none_after(self, log: LogBuilder) -> None:
        log.intervention(INT, at(29)).event(at(29, 1), DELIVERED).event(at(30), OPENED).event(at(30) + 1, ANSWERED)

        sent = intervention(log)

        assert (sent["status"], sent["opened_at"], sent["updated_at"]) == ("opened", local(30), local(30))
        assert (sent["responded_at"], sent["response_type"], sent["response_notes"]) == (None, None, None)

    def test_of_each_is_its_own(self, log: LogBuilder) -> None:
        log.tutor("T0002").intervention(INT, at(10)).intervention("INT000201", at(11), tutor="T0002")
        log.event(at(12), EmailDelivered("T0002", "INT000201")).event(at(13), EmailOpened("T0002", "INT000201"))
        log.event(at(14), DELIVERED)

        found = interventions(log.observable)

        assert values(found.values(), "status") == ["delivered", "opened"]


class TestRows:
    def test_are_what_was_sent_in_the_window(self, log: LogBuilder) -> None:
        for name, second in (("INT1", at(0) - 1), ("INT2", at(0)), ("INT3", at(30) - 1), ("INT4", at(30))):
            log.intervention(name, second)

        assert list(interventions(log.observable)) == ["INT2", "INT3"]

    def test_are_not_what_was_withheld(self, log: LogBuilder) -> None:
        log.event(at(3), InterventionWithheld("T0001", INT, "quality", "Medium", 0.31, "EV000001"))

        assert interventions(log.observable) == {}

    def test_are_in_the_order_of_time_then_id(self, log: LogBuilder) -> None:
        log.intervention("INT3", at(2)).intervention("INT2", at(2)).intervention("INT4", at(1))

        assert list(interventions(log.observable)) == ["INT4", "INT2", "INT3"]


class TestWeeksAround:
    def test_average_the_tutors_completed_sessions(self, log: LogBuilder) -> None:
        log.tutor("T0002").intervention(INT, at(10))
        log.session("S1", at(4), engagement_score=5.0).session("S2", at(9), engagement_score=5.55)
        log.session("S3", at(11), engagement_score=7.0)
        log.session("S4", at(5), tutor="T0002", engagement_score=1.0).no_show("S5", at(6), "tutor")
        log.no_show("S6", at(7), "student")

        sent = intervention(log)

        assert (sent["sessions_before_count"], sent["engagement_before"]) == (2, 5.28)
        assert (sent["sessions_after_count"], sent["engagement_after"]) == (1, 7.0)

    def test_hold_their_first_second_and_not_their_end(self, log: LogBuilder) -> None:
        log.intervention(INT, at(10))
        for name, start in (("S1", at(3) - 1), ("S2", at(3)), ("S3", at(10)), ("S4", at(17) - 1), ("S5", at(17))):
            log.session(name, start)

        sent = intervention(log)

        assert (sent["sessions_before_count"], sent["sessions_after_count"]) == (1, 2)

    @pytest.mark.parametrize(
        ("sent_at", "before", "after"),
        [(at(7) - 1, False, True), (at(7), True, True), (at(23), True, True), (at(23) + 1, True, False)],
    )
    def test_are_unknown_where_they_leave_the_window(
        self, log: LogBuilder, sent_at: int, before: bool, after: bool
    ) -> None:
        for day in range(-10, 30):
            log.session(f"S{day + 20}", at(day, 12))
        log.intervention(INT, sent_at)

        sent = intervention(log)

        assert (sent["sessions_before_count"] is not None, sent["engagement_before"] is not None) == (before, before)
        assert (sent["sessions_after_count"] is not None, sent["engagement_after"] is not None) == (after, after)

    def test_without_sessions_have_a_count_and_no_average(self, log: LogBuilder) -> None:
        sent = intervention(log.intervention(INT, at(10)))

        assert (sent["sessions_before_count"], sent["engagement_before"]) == (0, None)

    def test_count_a_moved_session_where_it_finally_stood(self, log: LogBuilder) -> None:
        log.intervention(INT, at(10)).booking("S1", at(9)).moved(at(8, 1), "S1", to=at(12)).held("S1", at(12))

        sent = intervention(log)

        assert (sent["sessions_before_count"], sent["sessions_after_count"]) == (0, 1)
