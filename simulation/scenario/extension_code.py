"""The code of extensions: where it is found, who permits that it is imported, and which code it is.

A scenario file that somebody gives may name what is installed. What is read from elsewhere, as a run's directory, may
not: its extensions are names, until somebody permits them one by one.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
from attrs import frozen

from simulation.contract.vocabulary import fault_of_identifier
from simulation.lib.suggestions import hint
from simulation.scenario.extensions import Extension, ExtensionError, Extensions, Source, remember

GROUP = "tutoring_simulation.extensions"
"""The group of entry points in which extensions are found."""
OPTION = "--extension"
ATTRIBUTE = "extension"


@frozen
class Permission:
    """Whose code may be imported: extensions by the names of entry points or modules, and perhaps all installed ones.

    `installed` ones are those that a scenario names by their entry points.
    """

    references: tuple[str, ...] = ()
    installed: bool = False


@frozen
class Code:
    """An extension that was imported, and which code it is."""

    extension: Extension
    source: Source


def installed() -> dict[str, EntryPoint]:
    """The entry points of all installed extensions by name; their code is not imported."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point)
    return dict(sorted(found.items()))


def code_of(reference: str) -> Code:
    """Import the extension of an entry point or a module by name. Raises ExtensionError."""
    code = _imported(reference)
    remember(code.extension)
    return code


@cache
def _imported(reference: str) -> Code:
    point = installed().get(reference)
    try:
        module = import_module(reference if point is None else point.module)
        found: Any = getattr(module, ATTRIBUTE, None) if point is None else point.load()
    except ExtensionError as error:
        raise ExtensionError(f"{reference}: {error}") from None
    except Exception as error:
        if point is None and isinstance(error, ImportError | TypeError | ValueError):
            raise _unknown(reference) from None
        told = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
        raise ExtensionError(f"the extension {reference} cannot be imported ({told})") from error
    if not isinstance(found, Extension):
        raise ExtensionError(f"{reference} has no extension; a module has it as its attribute `{ATTRIBUTE}`")
    if point is not None and found.name != reference:
        raise ExtensionError(f"the entry point {reference} is of an extension that is called {found.name}")
    version = str(getattr(module, "__version__", "")) if point is None or point.dist is None else point.dist.version
    return Code(found, Source(version, _digest(module)))


def _unknown(reference: str) -> ExtensionError:
    known = list(installed())
    listed = f"installed are {', '.join(known)}" if known else "none is installed"
    return ExtensionError(f"{reference}: there is no such extension or module; {listed}{hint(reference, known)}")


def _digest(module: ModuleType) -> str:
    """The SHA-256 of a module's source file; of a package, and of a module in one, that of all files in the package."""
    name = module.__name__ if hasattr(module, "__path__") else module.__package__
    if not name:
        root, files = Path(str(module.__file__)).parent, [Path(str(module.__file__))]
    else:
        root = Path(str(import_module(name).__file__ or module.__file__)).parent
        files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


# ---------------------------------------------------------------- what a scenario names


def permitted_names(names: Iterable[str], permission: Permission, origin: str) -> dict[str, str]:
    """Import the extensions among some names that are permitted; by name, where each is found.

    `origin` is who names them. Raises ExtensionError, also for a name that is not known where installed ones are meant.
    """
    found = {code_of(reference).extension.name: reference for reference in permission.references}
    known = installed() if permission.installed else {}
    for name in names:
        if fault := fault_of_identifier(name):
            raise ExtensionError(f"{origin}: extensions: {fault}")
        if name in found or not permission.installed:
            continue
        if name not in known:
            allowed = f"installed are {', '.join(known)}" if known else "none is installed"
            raise ExtensionError(
                f"{origin}: extensions.{name} is not known; {allowed}, and a module is named by {OPTION}"
                f"{hint(name, [*known, *found])}"
            )
        found[code_of(name).extension.name] = name
    return {name: found[name] for name in names if name in found}


def with_code(
    extensions: Extensions, permitted: Mapping[str, str], recorded: Mapping[str, Source], origin: str
) -> Extensions:
    """The extensions of a scenario with their code: that of those that are `permitted`, else what is `recorded`.

    Raises ExtensionError where the code that is here is other than what was recorded.
    """
    sources = {name: recorded[name] for name in extensions if name in recorded}
    for name, reference in permitted.items():
        here = code_of(reference).source
        if sources.setdefault(name, here) != here:
            raise ExtensionError(f"{origin}: the extension {name} was another ({sources[name]}) than is here ({here})")
    return attrs.evolve(extensions, sources=sources, permitted=dict(permitted))


def require_permission(extensions: Extensions, origin: str) -> None:
    """Raise ExtensionError unless the code of all extensions of a scenario may be imported."""
    for name in extensions:
        if name not in extensions.permitted:
            raise ExtensionError(
                f"{origin}: names the extension {name}, whose code is not imported without permission; "
                f"give it by {OPTION} {name}, or {OPTION} MODULE"
            )


def require_names(extensions: Extensions, references: Sequence[str], origin: str) -> None:
    """Raise ExtensionError where an extension is permitted that a scenario does not name: it would do nothing."""
    for reference in references:
        name = code_of(reference).extension.name
        if name not in extensions:
            ways = f"[extensions.{name}] does, or --set extensions.{name}.on=true"
            raise ExtensionError(f"{origin}: does not name the extension {name}; {ways}")


def code_for(extensions: Extensions) -> list[Code]:
    """Import the extensions of a scenario, in its order, here or wherever it was sent. Raises ExtensionError."""
    require_permission(extensions, "the scenario")
    found = [code_of(extensions.permitted[name]) for name in extensions]
    for name, code in zip(extensions, found, strict=True):
        if (expected := extensions.sources.get(name)) not in (None, code.source):
            raise ExtensionError(f"the extension {name} is another here ({code.source}) than was sent ({expected})")
    return found
