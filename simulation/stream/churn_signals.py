"""An example of a reader: each tutor's churn signals, kept from nothing but the events of a stream.

    S=scenarios/dev.toml; python -m simulation stream $S --speed 0 | python -m simulation.stream.churn_signals $S

Thresholds are those of the scenario: events do not have them, but their source shows which scenario they are of.
"""

import json
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from simulation.churn.rolling_figures import RollingFigures, SessionFigures
from simulation.churn.signals import SCORE_COLUMNS, ChurnRules, detect, score
from simulation.cli.arguments import MOMENT, SCENARIO
from simulation.cli.program import run_program
from simulation.log import EVENTS_PER_REGION
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.stream import StreamError
from simulation.stream.cloud_events import TYPE_PREFIX, source_of

EPOCH = datetime(1970, 1, 1)


class ChurnSignals:
    """Follows active tutors through the events of a stream, which come in order from its first on.

    What was before `since`, a local time, does not count: tables know nothing of a warm-up.
    """

    def __init__(self, rules: ChurnRules, since: datetime = EPOCH) -> None:
        self._rules = rules
        self._since = _second(since)
        self._offsets: dict[str, float] = {}
        self._rolling: dict[str, RollingFigures] = {}
        self._starts: dict[str, int] = {}
        self._misses: dict[str, tuple[str, SessionFigures]] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._follow = {
            "tutor_registered": self._registered,
            "pairing_on_record": self._paired,
            "session_booked": self._booked,
            "session_rescheduled": self._rescheduled,
            "session_cancelled": self._cancelled,
            "session_completed": self._completed,
            "student_no_show": self._missed_by_student,
            "tutor_no_show": self._missed_by_tutor,
        }

    def read(self, event: dict[str, Any]) -> None:
        """Take in an event, as the stream has it; most kinds do not bear on churn."""
        follow = self._follow.get(event["type"].removeprefix(TYPE_PREFIX))
        if follow is not None:
            follow(event["data"])

    def standings(self, moment: datetime) -> Iterator[dict[str, Any]]:
        """Each tutor with a completed session in the last 30 days, by id, at a local time that never decreases."""
        for missed in self._misses.values():
            self._settled(*missed)
        self._misses.clear()
        for tutor_id in sorted(self._rolling):
            figures = self._rolling[tutor_id].figures(_second(moment))
            if figures.total_sessions_30d:
                scored = score(detect(figures, self._rules), self._offsets[tutor_id], self._rules)
                yield {"tutor_id": tutor_id, **figures._asdict(), **dict(zip(SCORE_COLUMNS, scored, strict=True))}

    def _registered(self, data: dict[str, Any]) -> None:
        if data["active_status"]:
            self._offsets[data["tutor_id"]] = data["score_offset"]
            self._rolling[data["tutor_id"]] = RollingFigures(self._rules.min_recent_sessions)

    def _paired(self, data: dict[str, Any]) -> None:
        self._pairs.add((data["tutor_id"], data["student_id"]))

    def _booked(self, data: dict[str, Any]) -> None:
        self._starts[data["session_id"]] = _second_of(data["scheduled_start"])

    def _rescheduled(self, data: dict[str, Any]) -> None:
        self._starts[data["session_id"]] = _second_of(data["new_time"])
        asked = _second_of(data["timestamp"])
        if data["initiated_by"] == "tutor" and asked >= self._since:
            self._rolling[data["tutor_id"]].moved(asked)

    def _cancelled(self, data: dict[str, Any]) -> None:
        self._starts.pop(data["session_id"], None)

    def _completed(self, data: dict[str, Any]) -> None:
        pair = data["tutor_id"], data["student_id"]
        held = SessionFigures(
            start=self._starts.pop(data["session_id"]),
            completed=True,
            tutor_no_show=False,
            rating_tenths=round(data["student_rating"] * 10),
            engagement_hundredths=round(data["engagement_score"] * 100),
            technical_issues=data["had_technical_issues"],
            is_first=pair not in self._pairs,
        )
        self._pairs.add(pair)
        self._settled(data["tutor_id"], held)

    def _missed_by_student(self, data: dict[str, Any]) -> None:
        self._missed(data, by_tutor=False)

    def _missed_by_tutor(self, data: dict[str, Any]) -> None:
        self._missed(data, by_tutor=True)

    def _missed(self, data: dict[str, Any], *, by_tutor: bool) -> None:
        # Of a session that both miss, the student's event comes first and the tutor's counts.
        start = self._starts[data["session_id"]]
        figures = SessionFigures(start, completed=False, tutor_no_show=by_tutor)
        self._misses[data["session_id"]] = data["tutor_id"], figures

    def _settled(self, tutor_id: str, session: SessionFigures) -> None:
        if session.start >= self._since:
            self._rolling[tutor_id].settled(session)


def follow(
    lines: Iterable[str | bytes], scenario: Scenario, since: datetime = EPOCH, at: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Read a scenario's stream to its end; how each tutor stands `at` a local time, by default the latest event's.

    Events that come again, as brokers may deliver them, count once. Raises StreamError where it is another's stream,
    or not from its first event on.
    """
    signals, latest = ChurnSignals(ChurnRules.of(scenario.churn), since), None
    for event in _each_once(_events(lines, source_of(scenario))):
        try:
            signals.read(event)
        except (LookupError, TypeError, ValueError):
            raise StreamError(f"the stream's {event['id']} is not as such an event is") from None
        latest = max(latest or "", event["data"]["timestamp"])
    if latest is not None:
        yield from signals.standings(at or datetime.fromisoformat(latest))


def _each_once(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The events without those that were there before: the ids of each region count from its first.

    Raises StreamError where one is missing, or comes again with other contents.
    """
    seen: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    for event in events:
        region, nth = divmod(int(event["id"][2:]) - 1, EVENTS_PER_REGION)
        contents, before = hash(json.dumps(event, sort_keys=True)), seen[region]
        if nth > len(before):
            told = "without gaps" if before else "from its first event on"
            raise StreamError(f"the stream has {event['id']} where another was to come; figures need it {told}")
        if nth == len(before):
            before.append(contents)
            yield event
        elif contents != before[nth]:
            raise StreamError(f"the stream has {event['id']} twice, with different contents")


def _events(lines: Iterable[str | bytes], source: str) -> Iterator[dict[str, Any]]:
    """The events of a stream from one source. Raises StreamError."""
    for number, line in enumerate(lines, start=1):
        try:
            event = json.loads(line)
            found, when = event["source"], event["data"]["timestamp"]
            _ = int(event["id"][2:]) + len(event["type"]) + _second_of(when)
        except (ValueError, KeyError, TypeError):
            raise StreamError(f"line {number} of the stream is no event") from None
        if found != source:
            raise StreamError(
                f"the stream is of {found}, and the scenario {source}; name it with the --seed and --set of the stream"
            )
        yield event


def _second(moment: datetime) -> int:
    return round((moment - EPOCH).total_seconds())


def _second_of(local_time: str) -> int:
    return _second(datetime.fromisoformat(local_time))


@click.command()
@click.argument("scenario", type=SCENARIO)
@click.option("--seed", type=int, help="The stream's, where it is not the scenario's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="The stream's; repeatable.")
@click.option("--since", type=MOMENT, default=EPOCH, help="Leave out what was before, as the warm-up.")
@click.option("--at", type=MOMENT, help="The moment to judge at.  [default: the latest event's]")
def churn_signals(
    scenario: Path, seed: int | None, overrides: tuple[str, ...], since: datetime, at: datetime | None
) -> None:
    """Print how each tutor stands, one a line in JSON, when SCENARIO's stream on the standard input is over."""
    for standing in follow(sys.stdin.buffer, load_scenario(scenario, overrides, seed), since, at):
        click.echo(json.dumps(standing))


if __name__ == "__main__":
    run_program(churn_signals, None, "python -m simulation.stream.churn_signals")
