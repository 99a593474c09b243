"""Scenario files -> Scenario: reading, inheritance, overrides, and back to plain data."""

import codecs
import hashlib
import json
import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import attrs

from simulation.lib.file_names import as_name, as_text
from simulation.scenario import SAID_OF_IT, Scenario, gallery
from simulation.scenario.checking import (
    ScenarioError,
    check_consistency,
    check_document,
    check_scenario,
    keep_check,
)
from simulation.scenario.extension_code import Permission, installed, permitted_names, with_code
from simulation.scenario.extensions import Source, sources_as_plain
from simulation.scenario.fields import kind_of, structured
from simulation.scenario.names import REPLACE, UnknownEntryError, start_afresh, tables_of_names, with_names
from simulation.scenario.overriding import EXTENDS, OVERRIDE, apply_override, in_order
from simulation.scenario.plain import Document, plain, value_at
from simulation.scenario.regions import with_changes
from simulation.scenario.shown import shown

__all__ = [
    "ScenarioError",
    "check_scenario",
    "load_scenario",
    "resolved",
    "scenario_digest",
    "scenario_from_dict",
    "with_seed",
]

# Ten thousand regions that state parameters of their own take less than a tenth of this.
LARGEST_FILE = 1 << 24

# What files in other encodings begin with. The mark of UTF-32 begins like that of UTF-16.
_OTHER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def load_scenario(
    path: str | Path, overrides: Sequence[str] = (), seed: int | None = None, extensions: Sequence[str] = ()
) -> Scenario:
    """The scenario in a TOML file, or the one of a name that `simulation.scenario.gallery` knows, as `"production"`.

    The file states what differs from the defaults, or from the scenario that it `extends` (a path relative to
    its own, or a name). Tables are merged key by key; lists, of tables too, replace each other as a whole. Named
    tables, as `[subjects.Piano]`, are added to those that there are; `replace = true` beside them starts afresh, and
    `like = "NAME"` in one begins with a copy of another. `overrides` are `key.path=value`, with values as in TOML, and
    items of lists by index: `experiments.0.days=10`. `seed` goes before all others. What a child or an override states
    of a section holds for all regions, those that state their own too. What is named of
    installed extensions is imported; `extensions` are modules, and entry points, of further ones that may be named.

    Raises ScenarioError, with one line that says where and what, for a file that cannot be read and for
    whatever is unknown, of the wrong type or out of range; and ExtensionError for an extension that cannot be used.
    """
    path = gallery.file_of(path)
    permission = Permission(tuple(extensions), installed=True)
    stated = _read_with_parents(path, permission)
    document = deepcopy(stated)
    changed = [apply_override(document, override) for override in in_order(overrides)]
    permitted = permitted_names(_named(document), permission, OVERRIDE)
    check_document({key: document[key] for key in changed}, OVERRIDE)
    if seed is not None:
        check_document({"seed": seed}, "--seed")
        document["seed"] = seed
    try:
        scenario = _structured(document, OVERRIDE if changed else str(path), path)
    except ScenarioError:
        _structured(stated, str(path), path)  # the file is blamed for its own faults
        raise
    return with_permission(scenario, permitted, {}, str(path))


def scenario_from_dict(
    document: Mapping[str, Any],
    origin: str = "scenario",
    extensions: Sequence[str] = (),
    sources: Mapping[str, Source] | None = None,
    *,
    is_checked: bool = False,
) -> Scenario:
    """The scenario in plain data, such as `resolved` gives; what is not stated has its default.

    `extensions` are entry points or modules of those whose code may be imported, and `sources` say which code the
    others were. What `is_checked` was read by this function before. Raises ScenarioError, which names `origin`, and
    ExtensionError.
    """
    if is_checked:
        return structured(_with_stated(plain(Scenario()), document, origin), Scenario)
    permitted = permitted_names(_named(document), Permission(tuple(extensions)), origin)
    check_document(document, origin)
    return with_permission(
        _structured(_with_stated(plain(Scenario()), document, origin), origin), permitted, sources or {}, origin
    )


def with_permission(
    scenario: Scenario, permitted: Mapping[str, str], sources: Mapping[str, Source], origin: str
) -> Scenario:
    """A scenario with the code of its extensions, checked if it was. Raises ExtensionError."""
    if not scenario.extensions:
        return scenario
    known = with_code(scenario.extensions, permitted, sources, origin)
    return keep_check(scenario, attrs.evolve(scenario, extensions=known))


def changed_into(scenario: Scenario, document: Mapping[str, Any], extensions: Sequence[str] = ()) -> Scenario:
    """The scenario in plain data that was made of another's, whose extensions come with the same code and permission.

    Further ones that it names are its maker's own. Raises ScenarioError and ExtensionError.
    """
    before = scenario.extensions
    own = [name for name in _named(document) if name not in before and name in installed()]
    references = (*before.permitted.values(), *extensions, *own)
    return scenario_from_dict(document, f"scenario {scenario.name}", references, before.sources)


def _named(document: Mapping[str, Any]) -> list[str]:
    """The names of extensions in plain data."""
    extensions = document.get("extensions")
    return list(extensions) if isinstance(extensions, Mapping) else []


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """The same scenario under another seed, checked if it was. Raises ScenarioError."""
    check_document({"seed": seed}, "--seed")
    return keep_check(scenario, attrs.evolve(scenario, seed=seed))


def resolved(scenario: Scenario) -> Document:
    """Every parameter of a scenario as nested plain data, ready for JSON; changes and extensions if there are any.

    Named tables that lack one of the default ones say that they `replace` these.
    """
    document: Document = plain(scenario)
    defaults: Document = plain(Scenario())
    for path in tables_of_names(Scenario):
        entries = value_at(document, path)
        if start_afresh(entries, value_at(defaults, path)):
            entries[REPLACE] = True
    for name in ("changes", "extensions"):
        if not document[name]:
            del document[name]
    return document


def scenario_digest(scenario: Scenario) -> str:
    """SHA-256, in hex, of what decides what the platform could have seen.

    That is every parameter that differs from its default, without what is said of the scenario, as its name and its
    question, and without the follow-up, which is part of the truth. So a new parameter changes the digest of no
    scenario that leaves it at its default. Of extensions it is all parameters, and which code they are.
    """
    differing = _differing(type(scenario), plain(scenario), plain(type(scenario)()))
    stated = {key: value for key, value in differing.items() if key not in (*SAID_OF_IT, "follow_up_days")}
    if scenario.extensions:
        stated["extensions"] = {"tables": plain(scenario.extensions), "sources": sources_as_plain(scenario.extensions)}
    return hashlib.sha256(json.dumps(stated, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _differing(kind: type[Any], values: Document, defaults: Document) -> Document:
    """The parameters of a class that differ from its defaults; those of a list's items from those of their kind."""
    found: Document = {}
    for field in attrs.fields(kind):
        value, default, item_kind = values[field.name], defaults[field.name], field.metadata.get("list_of")
        if value == default:
            continue
        if "section" in field.metadata:
            value = _differing(kind_of(field), value, default)
        elif "entries_of" in field.metadata:
            value = _differing_entries(kind_of(field), value, default)
        elif item_kind is not None:
            blank = plain(item_kind())
            value = [_differing(item_kind, item, blank) for item in value]
        found[field.name] = value
    return found


def _differing_entries(kind: type[Any], values: Document, defaults: Document) -> Document:
    """Named tables that differ from the default ones; all of them where these would bring back what they lack."""
    blank = plain(kind())
    if start_afresh(values, defaults):
        return {REPLACE: True, **{name: _differing(kind, one, blank) for name, one in values.items()}}
    return {
        name: _differing(kind, one, defaults.get(name, blank))
        for name, one in values.items()
        if name not in defaults or one != defaults[name]
    }


def _with_stated(base: Document, stated: Mapping[str, Any], origin: str) -> Document:
    """A scenario in plain data with what somebody states over it; `origin` is to blame."""
    try:
        return with_changes(*with_names(base, stated, Scenario))
    except UnknownEntryError as fault:
        raise ScenarioError(f"{origin}: {fault}") from None


def _structured(document: Document, origin: str, path: Path | None = None) -> Scenario:
    """The scenario in a full document, checked; where it has no name, it is called like its file."""
    if path is not None and not document["name"]:
        document["name"] = as_text(path.stem)
    scenario = structured(document, Scenario)
    check_consistency(scenario, origin)
    return scenario


# ---------------------------------------------------------------- files


def _read_with_parents(path: Path, permission: Permission) -> Document:
    """What a file and those it extends state over the defaults, each checked on its own: a fault names its file."""
    found: list[tuple[str, Document]] = []
    chain: dict[tuple[int, int], Path] = {}
    following, blamed = path, str(path)
    while True:
        stated, identity = _read(following, blamed)
        if identity in chain:
            names = " extends ".join(str(known) for known in (*chain.values(), following))
            raise ScenarioError(f"{path}: extends is cyclic: {names}")
        parent = stated.pop(EXTENDS, None)
        if parent is not None and not isinstance(parent, str):
            raise ScenarioError(f"{following}: extends is {shown(parent)}; allowed is the name of a file, as text")
        permitted_names(_named(stated), permission, str(following))
        check_document(stated, str(following))
        if chain:
            stated = {key: value for key, value in stated.items() if key not in SAID_OF_IT}
        found.append((str(following), stated))
        chain[identity] = following
        if parent is None:
            break
        extended = gallery.file_of(as_name(parent), following.parent)
        following, blamed = extended, f"{following}: extends {extended}"
    document: Document = plain(Scenario())
    for origin, stated in reversed(found):
        document = _with_stated(document, stated, origin)
    return document


def _read(path: Path, blamed: str) -> tuple[Document, tuple[int, int]]:
    """What a TOML file states, and which file it is, whatever it is called.

    It is in UTF-8, with or without a byte order mark, and its lines end in any way.

    Raises ScenarioError, which opens with who is `blamed`.
    """
    try:
        content, identity = _content(path)
        return tomllib.loads(_text(content)), identity
    except OSError as error:
        from simulation.lib.paths import instead_of_scenario

        fault = f"cannot be read ({error.strerror}){instead_of_scenario(path, gallery.names())}"
    except tomllib.TOMLDecodeError as error:
        fault = f"is not TOML: {error}"
    except ScenarioError as error:
        fault = str(error)
    except (RecursionError, ValueError) as error:
        # A path with a null character, a number of thousands of digits, brackets thousands deep.
        fault = f"cannot be read ({error})"
    raise ScenarioError(f"{blamed}: {fault}")


def _content(path: Path) -> tuple[bytes, tuple[int, int]]:
    """A file's bytes, and which file it is."""
    with open(path, "rb", opener=_without_waiting) as file:
        found = os.fstat(file.fileno())
        is_pipe = stat.S_ISFIFO(found.st_mode)
        if not is_pipe and not stat.S_ISREG(found.st_mode):
            raise ScenarioError("is a device; save the scenario to a file")
        if is_pipe:
            os.set_blocking(file.fileno(), True)
        content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise ScenarioError(f"has more than the {LARGEST_FILE:,} bytes that are allowed")
        if is_pipe and not content:
            raise ScenarioError("is a pipe into which nobody has written anything")
        return content, (found.st_dev, found.st_ino)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, without waiting until somebody writes to a pipe, which may never happen."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _text(content: bytes) -> str:
    for mark, encoding in _OTHER_MARKS.items():
        if content.startswith(mark):
            raise ScenarioError(f"is saved as {encoding}; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"is not UTF-8 text (at byte {error.start}); save it as UTF-8") from None
    if "\0" in text:
        raise ScenarioError(f"has a null character (at byte {content.index(0)}); save it as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
