"""An example of a reader: each tutor's churn signals, computed from the events of a stream alone.

    S=scenarios/dev.toml
    python -m simulation stream $S --speed 0 | python -m simulation.exports.stream.churn_signals $S

Thresholds are the scenario's, until events tell of others; their source tells whether they are of that scenario.
"""

import json
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from simulation.churn.rolling_figures import RollingFigures, SessionFigures
from simulation.churn.signals import SCORE_COLUMNS, ChurnRules, detect, score
from simulation.exports.stream import StreamError
from simulation.exports.stream.cloud_events import TYPE_PREFIX, source_of
from simulation.log import EVENTS_PER_REGION
from simulation.scenario import Scenario
from simulation.tables.parameter_changes import changed_rules, number_of, region_of

EPOCH: datetime = datetime(1970, 1, 1)


class ChurnSignals:
    """Follows active tutors through the events of a stream, in order from the first.

    What happened before `since`, a local time, does not count: tables leave out the warm-up.
    """

    def __init__(self, rules: ChurnRules, since: datetime = EPOCH) -> None:
        self._since = _second(since)
        # By region, the rules from each second on.
        self._rules: defaultdict[int, list[tuple[float, ChurnRules]]] = defaultdict(lambda: [(-math.inf, rules)])
        self._regions: dict[str, int] = {}
        self._offsets: dict[str, float] = {}
        self._rolling: dict[str, RollingFigures] = {}
        self._starts: dict[str, int] = {}
        self._misses: dict[str, tuple[str, SessionFigures]] = {}
        self._pairs: set[tuple[str, str]] = set()

    def read(self, event: dict[str, Any]) -> None:
        """Take in an event of the stream; most types have nothing to do with churn."""
        data = event["data"]
        match event["type"].removeprefix(TYPE_PREFIX):
            case "tutor_registered" if data["active_status"]:
                region = region_of(number_of(event["id"]))
                self._offsets[data["tutor_id"]] = data["score_offset"]
                self._rolling[data["tutor_id"]] = RollingFigures(self._rules[region][-1][1].min_recent_sessions)
                self._regions[data["tutor_id"]] = region
            case "parameters_changed":
                region = region_of(number_of(event["id"]))
                _, before = self._rules[region][-1]
                changed = changed_rules(before, json.loads(data["content"]))
                self._rules[region].append((_second_of(data["timestamp"]), changed))
            case "pairing_on_record":
                self._pairs.add((data["tutor_id"], data["student_id"]))
            case "session_booked":
                self._starts[data["session_id"]] = _second_of(data["scheduled_start"])
            case "session_rescheduled":
                self._starts[data["session_id"]] = _second_of(data["new_time"])
                asked = _second_of(data["timestamp"])
                if data["initiated_by"] == "tutor" and asked >= self._since:
                    self._rolling[data["tutor_id"]].moved(asked)
            case "session_cancelled":
                self._starts.pop(data["session_id"], None)
            case "session_completed":
                self._completed(data)
            case "student_no_show" | "tutor_no_show" as kind:
                # Of a session that both miss, the student's event comes first and the tutor's counts.
                start, by_tutor = self._starts[data["session_id"]], kind == "tutor_no_show"
                missed = SessionFigures(start, completed=False, tutor_no_show=by_tutor)
                self._misses[data["session_id"]] = data["tutor_id"], missed

    def standings(self, moment: datetime) -> Iterator[dict[str, Any]]:
        """Each tutor with a completed session in the last 30 days, by id, at a local time that never decreases."""
        for missed in self._misses.values():
            self._settled(*missed)
        self._misses.clear()
        for tutor_id in sorted(self._rolling):
            rules = self._rules_at(moment, self._regions[tutor_id])
            self._rolling[tutor_id].require(rules.min_recent_sessions)
            figures = self._rolling[tutor_id].figures(_second(moment))
            if figures.total_sessions_30d:
                scored = score(detect(figures, rules), self._offsets[tutor_id], rules)
                yield {"tutor_id": tutor_id, **figures._asdict(), **dict(zip(SCORE_COLUMNS, scored, strict=True))}

    def _rules_at(self, moment: datetime, region: int) -> ChurnRules:
        """A region's rules at a local time, before what changes at that very moment."""
        return [rules for since, rules in self._rules[region] if since < _second(moment)][-1]

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

    def _settled(self, tutor_id: str, session: SessionFigures) -> None:
        if session.start >= self._since:
            self._rolling[tutor_id].settled(session)


def follow(
    lines: Iterable[str | bytes], scenario: Scenario, since: datetime = EPOCH, at: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Read a scenario's stream to its end; yield each tutor's figures `at` a local time, by default the latest.

    Events that a broker delivers again count once. Raises StreamError for another scenario's stream, and for one that
    does not start at its first event.
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
    """The events without repetitions; each region numbers its own from 1.

    Raises StreamError where one is missing or comes again with other contents.
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


if __name__ == "__main__":
    from simulation.cli.churn_signals import main

    main()
