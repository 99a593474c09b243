"""Measures of tutors' aggregates and of churn."""

import numpy as np

from simulation.events import ChurnScored, TutorLeft
from simulation.validation.frames import taken
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import trait
from simulation.validation.statistics import correlation, mean, share


@measure("aggregate.agrees_with_monitor")
def agreement_with_the_monitor(run: Run) -> float:
    """Share of tutors in tutor_aggregates, those who left aside, with the churn_probability scored at window_end."""
    aggregates = run.frame("tutor_aggregates")
    stayed = aggregates.where(aggregates.places("tutor_id", run.events(TutorLeft)) < 0)
    scores = run.events(ChurnScored)
    final = scores.where(scores.seconds("timestamp") == run.window_end)
    scored = taken(final.numbers("churn_probability"), stayed.places("tutor_id", final))
    return share(np.abs(scored - stayed.numbers("churn_probability")) < 1e-9)


@measure("aggregate.corr.no_show_churn")
def correlation_of_no_shows_and_churn(run: Run) -> float:
    """Correlation of no_show_count and churn_probability."""
    aggregates = run.frame("tutor_aggregates")
    return correlation(trait(run, aggregates, "no_show_count"), aggregates.numbers("churn_probability"))


@measure("aggregate.declining_raises_churn")
def churn_of_the_declining(run: Run) -> float:
    """Mean churn_probability of tutors with signal_declining_ratings, less that of the others."""
    aggregates = run.frame("tutor_aggregates")
    churn, declining = aggregates.numbers("churn_probability"), aggregates.flags("signal_declining_ratings")
    return mean(churn[declining]) - mean(churn[~declining])


@measure("aggregate.corr.empathy_experience")
def correlation_of_empathy_and_experience(run: Run) -> float:
    """Correlation of avg_empathy_score and months_experience."""
    aggregates = run.frame("tutor_aggregates")
    return correlation(aggregates.numbers("avg_empathy_score"), trait(run, aggregates, "months_experience"))


@measure("aggregate.corr.historical_rating")
def correlation_of_historical_and_present_rating(run: Run) -> float:
    """Correlation of avg_historical_rating and avg_rating_30d."""
    aggregates = run.frame("tutor_aggregates")
    return correlation(trait(run, aggregates, "avg_historical_rating"), aggregates.numbers("avg_rating_30d"))
