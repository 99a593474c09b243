"""The notebooks run, cell by cell, in the folder where they lie, and show what is stored in them."""

import json
from pathlib import Path

import pytest

from tools.notebooks import NOTEBOOKS, code_cells, read, run_notebook, texts

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


def test_there_is_a_notebook() -> None:
    assert PATHS


@pytest.mark.parametrize("notebook", PATHS, ids=lambda path: path.stem)
def test_every_cell_shows_what_is_stored(notebook: Path) -> None:
    """Pictures differ by the fonts of a machine: of these, what counts is that they are there."""
    stored = [cell["outputs"] for cell in code_cells(read(notebook))]
    shown = run_notebook(notebook)
    assert [texts(outputs) for outputs in shown] == [texts(outputs) for outputs in stored]
    assert [forms(outputs) for outputs in shown] == [forms(outputs) for outputs in stored]


@pytest.mark.parametrize("notebook", PATHS, ids=lambda path: path.stem)
def test_there_is_a_picture_or_a_table_in_it(notebook: Path) -> None:
    outputs = [output for cell in code_cells(read(notebook)) for output in cell["outputs"]]
    assert any({"image/png", "text/html"} & forms([output])[0] for output in outputs)


def test_a_cell_shows_what_it_prints_what_its_last_line_comes_to_and_pictures(tmp_path: Path) -> None:
    cells = [
        "import matplotlib.pyplot as plt\nprint('printed')\n6 * 7",
        "plt.plot([1, 2]);",
        "figure = 'no expression'",
    ]
    path = tmp_path / "notebook.ipynb"
    stored = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": stored}), encoding="utf-8")
    first, second, third = run_notebook(path)
    assert texts(first) == ["printed\n", "42"]
    assert forms(second) == [{"image/png"}]
    assert third == []


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": ["1 / 0"]}]}), encoding="utf-8")
    with pytest.raises(ZeroDivisionError) as raised:
        run_notebook(path)
    assert raised.value.__notes__ == ["in notebook.ipynb, cell 1"]


def forms(outputs: list[dict[str, object]]) -> list[set[str]]:
    """In which forms each output is there."""
    return [set(output.get("data", {"text": ""})) for output in outputs]  # type: ignore[call-overload]
