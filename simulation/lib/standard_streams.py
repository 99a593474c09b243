"""Standard streams that never stop a command, whatever becomes of them.

Characters that a terminal's encoding lacks are escaped as in JSON, so JSON stays valid. Output that is refused, by a
full disk or a reader that has gone, is dropped, and the refusal kept: code that prints need not expect it, and the
program asks for it at the end.
"""

import io
import json
import os
import sys
from codecs import register_error
from typing import TextIO

_ESCAPED = "escaped as in JSON"


class OutputRefusedError(Exception):
    """Standard output accepts nothing more: a command that only prints may end."""


class _Output(io.TextIOWrapper):
    """A stream that never fails: `refusal` is its first error, and nothing is written after it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream.buffer, stream.encoding, _ESCAPED, line_buffering=bool(stream.line_buffering))
        self._stream = stream  # when garbage, it would close the buffer of both
        self.refusal: OSError | None = None
        if sys.platform != "win32":
            os.set_blocking(self.fileno(), True)  # another process may have made a shared pipe non-blocking

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
        # What is still buffered would be refused again when this process ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def prepare_standard_streams() -> None:
    """Open streams that were closed when this process began, and make output neither fail nor lack characters."""
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
    """The error of standard output, if it had one. Flush it before asking."""
    return sys.stdout.refusal if isinstance(sys.stdout, _Output) else None


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters that cannot be encoded, escaped."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
