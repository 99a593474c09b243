"""The scenario: everything that can be set, one module per section or mechanism; and how a scenario is loaded."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from simulation.clock import LONGEST_WINDOW_DAYS
from simulation.scenario.attrition import AttritionParameters
from simulation.scenario.change import Change
from simulation.scenario.churn import ChurnParameters
from simulation.scenario.coaching import COACHING, CoachingParameters
from simulation.scenario.demand import DemandParameters
from simulation.scenario.experiments import DEFAULT_EXPERIMENTS, Experiment
from simulation.scenario.extensions import Extensions, as_extensions, section_named
from simulation.scenario.fields import JOINERS, OPENING, entries, param, section, sections_by_name, tables
from simulation.scenario.figures import KEY_FIGURES
from simulation.scenario.interventions import EMAILS, InterventionParameters
from simulation.scenario.matching import MatchingParameters
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.platform_activity import PlatformActivityParameters
from simulation.scenario.population import PopulationParameters
from simulation.scenario.regions import Region, Term
from simulation.scenario.sessions import SessionParameters
from simulation.scenario.students import StudentParameters
from simulation.scenario.subjects import Subject, default_subjects

HIGHEST_SEED = 2**63 - 1

# What is said of a scenario and changes nothing in it. A child is another scenario than its parent: it has a question
# of its own, and is judged by intervals of its own.
SAID_OF_IT = ("name", "title", "question", "figures", "ledger")


@frozen
class Scenario:
    """What to simulate. A scenario file states only what differs from these defaults or from its parent."""

    name: str = param("", "the scenario's name; the file's, unless stated", acts=OPENING)
    title: str = param("", "what it is about, in a few words; not inherited", one_line=True, acts=OPENING)
    question: str = param("", "what it asks; not inherited", one_line=True, acts=OPENING)
    figures: tuple[str, ...] = param(
        (), "what answers the question; not inherited", unit="names of key figures", choices=KEY_FIGURES, acts=OPENING
    )
    ledger: str = param(
        "", "whose intervals the results are judged by; not inherited", choices=("", "production", "dev"), acts=OPENING
    )
    seed: int = param(42, "root of all randomness", low=0, high=HIGHEST_SEED, acts=OPENING)
    start_date: date = param(
        date(2026, 1, 5), "the day on which the first window opens", low=date(1970, 1, 1), high=date(2199, 12, 31),
        acts=OPENING,
    )  # fmt: skip
    days: int = param(30, "length of the recorded window", unit="days", low=1, high=LONGEST_WINDOW_DAYS, acts=OPENING)
    earlier_days: int = param(
        0, "days from start_date to the recorded window, which earlier runs recorded", unit="days", low=0, high=1825,
        acts=OPENING,
    )  # fmt: skip
    warm_up_days: int = param(32, "simulated days before start_date", unit="days", low=0, high=200, acts=OPENING)
    follow_up_days: int = param(
        0, "days after the window, in the truth part of the log only", unit="days", low=0, high=100, acts=OPENING
    )
    changes: tuple[Change, ...] = tables(Change, "parameters that change at a midnight", max_items=1000, acts=OPENING)
    regions: tuple[Region, ...] = tables(
        Region, "marketplaces of their own", lambda: (Region(),), min_items=1, max_items=10_000, acts=OPENING
    )
    subjects: Mapping[str, Subject] = entries(
        Subject, "what is taught", default_subjects, needs=(".share",), acts=JOINERS
    )
    population: PopulationParameters = section(PopulationParameters, "who is on the platform", acts=OPENING)
    demand: DemandParameters = section(DemandParameters, "how many sessions are asked for, and when")
    students: StudentParameters = section(StudentParameters, "the students' side")
    matching: MatchingParameters = section(MatchingParameters, "which tutor a student gets")
    sessions: SessionParameters = section(SessionParameters, "what happens in sessions")
    activity: PlatformActivityParameters = section(
        PlatformActivityParameters, "what tutors do on the platform", needs=("mechanisms.platform_activity",)
    )
    churn: ChurnParameters = section(ChurnParameters, "signals and risk")
    interventions: InterventionParameters = section(InterventionParameters, "emails to tutors at risk", needs=EMAILS)
    coaching: CoachingParameters = section(CoachingParameters, "coaching that follows", needs=COACHING)
    experiments: tuple[Experiment, ...] = tables(
        Experiment, "A/B tests", lambda: DEFAULT_EXPERIMENTS, max_items=99, needs=("mechanisms.experiments",),
        acts=OPENING,
    )  # fmt: skip
    attrition: AttritionParameters = section(AttritionParameters, "what makes tutors leave")
    mechanisms: Mechanisms = section(Mechanisms, "what can be switched off")
    extensions: Extensions = sections_by_name(
        Extensions, as_extensions, section_named, "behaviours of others, by the names of extensions"
    )

    def __repr__(self) -> str:
        from simulation.scenario.showing import in_a_line

        return in_a_line(self)

    def _repr_html_(self) -> str:
        from simulation.scenario.showing import as_html

        return as_html(self)


__all__ = ["HIGHEST_SEED", "SAID_OF_IT", "Change", "Experiment", "Region", "Scenario", "Term"]
