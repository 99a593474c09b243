"""Whether a run's directory is whole, and holds what it must."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulation.claims.ledger import ledger
from simulation.claims.rules import RuleResult, check_rules
from simulation.claims.run import Run
from simulation.files import TableError
from simulation.log import LogError
from simulation.rundir import RECORD, RunDirError, changed_files, formats_of, read_record, write_run
from simulation.scenario.loading import scenario_from_dict

_REPRODUCIBLE = "whole.reproducible"


def check_run(directory: str | Path, *, rerun: bool = False) -> list[RuleResult]:
    """Every rule that one run can show, those that are broken first; with `rerun`, that it comes out the same again.

    Raises RunDirError, with one line, where the directory is no run or its files cannot be read.
    """
    directory = Path(directory)
    record = read_record(directory)
    try:
        results = [
            RuleResult("files", "every file is there, as run.json says", changed_files(directory, record)),
            *check_rules(Run.of_directory(directory)),
        ]
    except (LogError, TableError) as error:
        raise RunDirError(str(error)) from None
    except OSError as error:
        raise RunDirError(f"{directory}: cannot be read ({error.strerror})") from None
    if rerun:
        results.append(RuleResult(_REPRODUCIBLE, ledger()[_REPRODUCIBLE].says, differences_of_rerun(directory)))
    return sorted(results, key=lambda result: result.holds)


def differences_of_rerun(directory: str | Path) -> list[str]:
    """Simulate a run's scenario again, elsewhere, and list what does not come out the same."""
    record = read_record(directory)
    scenario = scenario_from_dict(record["scenario"], str(Path(directory) / RECORD))
    with TemporaryDirectory() as elsewhere:
        again = write_run(scenario, Path(elsewhere) / "again", formats_of(record)).record
    files, files_again = record["files"], again["files"]
    names = sorted({*files, *files_again})
    keys = sorted({*record, *again} - {"files", "timings"})
    return [
        *(f"{name} comes out differently" for name in names if files.get(name) != files_again.get(name)),
        *(_differs(key, record.get(key), again.get(key)) for key in keys if record.get(key) != again.get(key)),
    ]


def _differs(key: str, value: Any, again: Any) -> str:
    return f"{key} in run.json comes out differently: {_short(value)}, then {_short(again)}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
