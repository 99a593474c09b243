"""Pages of what documents lead to in the repository: modules with their source, folders with what lies in them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.site.markdown import code, escaped, fenced, table

# No search finds these: they would drown what tells of them.
_UNSOUGHT = "---\norphan: true\nnosearch: true\n---\n\n"
_SHOWN_WHOLE = ("simulation", "scenarios")
_LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}


def place_of(root: Path, path: str) -> str:
    """The page that shows a file or folder; that of a file of the simulation is its folder's, which has few pages."""
    if (root / path).is_dir():
        return f"source/{path}/index.md"
    folder, _, name = path.rpartition("/")
    if folder.partition("/")[0] in _SHOWN_WHOLE:
        return f"source/{folder}/index.md#{_anchor(name)}"
    return f"source/{path}.md"


def page(root: Path, place: str) -> str:
    """The page at a place within source/."""
    if place.endswith("/index.md"):
        return _folder_page(root, place.removesuffix("/index.md"))
    path = place.removesuffix(".md")
    return f"{_UNSOUGHT}# {escaped(path)}\n\n{_source(root / path)}"


def _folder_page(root: Path, path: str) -> str:
    """What lies in a folder: what each file says of itself and, for those of the simulation, its text."""
    files = files_in(root / path)
    whole = path.partition("/")[0] in _SHOWN_WHOLE
    rows = [(_entry(file, linked=whole), escaped(told(file))) for file in files]
    parts = [
        f"{_UNSOUGHT}# {escaped(path)}/",
        escaped(told(root / path)),
        table(("file", "what it says of itself"), rows),
    ]
    if whole:
        parts += [f"## {code(file.name)}\n\n{_source(file)}" for file in files if file.is_file()]
    return "\n\n".join(parts)


def _entry(file: Path, *, linked: bool) -> str:
    target = f"{file.name}/index.md" if file.is_dir() else f"#{_anchor(file.name)}"
    return f"[{code(file.name)}]({target})" if linked else code(file.name)


def _source(file: Path) -> str:
    return fenced(file.read_text("utf-8"), _LANGUAGES.get(file.suffix, "text"))


def _anchor(name: str) -> str:
    """The anchor of a file's heading, as the site makes it."""
    return name.replace(".", "")


def modules_page(root: Path) -> str:
    """Every module of the package with its first sentence, package by package."""
    parts = [
        "# Modules",
        (
            "Where things live: each package and module of the simulation, and what it says of itself. "
            "What is said of each mechanism is in [the model](model.md), and each term in [the glossary](glossary.md)."
        ),
    ]
    for folder in _folders(root / "simulation"):
        place = folder.relative_to(root).as_posix()
        parts += [f"## {place.replace('/', '.')}", escaped(told(folder))]
        rows = [
            (f"[{code(file.stem)}]({place_of(root, f'{place}/{file.name}')})", escaped(told(file)))
            for file in sorted(folder.glob("*.py"))
            if not file.name.startswith("__")
        ]
        if rows:
            parts.append(table(("module", "what it says of itself"), rows))
    return "\n\n".join(parts)


def files_in(folder: Path) -> list[Path]:
    """The files of the project in a folder, and folders that have some."""
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith(("__pycache__", "."))
        and (path.is_dir() or path.suffix in {".py", ".sql", ".toml", ".md", ".ipynb", ".json"})
    ]


def told(path: Path) -> str:
    """What a module, a package, a scenario or queries say of themselves in their first paragraph; a scenario asks."""
    file = path / "__init__.py" if path.is_dir() else path
    if not file.exists() or file.suffix not in {".py", ".toml", ".sql"}:
        return ""
    text = file.read_text("utf-8")
    if file.suffix == ".py":
        return (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
    if file.suffix == ".toml" and (question := tomllib.loads(text).get("question")):
        return str(question)
    lines = re.split(r"\n(?:--)?\n", text)[0].splitlines()
    return " ".join(line.lstrip("#- ") for line in lines if line.startswith(("#", "--")))


def _folders(package: Path) -> Iterator[Path]:
    yield package
    yield from sorted(path.parent for path in package.rglob("__init__.py") if path.parent != package)
