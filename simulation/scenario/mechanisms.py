"""[mechanisms]: what can be switched off."""

from attrs import frozen

from simulation.scenario.fields import JOINERS, OPENING, param
from simulation.scenario.interventions import EMAILS


@frozen
class Mechanisms:
    """The switches of all mechanisms."""

    tutor_no_shows: bool = param(True, "tutors miss sessions")
    student_no_shows: bool = param(True, "students miss sessions", acts=JOINERS)
    rescheduling: bool = param(True, "sessions move")
    technical_issues: bool = param(True, "technical issues disturb sessions")
    connection: bool = param(True, "connections differ; all are excellent without it")
    trends: bool = param(True, "tutors improve and decline", acts=OPENING)
    daily_variance: bool = param(True, "days differ")
    burnout: bool = param(True, "veterans burn out")
    reputation: bool = param(True, "well-rated tutors are chosen more")
    switching: bool = param(True, "students try other tutors")
    keenness: bool = param(True, "delighted students ask for extra sessions", acts=JOINERS)
    student_churn: bool = param(True, "students leave")
    student_arrivals: bool = param(True, "students join")
    platform_activity: bool = param(True, "tutors log in, schedule, update profiles, write messages")
    churn_monitor: bool = param(True, "the platform scores tutors")
    interventions: bool = param(True, "tutors at risk are written to", needs=("mechanisms.churn_monitor",))
    coaching: bool = param(True, "coaching follows", needs=EMAILS)
    experiments: bool = param(True, "A/B tests run", acts=OPENING)
    attrition: bool = param(True, "tutors leave")
