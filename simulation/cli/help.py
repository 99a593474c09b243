"""What --help shows beside usage and options: commands in groups, exit codes, and examples of each command."""

from collections.abc import Mapping
from typing import Any

import click

from simulation.cli.program import MEANINGS
from simulation.lib.arrow import import_arrow_alone
from simulation.lib.invocation import ARGUMENTS
from simulation.lib.suggestions import hint

# By group and command, what may be typed after the name of the program.
GROUPS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Simulate": {
        "scenarios": ("scenarios", "scenarios my-scenarios --json"),
        "scenario": ("scenario production", "scenario dev --set days=7 --json"),
        "run": ("run production", "run dev --seed 7 --set demand.sessions_per_day=160"),
        "stream": ("stream dev --speed 86400", "stream dev --to nats://localhost:4222"),
        "reduce": ("reduce runs/dev-seed42", "reduce runs/dev-seed42 --as-of 2026-01-12"),
    },
    "Look": {
        "report": ("report runs/dev-seed42", "report runs"),
        "agents": (
            'agents runs/dev-seed42 --where "churn_probability > 0.5"',
            "agents runs/dev-seed42 --students --limit 5",
        ),
        "timeline": ("timeline runs/dev-seed42 T0009", "timeline runs/dev-seed42 T0009 --html tutor.html"),
    },
    "Study": {
        "explore": ("explore production", "explore dev --port 8000"),
        "compare": (
            "compare production high-no-show",
            "compare high-no-show burnout --against production",
        ),
        "sweep": (
            "sweep dev --vary interventions.withheld=0,1 --out swept",
            "sweep dev --vary days=7,14 --out swept --replications 5",
        ),
        "counterfactuals": (
            "counterfactuals runs/dev-seed42",
            "counterfactuals runs/dev-seed42 --experiments EXP001",
        ),
    },
    "Check": {
        "check": ("check runs/dev-seed42", "check runs/dev-seed42 --rerun"),
        "validate": ("validate runs/dev-seed42", "validate production --seeds 20"),
    },
    "Hand over": {
        "export": ("export runs/dev-seed42 --to frictionless", "export runs/dev-seed42 --to ocel-json"),
        "load": (
            "load runs/dev-seed42 --to duckdb:///dev.duckdb",
            "load runs/dev-seed42 --to sqlite:///dev.db --with-truth",
        ),
        "ddl": ("ddl", "ddl --dialect duckdb --with-truth"),
    },
}

_EXAMPLES = {name: examples for group in GROUPS.values() for name, examples in group.items()}


HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


class Command(click.Command):
    """A command whose help ends with examples of it."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's
        """The same in any context: click keeps the option as the first one that asked for it had it."""
        return HELP_OPTIONS["help_option_names"]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each on a line of its own."""
        with formatter.section("Examples"):
            for example in _EXAMPLES.get(self.name or "", ()):
                formatter.write(f"  {ctx.find_root().info_name} {example}\n")


class ArrowCommand(Command):
    """A command that reads or makes tables, whose help does not wait for what that takes to import."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, and keep them as they were typed."""
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Import Arrow, without pandas, and carry out the command."""
        import_arrow_alone()
        return super().invoke(ctx)


class CommandGroup(click.Group):
    """All commands, told in groups, and the exit codes of each."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's
        """Write what each command is for, those of a group together."""
        width = max(map(len, self.commands))
        for title, names in GROUPS.items():
            told = [(name.ljust(width), self.commands[name].get_short_help_str(formatter.width)) for name in names]
            with formatter.section(title):
                formatter.write_dl(told)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's
        """Write how commands end."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(f"{code:3d}", meaning) for code, meaning in MEANINGS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of a name; for any other name the nearest is suggested."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            ctx.fail(f"there is no command {args[0]!r}{hint(args[0], self.commands)}")
        return super().resolve_command(ctx, args)
