"""Pickling and copying without what can be computed again."""

from functools import cached_property
from typing import Any


class MadeAgain:
    """A class whose cached properties are left out when it is pickled or copied, and computed again when needed."""

    def __getstate__(self) -> dict[str, Any]:
        kind = type(self)
        return {
            name: value
            for name, value in vars(self).items()
            if not isinstance(getattr(kind, name, None), cached_property)
        }
