"""[sessions.burnout]: veterans burn out."""

from attrs import frozen

from simulation.scenario.fields import OPENING, Range, param, span


# Fitted: veterans are rated 4.2 over the month and 3.8 in the last week.
@frozen
class BurnoutParameters:
    """How veterans burn out: late, and within a few days (methodology, "Persona 4")."""

    tipping_days: Range = span(
        (15, 26), "when, after the window opens, a tutor may begin to burn out", unit="days", low=0, high=3650,
        acts=OPENING,
    )  # fmt: skip
    load: float = param(12.0, "sessions in 7 days below which nobody burns out", unit="sessions", low=0, high=200)
    ramp_days: float = param(2.0, "days from first signs to full burnout", unit="days", low=0.1, high=60)
    empathy: float = param(-2.4, "added to empathy at full burnout", unit="points of 10", low=-9, high=9)
    clarity: float = param(-2.5, "added to clarity", unit="points of 10", low=-9, high=9)
    engagement: float = param(-1.8, "added to engagement", unit="points of 10", low=-9, high=9)
    sentiment: float = param(-0.2, "added to sentiment", low=-1, high=1)
    reschedule_factor: float = param(
        1.6, "multiplies the reschedule rate", low=0, high=10, needs=("mechanisms.burnout", "mechanisms.rescheduling")
    )
