"""Whether a run's directory is whole, and holds what it must."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from simulation.lib.paths import RUN_RECORD
from simulation.log import LogError
from simulation.runs import RunDirError, changed_files, formats_of, read_record, scenario_of, write_region, write_run
from simulation.runs.states import states_of
from simulation.scenario.extension_code import require_permission
from simulation.tables.files import TableError
from simulation.validation.comparisons import reproducible
from simulation.validation.ledger import ledger
from simulation.validation.rules import RuleResult, check_rules
from simulation.validation.run import Run

_REPRODUCIBLE = "whole.reproducible"


def check_run(directory: str | Path, *, rerun: bool = False, extensions: Sequence[str] = ()) -> list[RuleResult]:
    """Every rule that one run can show, those that are broken first; with `rerun`, that it comes out the same again.

    To simulate it again, `extensions` permit that the code of those that the run names is imported.

    Raises RunDirError, with one line, where the directory is no run or its files cannot be read, ScenarioError for its
    scenario, and ExtensionError where an extension is not permitted.
    """
    directory = Path(directory)
    results = check_rules_of(Run.of_directory(directory), directory)
    if rerun:
        results.append(
            RuleResult(_REPRODUCIBLE, ledger()[_REPRODUCIBLE].description, faults_of_rerun(directory, extensions))
        )
    return _broken_first(results)


def check_rules_of(run: Run, directory: Path) -> list[RuleResult]:
    """Every rule that the run in a directory shows as it stands. Raises RunDirError, likewise."""
    try:
        files = RuleResult("files", "every file is there, as run.json says", changed_files(directory, run.record))
        return _broken_first([files, *check_rules(run)])
    except (LogError, TableError) as error:
        raise RunDirError(str(error)) from None
    except OSError as error:
        raise RunDirError(f"{directory}: cannot be read ({error.strerror})") from None


def _broken_first(results: list[RuleResult]) -> list[RuleResult]:
    return sorted(results, key=lambda result: result.holds)


def faults_of_rerun(directory: str | Path, extensions: Sequence[str] = ()) -> list[str]:
    """Simulate a run's scenario again, elsewhere, and list what does not come out the same."""
    directory = Path(directory)
    record = read_record(directory)
    scenario = scenario_of(directory, record, extensions)
    require_permission(scenario.extensions, str(directory / RUN_RECORD))
    with TemporaryDirectory() as elsewhere:
        again, formats, state = Path(elsewhere) / "again", formats_of(record), bool(states_of(record))
        if "region" in record:
            write_region(scenario, record["region"], again, formats, state=state)
        else:
            write_run(scenario, again, formats, state=state)
        return reproducible(directory, again)
