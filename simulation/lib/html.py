"""Fragments of HTML for notebooks: names, figures and tables in the look of the pages, in light and in dark."""

from collections.abc import Iterable, Sequence
from html import escape

# Colours are those of the notebook, as it alone knows whether it is light or dark.
_STYLE = """
.simulation { font: .95rem/1.45 system-ui, sans-serif; max-width: 70rem; color: inherit }
.simulation h4 { font-size: 1.05rem; margin: 0 0 .2rem } .simulation p { margin: .2rem 0 .6rem; max-width: 46rem }
.simulation ul { margin: 0 0 .6rem; padding-left: 1.2rem }
.simulation .quiet, .simulation th, .simulation dt { opacity: .72 }
.simulation dl { display: flex; flex-wrap: wrap; gap: .5rem; margin: .6rem 0 }
.simulation dl div { padding: .4rem .8rem; border-radius: .5rem; background: #8d99ae22; min-width: 5.5rem }
.simulation dl div { display: flex; flex-direction: column-reverse }
.simulation dd { margin: 0; font-size: 1.25rem; line-height: 1.2 }
.simulation dt { font-size: .85rem; font-weight: 400 }
.simulation .wide { overflow: auto; max-height: 26rem }
.simulation table { border-collapse: collapse; font-size: .92em; margin: .2rem 0; border: 0 }
.simulation :is(th, td) { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; background: none;
  border: 0; border-bottom: 1px solid #8d99ae55 }
.simulation :is(th, td).number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
""".strip()


def fragment(title: str, *parts: str) -> str:
    """A fragment under a title, which brings its style along; `parts` are HTML."""
    return f'<div class="simulation"><style>{_STYLE}</style><h4>{escape(title)}</h4>{"".join(parts)}</div>'


def paragraph(text: str, *, quiet: bool = False) -> str:
    """A sentence or more."""
    return f"<p{' class=quiet' if quiet else ''}>{escape(text)}</p>"


def listing(heading: str, sentences: Iterable[str]) -> str:
    """Sentences as a list under a heading."""
    return f"<p><b>{escape(heading)}</b></p><ul>{''.join(f'<li>{escape(one)}</li>' for one in sentences)}</ul>"


def figures(named: Iterable[tuple[str, str]]) -> str:
    """Figures, each above its name."""
    return f"<dl>{''.join(f'<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>' for name, value in named)}</dl>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """A table of texts; the columns whose heads are among `numbers` stand to the right."""
    marks = [' class="number"' if head in numbers else "" for head in heads]
    head = "".join(f"<th{mark}>{escape(text)}</th>" for mark, text in zip(marks, heads, strict=True))
    body = "".join(f"<tr>{_cells(row, marks)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Sequence[str], marks: Sequence[str]) -> str:
    """The cells of a row, in which lines stay apart."""
    cells = (escape(text).replace("\n", "<br>") for text in row)
    return "".join(f"<td{mark}>{cell}</td>" for mark, cell in zip(marks, cells, strict=True))
