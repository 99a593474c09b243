"""[students]: personas, needs, and what makes students leave."""

from attrs import frozen

from simulation.scenario.fields import ALWAYS, JOINERS, Range, param, probability, section, shares, span


@frozen
class StudentPersona:
    """A kind of student."""

    share: float = probability(
        0.0, "of all students; a quota among those who open the log, a chance for those who join"
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
@frozen
class StudentPersonas:
    """The mix of students; shares sum to 1."""

    diligent: StudentPersona = section(
        lambda: StudentPersona(share=0.30, show_probability=0.982, attention_offset=6.0, sentiment_offset=-0.08,
                               quitting_factor=0.8, switching=0.033, keenness=0.3),
        "prepared, attentive, there", needs=(".share",)
    )  # fmt: skip
    easy_going: StudentPersona = section(
        lambda: StudentPersona(share=0.40, show_probability=0.97, leniency=0.35, sentiment_offset=-0.12,
                               switching=0.038, keenness=0.2),
        "no trouble, no rush", needs=(".share",)
    )  # fmt: skip
    anxious: StudentPersona = section(
        lambda: StudentPersona(share=0.15, show_probability=0.962, leniency=0.25, attention_offset=2.0,
                               sentiment_offset=-0.27, quitting_factor=1.2, switching=0.033, keenness=0.2),
        "needs to be won over", needs=(".share",)
    )  # fmt: skip
    explorer: StudentPersona = section(
        lambda: StudentPersona(share=0.10, show_probability=0.962, attention_offset=2.0, quitting_factor=1.2,
                               switching=0.125, keenness=0.1),
        "tries one tutor after another", needs=(".share",)
    )  # fmt: skip
    demanding: StudentPersona = section(
        lambda: StudentPersona(share=0.05, show_probability=0.965, leniency=0.0, sentiment_offset=-0.20,
                               quitting_factor=1.8, switching=0.06, keenness=0.4),
        "pays, and expects", needs=(".share",)
    )  # fmt: skip


@frozen
class StudentTraitParameters:
    """How single students vary within their persona, and what they need."""

    leniency_shift: float = param(0.0, "added to every student's leniency", unit="stars", low=-2, high=2)
    leniency_spread: float = param(0.16, "standard deviation", unit="stars", low=0, high=1)
    attention_spread: float = param(1.5, "standard deviation", unit="percentage points", low=0, high=30)
    sentiment_spread: float = param(0.06, "standard deviation", low=0, high=0.5)
    grade_levels: tuple[float, float, float, float, float] = shares(
        (0.17, 0.23, 0.28, 0.19, 0.13), "Elementary, Middle School, High School, College, Adult"
    )
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

    personas: StudentPersonas = section(StudentPersonas, "the mix of students; shares sum to 1", acts=JOINERS)
    traits: StudentTraitParameters = section(
        StudentTraitParameters, "variety and needs", needs=("demand.sessions_per_day",), acts=JOINERS
    )
    leaving: LeavingParameters = section(
        LeavingParameters, "what makes students leave", needs=("mechanisms.student_churn", "demand.sessions_per_day")
    )
