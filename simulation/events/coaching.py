"""Coaching that follows an intervention."""

from typing import NamedTuple

from simulation.events.declaring import Moment, observable


@observable(28)
class CoachingScheduled(NamedTuple):
    """A tutor books a coaching session after an intervention."""

    tutor_id: str
    intervention_id: str
    coaching_at: Moment


@observable(29)
class CoachingAttended(NamedTuple):
    """A tutor came to the coaching session."""

    tutor_id: str
    intervention_id: str
