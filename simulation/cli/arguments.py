"""What commands have in common: the kinds of arguments, how a shell completes them, and options of several commands."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from simulation.lib.moments import day_of, moment_of
from simulation.lib.paths import runs_near, scenarios_near
from simulation.lib.suggestions import hint

if TYPE_CHECKING:
    _Choice = click.Choice[str]
    _OfDates = click.ParamType[date]
    _OfTexts = click.ParamType[str]
else:  # older releases of click have no such parameters
    _Choice, _OfDates, _OfTexts = click.Choice, click.ParamType, click.ParamType

Parameter = click.Parameter | None
Context = click.Context | None


class _Place(click.Path):
    """A path or a known name, completed from names and from runs or scenarios near it; else from all directories."""

    def __init__(self, near: Callable[[Path], Iterable[Path]], names: Callable[[], tuple[str, ...]] = tuple) -> None:
        super().__init__(path_type=Path)
        self._near, self._names = near, names

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 -- click's
        """The names and paths that begin with what was typed."""
        here = "./" if incomplete.startswith("./") else ""
        paths = (f"{here}{path}" for path in self._near(Path(f"{incomplete}...")))
        known = dict.fromkeys((*self._names(), *paths))
        found = [CompletionItem(one) for one in known if one.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="dir")]


class _Written(_OfDates):
    """A day or a moment; where the text is neither, the ValueError of what reads it names the allowed form."""

    def __init__(self, name: str, read: Callable[[str], date]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: Parameter, ctx: Context) -> date:
        """The day or moment; a default is one already."""
        if isinstance(value, date):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class OneOf(_Choice):
    """One of several words; for any other word the nearest is suggested."""

    def convert(self, value: Any, param: Parameter, ctx: Context) -> str:
        """The word."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(error.message.rstrip(".") + hint(str(value), self.choices), param, ctx)


class _AgentId(_OfTexts):
    """The id of a tutor or a student of the run in RUN_DIR."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 -- click's
        """The ids that begin with what was typed: of tutors, or of students after a U."""
        from simulation.lib.staging import RunDirError
        from simulation.views import ViewError
        from simulation.views.agents import table_of_agents

        try:
            agents = table_of_agents(ctx.params["run_dir"], students=incomplete.startswith("U"))
        except (RunDirError, ViewError):
            return []
        return [CompletionItem(one) for one in agents.column(0).to_pylist() if one.startswith(incomplete)]


def _known_scenarios() -> tuple[str, ...]:
    from simulation.scenario.gallery import names

    return names()


SCENARIO, RUN_DIR = _Place(scenarios_near, _known_scenarios), _Place(runs_near)
DAY, MOMENT = _Written("day", day_of), _Written("moment", moment_of)
AGENT_ID = _AgentId()

SEED = click.option("--seed", type=int, help="Root of all randomness, instead of the scenario's.")
OVERRIDES = click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE",
                         help="Change a parameter; repeatable.")  # fmt: skip
EXTENSIONS = click.option("--extension", "extensions", multiple=True, metavar="NAME",
                          help="Permit an extension's code: an installed one, or a module; repeatable.")  # fmt: skip
WORKERS = click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
CLUSTER = click.option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers simulate the runs.")
HTML = click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page to look at.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
