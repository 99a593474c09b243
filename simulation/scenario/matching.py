"""[matching]: which tutor a student gets, and when."""

from attrs import frozen

from simulation.scenario.fields import OPENING, param, probability


# Fitted: preferred hours, odd hours and the weight of experience come out as stated, whatever calendars tutors have.
@frozen
class MatchingParameters:
    """Which tutor a student gets, and when."""

    activity_weight: float = param(
        0.45, "power of total_sessions_completed in a tutor's weight", low=0, high=3, acts=OPENING
    )
    reputation_weight: float = param(
        1.5, "log-weight per star of recent rating", unit="per star", low=0, high=5, needs=("mechanisms.reputation",)
    )
    reputation_memory: float = probability(
        0.03, "weight of the latest rating in the recent rating", needs=("mechanisms.reputation",)
    )
    open_outside: float = probability(
        0.27, "of hours outside preferred ones that a tutor opens on weekdays", acts=OPENING
    )
    open_outside_weekend: float = probability(0.21, "the same on weekends", acts=OPENING)
    daily_sessions: int = param(10, "most sessions a tutor takes on a day", unit="sessions", low=1, high=48)
    odd_hours_reliability: float = probability(
        0.60, "tutors below this reliability also open 6 to 8 and 22 to 24 on weekdays", acts=OPENING
    )
    open_odd: float = probability(0.45, "of those odd hours that such a tutor opens", acts=OPENING)
    max_shift_hours: float = param(4.0, "how far from the wished time a student can come", unit="hours", low=0, high=24)
    other_days: int = param(
        1,
        "how many weekdays or weekend days off the wished one a student comes to keep the tutor",
        unit="days",
        low=0,
        high=6,
    )
    other_tutors_tried: int = param(12, "tutors tried away from the wished time", unit="tutors", low=0, high=1000)
