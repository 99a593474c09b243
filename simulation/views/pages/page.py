"""The frame of every page: an HTML file with its style, its scripts and its charts inside.

Pages of one folder may have the script that draws charts in a file beside them (`shared_library`), once for all.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import chain
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.lib.extras import require
from simulation.lib.staging import check_file, staged_file
from simulation.views import ViewError, look

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
    library: str | None = None,
    **told: Any,
) -> None:
    """Fill a template, given by its name in this package or itself, and write the page, whole or not at all.

    `charts` are Altair's, by the names under which the template places them; `told` are its variables, and are
    escaped. `library` is the name of the file beside the page that has the script of the charts; without it, that is
    in the page. Raises what `staged_file` does.
    """
    # Altair checks the parts of charts as they are made; checking the whole against the schema again takes long.
    specifications = {name: chart.to_dict(validate=False) for name, chart in charts.items()}
    page = environment().get_template(template).render(told, charts=specifications, library=library)
    with staged_file(out, force=force) as partial:
        partial.write_text(page, encoding="utf-8")


def shared_library(folder: Path) -> str:
    """Write the script of the charts for all pages of a folder, unless it is there; the name of its file.

    The name has a digest of the script, so that pages find the one that they were made with. Raises RunDirError.
    """
    script = f'(() => {{ "use strict"; {_bundled()} }})();\n'
    file = folder / f"charts-{sha256(script.encode()).hexdigest()[:8]}.js"
    if not file.is_file():
        with staged_file(file) as partial:
            partial.write_text(script, encoding="utf-8")
    return file.name


@cache
def environment() -> "Environment":
    """What renders the templates of this package."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.policies["json.dumps_kwargs"] = {"separators": (",", ":")}  # in a large page, blanks are a tenth of the data
    pages.globals |= {"as_it_stands": as_it_stands, "chart_library": chart_library, "look": look}
    pages.filters |= {
        "beside": beside, "capitalize_first": lambda text: text[:1].upper() + text[1:], "cells": cells,
        "numeric": numeric, "sections": sections, "told": in_figures,
    }  # fmt: skip
    return pages


# ---------------------------------------------------------------- what templates call


def as_it_stands(name: str) -> Any:
    """A style sheet or a script of this package, unescaped."""
    from markupsafe import Markup

    return Markup((PAGES / name).read_text(encoding="utf-8"))  # noqa: S704 -- files of this package


def chart_library() -> Any:
    """Vega-Lite as one module of JavaScript that sets `vegaEmbed`; about 0.9 MB. Raises ViewError."""
    from markupsafe import Markup

    return Markup(_bundled())  # noqa: S704 -- a library's own script


def sections(content: str) -> list[tuple[str, Any]]:
    """The sections of a page for its contents: the id of each heading of the second level, and its words in short."""
    from markupsafe import Markup

    found = re.findall(r'<h2 id="([^"]+)"(?: data-short="([^"]+)")?>(.+?)</h2>', content, re.DOTALL)
    return [(name, Markup(short or words)) for name, short, words in found]  # noqa: S704 -- it was escaped before


def in_figures(value: Any, form: str = "") -> Any:
    """A value of a table: numbers in a form of `format`, else with separators of thousands; None is nothing.

    Zero has no sign.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        form = form or (",d" if isinstance(value, int) else ",.10g")
        return format(value, form if value else form.lstrip("+")).replace("-", "\N{MINUS SIGN}")
    return value


def numeric(rows: Iterable[Sequence[Any]]) -> set[int]:
    """The columns of a table in which numbers stand."""
    return {place for row in rows for place, value in enumerate(row) if isinstance(value, int | float)}


def cells(rows: Iterable[Mapping[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Rows as a table shows them: the values of some columns."""
    return [tuple(row[name] for name in names) for row in rows]


def beside(tables: Sequence[Iterable[Mapping[str, Any]]], key: str, *names: str) -> list[tuple[Any, ...]]:
    """The rows of two tables that have a key each beside each other: the key, and for each column both values.

    Numbers have the second less the first after them.
    """
    one, other = ({row[key]: row for row in rows} for rows in tables)
    pairs = ((found, one.get(found, {}), other.get(found, {})) for found in dict.fromkeys((*one, *other)))
    return [
        (found, *chain.from_iterable(_with_difference(first.get(name), second.get(name)) for name in names))
        for found, first, second in pairs
    ]


def _with_difference(first: Any, second: Any) -> tuple[Any, ...]:
    if isinstance(first, str) or isinstance(second, str):
        return first, second
    return first, second, None if first is None or second is None else second - first


# ---------------------------------------------------------------- the script of the charts


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
