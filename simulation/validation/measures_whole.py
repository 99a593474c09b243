"""Measures of the whole."""

import numpy as np

from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.statistics import correlation


@measure("whole.ids_give_nothing_away")
def what_ids_give_away(run: Run) -> float:
    """Largest absolute correlation of ids' numbers and of row numbers with reliability, experience, no-shows."""
    tutors = run.frame("tutor_profiles")
    numbers = np.array([int(tutor_id[1:]) for tutor_id in tutors.texts("tutor_id")], float)
    rows = np.arange(len(tutors), dtype=float)
    traits = [tutors.numbers(name) for name in ("reliability_score", "months_experience", "no_show_count")]
    found = [correlation(places, values) for places in (numbers, rows) for values in traits]
    return float(np.abs(found).max())
