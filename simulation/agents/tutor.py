"""A tutor: what is registered, what is latent, and the state that changes."""

from typing import TYPE_CHECKING

from attrs import define, field, frozen

from simulation.agents.calendar import Calendar
from simulation.agents.influence import Influences
from simulation.clock import EventPriority

if TYPE_CHECKING:
    from simulation.agents.session import Session
    from simulation.agents.student import Student

CERTIFICATIONS = ("Basic", "Advanced", "Expert")


@frozen
class TutorTraits:
    """What a tutor is like; drawn once (methodology, "Tutor Profile Generation", "Edge Cases & Personas")."""

    persona: str
    edge_cases: tuple[str, ...]
    # registered
    months_experience: int
    total_sessions_completed: int
    avg_historical_rating: float
    subjects: tuple[str, ...]
    reschedule_rate: float
    no_show_count: int
    reliability: float
    certification: str
    active: bool
    morning: bool
    preferred_hours: tuple[int, int]
    weekend_only: bool
    score_offset: float
    # latent
    empathy_offset: float
    clarity_offset: float
    engagement_offset: float
    trend_empathy: float
    trend_clarity: float
    trend_engagement: float
    trend_satisfaction: float
    technical_issue_probability: float
    logins_per_week: float
    profile_updates_per_month: float
    messages_per_month: float
    tipping_day: float | None
    leaving_threshold: float

    @property
    def chronotype(self) -> str:
        """Morning or evening."""
        return "morning" if self.morning else "evening"


@define(eq=False)
class TutorState:
    """What changes about a tutor.

    `sessions` are those booked and not yet begun, by number, `students` the regular ones, by number, `burnout` goes
    from 0 to 1. The tutor wakes next at `midnight`, for one of the things that are `due` then.
    """

    influences: Influences
    reputation: float
    morale: float
    present: bool
    burnout: float = 0.0
    cumulative_hazard: float = 0.0
    tipped_at: int | None = None
    busy_until: int = 0
    midnight: int = 0
    due: EventPriority = EventPriority.PLATFORM
    calendar: Calendar = field(factory=Calendar)
    sessions: "dict[int, Session]" = field(factory=dict)
    students: "dict[int, Student]" = field(factory=dict)


@define(eq=False)
class Tutor(TutorState):
    """A tutor on the platform.

    `open_starts` has for each weekday the half hours at which a session may start, as bits; `base_weight` is the weight
    with which students choose the tutor at an average reputation.
    """

    number: int = field(kw_only=True)
    id: str = field(kw_only=True)
    traits: TutorTraits = field(kw_only=True)
    open_starts: tuple[int, ...] = field(kw_only=True)
    base_weight: float = field(kw_only=True)

    @property
    def has_left(self) -> bool:
        """Whether the tutor left; those who were never active are still registered."""
        return self.traits.active and not self.present
