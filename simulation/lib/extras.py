"""Optional libraries, which are installed with an extra."""

from importlib import import_module
from typing import Any


def require(library: str, extra: str, what: str, error: type[Exception], *, called: str | None = None) -> Any:
    """A library, imported; `what` says in a sentence what needs it, as "pictures need".

    Raises `error`, with the line that installs the extra, if it is missing. `called` is the name that people know it
    by, if that is not its own.
    """
    try:
        return import_module(library)
    except ImportError:
        told = f'{what} {called or library}; install it with: pip install "tutoring-simulation[{extra}]"'
        raise error(told) from None
