"""[coaching]: coaching that follows interventions."""

from attrs import frozen

from simulation.scenario.fields import Range, probability, span
from simulation.scenario.interventions import EMAILS

COACHING = (*EMAILS, "mechanisms.coaching")


@frozen
class CoachingParameters:
    """Coaching that is booked after an intervention succeeded."""

    scheduled: float = probability(0.35, "of successes after which coaching is booked")
    booking_hours: Range = span(
        (1, 24), "from the success to the booking", unit="hours", low=0, high=240, needs=(*COACHING, ".scheduled")
    )
    lead_days: Range = span(
        (1, 6), "from the booking to the coaching", unit="days", low=0, high=60, needs=(*COACHING, ".scheduled")
    )
    attended: float = probability(0.8, "of coaching sessions that the tutor comes to", needs=(*COACHING, ".scheduled"))
    boost: float = probability(
        0.3, "of the intervention's effect that coaching adds", needs=(*COACHING, ".scheduled", ".attended")
    )
