"""Libraries that only some commands need, and that come with an extra."""

from importlib import import_module
from typing import Any


def require(library: str, extra: str, what: str, error: type[Exception], *, called: str | None = None) -> Any:
    """A library, imported; `what` says in a sentence what needs it, as "pictures need".

    Raises `error`, with the line that installs the extra, where it is not there. It is `called` by its own name, unless
    people know it by another.
    """
    try:
        return import_module(library)
    except ImportError:
        told = f'{what} {called or library}; install it with: pip install "tutoring-simulation[{extra}]"'
        raise error(told) from None
