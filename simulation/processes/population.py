"""The population: who is registered and enrolled when the log starts, and who already knows whom."""

from simulation.agents.calendar import slots_of
from simulation.agents.student import Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.events import PairingOnRecord, StudentJoined, StudentTraitsDrawn, TutorRegistered, TutorTraitsDrawn
from simulation.processes.context import SimulationContext
from simulation.random_streams import seconds_between

ENROLLED_DAYS_AGO = (1, 400)


def open_the_log(context: SimulationContext) -> None:
    """Record who is there, and pair students with tutors."""
    for tutor in context.tutors.values():
        context.record(registration(tutor))
        context.record(traits_drawn(tutor))
    enrolled = context.streams.stream("student: enrolled")
    for student in context.students.values():
        ago = seconds_between(ENROLLED_DAYS_AGO, DAY, enrolled.uniform(student.number))
        introduce(context, student, joined_at=-ago)
    _pair_up(context)


def introduce(context: SimulationContext, student: Student, joined_at: int) -> None:
    """Record who a student is."""
    traits = student.traits
    context.record(StudentJoined(student.id, traits.grade_level, joined_at))
    context.record(
        StudentTraitsDrawn(
            student.id,
            traits.persona,
            traits.leniency,
            traits.attention_offset,
            traits.sentiment_offset,
            traits.show_probability,
            traits.quitting_factor,
            traits.switching_probability,
            traits.keenness,
        )
    )


def registration(tutor: Tutor) -> TutorRegistered:
    """What the platform has on record of a tutor."""
    traits = tutor.traits
    return TutorRegistered(
        tutor_id=tutor.id,
        months_experience=traits.months_experience,
        total_sessions_completed=traits.total_sessions_completed,
        avg_historical_rating=traits.avg_historical_rating,
        subjects_taught=",".join(traits.subjects),
        primary_subject=traits.subjects[0],
        reschedule_rate=traits.reschedule_rate,
        no_show_count=traits.no_show_count,
        reliability_score=traits.reliability,
        certification_level=traits.certification,
        active_status=traits.active,
        chronotype=traits.chronotype,
        preferred_start_hour=traits.preferred_hours[0],
        preferred_end_hour=traits.preferred_hours[1],
        weekend_only=traits.weekend_only,
        score_offset=traits.score_offset,
    )


def traits_drawn(tutor: Tutor) -> TutorTraitsDrawn:
    """What only the simulator knows of a tutor."""
    traits = tutor.traits
    return TutorTraitsDrawn(
        tutor_id=tutor.id,
        persona=traits.persona,
        edge_cases=",".join(traits.edge_cases) or None,
        empathy_offset=traits.empathy_offset,
        clarity_offset=traits.clarity_offset,
        engagement_offset=traits.engagement_offset,
        trend_empathy=traits.trend_empathy,
        trend_clarity=traits.trend_clarity,
        trend_engagement=traits.trend_engagement,
        trend_satisfaction=traits.trend_satisfaction,
        technical_issue_probability=traits.technical_issue_probability,
        logins_per_week=traits.logins_per_week,
        tipping_day=traits.tipping_day,
    )


# ---------------------------------------------------------------- who knows whom


def _pair_up(context: SimulationContext) -> None:
    """Find a tutor for each need of the students on record, in the calendars of the week before the first day."""
    choices = context.streams.stream("student: first tutor")
    for student in context.students.values():
        for need in student.traits.needs:
            if need.subject in student.tutors:
                continue
            errors = choices.array(student.number, 0, len(context.tutors))
            tutor = _tutor_for(context, need, list(context.marketplace.by_liking(need.subject, errors)))
            if tutor is not None:
                _pair(context, student, tutor, need.subject)


def _tutor_for(context: SimulationContext, need: Need, favourites: list[Tutor]) -> Tutor | None:
    """The favourite among the tutors who are free at the need's hour, else the favourite; None without tutors."""
    slots = slots_of(need.minutes)
    day = -7 + (need.weekday - context.clock.first_weekday) % 7
    tutor = context.marketplace.first_free(favourites, day, need.slot, slots)
    if tutor is None:
        return next(iter(favourites), None)
    tutor.calendar.take(day, need.slot, slots)
    return tutor


def _pair(context: SimulationContext, student: Student, tutor: Tutor, subject: str) -> None:
    student.tutors[subject] = tutor
    tutor.students[student.number] = student
    if tutor.number not in student.met:
        student.met.add(tutor.number)
        context.record(PairingOnRecord(tutor.id, student.id))
