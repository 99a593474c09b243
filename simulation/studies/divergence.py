"""Where two runs that share a past part: the first event in which they differ, in all and for each tutor.

Compared is what happened, not how it is numbered: an event more on one side shifts the ids of all that follow.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from simulation.lib.html import fragment, paragraph, table
from simulation.log import Log, between
from simulation.studies import StudyError
from simulation.tables.columns import Column

if TYPE_CHECKING:
    import pandas as pd

    from simulation.runs.in_memory import Simulation

Ints = NDArray[np.int64]
Event = Mapping[str, Any]

# What numbers events, and what tells of the same moment or place as another column.
_NOT_COMPARED = ("event_id", "triggered_by_event_id", "time_utc")
_SHOWN = 10
_ID = r"^EV(?P<sequence>\d+)(?:T(?P<ordinal>\d+))?$"


@frozen
class FirstDifference:
    """The first event in which two runs differ, of all or of one tutor.

    `first` and `second` are what each run has there, without what is empty; None where the other has an event before.
    `field` is the first of the event's fields that differs, `event_type` where other things happen at the same second,
    and None where only one run has the event.
    """

    when: datetime
    first: Event | None = attrs.field(hash=False)
    second: Event | None = attrs.field(hash=False)
    field: str | None

    @classmethod
    def between(cls, first: Event | None, second: Event | None) -> "FirstDifference":
        """The difference of two events that come next in each run, None where nothing does."""
        moments = [event["timestamp"] for event in (first, second) if event is not None]
        here, there = (event if event and event["timestamp"] == min(moments) else None for event in (first, second))
        name = None
        if here is not None and there is not None:
            names = dict.fromkeys(("event_type", *here, *there))
            name = next(name for name in names if here.get(name) != there.get(name))
        return cls(min(moments), here, there, name)

    @property
    def event_type(self) -> str:
        """The type of the event, in the first run if that has one."""
        return str((self.first or self.second or {})["event_type"])

    @property
    def values(self) -> tuple[Any, Any]:
        """What each run has in the field; the types of events where only one has an event."""
        name = self.field or "event_type"
        return (self.first or {}).get(name), (self.second or {}).get(name)

    def __str__(self) -> str:
        here, there = map(_shown, self.values)
        if self.field is None:
            return f"{here or there} in the {'first' if here else 'second'} run only"
        if self.field == "event_type":
            return f"{here} in the first run, {there} in the second"
        return (
            f"{self.event_type} with {self.field} {here or 'empty'} in the first run, {there or 'empty'} in the second"
        )


@frozen
class Divergence:
    """Where two runs part.

    `first` is the first event in which they differ, None where they are the same as far as both go; `tutors` has that
    of each tutor who comes to differ, by id, the earliest first; and `same` counts the tutors who do not.

    Example:
        >>> calm = sim.simulate(tiny, overrides={"interventions.max_per_tutor": 0})
        >>> sim.divergence(run, calm)  # doctest: +ELLIPSIS
        <divergence: from 20... on, ... tutors differ, ... do not>
    """

    first: FirstDifference | None
    tutors: Mapping[str, FirstDifference] = attrs.field(hash=False)
    same: int

    def frame(self) -> "pd.DataFrame":
        """A row for each tutor who differs: `when`, `event_type`, `field`, and the values of both runs as text.

        Example:
            >>> sim.divergence(run, run).frame().columns.tolist()
            ['when', 'event_type', 'field', 'first', 'second']
        """
        import pandas as pd

        rows = [
            (tutor, one.when, one.event_type, one.field, *map(_shown, one.values)) for tutor, one in self.tutors.items()
        ]
        columns = ["tutor_id", "when", "event_type", "field", "first", "second"]
        return pd.DataFrame(rows, columns=columns).set_index("tutor_id")

    def sentences(self) -> tuple[str, ...]:
        """The same in words: of all, and of the tutors who differ first.

        Example:
            >>> print(sim.divergence(run, run))
            Both runs are the same, as far as both go.
        """
        if self.first is None:
            return ("Both runs are the same, as far as both go.",)
        more = len(self.tutors) - _SHOWN
        told = [f"{tutor} from {_at(one.when)}: {one}" for tutor, one in list(self.tutors.items())[:_SHOWN]]
        return (
            f"Both runs are the same until {_at(self.first.when)}: {self.first}{_whose(self.first)}.",
            f"{len(self.tutors)} tutors come to differ, {self.same} do not{':' if told else '.'}",
            *told,
            *([f"and {more} more"] if more > 0 else []),
        )

    def __str__(self) -> str:
        return "\n  ".join(self.sentences())

    def __repr__(self) -> str:
        if self.first is None:
            return "<divergence: none>"
        counts = f"{len(self.tutors)} tutors differ, {self.same} do not"
        return f"<divergence: from {self.first.when:%Y-%m-%d %H:%M} on, {counts}>"

    def _repr_html_(self) -> str:
        told = self.sentences()[:2] if self.first else self.sentences()
        rows = [tuple(map(str, row)) for row in self.frame().fillna("").itertuples()]
        heads = ("tutor", "when", "event", "field", "first run", "second run")
        return fragment(told[0], *map(paragraph, told[1:]), table(heads, rows))


def divergence(first: "Simulation | str | Path", second: "Simulation | str | Path") -> Divergence:
    """Where two runs part, of what both parts of their logs tell of the time that both cover.

    Args:
        first: A run, or its directory.
        second: Another, of the same time and usually the same seed.

    Raises:
        StudyError: Their logs begin at different moments.
        RunDirError: A directory has no run.
        LogError: A log is missing or damaged.

    Example:
        >>> import simulation as sim
        >>> sim.divergence(run, run).first is None
        True
    """
    logs = [_parts(run) for run in (first, second)]
    begin, other = (parts[0].metadata.log_start for parts in logs)
    if begin != other:
        raise StudyError(f"divergence: the logs begin at {begin} and {other}; allowed are runs that begin together")
    end = min(parts[0].metadata.window[1] for parts in logs)
    one, another = (_happened(parts, end) for parts in logs)
    of_all = _first_differences(one, another, [pa.repeat("all", len(events)) for events in (one, another)])
    of_tutors = _first_differences(one, another, [events["tutor_id"] for events in (one, another)])
    ordered = sorted(of_tutors.items(), key=lambda item: (item[1].when, item[0]))
    known = {tutor for events in (one, another) for tutor in events["tutor_id"].unique().to_pylist() if tutor}
    return Divergence(of_all.get("all"), dict(ordered), len(known) - len(of_tutors))


def _parts(run: "Simulation | str | Path") -> tuple[Log, Log]:
    """Both parts of a run's log."""
    from simulation.runs.in_memory import load_run

    if isinstance(run, str | Path):
        run = load_run(run)
    return run.log, run.truth_log


def _happened(parts: tuple[Log, Log], end: datetime) -> pa.Table:
    """The events of both parts before a moment, in the one order that their ids give them."""
    before = [between(log.table, "timestamp", datetime.min, end) for log in parts]
    events = pa.concat_tables(before, promote_options="default").combine_chunks()
    ids = pc.extract_regex(events["event_id"], _ID).combine_chunks()
    sequence = ids.field("sequence").cast(pa.int64()).to_numpy(zero_copy_only=False)
    ordinal = pc.if_else(pc.equal(ids.field("ordinal"), ""), "0", ids.field("ordinal")).cast(pa.int64())
    time = events["time_utc"].cast(pa.int64()).to_numpy()
    order = np.lexsort((ordinal.to_numpy(zero_copy_only=False), sequence, events["region"].to_numpy(), time))
    return events.drop_columns(list(_NOT_COMPARED)).take(pa.array(order))


# ---------------------------------------------------------------- comparing


def _first_differences(one: pa.Table, another: pa.Table, owners: Sequence[Column]) -> dict[str, FirstDifference]:
    """The first difference among the events of each owner, by owner; none for those who do not differ.

    `owners` are those of the events of both tables, null for events of nobody. Each owner's events are compared in
    their order, the first with the first and so on.
    """
    rows, others = map(_rows_by_owner, owners)
    nothing = np.empty(0, np.int64)
    pairs = {owner: (rows.get(owner, nothing), others.get(owner, nothing)) for owner in {**rows, **others}}
    common = {owner: min(map(len, pair)) for owner, pair in pairs.items()}
    here, there = (
        np.concatenate([nothing, *(pair[side][: common[owner]] for owner, pair in pairs.items())]) for side in (0, 1)
    )
    differ = np.split(_unequal(one.take(pa.array(here)), another.take(pa.array(there))), np.cumsum([*common.values()]))
    found = {}
    for (owner, pair), flags in zip(pairs.items(), differ, strict=False):
        place = int(flags.argmax()) if flags.any() else common[owner]
        if place < max(map(len, pair)):
            found[owner] = FirstDifference.between(_event(one, pair[0], place), _event(another, pair[1], place))
    return found


def _rows_by_owner(owners: Column) -> dict[str, Ints]:
    """The rows of each owner's events, ascending."""
    codes = pc.dictionary_encode(owners)
    codes = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
    indices = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    order = np.argsort(indices, kind="stable")
    names = codes.dictionary.to_pylist()
    return {
        name: np.asarray(rows, np.int64)
        for name, rows in zip(
            names, np.split(order, np.searchsorted(indices[order], np.arange(len(names))))[1:], strict=True
        )
    }


def _unequal(one: pa.Table, another: pa.Table) -> NDArray[np.bool_]:
    """Whether the rows of two tables of one length differ, row by row."""
    unequal = np.zeros(len(one), np.bool_)
    for name in one.column_names:
        here, there = one[name], another[name]
        values = pc.fill_null(pc.not_equal(here, there), False)
        unequal |= pc.or_(values, pc.xor(here.is_null(), there.is_null())).to_numpy()
    return unequal


def _event(events: pa.Table, rows: Ints, place: int) -> Event | None:
    """One of somebody's events, without what is empty; None behind the last."""
    if place >= len(rows):
        return None
    (row,) = events.slice(int(rows[place]), 1).to_pylist()
    return {name: value for name, value in row.items() if value is not None}


# ---------------------------------------------------------------- words


def _at(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %H:%M}"


def _whose(difference: FirstDifference) -> str:
    """The tutor or the student of an event, where it has one."""
    event = difference.first or difference.second or {}
    agent = event.get("tutor_id") or event.get("student_id")
    return f" ({agent})" if agent else ""


def _shown(value: Any) -> str:
    """A value for people; nothing where there is none."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
