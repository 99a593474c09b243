"""Three answers to what an intervention changes: the truth, an estimate from a holdout, and before and after."""

import math
from collections.abc import Sequence

import click
import numpy as np
from attrs import frozen

from simulation.lib.extras import require

_95_PERCENT = 1.96
_FOLDS = 5


@frozen
class Case:
    """An intervention that was due: what a platform sees of it; if it was sent, what it truly changed, where known.

    What was `ignored` changed nothing.
    """

    tutor: str
    sent: bool
    before: float
    after: float
    ignored: bool = False
    true_effect: float | None = None


@frozen
class Estimate:
    """A mean with its standard error."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true mean lies, in 95 of 100 such studies, if the estimator is right."""
        reach = _95_PERCENT * self.standard_error
        return self.value - reach, self.value + reach

    def holds(self, value: float) -> bool:
        """Whether a value lies in the interval."""
        low, high = self.interval
        return low <= value <= high


def truth(cases: Sequence[Case]) -> Estimate:
    """The mean true effect of those that were sent; unsure where effects are known of a sample only."""
    sent = [case for case in cases if case.sent]
    read = [case for case in sent if not case.ignored]
    effects = np.array([case.true_effect for case in read if case.true_effect is not None])
    left_out = 1 - len(effects) / len(read)
    error = math.sqrt(left_out * float(effects.var(ddof=1)) / len(effects))
    share = len(read) / len(sent)
    return Estimate(share * float(effects.mean()), share * error)


def before_and_after(cases: Sequence[Case]) -> Estimate:
    """The mean difference between the weeks around them; its error allows for several cases of one tutor."""
    changes = np.array([case.after - case.before for case in cases])
    tutors, owners = np.unique([case.tutor for case in cases], return_inverse=True)
    sums = np.bincount(owners, changes - changes.mean())
    error = math.sqrt(float(sums @ sums) * len(tutors) / (len(tutors) - 1)) / len(cases)
    return Estimate(float(changes.mean()), error)


def holdout(cases: Sequence[Case]) -> Estimate:
    """What was sent against what was withheld, given the week before, by double machine learning (EconML).

    Who is written to is drawn anew each time, so several cases of one tutor need no allowance in the error; their
    weeks are alike, so all of a tutor's are in one fold.
    """
    from econml.dml import LinearDML
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import GroupKFold

    model = LinearDML(
        model_y=LinearRegression(), model_t=DummyClassifier(), discrete_treatment=True, cv=GroupKFold(_FOLDS)
    )
    model.fit(
        np.array([case.after for case in cases]),
        np.array([int(case.sent) for case in cases]),
        W=np.array([[case.before] for case in cases]),
        groups=np.array([case.tutor for case in cases]),
    )
    found = model.ate_inference()
    return Estimate(float(found.mean_point), float(found.stderr_mean))


def require_econml() -> None:
    """See that EconML is there before anything is simulated. Raises ClickException, with the line that installs it."""
    require("econml", "causal", "the estimate needs", click.ClickException)
