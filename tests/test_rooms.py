"""The rooms of the house: what imports what, without a circle, and how many there are."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import simulation
from tests.conftest import LONGEST

PACKAGE = Path(simulation.__file__).parent

# Somewhat over twenty, of which no more than eight are modules beside packages.
ROOMS, MODULES = 24, 8


def rooms() -> dict[str, Path]:
    """The packages and modules at the top, by name."""
    found = {path.name: path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    return found | {path.stem: path for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}


def imported(module: Path) -> Iterator[str]:
    """All that a module imports, in functions and for type checkers, too, but not what it runs as a script."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if "__name__ == '__main__'" not in ast.unparse(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def graph() -> dict[str, set[str]]:
    """The rooms that each room imports."""
    known = rooms()
    return {
        name: {
            one.split(".")[1]
            for module in (path.rglob("*.py") if path.is_dir() else [path])
            for one in imported(module)
            if one.startswith(f"{PACKAGE.name}.")
        }
        & (known.keys() - {name})
        for name, path in known.items()
    }


def circle(imports: dict[str, set[str]]) -> str | None:
    """A circle of rooms, as one that imports the next; None where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return " -> ".join(reversed(error.args[1]))
    return None


def test_a_circle_is_found_and_named() -> None:
    assert circle({"runs": {"lib"}, "lib": set()}) is None
    assert circle({"runs": {"lib"}, "lib": {"paths"}, "paths": {"runs"}}) in {
        "runs -> lib -> paths -> runs", "lib -> paths -> runs -> lib", "paths -> runs -> lib -> paths",
    }  # fmt: skip


def test_rooms_import_each_other_without_a_circle() -> None:
    assert circle(graph()) is None


def test_what_is_nobodys_imports_nothing_but_itself() -> None:
    assert graph()["lib"] == set()


def test_nothing_imports_the_command_line() -> None:
    assert [name for name, others in graph().items() if "cli" in others] == []


def test_there_are_little_more_than_twenty_rooms() -> None:
    modules = [name for name, path in rooms().items() if path.is_file()]
    assert len(rooms()) <= ROOMS, sorted(rooms())
    assert len(modules) <= MODULES, sorted(modules)


def test_the_name_of_a_class_is_used_once() -> None:
    places: dict[str, list[str]] = {}
    for module in PACKAGE.rglob("*.py"):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module.relative_to(PACKAGE).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_test_files_that_take_longest_are_where_they_are_said_to_be() -> None:
    assert [name for name in LONGEST if not (Path(__file__).parent / name).is_file()] == []
