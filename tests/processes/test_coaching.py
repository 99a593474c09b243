"""Coaching that follows a successful intervention."""

from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.influence import Aspect
from simulation.clock import DAY, HOUR
from simulation.events import (
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    InterventionOutcomeDrawn,
)
from simulation.processes.coaching import Coaching
from tests.people import a_tutor
from tests.processes.office import Office
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]


@pytest.fixture
def office_of(stage: MakeStage) -> Callable[..., Office]:
    """Tutors who are all written to at second 0, and all click."""

    def make(tutors: int = 1, outcome: int = 0, mechanisms: dict[str, bool] | None = None, **rules: Any) -> Office:
        emails = {
            "withheld": 0.0, "bounced": 0.0, "outcomes": [float(which == outcome) for which in range(3)],
            "clicked": 1.0, "answered_too": 0.0, "fade_days": 365.0,
        }  # fmt: skip
        scenario = {"interventions": emails, "coaching": rules, "experiments": [], "mechanisms": mechanisms or {}}
        office = Office(stage([a_tutor(number) for number in range(1, tutors + 1)], scenario=scenario))
        office.stage.context.of(Coaching).connect()
        for tutor in range(tutors):
            office.at_risk(0, tutor)
        return office

    return make


MakeOffice = Callable[..., Office]


def test_some_successes_are_followed_by_coaching_and_most_who_book_it_come(office_of: MakeOffice) -> None:
    office = office_of(400)
    office.stage.run_until(12 * DAY)
    booked, attended = len(office.stage.events(CoachingScheduled)), len(office.stage.events(CoachingAttended))
    assert booked / 400 == pytest.approx(office.stage.scenario.coaching.scheduled, abs=0.09)
    assert attended / booked == pytest.approx(office.stage.scenario.coaching.attended, abs=0.12)


def test_coaching_is_booked_within_a_day_of_the_success_for_the_days_after(office_of: MakeOffice) -> None:
    office = office_of(60, scheduled=1.0, attended=1.0)
    office.stage.run_until(12 * DAY)
    clicked = {event.tutor_id: second for second, event in office.stage.diary.entries if type(event) is EmailClicked}
    booked = zip(office.stage.times(CoachingScheduled), office.stage.events(CoachingScheduled), strict=True)
    ahead = {event.tutor_id: event.coaching_at for event in office.stage.events(CoachingScheduled)}
    assert len(ahead) == 60
    for second, event in booked:
        assert HOUR <= second - clicked[event.tutor_id] <= 24 * HOUR
        assert DAY <= event.coaching_at - second <= 6 * DAY
    attended = zip(office.stage.times(CoachingAttended), office.stage.events(CoachingAttended), strict=True)
    assert {event.tutor_id: second for second, event in attended} == ahead


def test_coaching_attended_adds_a_share_of_the_intervention_s_effect(office_of: MakeOffice) -> None:
    office = office_of(scheduled=1.0, attended=1.0, boost=0.3)
    office.stage.run_until(12 * DAY)
    drawn, (at,) = office.stage.only(InterventionOutcomeDrawn), office.stage.times(CoachingAttended)
    influences = office.stage.tutors[0].influences
    for aspect, size in (
        (Aspect.ENGAGEMENT, drawn.engagement_effect), (Aspect.SESSIONS_PER_WEEK, drawn.sessions_effect),
    ):  # fmt: skip
        # Until then one effect fades; from then on there are two.
        assert influences.on(aspect, at) - influences.on(aspect, at - 1) == pytest.approx(0.3 * size, abs=1e-5 * size)


def test_coaching_missed_changes_nothing(office_of: MakeOffice) -> None:
    office = office_of(scheduled=1.0, attended=0.0)
    office.stage.run_until(12 * DAY)
    at = office.stage.only(CoachingScheduled).coaching_at
    assert office.stage.events(CoachingAttended) == []
    assert office.engagement(at) < office.engagement(at - 1)


@pytest.mark.parametrize("outcome", [1, 2])
def test_only_successes_lead_to_coaching(office_of: MakeOffice, outcome: int) -> None:
    office = office_of(20, outcome=outcome, scheduled=1.0)
    office.stage.run_until(12 * DAY)
    assert office.stage.events(CoachingScheduled) == []


def test_without_the_mechanism_there_is_no_coaching(office_of: MakeOffice) -> None:
    office = office_of(mechanisms={"coaching": False}, scheduled=1.0)
    office.stage.run_until(12 * DAY)
    assert office.stage.events(CoachingScheduled) == []
    assert office.stage.events(EmailClicked) != []


@pytest.mark.parametrize(("left_after", "written"), [(CoachingScheduled, 1), (EmailClicked, 0)])
def test_who_leaves_books_and_attends_no_more(office_of: MakeOffice, left_after: type[Any], written: int) -> None:
    rehearsal = office_of(scheduled=1.0, attended=1.0)
    rehearsal.stage.run_until(12 * DAY)
    office = office_of(scheduled=1.0, attended=1.0)
    office.leave(rehearsal.stage.times(left_after)[0] + 1)
    office.stage.run_until(12 * DAY)
    assert len(office.stage.events(CoachingScheduled)) == written
    assert office.stage.events(CoachingAttended) == []
