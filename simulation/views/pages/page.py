"""The frame of every page: one HTML file with its style, its script and its charts inside."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.lib.extras import require
from simulation.lib.staging import check_file, staged_file
from simulation.views import ViewError

if TYPE_CHECKING:
    from subprocess import Popen

    from altair.vegalite.v6.schema.core import TopLevelSpec
    from jinja2 import Environment, Template

PAGES = Path(__file__).parent
_BUNDLING = """
import sys, vl_convert
sys.stdout.reconfigure(encoding="utf-8")
sys.stdout.write(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
"""


def require_pages(command: str) -> None:
    """See that what draws pages is there before any work is done. Raises ViewError, with the line that installs it."""
    for library in ("altair", "jinja2", "vl_convert"):
        require(library, "pages", f"{command} needs", ViewError)


def check_page(command: str, out: Path, *, force: bool = False) -> None:
    """See, before any work is done, that a page can be made and written. Raises ViewError and RunDirError."""
    require_pages(command)
    check_file(out, force=force)


def write_page(
    template: "str | Template", out: Path, charts: "Mapping[str, TopLevelSpec]", *, force: bool = False, **told: Any
) -> None:
    """Fill a template, by its name in this room or as it is, and write the page, whole or not at all.

    `charts` are Altair's, by the names under which the template places them; `told` are the template's variables.
    Everything that stands in them is escaped. Raises what `staged_file` does.
    """
    # Altair checks what charts are made of as they are made; to check the whole against its schema again takes long.
    specifications = {name: chart.to_dict(validate=False) for name, chart in charts.items()}
    page = environment().get_template(template).render(told, charts=specifications)
    with staged_file(out, force=force) as partial:
        partial.write_text(page, encoding="utf-8")


@cache
def environment() -> "Environment":
    """What renders the templates of this room."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.policies["json.dumps_kwargs"] = {"separators": (",", ":")}  # in a large page, blanks are a tenth of the data
    pages.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    pages.globals["as_it_stands"] = as_it_stands
    pages.globals["chart_library"] = chart_library
    return pages


def as_it_stands(name: str) -> Any:
    """A style sheet or a script of this room, which is ours and needs no escaping."""
    from markupsafe import Markup

    return Markup((PAGES / name).read_text(encoding="utf-8"))  # noqa: S704 -- files of this room


def chart_library() -> Any:
    """Vega-Lite as one module of JavaScript that sets `vegaEmbed`; about 0.9 MB. Raises ViewError."""
    from markupsafe import Markup

    return Markup(_bundled())  # noqa: S704 -- a library's own script


@cache
def library_in_the_making() -> "Popen[str]":
    """What makes the script, in a process beside this one from the first call on: it takes longer than a second."""
    import sys
    from subprocess import PIPE, Popen

    # What it says of itself, as when it is interrupted together with this process, is for us and not for who looks on.
    command = [sys.executable, "-c", _BUNDLING]
    return Popen(command, stdout=PIPE, stderr=PIPE, text=True, encoding="utf-8")  # noqa: S603 -- words of our own


@cache
def _bundled() -> str:
    maker = library_in_the_making()
    script, said = maker.communicate()
    if maker.returncode:
        why = (said.splitlines() or [f"exit code {maker.returncode}"])[-1]
        raise ViewError(f"vl_convert could not make the script of the charts: {why}")
    return script
