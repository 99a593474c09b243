"""A run as one works with it: tables, features and labels, whom to call, what happened, and what would have been."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from simulation.api.moments import Moment, moment_in
from simulation.api.progress import shown
from simulation.api.scenarios import Choice, Overrides, load_scenario
from simulation.execution.executors import OnDone
from simulation.lib.html import figures, fragment, table
from simulation.runs import default_directory
from simulation.runs.in_memory import Simulation

if TYPE_CHECKING:
    import pandas as pd

    from simulation.api.at_risk import TutorsAtRisk
    from simulation.api.counterfactuals import Counterfactual
    from simulation.api.timelines import AgentTimeline
    from simulation.views.timeline import Timelines


class SimulatedRun(Simulation):
    """A scenario that was simulated: what `simulate` and `load_run` give.

    `tables` has the documented tables and `truth` what only the simulator knows, by name, as pandas data frames;
    `log` and `truth_log` are the two parts of the log. Whatever is asked for is made then, and kept.

    Example:
        >>> run
        <run of tiny: 10 tutors over 7 days, seed 7, from 2026-01-05>
        >>> run.tables["sessions"]["session_completed"].dtype
        BooleanDtype
    """

    #: The run's directory, if it was read from one.
    directory: Path | None = None
    # The days after the window that are known, and who left when, up to then.
    _departures: "tuple[int, pa.Table] | None" = None

    # ------------------------------------------------------------ tables

    @property
    def arrow(self) -> Mapping[str, pa.Table]:
        """The documented tables by name, as Arrow has them.

        Example:
            >>> run.arrow["sessions"].schema.field("session_datetime").type
            TimestampType(timestamp[s])
        """
        return MappingProxyType(self._documented)

    @property
    def truth_arrow(self) -> Mapping[str, pa.Table]:
        """The truth tables, likewise.

        Example:
            >>> run.truth_arrow["truth_tutors"].num_rows
            10
        """
        return MappingProxyType(self._of_truth)

    def key_figures(self) -> "pd.Series[float]":
        """The few numbers that a run comes to, by name; NaN where one is not defined.

        Example:
            >>> figures = run.key_figures()
            >>> bool(figures["sessions_completed"] <= figures["sessions"])
            True
        """
        import pandas as pd

        from simulation.studies.key_figures import figures_of
        from simulation.validation.run import Run

        measured = Run.simulated(self.scenario, {**self.arrow, **self.truth_arrow}, self.log, self.truth_log)
        return pd.Series(dict(figures_of(measured)), dtype="float64", name=self.scenario.name)

    # ------------------------------------------------------------ for a churn model

    def features(self, as_of: Moment | None = None) -> "pd.DataFrame":
        """What the platform knew of each tutor at a moment, and nothing that came later.

        Args:
            as_of: A moment of local time in the window, as "2026-01-19"; by default the window's end.

        Returns:
            The numbers and truth values of `tutor_aggregates` and `tutor_profiles` as float64, for each active tutor
            who has not left, by tutor_id; NaN where the tables say nothing, as of who held no session. They are made
            of the log up to that moment alone.

        Raises:
            ArgumentError: The moment is not in the window.

        Example:
            >>> early, late = run.features(as_of="2026-01-08"), run.features()
            >>> bool(early["total_sessions_30d"].sum() < late["total_sessions_30d"].sum())
            True
        """
        from simulation.api.features import features_of

        return features_of(self, moment_in(self.log, as_of))

    def labels(self, horizon_days: int = 30, as_of: Moment | None = None) -> "pd.DataFrame":
        """Whether each tutor leaves in the days after a moment: what a churn model is to foresee.

        Args:
            horizon_days: How many days after the moment count, 1 or more.
            as_of: A moment of local time in the window; by default its end.

        Returns:
            `left` (boolean) and `left_at` (datetime64[s]; NaT for who stayed), for the tutors whom `features` has at
            that moment, by tutor_id. What lies after the window is known to the simulator alone.

        Raises:
            ArgumentError: The moment is not in the window, or the horizon is out of range.
            RunDirError: The run is of another version, so that its world cannot be followed further.

        Warns:
            FollowUpWarning: The scenario has no follow-up that is long enough, so that the world is simulated once
                more, beyond the window; in the window it is the same.

        Example:
            >>> known = run.features(as_of="2026-01-08").join(run.labels(horizon_days=3, as_of="2026-01-08"))
            >>> bool(known["left"].notna().all())
            True
        """
        from simulation.api.labels import days_beyond, departures_of, labels_of

        moment = moment_in(self.log, as_of)
        beyond = days_beyond(self.log, moment, horizon_days)
        if self._departures is None or self._departures[0] < beyond:
            self._departures = beyond, departures_of(self, self._region, beyond)
        return labels_of(self.log, self._departures[1], moment, horizon_days)

    # ------------------------------------------------------------ what to look at, and what to do

    def at_risk(self, count: int = 10, as_of: Moment | None = None) -> "TutorsAtRisk":
        """The tutors to call first: the highest churn probabilities at Medium or High risk, why, and what to do.

        Scores are the platform's own, as they stand at a moment of the window, by default its end.

        Example:
            >>> run.at_risk(3)  # doctest: +ELLIPSIS
            <... tutors at risk as of 2026-01-12...>
        """
        from simulation.api.at_risk import tutors_at_risk

        return tutors_at_risk(self.log, count, as_of)

    def timeline(self, agent_id: str) -> "AgentTimeline":
        """What happened to a tutor or a student in the window. Raises ViewError for an unknown id.

        Example:
            >>> run.timeline("T0001")  # doctest: +ELLIPSIS
            <timeline of T0001, tutor, 2026-01-05 to 2026-01-11: ... entries>
        """
        from simulation.api.timelines import AgentTimeline

        return AgentTimeline(self._timelines[agent_id], self._timelines.rules)

    def without(
        self, intervention_or_tutor: str, *, workers: int | None = None, progress: bool | None = None
    ) -> "Counterfactual":
        """What would have become of a tutor without an email: the same world is simulated without it.

        Args:
            intervention_or_tutor: The id of an email of the window, or of a tutor: then without all emails to them,
                from the first in the window on.
            workers: In how many processes the two worlds are simulated; by default one per processor.
            progress: Whether to show a bar; by default, on a terminal alone.

        Raises:
            ArgumentError: There is no such email in the window.
            RunDirError: The run is of another version, so that its world is not this one.

        Example:
            >>> tutor = run.tables["interventions"]["tutor_id"].iloc[0]
            >>> run.without(tutor, workers=1)  # doctest: +ELLIPSIS
            <counterfactual of ... without the emails to ...>
        """
        from simulation.api.counterfactuals import counterfactual_of, emails_left_out

        emails = emails_left_out(self.log, intervention_or_tutor)
        with shown("worlds", progress) as on_done:
            return counterfactual_of(self, emails, self.directory, workers, on_done)

    def report(self, out: str | Path, *, force: bool = False) -> Path:
        """Write a page on the run, with charts, in which each tutor opens to an account; needs the extra `pages`.

        Raises ViewError and RunDirError, for a file that is there, too, unless it is to be replaced by `force`.

        Example:
            >>> "<h1>tiny-seed7</h1>" in run.report(folder / "page.html").read_text(encoding="utf-8")
            True
        """
        from simulation.views.pages.page import check_page
        from simulation.views.pages.report import write_report

        check_page("report", Path(out), force=force)
        if self.directory is not None:
            write_report(self.directory, Path(out), force=force)
            return Path(out)
        with TemporaryDirectory() as folder:
            place = Path(folder) / default_directory(self.scenario, self._region).name
            self.write(place, ["parquet"])
            write_report(place, Path(out), force=force)
        return Path(out)

    # ------------------------------------------------------------ how it shows

    def __repr__(self) -> str:
        opens = self.scenario.start_date + timedelta(days=self.scenario.earlier_days)
        return f"{repr(self.scenario).replace('<scenario', '<run of', 1)[:-1]}, from {opens}>"

    def _repr_html_(self) -> str:
        sessions, emails = self.arrow["sessions"], self.arrow["interventions"]
        held, rating = (_mean(sessions, name) for name in ("session_completed", "student_rating"))
        named = [
            ("tutors", f"{self.arrow['tutor_profiles'].num_rows:,}"),
            ("sessions", f"{sessions.num_rows:,}"),
            ("held", "none" if held is None else f"{held:.1%}"),
            ("mean rating", "none" if rating is None else f"{rating:.2f}"),
            ("emails to tutors", f"{emails.num_rows:,}"),
        ]
        rows = [(name, f"{found.num_rows:,}", f"{found.num_columns}") for name, found in self.arrow.items()]
        heads = ("table", "rows", "columns")
        return fragment(repr(self).strip("<>"), figures(named), table(heads, rows, numbers=heads[1:]))

    @cached_property
    def _timelines(self) -> "Timelines":
        from simulation.views.timeline import Timelines

        return Timelines(self)


def simulate(
    scenario: Choice,
    on_day: OnDone | None = None,
    *,
    seed: int | None = None,
    days: int | None = None,
    overrides: Overrides = (),
    progress: bool | None = None,
) -> SimulatedRun:
    """Simulate a scenario in memory.

    Args:
        scenario: A scenario, its name or its file.
        on_day: Is told after each day how many of how many are over.
        seed: The root of all random numbers, in place of the scenario's.
        days: The length of the recorded window, likewise.
        overrides: Changes of other parameters, as `load_scenario` takes them.
        progress: Whether to show a bar; by default, on a terminal alone.

    Raises:
        ScenarioError: The scenario is not what its declarations allow.

    Example:
        >>> import simulation as sim
        >>> sim.simulate("dev", seed=7, days=1, overrides={"population.tutors": 3, "warm_up_days": 0})
        <run of dev: 3 tutors over 1 day, seed 7, from 2026-01-05>
    """
    changed = load_scenario(scenario, overrides, seed, days=days)
    if on_day is not None:
        return SimulatedRun.simulated(changed, on_day)
    with shown("days", progress) as bar:
        return SimulatedRun.simulated(changed, bar)


def load_run(directory: str | Path, *, extensions: Sequence[str] = ()) -> SimulatedRun:
    """The run in a directory; its log is read when it is first asked for.

    Args:
        directory: A directory that `simulation run` or `write` made.
        extensions: Extensions of the run whose code may be imported, so that it can be simulated again: names of entry
            points, and modules. Nothing is imported without them, and whatever reads the run needs none.

    Raises:
        ExtensionError: One of these cannot be used, or is another than the run was simulated with.
        RunDirError: There is no run, or its run.json is damaged.
        ScenarioError: Its scenario cannot be simulated by this version.

    What reads a log that is missing or damaged raises LogError.

    Example:
        >>> import simulation as sim
        >>> sim.load_run(run_directory).tables["sessions"].equals(run.tables["sessions"])
        True
    """
    run = SimulatedRun.loaded(directory, extensions)
    run.directory = Path(directory).absolute()
    return run


def _mean(found: pa.Table, column: str) -> float | None:
    """The mean of a column's values, None over nothing."""
    import pyarrow.compute as pc

    mean: float | None = pc.mean(found[column].cast(pa.float64())).as_py()
    return mean
