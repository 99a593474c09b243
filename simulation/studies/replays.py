"""A run's world simulated again, as it was and with one thing changed at a time, and how tutors fared in each.

The worlds share their past: it is simulated once, and each world with a change goes on from the last midnight before
it. What follows is simulated side by side.
"""

import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import attrs
import pyarrow as pa
from attrs import field, frozen

from simulation.agents.people import People
from simulation.clock import DAY
from simulation.execution.executors import Executor, OnDone, TaskFailed
from simulation.lib.staging import RunDirError
from simulation.log import (
    OBSERVABLE_FILE,
    TRUTH_FILE,
    Log,
    MemorySink,
    Unread,
    between,
    read_log,
)
from simulation.scenario import Scenario
from simulation.state.conversion import WorldState
from simulation.studies.outcomes import DaysOfTutor, Outcome, TutorNotes
from simulation.world import World, clock_of, log_metadata, memory_sinks, people_of, without_garbage_collections


@frozen
class Branch:
    """What is different in a world from some moment on, and the spans of days to look at, none of which begins before.

    `muted` and `assigned` are as for a World.
    """

    spans: tuple[DaysOfTutor, ...]
    muted: frozenset[str] = frozenset()
    assigned: Mapping[tuple[str, str], str] = field(factory=dict, hash=False)


@frozen
class Replay:
    """A region's world to simulate again: as it was, for some spans of days, and once more for each of its `branches`.

    With `of_run`, the log of the world as it was must be the one in that run's directory.
    """

    scenario: Scenario
    region: int
    spans: tuple[DaysOfTutor, ...] = ()
    branches: tuple[Branch, ...] = ()
    of_run: Path | None = None


@frozen
class Replayed:
    """The outcome of each span, in the world as it was and in each branch."""

    observed: tuple[Outcome, ...]
    changed: tuple[tuple[Outcome, ...], ...]


@frozen
class _Past:
    """A world's past up to a moment: its state and what was noted of its tutors, packed.

    Packed, many of them take little memory, and are soon sent to other processes. `compared` are the rows of both parts
    of the log that were held against those of the run.
    """

    packed: bytes
    compared: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, state: WorldState, notes: TutorNotes, compared: tuple[int, int] = (0, 0)) -> "_Past":
        return cls(zlib.compress(pickle.dumps((state, notes)), 1), compared)

    def unpacked(self) -> tuple[WorldState, TutorNotes]:
        with without_garbage_collections():
            state, notes = pickle.loads(zlib.decompress(self.packed))  # noqa: S301 -- packed by this program before
        return state, notes


@frozen
class _Future:
    """A world to simulate from its past on, or from the beginning, until some spans of days are over."""

    replay: Replay
    past: _Past | None
    spans: tuple[DaysOfTutor, ...]
    branch: Branch | None = None


def replayed(replays: Sequence[Replay], executor: Executor, on_world: OnDone | None = None) -> list[Replayed]:
    """Simulate worlds again. `on_world` is told how many of how many are over.

    Raises TaskFailed where a world fails, and RunDirError where the log is not that of the run.
    """
    try:
        return _replayed(replays, executor, on_world)
    except TaskFailed as failure:
        if isinstance(failure.__cause__, RunDirError):
            raise failure.__cause__ from None
        raise
    finally:
        _people.cache_clear()


def _replayed(replays: Sequence[Replay], executor: Executor, on_world: OnDone | None) -> list[Replayed]:
    branching = [place for place, replay in enumerate(replays) if replay.branches]
    if on_world is not None and branching:
        on_world(0, sum(bool(replay.spans) + len(replay.branches) for replay in replays))
    found = executor.in_order(_simulate_past, [replays[place] for place in branching]) if branching else []
    pasts = dict(zip(branching, found, strict=True))
    # The worlds as they were last longest, and begin first.
    as_they_were = [
        _Future(attrs.evolve(replay, branches=()), pasts[place].last if place in pasts else None, replay.spans)
        for place, replay in enumerate(replays)
        if replay.spans
    ]
    branches = [future for place, past in pasts.items() for future in past.branches_of(replays[place])]
    outcomes = iter(executor.in_order(_go_on, [*as_they_were, *branches], on_world))
    observed = [next(outcomes) if replay.spans else () for replay in replays]
    return [
        Replayed(own, tuple(next(outcomes) for _ in replay.branches))
        for replay, own in zip(replays, observed, strict=True)
    ]


# ---------------------------------------------------------------- what worlds share


@frozen
class _Pasts:
    """A world's pasts: `before` each branch, by the second of the midnight; and the `last`, with all that was noted.

    Nobody goes on from the last where the world as it was is not asked about.
    """

    before: Mapping[int, _Past]
    last: _Past | None

    def branches_of(self, replay: Replay) -> Iterator[_Future]:
        """The branches of the world, each from its past on."""
        alone = attrs.evolve(replay, branches=())
        for branch in replay.branches:
            yield _Future(alone, self.before[_midnight(replay, branch)], branch.spans, branch)


def _simulate_past(replay: Replay) -> _Pasts:
    """Simulate a world as it was, up to the last midnight from which a branch goes on.

    Raises RunDirError where its log is not that of the run.
    """
    scenario = _long_enough(replay.scenario, [*replay.spans, *(span for one in replay.branches for span in one.spans)])
    notes, sinks = _notes_in(scenario), _sinks(replay, scenario)
    world = World(
        scenario, *sinks, region=replay.region, on_event=notes.follow, people=_people(_drawn(scenario), replay.region)
    )
    before = {}
    for midnight in sorted({_midnight(replay, branch) for branch in replay.branches}):
        world.run(until=midnight)
        before[midnight] = _Past.of(state := world.state(), notes.from_now_on())
    compared = _compare(replay, scenario, sinks, (0, 0), to_the_end=False)
    return _Pasts(before, _Past.of(state, notes, compared) if replay.spans else None)


def _midnight(replay: Replay, branch: Branch) -> int:
    """The second of the last midnight before what is looked at in a branch begins."""
    since = min(span.since for span in branch.spans) - clock_of(replay.scenario).log_start
    return max(since // timedelta(days=1), 0) * DAY


def _go_on(future: _Future) -> tuple[Outcome, ...]:
    """The outcome of each span in a world. Raises RunDirError where its log is not that of the run."""
    replay, branch = future.replay, future.branch or Branch(())
    scenario = _long_enough(replay.scenario, future.spans)
    state, notes = future.past.unpacked() if future.past else (None, _notes_in(scenario))
    sinks = _sinks(replay if future.branch is None else None, scenario)
    World(
        scenario, *sinks, region=replay.region, muted=branch.muted, assigned=branch.assigned, on_event=notes.follow,
        state=state, people=_people(_drawn(scenario), replay.region),
    ).run()  # fmt: skip
    if future.branch is None:
        _compare(replay, scenario, sinks, future.past.compared if future.past else (0, 0), to_the_end=True)
    return notes.outcomes(future.spans)


def _notes_in(scenario: Scenario) -> TutorNotes:
    return TutorNotes(clock_of(scenario).log_start)


def _long_enough(scenario: Scenario, spans: Sequence[DaysOfTutor]) -> Scenario:
    """The scenario with a window that ends at the midnight at which all spans are over, and no follow-up.

    The world stays the same: it does not know when the window ends.
    """
    last = max(span.until for span in spans) - datetime.combine(scenario.start_date, time())
    return attrs.evolve(scenario, earlier_days=0, days=max(-(-last // timedelta(days=1)), 1), follow_up_days=0)


def _drawn(scenario: Scenario) -> Scenario:
    """What people are drawn of: a scenario, however long it is simulated."""
    return attrs.evolve(scenario, days=1)


@lru_cache(maxsize=1)
def _people(scenario: Scenario, region: int) -> People:
    """The people of a region. A process draws them once for all worlds that it simulates one after the other."""
    return people_of(scenario, region)


# ---------------------------------------------------------------- whether the log is that of the run


def _sinks(replay: Replay | None, scenario: Scenario) -> tuple[MemorySink | Unread, MemorySink | Unread]:
    """Sinks of both parts of the log; they keep what has to be held against a run."""
    if replay is None or replay.of_run is None:
        return Unread(), Unread()
    return memory_sinks(scenario)


def _compare(
    replay: Replay,
    scenario: Scenario,
    sinks: Sequence[MemorySink | Unread],
    compared: tuple[int, int],
    *,
    to_the_end: bool,
) -> tuple[int, int]:
    """How many events of both parts are the same as the run's: more than were `compared` before, by what sinks have.

    Raises RunDirError where an event differs; or, at the end of the world, where the run has more, as far as both go.
    """
    from simulation import __version__

    counts = []
    metadata = log_metadata(scenario)
    for sink, name, is_truth, before in zip(sinks, (OBSERVABLE_FILE, TRUTH_FILE), (False, True), compared, strict=True):
        if replay.of_run is None or isinstance(sink, Unread):
            return compared
        own = read_log(replay.of_run / name, truth=is_truth).of_region(replay.region)
        end = min(own.metadata.window[1], metadata.window[1])
        again = _events_before(Log(sink.table(), metadata), end)
        expected = _events_before(own, end).slice(before, None if to_the_end else len(again))
        if not expected.equals(again):
            raise RunDirError(
                f"{replay.of_run}: {name} is not what version {__version__} simulates from its run.json; "
                "effects can be had of runs of this version"
            )
        counts.append(before + len(again))
    return counts[0], counts[1]


def _events_before(log: Log, end: datetime) -> pa.Table:
    return between(log.table, "timestamp", datetime.min, end)
