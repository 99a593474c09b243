"""Hand-made tutors, students and draws: average in everything that a test does not state."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.agents.influence import Aspect, Influences
from simulation.agents.session_draws import ReschedulingIntention, SessionDraws, SessionRequestDraws, TutorHour
from simulation.agents.student import Need, Student, StudentTraits
from simulation.agents.tutor import Tutor, TutorTraits
from simulation.marketplace import Marketplace
from simulation.random_streams import Floats, RandomStreams
from simulation.scenario import Scenario

DEFAULTS = Scenario()
ALL_DAY = (1 << 48) - 1
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def slot(hour: float) -> int:
    """The half hour of the day that begins at an hour."""
    return round(hour * 2)


def a_tutor(
    number: int = 1, *, open_starts: tuple[int, ...] = (ALL_DAY,) * 7, base_weight: float = 1.0, **traits: Any
) -> Tutor:
    """A tutor of Math who could teach at any hour."""
    drawn = TutorTraits(**{
        "persona": "solid_performer", "edge_cases": (), "months_experience": 24, "total_sessions_completed": 300,
        "avg_historical_rating": 4.0, "subjects": ("Math",), "reschedule_rate": 0.0, "no_show_count": 0,
        "reliability": 0.8, "certification": "Basic", "active": True, "morning": False, "preferred_hours": (15, 21),
        "weekend_only": False, "score_offset": 0.05, "empathy_offset": 0.0, "clarity_offset": 0.0,
        "engagement_offset": 0.0, "trend_empathy": 0.0, "trend_clarity": 0.0, "trend_engagement": 0.0,
        "trend_satisfaction": 0.0, "technical_issue_probability": 0.0, "logins_per_week": 3.5,
        "profile_updates_per_month": 1.5, "messages_per_month": 3.5, "tipping_day": None, "leaving_threshold": 1e9,
        **traits,
    })  # fmt: skip
    return Tutor(
        number=number,
        id=f"T{number:04d}",
        traits=drawn,
        influences=Influences(
            {
                Aspect.ENGAGEMENT: DEFAULTS.interventions.engagement_cap,
                Aspect.SESSIONS_PER_WEEK: DEFAULTS.interventions.sessions_cap,
            }
        ),
        open_starts=open_starts,
        base_weight=base_weight,
        reputation=drawn.avg_historical_rating,
        morale=DEFAULTS.attrition.morale_start,
        present=drawn.active,
    )


def weight_of(market: Marketplace, tutor: Tutor) -> float:
    """The weight with which students choose a tutor."""
    return float(market._weights[tutor.number - 1])


def a_student(number: int = 1, *needs: Need, tutor: Tutor | None = None, **traits: Any) -> Student:
    """A student who comes, stays, and takes Math with `tutor`, if one is given."""
    drawn = StudentTraits(**{
        "persona": "easy_going", "grade_level": "College", "leniency": 0.0, "attention_offset": 0.0,
        "sentiment_offset": 0.0, "show_probability": 1.0, "quitting_factor": 1.0, "switching_probability": 0.0,
        "keenness": 0.0,
        "needs": needs, "planning_time": 0, **traits,
    })  # fmt: skip
    student = Student(number=number, id=f"U{number:05d}", traits=drawn)
    if tutor is not None:
        student.tutors["Math"] = tutor
        tutor.students[number] = student
    return student


def a_need(weekday: int = MONDAY, hour: float = 17, minutes: int = 60, subject: str = "Math") -> Need:
    """A session a week."""
    return Need(subject, weekday, slot(hour), minutes)


def an_hour(**draws: float) -> TutorHour:
    """A tutor's draws for an hour: average, except for what is stated; nobody misses anything."""
    return TutorHour(**{**dict.fromkeys(TutorHour._fields, 0.5), "shows": 0.999, **draws})


def an_intention(moves: float = 0.999, moves_when: float = 0.5) -> ReschedulingIntention:
    """What a tutor intends with an hour: to keep it, unless stated."""
    return ReschedulingIntention(moves, moves_when)


class GivenDraws(SessionDraws):
    """Tutors' draws as a test gives them, and average where it gives none."""

    def __init__(self, streams: RandomStreams, tutors: int) -> None:
        super().__init__(streams, tutors)
        self.given: dict[tuple[int, int], dict[str, float]] = {}

    def give(self, tutor: Tutor, start: int, **draws: float) -> None:
        """From now on a tutor has these draws for an hour."""
        self.given[tutor.number, start] = draws

    def intention(self, tutor: Tutor, start: int) -> ReschedulingIntention:
        """What the tutor intends with the hour that begins at a simulated second."""
        draws = self.given.get((tutor.number, start), {})
        return an_intention(**{name: u for name, u in draws.items() if name in ReschedulingIntention._fields})

    def hours(self, start: int, tutors: Sequence[Tutor]) -> Floats:
        """The draws of tutors for the hour that begins at a simulated second."""
        given = (self.given.get((tutor.number, start), {}) for tutor in tutors)
        return np.array(
            [an_hour(**{name: u for name, u in draws.items() if name in TutorHour._fields}) for draws in given]
        )


def a_request(**draws: float) -> SessionRequestDraws:
    """A student's draws for a session: average, except for what is stated; nobody moves, leaves or misses anything."""
    never = {"moves": 0.999, "switches": 0.999, "refused": 0.999, "leaves": 0.999, "shows": 0.0}
    return SessionRequestDraws(**{**dict.fromkeys(SessionRequestDraws._fields, 0.5), **never, **draws})
