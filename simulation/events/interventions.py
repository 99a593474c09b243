"""Emails to tutors at risk, and what becomes of them."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable, truth


@observable(21)
class InterventionSent(NamedTuple):
    """An email goes out to a tutor at risk."""

    tutor_id: str
    intervention_id: str
    experiment_id: str | None
    experiment_variant: str | None
    intervention_type: Annotated[str, "first_session, churn, quality, technical or engagement"]
    channel: str
    subject: Annotated[str, "of the email"]
    content: str
    template_id: str
    created_at: Moment
    risk_level_at_trigger: str
    churn_probability_at_trigger: float
    triggered_by_event_id: str


@observable(22)
class InterventionWithheld(NamedTuple):
    """An intervention was due and held back at random, so that effects can be estimated."""

    tutor_id: str
    intervention_id: str
    intervention_type: str
    risk_level_at_trigger: str
    churn_probability_at_trigger: float
    triggered_by_event_id: str


@observable(23)
class EmailDelivered(NamedTuple):
    """An intervention's email arrived."""

    tutor_id: str
    intervention_id: str


@observable(24)
class EmailFailed(NamedTuple):
    """An intervention's email bounced."""

    tutor_id: str
    intervention_id: str
    error_message: str


@observable(25)
class EmailOpened(NamedTuple):
    """The tutor opened the email."""

    tutor_id: str
    intervention_id: str


@observable(26)
class EmailClicked(NamedTuple):
    """The tutor followed the email's link."""

    tutor_id: str
    intervention_id: str


@observable(27)
class InterventionResponded(NamedTuple):
    """The tutor answered the email."""

    tutor_id: str
    intervention_id: str
    response_type: Annotated[str, "positive, neutral or negative"]
    response_notes: str | None


@truth(3)
class InterventionOutcomeDrawn(NamedTuple):
    """What an intervention will come to, and its effect."""

    tutor_id: str
    intervention_id: str
    outcome: Annotated[str, "success, partial or ignored"]
    engagement_effect: Annotated[float, "initial relative change of engagement"]
    sessions_effect: Annotated[int, "initial change in sessions per week"]


@truth(4)
class InterventionCutShort(NamedTuple):
    """The tutor left before an intervention took its course: what it came to after all."""

    tutor_id: str
    intervention_id: str
    outcome: Annotated[str, "partial or ignored"]
    engagement_effect: float
    sessions_effect: int


@truth(5)
class InterventionMuted(NamedTuple):
    """An intervention was due and is kept from being sent, to see what the world is like without it."""

    tutor_id: str
    intervention_id: str
