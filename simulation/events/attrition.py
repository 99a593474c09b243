"""Tutors who leave, and the state that makes them."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import observable, truth


@observable(2)
class TutorLeft(NamedTuple):
    """A tutor leaves the platform for good."""

    tutor_id: str


@truth(7)
class TutorStateRecorded(NamedTuple):
    """An active tutor's hidden state, every midnight."""

    tutor_id: str
    morale: Annotated[float, "0 to 1"]
    burnout: Annotated[float, "0 to 1"]
    engagement_lift: Annotated[float, "relative, what interventions and experiments add up to now"]
    extra_sessions_per_week: float
    leave_probability_30d: Annotated[float, "from the hazard as it stands"]


@truth(8)
class TutorLeavingExplained(NamedTuple):
    """Why a tutor left."""

    tutor_id: str
    reason: str
