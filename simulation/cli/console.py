"""What commands print: tables for people, and JSON for programs."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulation.lib.terminal import standard_output, table_of

if TYPE_CHECKING:
    from rich.table import Table

    from simulation.runs import RunSummary
    from simulation.scenario import Scenario
    from simulation.studies.provenance import Provenance
    from simulation.validation.rules import RuleResult
    from simulation.validation.validation import MechanismsValidation, ScenarioValidation, Validation
    from simulation.validation.verdicts import Judged

_DESCRIBED = ("key", "value", "default", "unit", "allowed", "description", "acts", "is_default")

_OF_RUN: Sequence[str] = ("", "claim", "value", "allowed", "description")
_OF_SCENARIO = ("", "claim", "mean", "standard error", "allowed", "in single runs", "runs outside", "undefined")
_OF_MECHANISMS = ("", "claim", "value", "standard error", "allowed", "unchanged", "description")


def print_summary(summary: "RunSummary") -> None:
    """The rows of each table of a run, where they are, and what changed in its scenario, a line for each change."""
    from simulation.runs.record import changes_of

    print_rows(summary.record["rows"], _origin(summary.record) + str(summary.directory))
    for told in changes_of(summary.record):
        standard_output().print(f"changes {told}", markup=False, soft_wrap=True)


def print_rows(rows: "Mapping[str, int]", place: str) -> None:
    """The rows of each table, and where they are."""
    from rich.table import Column, Table

    table = Table("table", Column("rows", justify="right"))
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    console = standard_output()
    console.print(table)
    console.print(place, markup=False, soft_wrap=True)


def print_rules(results: "Sequence[RuleResult]") -> None:
    """Rules with what breaks them, in the given order; a few of the rows that break one are in a table of their own."""
    console = standard_output()
    told = (("holds" if result.holds else "BROKEN", result.id, _told(result)) for result in results)
    console.print(_table(("", "rule", "description"), told))
    for result in results:
        if result.rows:
            console.print(f"{result.id}: {len(result.rows)} of {result.total:,} rows", markup=False, soft_wrap=True)
            names = tuple(dict.fromkeys(name for row in result.rows for name in row))
            console.print(_table(names, ([row.get(name) for name in names] for row in result.rows)))
    console.print(f"{len(results)} rules, {sum(not result.holds for result in results)} broken")


def _told(result: "RuleResult") -> str:
    """What a rule says, with the sentences on what breaks it; rows that do have a table of their own."""
    return "\n- ".join((result.description, *(() if result.rows else result.violations)))


def rules_as_json(results: "Sequence[RuleResult]") -> str:
    """The same as JSON."""
    rules = [
        {"id": r.id, "description": r.description, "holds": r.holds, "violations": r.violations, "rows": r.rows,
         "total": max(r.total, len(r.violations))}
        for r in results
    ]  # fmt: skip
    return json.dumps({"holds": all(r.holds for r in results), "rules": rules}, indent=2, ensure_ascii=False)


def print_validation(validation: "Validation", provenance: "Provenance | None" = None) -> None:
    """The rules that are broken, and all claims: of a run, of a scenario's runs, or of its mechanisms."""
    from simulation.validation.validation import RunValidation, ScenarioValidation

    rules: Sequence[RuleResult] = getattr(validation, "rules", ())
    console, closing = standard_output(), [_count(rules, validation.claims)]
    match validation:
        case RunValidation():
            columns = _OF_RUN
        case ScenarioValidation():
            columns = _OF_SCENARIO
            closing += [_singles(validation), _seeds(validation)]
        case _:
            columns = _OF_MECHANISMS
            closing += [_seeds(validation)]
    if broken := [rule for rule in rules if not rule.holds]:
        print_rules(broken)
    console.print(_table(columns, ([_CELLS[column](claim) for column in columns] for claim in validation.claims)))
    for line in (*closing, *filter(None, [provenance])):
        console.print(str(line), markup=False, soft_wrap=True)


def _table(columns: Sequence[str], rows: "Iterable[Iterable[Any]]") -> "Table":
    """A table with cells as they are; empty where there is nothing."""
    from rich.markup import escape

    table = table_of(*columns)
    for row in rows:
        table.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    return table


def validation_as_json(validation: "Validation", provenance: "Provenance | None" = None) -> str:
    """The same as JSON."""
    from attrs import asdict

    made_of = {} if provenance is None else asdict(provenance)
    document = {"holds": validation.holds, **made_of, **asdict(validation)}
    if not document["warnings"]:
        del document["warnings"]
    for rule in document.get("rules", ()):
        rule["holds"] = not rule["violations"]
    return json.dumps(document, indent=2, ensure_ascii=False)


def scenario_as_json(scenario: "Scenario") -> str:
    """A scenario as resolved, and each parameter's value, default, range, unit and description."""
    from simulation.scenario.description import describe
    from simulation.scenario.loading import resolved, scenario_digest
    from simulation.scenario.without_effect import without_effect

    warnings = without_effect(scenario)
    document = {
        "scenario": resolved(scenario),
        "scenario_digest": scenario_digest(scenario),
        **({"warnings": warnings} if warnings else {}),
        "parameters": [{name: getattr(parameter, name) for name in _DESCRIBED} for parameter in describe(scenario)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def print_scenarios(scenarios: "Mapping[str, Scenario]") -> None:
    """What scenarios ask, each by what commands call it."""
    told = ((called, ": ".join(filter(None, (one.title, one.question)))) for called, one in scenarios.items())
    standard_output().print(_table(("scenario", "what it asks"), told))


def scenarios_as_json(scenarios: "Mapping[str, Scenario]") -> str:
    """The same as JSON, with the key figures that each asks about."""
    from simulation.scenario.gallery import file_of

    told = [
        {"scenario": called, "title": one.title, "question": one.question, "figures": one.figures,
         "file": str(file_of(called))}
        for called, one in scenarios.items()
    ]  # fmt: skip
    return json.dumps(told, indent=2, ensure_ascii=False)


def number(value: float | None) -> str:
    """A figure to four digits."""
    if value is None:
        return "undefined"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def span(interval: tuple[float, float]) -> str:
    """An interval in words."""
    return f"{interval[0]:g} to {interval[1]:g}"


# What stands in each column of a table of claims.
_CELLS: "Mapping[str, Callable[[Any], str]]" = {
    "": lambda claim: {True: "holds", False: "FAILS", None: "not judged"}[claim.holds],
    "claim": lambda claim: claim.id,
    "value": lambda claim: number(claim.value),
    "mean": lambda claim: number(claim.value),
    "standard error": lambda claim: number(claim.standard_error),
    "allowed": lambda claim: span(claim.interval),
    "in single runs": lambda claim: span(claim.single),
    "runs outside": lambda claim: str(len(claim.outside)),
    "undefined": lambda claim: str(len(claim.undefined)),
    "unchanged": lambda claim: number(claim.unchanged),
    "description": lambda claim: claim.description,
}


def _count(rules: "Sequence[RuleResult]", claims: "Sequence[Judged]") -> str:
    """How many rules and claims there are, and how many of them do not hold."""
    broken, verdicts = sum(not rule.holds for rule in rules), Counter(claim.holds for claim in claims)
    told = f"{len(claims)} claims, {verdicts[False]} failing, {verdicts[None]} not judged"
    return f"{len(rules)} rules, {broken} broken; {told}"


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


def print_warnings(warnings: "Sequence[str]") -> None:
    """Print warnings, a line each, on standard error."""
    import click

    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
