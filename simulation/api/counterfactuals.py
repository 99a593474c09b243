"""What would have become of a tutor without an email: the same world, simulated again without it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from simulation.agents.identity import (
    INTERVENTIONS_PER_TUTOR,
    TUTORS_PER_REGION,
    intervention_id,
    intervention_number,
)
from simulation.api.moments import ArgumentError
from simulation.events import InterventionSent
from simulation.execution.executors import OnDone, executor_for
from simulation.lib.html import fragment, paragraph, table
from simulation.lib.suggestions import hint
from simulation.log import Log
from simulation.runs.in_memory import Simulation
from simulation.scenario.regions import regional
from simulation.studies.outcomes import Outcome, spans_of
from simulation.studies.replays import Branch, Replay, replayed

if TYPE_CHECKING:
    import pandas as pd

# Over a week, and over as long as an email's own effect lasts by default.
DAYS = (7, 28)
_MEASURES = {
    "engagement": ("mean engagement of {}", 2),
    "sessions": ("sessions held by {}", 0),
    "rating": ("mean rating of {}", 2),
    "churn_probability": ("churn probability of {} at the end", 3),
    "others_sessions": ("sessions held by all others", 0),
}


@frozen
class EmailsLeftOut:
    """The emails that a world is simulated without: their tutor, and when the first of them was sent."""

    told: str
    tutor_id: str
    region: int
    since: datetime
    muted: frozenset[str]


@frozen
class Counterfactual:
    """How a tutor fared, and would have fared in the same world without an email.

    `with_it` and `without_it` have an outcome for each of DAYS, counted from the email on.

    Example:
        >>> counterfactual  # doctest: +ELLIPSIS
        <counterfactual of T... without INT... (... email of ...)>
    """

    emails: EmailsLeftOut
    with_it: tuple[Outcome, ...]
    without_it: tuple[Outcome, ...]

    def frame(self) -> "pd.DataFrame":
        """What was and what would have been, by days and measure; `difference` is what the email did.

        Example:
            >>> counterfactual.frame().loc[28].columns.tolist()
            ['with', 'without', 'difference']
        """
        import pandas as pd

        rows = [
            (days, name, getattr(was, name), getattr(would, name))
            for days, was, would in zip(DAYS, self.with_it, self.without_it, strict=True)
            for name in _MEASURES
        ]
        frame = pd.DataFrame(rows, columns=["days", "measure", "with", "without"]).set_index(["days", "measure"])
        frame = frame.astype(float)
        return frame.assign(difference=(frame["with"] - frame["without"]).round(3))

    def sentences(self) -> tuple[str, ...]:
        """The same in words, over the longer of DAYS.

        Example:
            >>> print(counterfactual.sentences()[0])  # doctest: +ELLIPSIS
            Without ..., in the 28 days after it:
        """
        was, would = self.with_it[-1], self.without_it[-1]
        changed = [
            f"{words.format(self.emails.tutor_id)}: {_shown(there, places)} instead of {_shown(here, places)}"
            for name, (words, places) in _MEASURES.items()
            for here, there in ((getattr(was, name), getattr(would, name)),)
            if here != there
        ]
        return (
            f"Without {self.emails.told}, in the {DAYS[-1]} days after it:",
            self._membership(was.left_at, would.left_at),
            *(changed or ["nothing else would have been different"]),
        )

    def _membership(self, left: datetime | None, would_leave: datetime | None) -> str:
        """Whether the tutor left, and would have."""
        tutor = self.emails.tutor_id
        if left == would_leave:
            return f"{tutor} {'stays' if left is None else f'leaves on {left:%d %B}'}, with it as without it"
        stays = "would have stayed" if would_leave is None else f"would have left on {would_leave:%d %B}"
        return f"{tutor} {stays}, and {'stays' if left is None else f'leaves on {left:%d %B}'} with it"

    def __repr__(self) -> str:
        return f"<counterfactual of {self.emails.tutor_id} without {self.emails.told}>"

    def __str__(self) -> str:
        return "\n  ".join(self.sentences())

    def _repr_html_(self) -> str:
        title, *rest = self.sentences()
        rows = [
            (str(days), words.format(self.emails.tutor_id), *(_shown(value, places) for value in values))
            for (days, name), *values in self.frame().itertuples()
            for words, places in (_MEASURES[name],)
        ]
        heads = ("days", "measure", "with", "without", "difference")
        return fragment(title, paragraph(rest[0]), table(heads, rows, numbers=(heads[0], *heads[2:])))


def counterfactual_of(
    run: Simulation, emails: EmailsLeftOut, directory: Path | None, workers: int | None, on_done: OnDone | None
) -> Counterfactual:
    """Simulate a run's world until the days are over, with the emails and without them.

    Raises RunDirError where the world of the run in a directory comes out as another.
    """
    place = emails.region if len(run.scenario.regions) > 1 else 1
    scenario, spans = regional(run.scenario, place), spans_of(emails.tutor_id, emails.since, DAYS)
    world = Replay(scenario, emails.region, spans, (Branch(spans, muted=emails.muted),), of_run=directory)
    (found,) = replayed([world], executor_for(workers), on_done)
    (without,) = found.changed
    return Counterfactual(emails, found.observed, without)


def emails_left_out(log: Log, name: str) -> EmailsLeftOut:
    """An intervention of the window by its id; or by a tutor's, all from the first one in the window on.

    Raises ArgumentError for any other name.
    """
    opens = log.metadata.window[0]
    columns = ("intervention_id", "tutor_id", "intervention_type", "region", "timestamp")
    sent = [row for row in log.events(InterventionSent, columns=columns).to_pylist() if row["timestamp"] >= opens]
    of_name = [row for row in sent if name in (row["intervention_id"], row["tutor_id"])]
    if not of_name:
        raise ArgumentError(f"{name!r} is no intervention of the run's window; {_allowed(name, sent)}")
    first = of_name[0]
    if name == first["intervention_id"]:
        told = f"{name} ({first['intervention_type']} email of {first['timestamp']:%d %B})"
        return EmailsLeftOut(told, first["tutor_id"], first["region"], first["timestamp"], frozenset([name]))
    told = f"the emails to {name} from {first['timestamp']:%d %B} on"
    return EmailsLeftOut(told, name, first["region"], first["timestamp"], _from_then_on(first))


def _allowed(name: str, sent: Sequence[dict[str, Any]]) -> str:
    """Which names there are, and the nearest one."""
    if not sent:
        return "there is none"
    known = [*(row["intervention_id"] for row in sent), *dict.fromkeys(row["tutor_id"] for row in sent)]
    return f"allowed is an id as {known[0]}, or that of a tutor who got one, as {known[-1]}{hint(name, known)}"


def _from_then_on(first: dict[str, Any]) -> frozenset[str]:
    """The ids of an intervention and of all that its tutor may get later: without it, others may follow."""
    region = first["region"]
    tutor = int(first["tutor_id"][1:]) - (region - 1) * TUTORS_PER_REGION
    ids = [intervention_id(intervention_number(tutor, nth), region) for nth in range(1, INTERVENTIONS_PER_TUTOR)]
    return frozenset(ids[ids.index(first["intervention_id"]) :])


def _shown(value: float | None, places: int) -> str:
    return "none" if value is None or value != value else f"{value:.{places}f}"  # noqa: PLR0124 -- NaN is unlike itself
