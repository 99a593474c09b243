"""A study's directory: what is studied, and a file for each run that is over. Files appear whole or not at all.

    DIR/sweep.json or DIR/comparison.json   what is studied; a directory holds one study
    DIR/runs/RUN_ID.json                    what is known of a run, its seed, and its key figures or its error

What has no file has not been simulated: a study that was killed goes on with these when it is started again, wherever
its runs are carried out.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from attrs import field, frozen

from simulation.execution.executors import Executor, Failure, OnDone
from simulation.lib.disks import sync
from simulation.lib.staging import MARKER, PARTIAL, ExistsError, cannot_be_written, entries, locked, settle
from simulation.scenario import Scenario
from simulation.studies.key_figures import KEY_FIGURES, Figures, measure_scenario
from simulation.studies.shared_pasts import measure_together, sharing

RUNS = "runs"


@frozen
class StudyRun:
    """One run of a study: what it is known by, what to simulate, and the facts that are kept with its outcome."""

    run_id: str
    scenario: Scenario
    facts: Mapping[str, Any] = field(hash=False)

    def told(self, outcome: Figures | Failure) -> dict[str, Any]:
        """What is kept of the run."""
        figures, error = (None, outcome.cause) if isinstance(outcome, Failure) else (outcome, None)
        return {
            "run_id": self.run_id, **self.facts, "seed": self.scenario.seed, "figures": figures, "error": error
        }  # fmt: skip


@frozen
class StudyDirectory:
    """The runs in a study's directory."""

    path: Path

    def read(self, run_id: str) -> dict[str, Any] | None:
        """What was kept of a run; None where nothing was, or not all key figures that there are now."""
        kept = _read(self._file(run_id))
        if kept is None or "error" not in kept:
            return None
        is_whole = kept["error"] is not None or {*kept["figures"]} >= {figure.name for figure in KEY_FIGURES}
        return kept if is_whole else None

    def keep(self, run: StudyRun, outcome: Figures | Failure) -> None:
        """Keep what a run came to."""
        _write(self._file(run.run_id), run.told(outcome))

    def _file(self, run_id: str) -> Path:
        return self.path / RUNS / f"{run_id}.json"


def simulate_runs(
    runs: Sequence[StudyRun],
    executor: Executor,
    on_outcome: Callable[[StudyRun, Figures | Failure], None],
    on_run: OnDone | None = None,
) -> None:
    """Simulate runs, those that share a past together.

    `on_outcome` is told of each as it is over, `on_run` how many of how many are.
    """
    if on_run is not None:
        on_run(0, len(runs))
    tasks = sharing([run.scenario for run in runs], executor)
    done = 0
    with closing(
        executor.outcomes(_measure, [tuple(runs[place].scenario for place in task) for task in tasks])
    ) as found:
        for number, outcomes in found:
            for place, outcome in zip(tasks[number], _of_each(outcomes, len(tasks[number])), strict=True):
                on_outcome(runs[place], outcome)
            done += len(tasks[number])
            if on_run is not None:
                on_run(done, len(runs))


def _measure(scenarios: Sequence[Scenario]) -> Sequence[Figures | Failure]:
    """What came of the runs of a task."""
    if len(scenarios) == 1:
        return [measure_scenario(scenarios[0])]
    return measure_together(scenarios)


def _of_each(outcomes: Sequence[Figures | Failure] | Failure, count: int) -> Sequence[Figures | Failure]:
    """What came of each of a task's runs. A task that failed has failed for all of them."""
    return [outcomes] * count if isinstance(outcomes, Failure) else outcomes


@contextmanager
def opened(out: Path, kind: str, description: Mapping[str, Any]) -> Iterator[StudyDirectory]:
    """The directory of a study of some kind, as a sweep, new or as it was left, for this process alone.

    Raises ExistsError where something else is there, and RunDirError where it cannot be written or is being written.
    """
    described = json.loads(_text(description))
    record = out / f"{kind}.json"
    with cannot_be_written(out):
        _refuse_unless_ours(record, kind, described)
        out.mkdir(parents=True, exist_ok=True)
        with locked(out / MARKER, out):
            settle(out)
            _refuse_unless_ours(record, kind, described)  # what another process made of it meanwhile
            _write(record, described)
            (out / RUNS).mkdir(exist_ok=True)
            yield StudyDirectory(out)
            (out / MARKER).unlink(missing_ok=True)


def _refuse_unless_ours(record: Path, kind: str, described: Mapping[str, Any]) -> None:
    out = record.parent
    if not out.exists():
        return
    if not out.is_dir():
        raise ExistsError(f"{out}: is no directory; name one that does not exist")
    found = _read(record)
    if found is None and any(path.name != record.name + PARTIAL for path in entries(out)):
        told = "name a directory that is empty or does not exist"
        raise ExistsError(f"{out}: exists and is no {kind}, so it stays; {told}")
    if found is not None:
        for key, value in described.items():
            if found.get(key) != value:
                raise ExistsError(f"{out}: holds another {kind}, which differs in its {key}; name another directory")


def _read(file: Path) -> dict[str, Any] | None:
    """What a file holds; nothing where there is none, or where it is none of ours."""
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """Write a file under another name, and give it its own when it is on the disk."""
    partial = file.with_name(file.name + PARTIAL)
    with partial.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(_text(document))
    sync(partial)
    partial.replace(file)
    sync(file.parent)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"
