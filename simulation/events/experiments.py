"""A/B tests."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable


@observable(30)
class ExperimentStarted(NamedTuple):
    """An experiment opens; the segment's tutors are counted."""

    experiment_id: str
    name: str
    hypothesis: str
    description: str | None
    variants: Annotated[str, "JSON array of names, the control first"]
    target_segment: Annotated[str, "JSON object: column to value, list of values, or {min, max}"]
    primary_metric: str
    secondary_metrics: Annotated[str | None, "JSON array"]
    planned_end: Moment
    eligible_count: int
    notes: str | None


@observable(31)
class ExperimentAssigned(NamedTuple):
    """A tutor is put into a variant."""

    tutor_id: str
    experiment_id: str
    variant: str


@observable(32)
class ExperimentExposed(NamedTuple):
    """A tutor first meets the variant."""

    tutor_id: str
    experiment_id: str
    variant: str


@observable(33)
class ExperimentConverted(NamedTuple):
    """A tutor does what the experiment hopes for."""

    tutor_id: str
    experiment_id: str
    variant: str
    conversion_value: Annotated[float, "relative improvement of the primary metric"]


@observable(34)
class ExperimentCompleted(NamedTuple):
    """An experiment ends."""

    experiment_id: str
