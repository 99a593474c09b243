"""[activity]: what tutors do on the platform."""

from attrs import frozen

from simulation.scenario.fields import OPENING, Range, param, probability, span


@frozen
class PlatformActivityParameters:
    """What tutors do on the platform (methodology, "Engagement Events Generation")."""

    aimed_logins: float = probability(0.60, "of logins that aim at one of the day's sessions")
    aim_hours: Range = span(
        (1, 4),
        "from such a login to the session",
        unit="hours",
        low=0.1,
        high=24,
        needs=("mechanisms.platform_activity", ".aimed_logins"),
    )
    morning_peak: Range = span((8, 10), "other logins of morning tutors", unit="hour", low=0, high=24)
    evening_peak: Range = span((18, 21), "other logins of evening tutors", unit="hour", low=0, high=24)
    # Fitted: a login with no session ahead cannot be followed by scheduling.
    scheduling: float = probability(0.70, "of logins that are followed by scheduling")
    scheduling_minutes: Range = span(
        (30, 60),
        "from login to scheduling",
        unit="minutes",
        low=30,
        high=60,
        needs=("mechanisms.platform_activity", ".scheduling"),
    )
    # Fitted: with this share, the volume of engagement events is as stated.
    post_session: float = probability(0.14, "of completed sessions followed by activity on the platform")
    post_session_minutes: Range = span(
        (0, 15),
        "from the end to that activity",
        unit="minutes",
        low=0,
        high=15,
        needs=("mechanisms.platform_activity", ".post_session"),
    )
    inactive_logins: float = param(0.3, "logins of inactive tutors", unit="per week", low=0, high=50, acts=OPENING)
