"""[demand]: how much is asked for, and when."""

from attrs import frozen

from simulation.scenario.fields import JOINERS, OPENING, param, probability, section


# Fitted: 70% of sessions lie in preferred hours, and weekend days have 70% of the sessions of weekdays.
@frozen
class DemandHours:
    """When students want their sessions. Weights, not shares."""

    weekend_share: float = probability(0.19, "of weekly sessions wanted on Saturday or Sunday")
    school_weekday: tuple[float, ...] = param(
        (0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1.5, 3, 9, 10, 10, 9, 8, 5, 1.5, 0, 0),
        "when pupils want sessions, by hour, Monday to Friday", unit="weight", low=0, high=1_000,
        min_items=24, max_items=24,
    )  # fmt: skip
    grown_up_weekday: tuple[float, ...] = param(
        (0, 0, 0, 0, 0, 0, 0.6, 0.6, 10, 11, 11, 10, 3, 3, 2, 2, 2, 2, 2, 2, 2, 1, 0.6, 0.4),
        "when students and adults want sessions, by hour, Monday to Friday", unit="weight", low=0, high=1_000,
        min_items=24, max_items=24,
    )  # fmt: skip
    weekend: tuple[float, ...] = param(
        (0, 0, 0, 0, 0, 0, 0, 0, 6, 8, 8, 7, 4, 4, 4, 7, 8, 8, 7, 6, 4, 1.5, 0, 0),
        "when all want sessions, by hour, on weekends", unit="weight", low=0, high=1_000,
        min_items=24, max_items=24, needs=(".weekend_share",)
    )  # fmt: skip


@frozen
class DemandParameters:
    """How many sessions are asked for. More tutors alone do not make more students."""

    sessions_per_day: float = param(
        750.0, "sessions a day, mean over the week", unit="sessions", low=0, high=100_000, acts=JOINERS
    )
    factor: float = param(1.0, "multiplies what all students ask for", low=0, high=5, needs=(".sessions_per_day",))
    # Fitted: requests that are refused, cancelled or lost when somebody leaves, over those that become sessions.
    overhead: float = param(
        0.98, "requests per session that takes place", low=0.5, high=3, needs=(".sessions_per_day",), acts=OPENING
    )
    # Fitted: students who join replace those who leave, and bring first sessions.
    joining: float = param(
        0.038,
        "students who join a day, per daily session",
        unit="students",
        low=0,
        high=1,
        needs=(".sessions_per_day", "mechanisms.student_arrivals"),
    )
    hours: DemandHours = section(
        DemandHours, "when sessions are wanted", needs=("demand.sessions_per_day",), acts=JOINERS
    )
    lead_days: float = param(
        1.0, "shortest time from request to session", unit="days", low=0.1, high=7, needs=(".sessions_per_day",)
    )
