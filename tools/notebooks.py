"""Runs the notebooks, and stores what their cells show, pictures included; nothing but this project is needed for it.

    python -m tools.notebooks

Cells are run one after the other in the folder of the notebook, as a notebook server would: what the last line of a
cell comes to is shown, unless it ends in a semicolon, and so is each picture that matplotlib has open.
"""

import ast
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

import click

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

Output = dict[str, Any]


def run_notebook(path: Path) -> list[list[Output]]:
    """What each code cell of a notebook shows. Whatever a cell raises is raised, with the number of the cell."""
    import matplotlib as mpl

    shared: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    mpl.use("agg")
    with chdir(path.parent):
        for number, cell in enumerate(code_cells(read(path)), start=1):
            try:
                shown.append(list(_run("".join(cell["source"]), f"{path.name}, cell {number}", shared, number)))
            except Exception as error:
                error.add_note(f"in {path.name}, cell {number}")
                raise
    return shown


def read(path: Path) -> dict[str, Any]:
    """A notebook as it is stored."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells that are run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def texts(outputs: list[Output]) -> list[str]:
    """What outputs say in plain text: pictures and HTML are as good as the text beside them."""
    return ["".join(output.get("text") or output["data"].get("text/plain", "")) for output in outputs]


def _run(source: str, name: str, shared: dict[str, Any], number: int) -> Iterator[Output]:
    """Run a cell; what it prints, what its last line comes to, and the pictures."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";") else None
    printed = io.StringIO()
    value = None
    with redirect_stdout(printed):
        exec(compile(tree, name, "exec"), shared)  # noqa: S102 -- notebooks of this project
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), shared)  # noqa: S307 -- likewise
    if text := printed.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": _lines(text)}
    if value is not None:
        yield {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": _data(value)}
    for picture in _pictures():
        yield {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}


def _data(value: Any) -> dict[str, Any]:
    """A value in each form that it has."""
    data: dict[str, Any] = {"text/plain": _lines(repr(value))}
    if (html := _form(value, "_repr_html_")) is not None:
        data["text/html"] = _lines(html)
    if (png := _form(value, "_repr_png_")) is not None:
        data["image/png"] = b64encode(png).decode()
    return data


def _form(value: Any, method: str) -> Any:
    return getattr(value, method)() if hasattr(value, method) else None


def _pictures() -> Iterator[str]:
    """The pictures that matplotlib has open, which are closed then."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        file = io.BytesIO()
        plt.figure(number).savefig(file, format="png", dpi=80, metadata={"Software": None})
        yield b64encode(file.getvalue()).decode()
    plt.close("all")


def _lines(text: str) -> list[str]:
    """Lines as notebooks store them."""
    return text.splitlines(keepends=True)


@click.command()
@click.argument("notebooks", nargs=-1, type=click.Path(path_type=Path, exists=True))
def main(notebooks: tuple[Path, ...]) -> None:
    """Run NOTEBOOKS, all of them by default, and store what they show."""
    for path in notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
        document = read(path)
        shown = run_notebook(path.resolve())
        for number, (cell, outputs) in enumerate(zip(code_cells(document), shown, strict=True), start=1):
            cell |= {"outputs": outputs, "execution_count": number}
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        click.echo(path)


if __name__ == "__main__":
    main()
