"""The parameters that were fitted, each with the claim that it was fitted to; their comments say "Fitted"."""

from collections.abc import Sequence

from attrs import frozen


@frozen
class Fit:
    """A parameter by its key, the claim that it moves, and a first step that moves it well beyond noise.

    A span is shifted as a whole, and stands for its first figure. Of shares one is fitted, by its index; the others
    make room for it.
    """

    key: str
    claim: str
    step: float


_TUTORS = "population.personas"
_STUDENTS = "students.personas"

FITS: Sequence[Fit] = (
    # who tutors are
    Fit("population.traits.rating_noise", "tutor.corr.reliability_rating", 0.05),
    Fit(f"{_TUTORS}.solid_performer.rating_offset", "tutor.rating.mean", 0.1),
    Fit(f"{_TUTORS}.burned_out_veteran.reschedule_offset", "tutor.reschedule.falls_with_reliability", 0.05),
    Fit(f"{_TUTORS}.struggling_newbie.no_show_share", "tutor.no_show.share", 0.1),
    Fit("population.edge_cases.chronic_rescheduler.share", "edge.chronic_reschedulers", 0.02),
    Fit(f"{_TUTORS}.solid_performer.technical_issue_probability", "session.technical_issues", 0.02),
    # what they are like in sessions
    Fit(f"{_TUTORS}.rock_star.clarity_offset", "persona.rock_star.rating", -0.5),
    Fit(f"{_TUTORS}.solid_performer.empathy_offset", "measure.empathy.mean", 0.3),
    Fit(f"{_TUTORS}.solid_performer.clarity_offset", "measure.clarity.mean", 0.3),
    Fit(f"{_TUTORS}.solid_performer.engagement_offset", "measure.engagement.mean", 0.3),
    Fit(f"{_TUTORS}.struggling_newbie.clarity_offset", "persona.newbie.rating", 0.4),
    Fit(f"{_TUTORS}.burned_out_veteran.clarity_offset", "persona.veteran.rating_30d", 0.4),
    Fit(f"{_TUTORS}.no_show_problem.clarity_offset", "persona.no_show.decent", 0.4),
    Fit("sessions.burnout.empathy", "persona.veteran.rating_7d", 0.5),
    Fit("sessions.burnout.sentiment", "persona.veteran.sentiment_falls", -0.1),
    Fit("sessions.burnout.reschedule_factor", "persona.veteran.reschedules_rise", 0.5),
    # who students are
    Fit(f"{_STUDENTS}.easy_going.show_probability", "session.student_show", -0.01),
    Fit(f"{_STUDENTS}.easy_going.attention_offset", "measure.attention.mean", 3.0),
    Fit(f"{_STUDENTS}.easy_going.sentiment_offset", "measure.sentiment.mean", -0.05),
    Fit(f"{_STUDENTS}.easy_going.leniency", "measure.rating.mean", 0.1),
    Fit(f"{_STUDENTS}.easy_going.switching", "session.first_share", 0.01),
    Fit("students.traits.durations.1", "time.duration.60", 0.02),
    # spreads and what goes together
    Fit("sessions.measures.screen_offset", "measure.screen.mean", 2.0),
    Fit("sessions.scores.empathy_noise", "measure.empathy.sd", 0.2),
    Fit("sessions.scores.clarity_noise", "measure.clarity.sd", 0.2),
    Fit("sessions.scores.engagement_noise", "measure.corr.balance_engagement", 0.3),
    Fit("sessions.scores.rapport_empathy", "measure.corr.empathy_satisfaction", 0.2),
    Fit("sessions.scores.rating_noise", "measure.rating.sd", 0.1),
    Fit("sessions.scores.satisfaction_noise", "measure.satisfaction.sd", 0.2),
    # how much is asked for, when, and of whom
    Fit("demand.overhead", "volume.sessions", 0.03),
    Fit("demand.hours.weekend_share", "time.weekend_volume", 0.02),
    Fit("matching.activity_weight", "time.activity_weight", 0.1),
    Fit("matching.open_outside", "time.preferred_share", 0.05),
    Fit("matching.open_odd", "time.odd_hours", 0.1),
    # what follows
    Fit("students.leaving.after_poor_first", "student.churn_after_poor_first", 0.04),
    Fit("students.leaving.after_session", "student.churners_from_poor_first", 0.004),
    Fit("demand.joining", "session.first_share", 0.005),
    Fit("sessions.rescheduling.tutor_factor", "reschedule.follows_trait", 0.1),
    Fit("sessions.rescheduling.student_rate", "reschedule.tutor_initiated", 0.001),
    Fit("attrition.hazard_per_day", "tutor.left_share", 0.0007),
    # the platform
    Fit("activity.post_session", "volume.engagement_events", 0.03),
    Fit("activity.scheduling", "event.scheduled_per_login", 0.05),
    Fit("interventions.pause_days", "volume.interventions", -2.0),
    Fit("interventions.clicked", "event.email_clicked", 0.05),
    Fit("experiments.3.exposed", "experiment.exposed.active", 0.1),
    Fit("experiments.3.enrolment_days", "experiment.assigned.active", -5.0),
)
