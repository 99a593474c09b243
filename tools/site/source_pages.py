"""Pages of what documents lead to in the repository: modules with their source, folders with what lies in them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.site.markdown import code, escaped, fenced, table

# No search finds these: they would drown what tells of them.
_UNSOUGHT = "---\norphan: true\nnosearch: true\n---\n\n"
_LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}


def source_page(root: Path, path: str) -> str:
    """A file with its text."""
    file = root / path
    return f"{_UNSOUGHT}# {path}\n\n{fenced(file.read_text('utf-8'), _LANGUAGES.get(file.suffix, 'text'))}"


def folder_page(root: Path, path: str) -> str:
    """What lies in a folder, and what each file says of itself."""
    rows = [(_shown(file, path), escaped(told(file))) for file in files_in(root / path)]
    return f"{_UNSOUGHT}# {path}/\n\n{escaped(told(root / path))}\n\n{table(('file', 'what it says of itself'), rows)}"


def _shown(file: Path, folder: str) -> str:
    """A file's name, which leads to it where readers of documents are led: what makes and tests is only listed."""
    name = code(file.name)
    if folder.partition("/")[0] in {"tests", "tools"}:
        return name
    return f"[{name}]({file.name}{'/index' if file.is_dir() else ''}.md)"


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
            (f"[{code(file.stem)}](source/{place}/{file.name}.md)", escaped(told(file)))
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
        and (path.is_dir() or path.suffix in {".py", ".toml", ".md", ".ipynb", ".json"})
    ]


def told(path: Path) -> str:
    """What a module, a package or a scenario says of itself in its first paragraph."""
    file = path / "__init__.py" if path.is_dir() else path
    if not file.exists() or file.suffix not in {".py", ".toml"}:
        return ""
    text = file.read_text("utf-8")
    if file.suffix == ".toml":
        lines = [line.removeprefix("# ") for line in text.partition("\n\n")[0].splitlines() if line.startswith("#")]
        return " ".join(lines)
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]


def _folders(package: Path) -> Iterator[Path]:
    yield package
    yield from sorted(path.parent for path in package.rglob("__init__.py") if path.parent != package)
