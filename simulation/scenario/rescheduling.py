"""[sessions.rescheduling]: sessions move."""

from attrs import frozen

from simulation.scenario.fields import param, probability


@frozen
class ReschedulingParameters:
    """Sessions that move (methodology, "Reschedule Rate")."""

    # Fitted: not every move that a tutor wants finds another free time.
    tutor_factor: float = param(1.0, "times a tutor's own rate", low=0, high=5)
    # Fitted: 98.2% of moves are tutors'.
    student_rate: float = probability(0.0021, "chance that a student moves a session")
    earliest_notice_hours: float = param(3.0, "shortest notice", unit="hours", low=0, high=48)
    search_days: int = param(6, "how many days ahead another time is looked for", unit="days", low=0, high=30)
