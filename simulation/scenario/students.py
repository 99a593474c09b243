"""[students]: personas, needs, and what makes students leave."""

from collections.abc import Mapping

from attrs import frozen

from simulation.scenario.fields import (
    ALWAYS,
    JOINERS,
    Range,
    entries,
    param,
    probability,
    section,
    shares,
    span,
    weight,
)


@frozen
class StudentPersona:
    """A kind of student."""

    share: float = weight(
        0.0, "its weight in the mix, of the sum of all; a quota among those who open the log, a chance for joiners"
    )
    show_probability: float = probability(0.97, "to come to a session", needs=("mechanisms.student_no_shows", ".share"))
    leniency: float = param(0.3, "added to ratings", unit="stars", low=-2, high=2)
    attention_offset: float = param(4.0, "added to attention", unit="percentage points", low=-50, high=50)
    sentiment_offset: float = param(-0.15, "added to sentiment", low=-1, high=1)
    quitting_factor: float = param(
        1.0, "multiplies the chance to leave", low=0, high=10, needs=("mechanisms.student_churn", ".share")
    )
    switching: float = probability(
        0.055,
        "chance to try another tutor for the next session, if satisfied with the last",
        needs=("mechanisms.switching", ".share"),
    )
    keenness: float = probability(
        0.15,
        "chance to ask for an extra session in a week, if delighted with the last",
        needs=("mechanisms.keenness", ".share"),
    )


# Fitted: the formulas miss the stated means of attention, sentiment and ratings; 97% of students show; first sessions
# are 15%.
def default_personas() -> dict[str, StudentPersona]:
    """The mix of students: prepared and there, no trouble, to be won over, trying tutors, paying and expecting."""
    return {
        "diligent": StudentPersona(
            share=0.30, show_probability=0.982, attention_offset=6.0, sentiment_offset=-0.08,
            quitting_factor=0.8, switching=0.033, keenness=0.3,
        ),
        "easy_going": StudentPersona(
            share=0.40, show_probability=0.97, leniency=0.35, sentiment_offset=-0.12, switching=0.038, keenness=0.2,
        ),
        "anxious": StudentPersona(
            share=0.15, show_probability=0.962, leniency=0.25, attention_offset=2.0, sentiment_offset=-0.27,
            quitting_factor=1.2, switching=0.033, keenness=0.2,
        ),
        "explorer": StudentPersona(
            share=0.10, show_probability=0.962, attention_offset=2.0, quitting_factor=1.2, switching=0.125,
            keenness=0.1,
        ),
        "demanding": StudentPersona(
            share=0.05, show_probability=0.965, leniency=0.0, sentiment_offset=-0.20, quitting_factor=1.8,
            switching=0.06, keenness=0.4,
        ),
    }  # fmt: skip


@frozen
class GradeLevel:
    """A grade level of students."""

    share: float = weight(0.0, "its weight among students, of the sum of all")
    grown_up: bool = param(False, "whether its students want sessions at the hours of grown-ups", needs=(".share",))


def default_grade_levels() -> dict[str, GradeLevel]:
    """From the first grades to adults."""
    return {
        "Elementary": GradeLevel(0.17),
        "Middle School": GradeLevel(0.23),
        "High School": GradeLevel(0.28),
        "College": GradeLevel(0.19, grown_up=True),
        "Adult": GradeLevel(0.13, grown_up=True),
    }


@frozen
class StudentTraitParameters:
    """How single students vary within their persona, and what they need."""

    leniency_shift: float = param(0.0, "added to every student's leniency", unit="stars", low=-2, high=2)
    leniency_spread: float = param(0.16, "standard deviation", unit="stars", low=0, high=1)
    attention_spread: float = param(1.5, "standard deviation", unit="percentage points", low=0, high=30)
    sentiment_spread: float = param(0.06, "standard deviation", low=0, high=0.5)
    sessions_per_week: tuple[float, float, float] = shares((0.64, 0.30, 0.06), "of students with 1, 2, 3 a week")
    skipping: float = probability(0.05, "chance to skip a session in a given week", acts=ALWAYS)
    switching_per_satisfaction: float = param(
        0.5,
        "log-chance to try another tutor, per point of satisfaction missing in the last session",
        low=0,
        high=5,
        needs=("mechanisms.switching",),
        acts=ALWAYS,
    )
    delighted_from: float = param(
        9.0,
        "satisfaction from which a student is delighted with a session",
        unit="points of 10",
        low=1,
        high=10,
        needs=("mechanisms.keenness",),
        acts=ALWAYS,
    )
    second_subject: float = probability(0.3, "of students with several sessions a week who take two subjects")
    # Fitted: 15, 75 and 10% of sessions are stated, and short ones find a place more easily.
    durations: tuple[float, float, float] = shares((0.142, 0.757, 0.101), "of requested sessions of 30, 60, 90 minutes")


# Fitted: 24% leave after a poor first session, and these are 24% of all who leave.
@frozen
class LeavingParameters:
    """What makes students leave (methodology, "PRD Requirements")."""

    after_poor_first: float = probability(0.22, "chance to leave after a first session rated below `poor_rating`")
    poor_rating: float = param(3.5, "a first session rated below this is poor", unit="stars", low=1, high=5)
    after_session: float = probability(0.024, "chance to leave after any other session at satisfaction 8")
    per_satisfaction: float = param(0.35, "log-odds per point of satisfaction missing", low=0, high=5)
    after_tutor_no_show: float = probability(
        0.06,
        "chance to leave when the tutor did not come",
        needs=("mechanisms.student_churn", "mechanisms.tutor_no_shows"),
    )
    after_refusal: float = probability(0.03, "chance to leave when no tutor could be found")
    per_day: float = probability(0.0006, "chance to leave on any day for other reasons")
    delay_hours: Range = span((1, 48), "from the session to leaving", unit="hours", low=0, high=160)


@frozen
class StudentParameters:
    """The students' side."""

    personas: Mapping[str, StudentPersona] = entries(
        StudentPersona, "the mix of students", default_personas, needs=(".share",), acts=JOINERS
    )
    grade_levels: Mapping[str, GradeLevel] = entries(
        GradeLevel, "who is taught", default_grade_levels, needs=(".share",), acts=JOINERS
    )
    traits: StudentTraitParameters = section(
        StudentTraitParameters, "variety and needs", needs=("demand.sessions_per_day",), acts=JOINERS
    )
    leaving: LeavingParameters = section(
        LeavingParameters, "what makes students leave", needs=("mechanisms.student_churn", "demand.sessions_per_day")
    )
