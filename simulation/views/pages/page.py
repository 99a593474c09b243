"""The frame of every page: one HTML file with its style, its script and its charts inside."""

from collections.abc import Mapping
from functools import cache
from math import isnan
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
    """Check that the libraries of pages are installed. Raises ViewError, with the line that installs them."""
    for library in ("altair", "jinja2", "vl_convert"):
        require(library, "pages", f"{command} needs", ViewError)


def check_page(command: str, out: Path, *, force: bool = False) -> None:
    """Check, before any work is done, that a page can be made and written. Raises ViewError and RunDirError."""
    require_pages(command)
    check_file(out, force=force)


def write_page(
    template: "str | Template",
    out: Path,
    charts: "Mapping[str, TopLevelSpec]",
    *,
    force: bool = False,
    **told: Any,
) -> None:
    """Fill a template, given by its name in this package or itself, and write the page, whole or not at all.

    `charts` are Altair's, by the names under which the template places them; `told` are its variables, and are
    escaped. Raises what `staged_file` does.
    """
    # Altair checks the parts of charts as they are made; checking the whole against the schema again takes long.
    specifications = {name: chart.to_dict(validate=False) for name, chart in charts.items()}
    page = environment().get_template(template).render(told, charts=specifications)
    with staged_file(out, force=force) as partial:
        partial.write_text(page, encoding="utf-8")


@cache
def environment() -> "Environment":
    """What renders the templates of this package."""
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
    """A style sheet or a script of this package, unescaped."""
    from markupsafe import Markup

    return Markup((PAGES / name).read_text(encoding="utf-8"))  # noqa: S704 -- files of this package


def chart_library() -> Any:
    """Vega-Lite as one module of JavaScript that sets `vegaEmbed`; about 0.9 MB. Raises ViewError."""
    from markupsafe import Markup

    return Markup(_bundled())  # noqa: S704 -- a library's own script


@cache
def library_maker() -> "Popen[str]":
    """The process that makes the script, started by the first call: it takes longer than a second."""
    import sys
    from subprocess import PIPE, Popen

    # Its standard error is kept: an interrupt ends both processes, and users need not see the traceback of this one.
    command = [sys.executable, "-c", _BUNDLING]
    return Popen(command, stdout=PIPE, stderr=PIPE, text=True, encoding="utf-8")  # noqa: S603 -- words of our own


@cache
def _bundled() -> str:
    maker = library_maker()
    script, errors = maker.communicate()
    if maker.returncode:
        why = (errors.splitlines() or [f"exit code {maker.returncode}"])[-1]
        raise ViewError(f"vl_convert could not make the script of the charts: {why}")
    return script


def rounded(value: float | None, decimals: int) -> float | None:
    """A number rounded for a table; None if it is undefined: None or NaN."""
    return None if value is None or isnan(value) else round(value, decimals)
