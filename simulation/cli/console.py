"""What the command line prints."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from simulation.runs import RunSummary
    from simulation.scenario import Scenario
    from simulation.studies.provenance import Provenance
    from simulation.validation.rules import RuleResult
    from simulation.validation.validation import MechanismsValidation, RunValidation, ScenarioValidation, Validation
    from simulation.validation.verdicts import Judged

_WIDTH_OF_FILES = 160


def print_summary(summary: "RunSummary") -> None:
    """The rows of each table of a run, and where they are."""
    print_rows(summary.record["rows"], _origin(summary.record) + str(summary.directory))


def print_rows(rows: "Mapping[str, int]", place: str) -> None:
    """The rows of each table, and where they are."""
    from rich.table import Table

    table = Table()
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    console = standard_output()
    console.print(table)
    console.print(place, markup=False, soft_wrap=True)


def print_rules(results: "Sequence[RuleResult]") -> None:
    """Rules with what breaks them, in the given order; a few of the rows that break one are in a table of their own."""
    from rich.markup import escape

    table = table_of("", "rule", "description")
    for result in results:
        sentences = [] if result.rows else result.violations
        told = "".join(f"\n- {violation}" for violation in sentences)
        table.add_row("holds" if result.holds else "BROKEN", result.id, escape(result.description + told))
    broken = sum(not result.holds for result in results)
    console = standard_output()
    console.print(table)
    for result in results:
        if result.rows:
            console.print(f"{result.id}: {len(result.rows)} of {result.total:,} rows", markup=False, soft_wrap=True)
            console.print(_offending(result))
    console.print(f"{len(results)} rules, {broken} broken")


def _offending(result: "RuleResult") -> "Table":
    """The first rows that break a rule."""
    from rich.markup import escape

    names = list(dict.fromkeys(name for row in result.rows for name in row))
    table = table_of(*names)
    for row in result.rows:
        table.add_row(*(escape("" if row.get(name) is None else str(row[name])) for name in names))
    return table


def rules_as_json(results: "Sequence[RuleResult]") -> str:
    """The same for programs."""
    rules = [
        {"id": r.id, "says": r.description, "holds": r.holds, "violations": r.violations, "rows": r.rows,
         "total": max(r.total, len(r.violations))}
        for r in results
    ]  # fmt: skip
    return json.dumps({"holds": all(r.holds for r in results), "rules": rules}, indent=2, ensure_ascii=False)


def print_validation(validation: "Validation", provenance: "Provenance | None" = None) -> None:
    """What a run breaks, or a scenario's runs or its mechanisms do; failures first."""
    from simulation.validation.validation import RunValidation, ScenarioValidation

    console, closing = standard_output(), []
    if isinstance(validation, RunValidation):
        rules, table = validation.rules, _claims_of_run(validation)
    elif isinstance(validation, ScenarioValidation):
        rules, table = validation.rules, _claims_of_scenario(validation)
        closing = [_singles(validation), _seeds(validation)]
    else:
        rules, table = [], _claims_of_mechanisms(validation)
        closing = [_seeds(validation)]
    if broken := [rule for rule in rules if not rule.holds]:
        print_rules(broken)
    console.print(table)
    closing += [] if provenance is None else [str(provenance)]
    for line in (_count(rules, validation.claims), *closing):
        console.print(line, markup=False, soft_wrap=True)


def _claims_of_run(validation: "RunValidation") -> "Table":
    from rich.markup import escape

    table = table_of("", "claim", "value", "allowed", "says")
    for claim in validation.claims:
        table.add_row(_verdict(claim), claim.id, _number(claim.value), _span(claim.interval), escape(claim.description))
    return table


def _claims_of_scenario(validation: "ScenarioValidation") -> "Table":
    table = table_of("", "claim", "mean", "standard error", "allowed", "in single runs", "runs outside", "undefined")
    for claim in validation.claims:
        table.add_row(
            _verdict(claim), claim.id, _number(claim.value), _number(claim.standard_error), _span(claim.interval),
            _span(claim.single), str(len(claim.outside)), str(len(claim.undefined)),
        )  # fmt: skip
    return table


def _claims_of_mechanisms(validation: "MechanismsValidation") -> "Table":
    from rich.markup import escape

    table = table_of("", "claim", "value", "standard error", "allowed", "unchanged", "says")
    for claim in validation.claims:
        table.add_row(
            _verdict(claim), claim.id, _number(claim.value), _number(claim.standard_error), _span(claim.interval),
            _number(claim.unchanged), escape(claim.description),
        )  # fmt: skip
    return table


def validation_as_json(validation: "Validation", provenance: "Provenance | None" = None) -> str:
    """The same for programs."""
    from attrs import asdict

    made_of = {} if provenance is None else asdict(provenance)
    document = {"holds": validation.holds, **made_of, **asdict(validation)}
    if not document["warnings"]:
        del document["warnings"]
    for entry in (*document.get("rules", ()), *document["claims"]):
        entry["says"] = entry.pop("description")
    for rule in document.get("rules", ()):
        rule["holds"] = not rule["violations"]
    return json.dumps(document, indent=2, ensure_ascii=False)


def scenario_as_json(scenario: "Scenario") -> str:
    """A scenario as resolved, and each parameter's value, default, range, unit and meaning."""
    from attrs import asdict

    from simulation.scenario.description import describe
    from simulation.scenario.loading import resolved, scenario_digest
    from simulation.scenario.without_effect import without_effect

    warnings = without_effect(scenario)
    document = {
        "scenario": resolved(scenario),
        "scenario_digest": scenario_digest(scenario),
        **({"warnings": warnings} if warnings else {}),
        "parameters": [{**asdict(parameter), "is_default": parameter.is_default} for parameter in describe(scenario)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _verdict(claim: "Judged") -> str:
    return {True: "holds", False: "FAILS", None: "not judged"}[claim.holds]


def _number(value: float | None) -> str:
    if value is None:
        return "undefined"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _span(interval: tuple[float, float]) -> str:
    return f"{interval[0]:g} to {interval[1]:g}"


def _count(rules: "Sequence[RuleResult]", claims: "Sequence[Judged]") -> str:
    """How many rules and claims there are, and how many of them do not hold."""
    broken = sum(not rule.holds for rule in rules)
    failed = sum(claim.holds is False for claim in claims)
    unjudged = sum(claim.holds is None for claim in claims)
    return f"{len(rules)} rules, {broken} broken; {len(claims)} claims, {failed} failing, {unjudged} not judged"


def _seeds(validation: "ScenarioValidation | MechanismsValidation") -> str:
    return f"{validation.scenario}, {len(validation.seeds)} runs, seeds {', '.join(map(str, validation.seeds))}"


def _singles(validation: "ScenarioValidation") -> str:
    """How many of the claims of single runs fail, and how many may."""
    total, failed = validation.single_verdicts, validation.single_failures
    told = f"of {total:,} claims of single runs {failed:,} fail ({failed / max(total, 1):.2%})"
    return told + f", {validation.allowed_single_failures:.2%} may" * validation.judged


def _origin(record: Mapping[str, Any]) -> str:
    """Scenario, seed, window and time taken; nothing where the log is all that is known of a run."""
    if "seed" not in record:
        return ""
    window = f"{record['window_start'][:10]} to {record['window_end'][:10]}"
    seconds = sum(record["timings"].values())
    return f"{record['scenario_name']}, seed {record['seed']}, {window}, simulated in {seconds:.1f} s: "


def table_of(*columns: str) -> "Table":
    """A table for people, in whose columns no text is cut, however narrow the terminal is."""
    from rich.table import Column, Table

    return Table(*(Column(name, overflow="fold") for name in columns))


def print_warnings(warnings: "Sequence[str]") -> None:
    """What can have no effect, a line each on standard error: results stay what they are."""
    import click

    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


def standard_output() -> "Console":
    """Where results are printed: as wide as the terminal, or wide enough for files."""
    from rich.console import Console

    # Of a stream that it is given, Rich heeds the encoding: not every one has lines for its boxes.
    console = Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, highlight=False, width=_WIDTH_OF_FILES)
