"""The kinds of words that commands take: how each is read, and how a shell completes it."""

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
    """A path, completed from those that lie near it; where none begins as it does, from all directories."""

    def __init__(self, near: Callable[[Path], Iterable[Path]]) -> None:
        super().__init__(path_type=Path)
        self._near = near

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 -- click's
        """Those that begin so."""
        here = "./" if incomplete.startswith("./") else ""
        paths = dict.fromkeys(f"{here}{path}" for path in self._near(Path(f"{incomplete}...")))
        found = [CompletionItem(path) for path in paths if path.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="dir")]


class _Written(_OfDates):
    """What is written in a form of its own; the ValueError of what reads it tells the form."""

    def __init__(self, name: str, read: Callable[[str], date]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: Parameter, ctx: Context) -> date:
        """What is written; a default is there already."""
        if isinstance(value, date):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class OneOf(_Choice):
    """One of some words; for any other the nearest is suggested."""

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
        """Those of tutors that begin so, or of students."""
        from simulation.lib.staging import RunDirError
        from simulation.views import ViewError
        from simulation.views.agents import table_of_agents

        try:
            agents = table_of_agents(ctx.params["run_dir"], students=incomplete.startswith("U"))
        except (RunDirError, ViewError):
            return []
        return [CompletionItem(one) for one in agents.column(0).to_pylist() if one.startswith(incomplete)]


SCENARIO, RUN_DIR = _Place(scenarios_near), _Place(runs_near)
DAY, MOMENT = _Written("day", day_of), _Written("moment", moment_of)
AGENT_ID = _AgentId()
