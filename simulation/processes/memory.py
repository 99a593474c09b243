"""What behaviours remember, as data: registers by name, each an instance of the behaviour's own class."""

from collections.abc import Callable
from copy import copy
from typing import Any, TypeVar

Register = TypeVar("Register")
Shared = TypeVar("Shared", bound=type[Any])


def shared(kind: Shared) -> Shared:
    """Mark a class whose instances stand in several places at once: the state has each once, by its `number`."""
    kind.__is_shared__ = True
    return kind


class Memory:
    """The registers of a world.

    `restored` gives the register of a name and a class where a state has one, None elsewhere.
    """

    def __init__(self, restored: Callable[[str, type[Any]], Any] | None = None) -> None:
        self._restored = restored
        self._prefix = ""
        self.registers: dict[str, Any] = {}

    def of(self, name: str, kind: type[Register]) -> Register:
        """The register of a name: as it was, or a new one. Behaviours keep in it whatever they need to go on."""
        name = self._prefix + name
        if name not in self.registers:
            found = self._restored(name, kind) if self._restored else None
            self.registers[name] = kind() if found is None else found
        register: Register = self.registers[name]
        return register

    def within(self, prefix: str) -> "Memory":
        """The same registers, by names that begin with a prefix."""
        own = copy(self)
        own._prefix = self._prefix + prefix  # noqa: SLF001 -- another of its own
        return own
