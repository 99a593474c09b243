"""Measures of experiments."""

import json

import numpy as np

from simulation.events import ExperimentStarted
from simulation.validation.frames import Flags, Frame, taken
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.statistics import mean, ratio, share


def _with_status(run: Run, status: str) -> Frame:
    experiments = run.frame("experiments")
    return experiments.where(experiments.equals("status", status))


def _assignments(run: Run, status: str) -> Frame:
    assignments = run.frame("experiment_assignments")
    return assignments.where(assignments.places("experiment_id", _with_status(run, status)) >= 0)


@measure("experiment.completed_count")
def completed_experiments(run: Run) -> float:
    """Number of completed experiments."""
    return len(_with_status(run, "completed"))


@measure("experiment.active_count")
def active_experiments(run: Run) -> float:
    """Number of active experiments."""
    return len(_with_status(run, "active"))


@measure("experiment.exposed.completed")
def share_exposed_in_completed(run: Run) -> float:
    """Exposed over all assignments of completed experiments together."""
    return share(_assignments(run, "completed").present("exposed_at"))


@measure("experiment.exposed.active")
def share_exposed_in_active(run: Run) -> float:
    """The same of active experiments."""
    return share(_assignments(run, "active").present("exposed_at"))


def _assigned_over_eligible(run: Run, status: str) -> float:
    started = run.events(ExperimentStarted)
    eligible = taken(started.numbers("eligible_count"), _with_status(run, status).places("experiment_id", started))
    return ratio(len(_assignments(run, status)), float(eligible.sum()))


@measure("experiment.assigned.active")
def assigned_in_active(run: Run) -> float:
    """Assigned over eligible tutors at the start of active experiments."""
    return _assigned_over_eligible(run, "active")


@measure("experiment.assigned.completed")
def assigned_in_completed(run: Run) -> float:
    """The same for completed experiments."""
    return _assigned_over_eligible(run, "completed")


@measure("experiment.variants_equal")
def balance_of_variants(run: Run) -> float:
    """Smallest over largest number of assignments among the variants of an experiment, mean over experiments."""
    experiments, assignments = run.frame("experiments"), run.frame("experiment_assignments")
    names = zip(experiments.texts("experiment_id"), experiments.texts("variants"), strict=True)
    balances = []
    for experiment_id, variants in names:
        own = assignments.equals("experiment_id", experiment_id)
        counts = [int((own & assignments.equals("variant", variant)).sum()) for variant in json.loads(variants)]
        balances.append(ratio(min(counts), max(counts)))
    return mean(np.array(balances, float))


def _of_controls(run: Run, assignments: Frame) -> Flags:
    """Which assignments are to a control variant, the first of its experiment's."""
    experiments = run.frame("experiments")
    controls = experiments.with_texts("control", [json.loads(names)[0] for names in experiments.texts("variants")])
    return assignments.agrees("variant", controls, assignments.places("experiment_id", controls), "control")


def _conversion(run: Run, *, control: bool) -> float:
    assignments = run.frame("experiment_assignments")
    exposed = assignments.where(assignments.present("exposed_at") & (_of_controls(run, assignments) == control))
    return share(exposed.present("converted_at"))


@measure("experiment.conversion.control")
def conversion_of_controls(run: Run) -> float:
    """Converted over exposed assignments, all control variants together."""
    return _conversion(run, control=True)


@measure("experiment.conversion.treatment")
def conversion_of_treatments(run: Run) -> float:
    """The same, treatment variants."""
    return _conversion(run, control=False)


@measure("experiment.conversion.lift")
def lift_of_conversion(run: Run) -> float:
    """Conversion of treatment less that of control variants."""
    return _conversion(run, control=False) - _conversion(run, control=True)
