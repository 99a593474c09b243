"""Named tables: what a file states of them over those that there are, by `replace` and `like`.

A table adds an entry or changes one. `replace = true` beside the entries starts afresh; `like = "NAME"` in an entry
begins with all that another one states.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from simulation.contract.vocabulary import LONGEST_NAME, fault_of_name
from simulation.lib.suggestions import hint
from simulation.scenario.fields import kind_of
from simulation.scenario.plain import Document, merged, value_at

REPLACE, LIKE = "replace", "like"

ALLOWED_NAMES = f"text in one line of 1 to {LONGEST_NAME} characters, without . and , and no number"


class UnknownEntryError(Exception):
    """A copy of an entry that is not there."""


def is_name(name: object) -> bool:
    """Whether something can be the name of an entry: it names what runs name, and is a part of dotted keys."""
    if fault_of_name(name) is not None or not isinstance(name, str):
        return False
    return name not in (REPLACE, LIKE) and "." not in name and not name.isdigit()


def tables_of_names(kind: type[Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where named tables stand in a class of parameters."""
    for field in attrs.fields(kind):
        if "section" in field.metadata:
            yield from tables_of_names(kind_of(field), (*path, field.name))
        elif "entries_of" in field.metadata:
            yield (*path, field.name)


def with_names(base: Document, stated: Mapping[str, Any], kind: type[Any]) -> tuple[Document, Document]:
    """Two scenarios in plain data, the second to be merged over the first: without `replace` and `like`.

    `kind` is the class of parameters that both are of. Raises UnknownEntryError.
    """
    before, after = base, dict(stated)
    for path in tables_of_names(kind):
        entries = value_at(stated, path)
        if not isinstance(entries, Mapping):
            continue
        known: Mapping[str, Any] = value_at(base, path) or {}
        copied = [name for name, entry in entries.items() if isinstance(entry, Mapping) and LIKE in entry]
        replaced = entries.get(REPLACE) is True
        if not copied and REPLACE not in entries:
            continue
        own = {name: entry for name, entry in entries.items() if name != REPLACE}
        full = {name: _like(name, own, known, (), ".".join(path)) for name in own}
        before = _put(before, path, {} if replaced else {n: e for n, e in known.items() if n not in copied})
        after = _put(after, path, full)
    return before, after


def start_afresh(entries: Document, defaults: Document) -> bool:
    """Whether named tables lack what the default ones have, so that to merge them over these would bring it back."""
    return merged(defaults, entries) != entries


def _like(name: str, own: Mapping[str, Any], known: Mapping[str, Any], above: tuple[str, ...], place: str) -> Any:
    """What is stated of an entry, over a full copy of the one that it is like."""
    entry = own[name]
    if not isinstance(entry, Mapping) or LIKE not in entry:
        return entry
    other = entry[LIKE]
    if name in above:
        raise UnknownEntryError(f'{place}.{name}.like is "{other}", which leads back to it; allowed is another entry')
    if other in own and other != name:
        copied = merged(dict(known.get(other, {})), _like(other, own, known, (*above, name), place))
    elif other in known:
        copied = known[other]
    else:
        names = [one for one in dict.fromkeys((*known, *own)) if one != name]
        meant = hint(str(other), names, quoted=True) or f"; there are {', '.join(names)}"
        raise UnknownEntryError(f'{place}.{name}.like is "{other}", which there is not{meant}')
    return merged(dict(copied), {key: value for key, value in entry.items() if key != LIKE})


def _put(document: Document, path: tuple[str, ...], entries: Mapping[str, Any]) -> Document:
    """Plain data with other entries at a path; what was given stays as it was."""
    first, *others = path
    inner = document.get(first, {})
    return {**document, first: _put(inner, tuple(others), entries) if others else dict(entries)}
