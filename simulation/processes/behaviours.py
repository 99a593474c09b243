"""The behaviours that every world has. What a scenario's extensions add is connected in the same way, after them."""

from simulation.processes.attrition import Attrition
from simulation.processes.burnout import Burnout
from simulation.processes.churn import ChurnMonitor
from simulation.processes.coaching import Coaching
from simulation.processes.context import Behaviour
from simulation.processes.demand import Demand
from simulation.processes.experiments import Experiments
from simulation.processes.interventions import Interventions
from simulation.processes.invitations import Invitations
from simulation.processes.matching import Matching
from simulation.processes.platform_activity import PlatformActivity
from simulation.processes.reputation import Reputation
from simulation.processes.rescheduling import Rescheduling
from simulation.processes.sessions import Sessions
from simulation.processes.student_leaving import StudentLeaving
from simulation.processes.tutor_days import TutorDays

BUILT_IN: tuple[type[Behaviour], ...] = (
    Sessions,
    Reputation,
    ChurnMonitor,
    Attrition,
    PlatformActivity,
    StudentLeaving,
    Rescheduling,
    Matching,
    Demand,
    Experiments,
    Interventions,
    Coaching,
    Invitations,
    Burnout,
    TutorDays,
)
"""In the order in which those of them that listen are told what happened."""
