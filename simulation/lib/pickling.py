"""What is sent to another process, or copied: an object without what it can make again."""

from functools import cached_property
from typing import Any


class MadeAgain:
    """Its cached properties stay behind when an object is pickled or copied, and are made again when asked for."""

    def __getstate__(self) -> dict[str, Any]:
        kind = type(self)
        return {
            name: value
            for name, value in vars(self).items()
            if not isinstance(getattr(kind, name, None), cached_property)
        }
