"""The scenarios of the project, made small enough for tests."""

from pathlib import Path

SCENARIOS = Path(__file__).parents[1] / "scenarios"

# About as large as scenarios/dev.toml.
DEV_SIZE = ("population.tutors=25", "demand.sessions_per_day=82", "days=14", "warm_up_days=20")

# Of a few tutors more than usual have no-shows on record, so that there is something to double.
SMALL = (
    "population.tutors=10",
    "demand.sessions_per_day=35",
    "days=10",
    "warm_up_days=5",
    "population.personas.no_show_problem.share=0.38",
    "population.personas.solid_performer.share=0.2",
)
