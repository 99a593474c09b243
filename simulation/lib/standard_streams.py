"""Standard input, output and error of a process of ours: whatever becomes of them, a command does its work.

What a terminal's encoding lacks is escaped as in JSON, which stays JSON so. Output that is refused, by a full disk or
a reader that has gone, is let go, and the refusal remembered: whoever prints need not expect it, and who carries out a
command asks when all is done.
"""

import io
import json
import os
import sys
from codecs import register_error
from typing import TextIO

_ESCAPED = "escaped as in JSON"


class OutputRefusedError(Exception):
    """Standard output takes nothing more: whoever has nothing else to do may end."""


class _Output(io.TextIOWrapper):
    """A stream that never fails: `refusal` is its first error, after which nothing is written."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream.buffer, stream.encoding, _ESCAPED, line_buffering=bool(stream.line_buffering))
        self._stream = stream  # which closes what both write to when it is forgotten
        self.refusal: OSError | None = None
        if sys.platform != "win32":
            os.set_blocking(self.fileno(), True)  # of a pipe, who shares it may have made one that does not wait

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._let_go(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._let_go(error)

    def _let_go(self, error: OSError) -> None:
        self.refusal = self.refusal or error
        # What waits to be written would be refused again when this process ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def prepare_standard_streams() -> None:
    """Open what was closed when this process began, on nothing, and let output neither fail nor lack characters."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The least free number is that of the stream: no file that is opened later gets what is printed. Processes
            # that this one starts inherit it.
            number = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 -- it stays open
    register_error(_ESCAPED, _escaped)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is read need not be in the encoding of this process
    sys.stdout, sys.stderr = _Output(sys.stdout), _Output(sys.stderr)


def refusal_of_output() -> OSError | None:
    """Why standard output could not be written, if so. What was printed before has to be flushed."""
    return sys.stdout.refusal if isinstance(sys.stdout, _Output) else None


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What cannot be encoded, in characters that can."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
