"""The text of docs/validation.md, from what was measured."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import TypeVar

import attrs
from attrs import frozen

from simulation.cli.console import number, span
from simulation.scenario import Scenario
from simulation.validation.ledger import ledger
from simulation.validation.validation import Runs, ScenarioValidation, judge_mechanisms, judge_scenario, rules_of_all
from simulation.validation.verdicts import Judged, Paired, Pooled
from tools.far_scenarios import CROWDED, FAR
from tools.knock_outs import SWITCHES, Fallen, fallen_claims, own_claims
from tools.positions import position

Result = TypeVar("Result", bound=Judged)

UNCHANGED = "unchanged"
NEAREST = 12
WIDTH = 120


@frozen
class Study:
    """Runs by part of the study and name of the scenario, and the text that their seeds were drawn from."""

    seeds_from: str
    production: Scenario
    dev: Scenario
    parts: Mapping[str, Mapping[str, Runs]]

    def runs(self, part: str, name: str | None = None) -> Runs:
        """The runs of a part, of the scenario of that name or else of the part's own."""
        return self.parts[part][name or part]

    def validation(self, part: str) -> ScenarioValidation:
        """Production or dev, judged; its claims in the ledger's order."""
        validation = judge_scenario(self.production if part == "production" else self.dev, self.runs(part))
        return attrs.evolve(validation, claims=in_ledger_order(validation.claims))

    def mechanisms(self) -> list[Paired]:
        """The paired claims, judged, in the ledger's order."""
        unchanged = self.runs("mechanisms", UNCHANGED)
        changed = {name: runs for name, runs in self.parts["mechanisms"].items() if name != UNCHANGED}
        return in_ledger_order(judge_mechanisms(self.production, unchanged, changed).claims)


def in_ledger_order(claims: Iterable[Result]) -> list[Result]:
    """Claims in the ledger's order."""
    places = {claim_id: place for place, claim_id in enumerate(ledger())}
    return sorted(claims, key=lambda claim: places[claim.id])


def page(study: Study, command: str) -> str:
    """The whole page."""
    production, dev = study.validation("production"), study.validation("dev")
    return (
        "\n\n".join(
            [
                introduction(study, command),
                summary(study, production, dev),
                "![Each claim's runs and their mean against its interval](pictures/validation.png)",
                nearest(production.claims),
                "## Production",
                claims_of_scenario(production),
                "## Dev",
                claims_of_scenario(dev),
                mechanisms(study),
                far(study),
                knock_outs(study),
            ]
        )
        + "\n"
    )


def introduction(study: Study, command: str) -> str:
    """How the page came about."""
    seeds = ", ".join(map(str, list(study.runs("production"))[:10]))
    text = paragraph(
        f"Nobody chose the seeds: they are drawn from the text `{study.seeds_from}`, the same for every part, and each "
        f"part takes as many as it needs from the first on. The first are {seeds}."
    )
    return f"""\
# Validation

<!-- Made by tools/validation_study.py. -->

What the methodology says of means, shares, correlations and causes, measured on simulated runs; every claim's words are
in [ledger.toml](../simulation/validation/ledger.toml), and how they are read where they leave a choice in
[claims.md](claims.md). This page and its picture are made by

```sh
{command}
```

{text.strip()}"""


# ---------------------------------------------------------------- the summary


def summary(study: Study, production: ScenarioValidation, dev: ScenarioValidation) -> str:
    """What was measured and what came of it, a line for each part."""
    rows = [
        ("[production](#production)", len(production.seeds), broken(study.parts["production"]),
         tally(production.claims), singles(production)),
        ("[dev](#dev)", len(dev.seeds), broken(study.parts["dev"]), tally(dev.claims), singles(dev)),
        ("[mechanisms changed](#mechanisms-changed)", runs_of(study.parts["mechanisms"]),
         broken(study.parts["mechanisms"]), tally(study.mechanisms()), ""),
        ("[far from the defaults](#far-from-the-defaults)", runs_of(study.parts["far"]), broken(study.parts["far"]),
         "", ""),
        ("[mechanisms switched off](#mechanisms-switched-off)", runs_of(study.parts["knock_outs"]),
         broken(study.parts["knock_outs"]), "", ""),
    ]  # fmt: skip
    return "## Summary\n\n" + table(
        ("", "runs", "rules broken", "claims that hold", "single runs outside"), rows, numbers=(1, 2, 3, 4)
    )


def runs_of(part: Mapping[str, Runs]) -> int:
    """How many runs a part has."""
    return sum(map(len, part.values()))


def broken(part: Mapping[str, Runs]) -> str:
    """How many rules some run of a part breaks, of how many."""
    results = [rules_of_all(runs) for runs in part.values()]
    names = {rule.id for rules in results for rule in rules if not rule.holds}
    return f"{len(names)} of {len(results[0])}"


def tally(claims: Sequence[Judged]) -> str:
    """How many claims hold, of how many."""
    return f"{sum(claim.holds is True for claim in claims)} of {len(claims)}"


def singles(validation: ScenarioValidation) -> str:
    """How many verdicts on single runs fail."""
    total, failed = validation.single_verdicts, validation.single_failures
    return f"{failed} of {total:,} ({failed / total:.2%})"


def nearest(claims: Sequence[Pooled]) -> str:
    """The claims whose means chance may carry out of their interval soonest, or has."""
    rooms = [(room, claim) for claim in claims if (room := room_of(claim)) is not None]
    rows = [
        (code(claim.id), number(claim.value), span(claim.interval), number(claim.standard_error), f"{room:.1f}")
        for room, claim in sorted(rooms, key=lambda pair: pair[0])[:NEAREST]
    ]
    return paragraph(
        "The means of production that come nearest to an end of their interval, by the room that is left to it in "
        "standard errors of the mean:"
    ) + table(("claim", "mean", "allowed", "standard error", "room"), rows, numbers=(1, 2, 3, 4))


def room_of(claim: Pooled) -> float | None:
    """How far a mean is from the nearer end of its interval, in standard errors; negative beyond it."""
    if claim.value is None or not claim.standard_error:
        return None
    return min(claim.value - claim.interval[0], claim.interval[1] - claim.value) / claim.standard_error


def place(claim: Judged) -> float | None:
    """Where a mean lies in its interval."""
    return None if claim.value is None else position(claim.value, claim.interval)


# ---------------------------------------------------------------- scenarios as they are


def claims_of_scenario(validation: ScenarioValidation) -> str:
    """Every claim of a scenario, in the ledger's order, by groups."""
    return paragraph(
        f"{len(validation.seeds)} runs. Position is where the mean lies: -1 at the lower end of what is allowed, 1 at "
        "the upper end. Outside are the runs that leave what is allowed for a single one."
    ) + table(
        ("claim", "mean", "standard error", "allowed", "position", "", "in single runs", "outside"),
        (row_of_claim(claim) for claim in validation.claims),
        numbers=(1, 2, 3, 4, 6, 7),
    )


def row_of_claim(claim: Pooled) -> tuple[object, ...]:
    """A claim's line."""
    where = place(claim)
    return (
        code(claim.id), number(claim.value), number(claim.standard_error), span(claim.interval),
        "" if where is None else f"{where:+.2f}", verdict(claim), span(claim.single),
        len(claim.outside) + len(claim.undefined) or "",
    )  # fmt: skip


# ---------------------------------------------------------------- mechanisms


def mechanisms(study: Study) -> str:
    """The paired claims."""
    rows = [
        (code(claim.id), claim.description.replace(" over production's", " over those of production"),
         number(claim.value),
         number(claim.standard_error), span(claim.interval), verdict(claim), number(claim.unchanged))
        for claim in study.mechanisms()
    ]  # fmt: skip
    return (
        "## Mechanisms changed\n\n"
        + paragraph(
            f"Production with one mechanism changed, against production, under the same "
            f"{len(study.runs('mechanisms', UNCHANGED))} seeds; unchanged is the same figure of production as it is."
        )
        + table(("claim", "changed", "value", "standard error", "allowed", "", "unchanged"), rows, numbers=(2, 3, 4, 6))
    )


# ---------------------------------------------------------------- far from the defaults


FIGURES_OF_FAR = {
    "volume.sessions": "sessions",
    "volume.completed_rate": "completed",
    "volume.engagement_events": "engagement events",
    "volume.interventions": "interventions",
    "volume.assignments": "assignments",
}


def far(study: Study) -> str:
    """Scenarios far from the defaults: what happens in them, and which rules they break."""
    part = study.parts["far"]
    seeds = max(map(len, part.values()))
    rows = [
        (name, changes(name), *(mean_of(runs, claim) for claim in FIGURES_OF_FAR), broken_rules(runs))
        for name, runs in part.items()
    ]
    return "## Far from the defaults\n\n" + paragraph(
        f"Every rule has to hold in any scenario: here production, changed, under "
        f"{counted(seeds, 'seed')} each. Figures are means, to show that something happens there."
    ) + table(
        ("production, but with", "changes", *FIGURES_OF_FAR.values(), "rules broken"), rows,
        numbers=range(2, 2 + len(FIGURES_OF_FAR)),
    )  # fmt: skip


def changes(name: str) -> str:
    """The overrides that make a scenario what it is."""
    return "<br>".join(map(code, {**FAR, **CROWDED}[name]))


def mean_of(runs: Runs, claim_id: str) -> str:
    """A figure's mean over runs, of those where it is defined."""
    known = [value for of_run in runs.values() if (value := of_run.figures[claim_id]) is not None]
    return number(sum(known) / len(known)) if known else "undefined"


def broken_rules(runs: Runs) -> str:
    """The rules that some run breaks."""
    return ", ".join(code(rule.id) for rule in rules_of_all(runs) if not rule.holds) or "none"


# ---------------------------------------------------------------- knock-outs


def knock_outs(study: Study) -> str:
    """What falls with each mechanism: its own claims, and others."""
    unchanged = study.runs("knock_outs", UNCHANGED)
    return (
        "## Mechanisms switched off\n\n"
        + paragraph(
            f"Production with one of `mechanisms` off, under the same {len(unchanged)} seeds. A claim falls if its "
            "mean lies within its interval with the mechanism and outside without it, or is not defined any more. "
            "Its own are the claims that a mechanism is there to bring about (tools/knock_outs.py)."
        )
        + table(
            ("off", "of its own claims fall", "and stand", "others that fall", "rules broken"),
            (row_of_switch(study, switch) for switch in SWITCHES),
        )
    )


def row_of_switch(study: Study, switch: str) -> tuple[str, ...]:
    """A mechanism's line."""
    without_it = study.runs("knock_outs", switch)
    fallen = fallen_claims(study.runs("knock_outs", UNCHANGED), without_it, study.production.ledger)
    own = own_claims(switch, study.production.ledger)
    standing = [claim_id for claim_id in own if claim_id not in {claim.id for claim in fallen}]
    return (
        code(switch), told([claim for claim in fallen if claim.id in own]), "<br>".join(map(code, standing)),
        told([claim for claim in fallen if claim.id not in own]), broken_rules(without_it),
    )  # fmt: skip


def told(fallen: Iterable[Fallen]) -> str:
    """Claims that fall, with their means with and without a mechanism."""
    return "<br>".join(f"{code(claim.id)} {number(claim.with_it)} → {number(claim.without_it)}" for claim in fallen)


# ---------------------------------------------------------------- words and numbers


def counted(number: int, name: str) -> str:
    """So many of something."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def verdict(claim: Judged) -> str:
    """A verdict in a word."""
    return {True: "holds", False: "**fails**", None: "not judged"}[claim.holds]


def code(text: str) -> str:
    """A name as code."""
    return f"`{text}`"


def paragraph(text: str) -> str:
    """Text in lines, and an empty one behind it."""
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) + "\n\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = ()) -> str:
    """A table in Markdown; columns of numbers, by their places, are aligned to the right."""
    right = set(numbers)
    rule = ["---:" if place in right else "---" for place in range(len(head))]
    return "\n".join(line(cells) for cells in (head, rule, *rows))


def line(cells: Iterable[object]) -> str:
    """A row of a table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
