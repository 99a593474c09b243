"""[attrition]: what makes tutors leave."""

from attrs import frozen

from simulation.scenario.fields import param, probability


# Fitted: one tutor in twenty leaves in a month. Morale and burnout weigh enough for causes to outweigh chance: of a
# tutor who leaves within 30 days and one who stays, the first has the higher hazard four times in five.
@frozen
class AttritionParameters:
    """What makes tutors leave: a daily hazard that depends on their state."""

    hazard_per_day: float = probability(0.0012, "of a content tutor", needs=("mechanisms.attrition",))
    morale_memory: float = probability(0.05, "weight of the latest session in morale")
    morale_start: float = probability(0.6, "morale of all tutors when the log starts")
    morale_per_star: float = param(0.45, "morale per star above 4", low=0, high=2)
    morale_per_no_show: float = param(
        -0.3, "when the student did not come", low=-1, high=1, needs=("mechanisms.student_no_shows",)
    )
    hazard_per_morale: float = param(
        10.0, "log-hazard per unit of morale missing", low=0, high=20, needs=("mechanisms.attrition",)
    )
    hazard_burnout: float = param(
        2.0, "log-hazard at full burnout", low=0, high=10, needs=("mechanisms.attrition", "mechanisms.burnout")
    )
    hazard_engagement: float = param(
        -3.0, "log-hazard per unit of relative engagement gained", low=-20, high=0, needs=("mechanisms.attrition",)
    )
