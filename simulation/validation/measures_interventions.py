"""Measures of interventions."""

from simulation.validation.frames import DAY, Flags, Floats
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.statistics import mean, ratio, share


@measure("intervention.several_per_tutor")
def interventions_per_tutor(run: Run) -> float:
    """Mean number per tutor that has any."""
    tutors = run.frame("interventions").texts("tutor_id")
    return ratio(len(tutors), len(set(tutors)))


@measure("intervention.spread")
def share_in_first_days(run: Run) -> float:
    """Share of interventions sent in the first 3 days of the window."""
    return share(run.frame("interventions").seconds("sent_at") < run.window_start + 3 * DAY)


@measure("intervention.all_types")
def types(run: Run) -> float:
    """Number of different intervention types."""
    return len(set(run.frame("interventions").texts("intervention_type")))


@measure("intervention.outcome.success")
def share_of_successes(run: Run) -> float:
    """Share of interventions with outcome success."""
    return share(run.frame("truth_interventions").equals("outcome", "success"))


@measure("intervention.outcome.ignored")
def share_ignored(run: Run) -> float:
    """Share of interventions with outcome ignored."""
    return share(run.frame("truth_interventions").equals("outcome", "ignored"))


def _with_outcome(run: Run, outcome: str) -> Flags:
    """Which rows of interventions have an outcome."""
    truth = run.frame("truth_interventions")
    return run.frame("interventions").places("intervention_id", truth.where(truth.equals("outcome", outcome))) >= 0


def _success_over_ignored(run: Run, values: Floats) -> float:
    return mean(values[_with_outcome(run, "success")]) - mean(values[_with_outcome(run, "ignored")])


@measure("intervention.effect.realised")
def effect_on_engagement(run: Run) -> float:
    """Mean of engagement_after / engagement_before over successes, less the same over ignored."""
    sent = run.frame("interventions")
    return _success_over_ignored(run, sent.numbers("engagement_after") / sent.numbers("engagement_before"))


@measure("intervention.effect.sessions")
def effect_on_sessions(run: Run) -> float:
    """Mean of sessions_after_count - sessions_before_count over successes, less the same over ignored."""
    sent = run.frame("interventions")
    return _success_over_ignored(run, sent.numbers("sessions_after_count") - sent.numbers("sessions_before_count"))


@measure("intervention.experiment_share")
def share_in_experiments(run: Run) -> float:
    """Share of interventions with an experiment_id."""
    return share(run.frame("interventions").present("experiment_id"))
