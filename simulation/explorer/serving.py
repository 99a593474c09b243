"""Serving the explorer on this machine, until it is interrupted."""

import gc
import secrets
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import uvicorn

from simulation.explorer import ExplorerError
from simulation.explorer.app import Explorer
from simulation.explorer.guard import TOKEN, Guard
from simulation.explorer.jobs import Jobs
from simulation.scenario import gallery
from simulation.scenario.loading import load_scenario

HOST = "127.0.0.1"


def scenarios_to_explore(chosen: Path | None) -> tuple[str | None, dict[str, Path]]:
    """The files of all scenarios by name; with one that is chosen by name or path, its name, and it among them.

    Raises ScenarioError where that one cannot be loaded.
    """
    known = {name: gallery.FOLDER / f"{name}.toml" for name in gallery.names()}
    if chosen is None:
        return None, known
    load_scenario(chosen)
    file = gallery.file_of(chosen)
    name = next((name for name, path in known.items() if path.samefile(file)), str(chosen))
    return name, {name: file, **known}


def serve(scenarios: Mapping[str, Path], path: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the explorer until the process is told to end; `on_ready` is called with the address of its page `path`.

    Nothing is left behind: no process, and no file. Raises ExplorerError where the port cannot be had.
    """
    gc.enable()  # a command may do without; a server lasts for hours
    with _listening(port) as listener, TemporaryDirectory(prefix="explorer-") as folder:
        host, token = f"{HOST}:{listener.getsockname()[1]}", secrets.token_urlsafe()
        jobs = Jobs(Path(folder))
        app = Guard(Explorer(scenarios, jobs).app(), host, token)
        sign = "&" if "?" in path else "?"
        server = _Server(app, jobs, lambda: on_ready(f"http://{host}{path}{sign}{TOKEN}={token}"))
        server.run([listener])


class _Server(uvicorn.Server):
    """A server whose worker ends with it: what pages wait for is then over, and they need not be waited for."""

    def __init__(self, app: Guard, jobs: Jobs, on_ready: Callable[[], None]) -> None:
        super().__init__(uvicorn.Config(app, log_level="error", server_header=False))
        self._jobs = jobs
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, and say so."""
        await super().startup(sockets)
        self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, on a signal."""
        self._jobs.end()
        super().handle_exit(sig, frame)


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise ExplorerError(f"--port: {port} cannot be used: {error.strerror}") from None
    return listener
