"""What the command line prints."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.claims.rules import RuleResult
    from simulation.rundir import RunSummary
    from simulation.scenario import Scenario

_WIDTH_OF_FILES = 160


def print_summary(summary: "RunSummary") -> None:
    """The rows of each table of a run, and where they are."""
    from rich.table import Table

    record = summary.record
    table = Table()
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, rows in record["rows"].items():
        table.add_row(name, f"{rows:,}")
    console = _console()
    console.print(table)
    console.print(_origin(record) + str(summary.directory), markup=False, soft_wrap=True)


def print_rules(results: "Sequence[RuleResult]") -> None:
    """Rules with what breaks them, in the given order."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "rule", "says")
    for result in results:
        violations = "".join(f"\n- {violation}" for violation in result.violations)
        table.add_row("holds" if result.holds else "BROKEN", result.id, escape(result.says + violations))
    broken = sum(not result.holds for result in results)
    console = _console()
    console.print(table)
    console.print(f"{len(results)} rules, {broken} broken")


def rules_as_json(results: "Sequence[RuleResult]") -> str:
    """The same for programs."""
    rules = [{"id": r.id, "says": r.says, "holds": r.holds, "violations": r.violations} for r in results]
    return json.dumps({"holds": all(r.holds for r in results), "rules": rules}, indent=2, ensure_ascii=False)


def scenario_as_json(scenario: "Scenario") -> str:
    """A scenario as resolved, and each parameter's value, default, range, unit and meaning."""
    from attrs import asdict

    from simulation.scenario.description import describe
    from simulation.scenario.loading import resolved, scenario_digest

    document = {
        "scenario": resolved(scenario),
        "scenario_digest": scenario_digest(scenario),
        "parameters": [{**asdict(parameter), "is_default": parameter.is_default} for parameter in describe(scenario)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _origin(record: Mapping[str, Any]) -> str:
    """Scenario, seed, window and time taken; nothing where the log is all that is known of a run."""
    if "seed" not in record:
        return ""
    window = f"{record['window_start'][:10]} to {record['window_end'][:10]}"
    seconds = sum(record["timings"].values())
    return f"{record['scenario_name']}, seed {record['seed']}, {window}, simulated in {seconds:.1f} s: "


def _console() -> "Console":
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_FILES)
