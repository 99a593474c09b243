"""Every command in hostile surroundings: what ends in a traceback, with a code of no table, or leaves something behind?

    python -m tools.output_search --tries 200 --seed 1

Each try runs one command with its standard streams closed, full or left by their reader, in some encoding, locale and
terminal, on a disk that is full soon, or interrupted. What is found is printed with a line for a shell that does it
again.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click
from attrs import frozen

from simulation.cli.program import Exit

ROOT = Path(__file__).parents[1]
SCENARIO = "日本é.toml"
RUN = "run é"
TINY = "days = 4\nwarm_up_days = 7\n[population]\ntutors = 6\n[demand]\nsessions_per_day = 20.0\n"
TWO = ("--regions", "2", "--workers", "2")

COMMANDS: Mapping[str, Sequence[Sequence[str]]] = {
    "run": (
        ("run", SCENARIO, "--out", "new"), ("run", SCENARIO), ("run", SCENARIO, "--out", "new", "--log-json"),
        ("run", SCENARIO, "--out", "new", *TWO), ("run", SCENARIO, "--out", RUN), ("run", "nowhere.toml"),
        ("run", "--resume-from", RUN, "--out", "new"),
    ),
    "reduce": (("reduce", RUN), ("reduce", RUN, "--as-of", "2026-01-07"), ("reduce", RUN, "--snapshots", "daily")),
    "check": (("check", RUN), ("check", RUN, "--json"), ("check", RUN, "--rerun")),
    "validate": (("validate", RUN, "--html", "new.html"), ("validate", SCENARIO, "--seeds", "2", "--workers", "2")),
    "scenario": (("scenario", SCENARIO), ("scenario", SCENARIO, "--json")),
    "compare": (
        ("compare", SCENARIO, SCENARIO, "--replications", "2", "--workers", "1", "--plot", "new.png"),
        ("compare", SCENARIO, SCENARIO, "--replications", "2", "--workers", "2", "--html", "new.html"),
    ),
    "sweep": (("sweep", SCENARIO, "--vary", "days=1,2", "--out", "new", "--workers", "2", "--html", "new.html"),),
    "counterfactuals": (("counterfactuals", RUN, "--workers", "1"), ("counterfactuals", RUN, "--workers", "2")),
    "timeline": (
        ("timeline", RUN, "T0001"), ("timeline", RUN, "T0001", "--json"), ("timeline", RUN, "--trace", "new.json"),
        ("timeline", RUN, "T0001", "--html", "new.html"),
    ),
    "report": (("report", RUN, "--out", "new.html"), ("report", RUN)),
    "agents": (("agents", RUN), ("agents", RUN, "--json"), ("agents", RUN, "--students")),
    "export": tuple(
        ("export", RUN, "--to", name, "--out", out)
        for name in ("frictionless", "odcs", "ocel-json", "ocel-sqlite") for out in ("new.export",)
    ),
    "load": (("load", RUN, "--to", "sqlite:///new.db"), ("load", RUN, "--to", "duckdb:///new.db")),
    "ddl": (("ddl",), ("ddl", "--dialect", "sqlite")),
    "stream": (("stream", SCENARIO, "--speed", "0"),),
    "--help": (("--help",), ("run", "--help"), ("--version",)),
}  # fmt: skip

LEFT_BEHIND = (".partial", ".unfinished", ".replaced", ".tables", ".regions-", ".merge", ".tmp", "-journal", ".wal")
# A sweep keeps the runs that are over, and a run of several regions those that are: the next command goes on with them.
GOES_ON = ("sweep",)

_TOLD = 20

READERS = ("reads all", "reads all", "closed", "/dev/full", "reads a line", "reads nothing")


@frozen
class Surroundings:
    """Where a command is run: its standard streams, its environment, its disk, and when it gets a signal."""

    stdin_closed: bool
    output: str
    errors: str
    environment: Mapping[str, str | None]
    file_blocks: int | None
    disk_kilobytes: int | None
    sent: signal.Signals | None
    seconds: float

    def words(self, command: Sequence[str]) -> list[str]:
        """The words that run a command so, but for its disk, for a reader that leaves, and for the signal."""
        streams = ["<&-"] * self.stdin_closed
        streams += {"closed": [">&-"], "/dev/full": [">/dev/full"]}.get(self.output, [])
        streams += {"closed": ["2>&-"], "/dev/full": ["2>/dev/full"]}.get(self.errors, [])
        limit = "" if self.file_blocks is None else f"ulimit -f {self.file_blocks}; "
        changes = [f"{name}={value}" for name, value in self.environment.items() if value is not None]
        unset = [word for name, value in self.environment.items() if value is None for word in ("-u", name)]
        script = f'{limit}exec "$@" {" ".join(streams)}'
        program = ["env", *unset, f"PYTHONPATH={ROOT}", *changes, sys.executable, "-m", "simulation"]
        return ["sh", "-c", script, "sh", *program, *command]


@frozen
class Result:
    """What came of a try: the exit code, and what could be read of its output and its errors."""

    code: int
    out: str
    err: str


def drawn(random: Random, *, can_mount: bool) -> Surroundings:
    """Some surroundings, most of them hostile in one or two ways."""

    def sometimes(*values: str | None, share: float = 0.3) -> list[str | None]:
        return [random.choice(values)] if random.random() < share else []

    drawn_values = {
        "PYTHONIOENCODING": sometimes("cp1252", "ascii", "latin1", "cp437", "utf-16", "utf-8", share=0.5),
        "LC_ALL": sometimes("C", "POSIX", "de_DE.ISO-8859-1", "C.UTF-8", "nonsense"),
        "PYTHONUTF8": sometimes("0", "1"),
        "COLUMNS": sometimes(*(str(width) for width in range(1, 21))),
        "TERM": sometimes("dumb", "", "nonsense", "xterm-256color"),
        "NO_COLOR": sometimes("1"),
        "FORCE_COLOR": sometimes("1", share=0.2),
        "HOME": sometimes("/nowhere", "/proc", None),
        "TMPDIR": sometimes("/nowhere", "/dev/full", "/proc", None, share=0.2),
        "PYTHONUNBUFFERED": sometimes("1", share=0.2),
    }
    environment = {name: value for name, values in drawn_values.items() for value in values}
    full = random.choice(["none", "none", "files", "disk" if can_mount else "files"])
    interrupted = random.random() < 0.15
    return Surroundings(
        stdin_closed=random.random() < 0.2,
        output=random.choice(READERS),
        errors=random.choice(["reads all", "reads all", "reads all", "closed", "/dev/full"]),
        environment=environment,
        file_blocks=random.choice([0, 1, 8, 64, 256, 1024]) if full == "files" else None,
        disk_kilobytes=random.choice([1200, 1300, 1500, 2000, 4000]) if full == "disk" else None,
        sent=random.choice([signal.SIGINT, signal.SIGTERM]) if interrupted else None,
        seconds=random.uniform(0.1, 3),
    )


def tried(command: Sequence[str], surroundings: Surroundings, place: Path) -> Result:
    """Run a command in a directory, and read of its output what its reader would."""
    with subprocess.Popen(  # noqa: S603 -- ours
        surroundings.words(command), cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdout  # noqa: S101 -- as asked for
        assert process.stderr  # noqa: S101 -- likewise
        if surroundings.sent is not None:
            time.sleep(surroundings.seconds)
            process.send_signal(surroundings.sent)
        if surroundings.output == "reads nothing":
            process.stdout.close()
            out = b""
        elif surroundings.output == "reads a line":
            out = process.stdout.readline()
            process.stdout.close()
        else:
            out = process.stdout.read()
        err = process.stderr.read()  # what is said there is little: nobody waits for it to be read
        code = process.wait()
    return Result(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def files_in(place: Path) -> dict[str, bytes]:
    """The files in a directory, by their paths in it."""
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def faults(
    command: Sequence[str], surroundings: Surroundings, result: Result, before: Mapping[str, bytes],
    after: Mapping[str, bytes],
) -> list[str]:  # fmt: skip
    """What is wrong with what came of a try."""
    found = []
    said = (result.out + result.err).replace("\0", "")  # in UTF-16 there is one beside each letter
    # A signal that comes while Python starts ends it as it ends any of its programs.
    is_early = surroundings.sent is not None and result.code == -surroundings.sent
    if ("Traceback" in said and not (is_early and "/simulation/" not in said)) or "Exception ignored" in said:
        found.append("a traceback")
    if (result.code not in {*Exit} and not is_early) or result.code == Exit.FAULT:
        found.append(f"the exit code {result.code}")
    if surroundings.sent is None and result.code in {Exit.INTERRUPTED, Exit.TERMINATED}:
        found.append("it was interrupted by nobody")
    if result.code >= Exit.MISTAKE and surroundings.errors == "reads all" and "error: " not in said:
        found.append("no word of why")
    goes_on = command[0] in GOES_ON or "--regions" in command
    left = [name for name in after if name not in before and any(part in name for part in LEFT_BEHIND)]
    if left and not goes_on and result.code >= 0:
        found.append(f"left behind: {', '.join(left[:5])}")
    # A signal may come when all is written and nothing told yet: what is new then is whole.
    looked_at: dict[int, set[str]] = {
        Exit.EXISTS: {*before, *after},
        Exit.INTERRUPTED: {*before},
        Exit.TERMINATED: {*before},
    }
    changed = sorted(name for name in looked_at.get(result.code, ()) if before.get(name) != after.get(name))
    if changed and not goes_on:
        found.append(f"changed all the same: {', '.join(changed[:5])}")
    return found


def shown(command: Sequence[str], surroundings: Surroundings) -> str:
    """A try as a line for a shell, and what cannot stand in one."""
    told = shlex.join(surroundings.words(command))
    if surroundings.output in {"reads a line", "reads nothing"}:
        told += f" | {'head -n 1' if surroundings.output == 'reads a line' else 'true'}"
    if surroundings.disk_kilobytes is not None:
        told += f"   # on a disk of {surroundings.disk_kilobytes} KiB"
    if surroundings.sent is not None:
        told += f"   # {surroundings.sent.name} after {surroundings.seconds:.2f} s"
    return told


def prepare(place: Path) -> None:
    """Put a scenario and a run of it into a directory, which each try starts from."""
    place.mkdir()
    (place / SCENARIO).write_text(TINY, encoding="utf-8")
    command = [sys.executable, "-m", "simulation", "run", SCENARIO, "--out", RUN, "--quiet"]
    subprocess.run(command, cwd=place, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: S603 -- ours


def search(tries: int, seed: int, commands: Mapping[str, Sequence[Sequence[str]]] = COMMANDS) -> list[str]:
    """Try so many commands, each in turn; what was found, each with the line that does it again."""
    random, found = Random(seed), []  # noqa: S311 -- a search
    with TemporaryDirectory() as folder:
        prepare(start := Path(folder) / "start")
        disk = _Disk(Path(folder) / "disk")
        names = list(commands)
        for number in range(tries):
            command = random.choice(commands[names[number % len(names)]])
            surroundings = drawn(random, can_mount=disk.can_mount)
            with disk.of(surroundings.disk_kilobytes) as place:
                shutil.copytree(start, place, dirs_exist_ok=True)
                before = files_in(place)
                result = tried(command, surroundings, place)
                what = faults(command, surroundings, result, before, files_in(place))
            if what:
                last = (result.err.strip().splitlines() or [""])[-1]
                found.append(f"{'; '.join(what)}: {shown(command, surroundings)}\n    {last}")
                click.echo(f"try {number}: {found[-1]}")
            if (number + 1) % _TOLD == 0:
                click.echo(f"{number + 1} tries", err=True)
    return found


class _Disk:
    """A directory for each try, on a small disk of its own where it is to be full soon."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir()
        self.can_mount = self._mounted(64)
        self._kilobytes: int | None = 64 if self.can_mount else None
        self.__exit__()

    def of(self, kilobytes: int | None) -> "_Disk":
        """The disk, of that size, or of any."""
        self._kilobytes = kilobytes
        return self

    def __enter__(self) -> Path:
        self._place.mkdir(exist_ok=True)
        if self._kilobytes is not None:
            self._mounted(self._kilobytes)
        return self._place

    def __exit__(self, *_: object) -> None:
        if self._kilobytes is not None:
            subprocess.run(["umount", "-l", str(self._place)], check=True)  # noqa: S603, S607 -- the system's
        shutil.rmtree(self._place)

    def _mounted(self, kilobytes: int) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(self._place)]
        if shutil.which("mount") is None or shutil.which("umount") is None:
            return False
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 -- the system's


@click.command()
@click.option("--tries", type=click.IntRange(min=1), default=200, show_default=True, help="How many commands to run.")
@click.option("--seed", type=int, default=1, show_default=True, help="Root of what is drawn.")
@click.option("--command", "name", type=click.Choice(list(COMMANDS)), help="This one alone.")
def main(tries: int, seed: int, name: str | None) -> None:
    """Search for surroundings in which a command does not end as it should."""
    found = search(tries, seed, COMMANDS if name is None else {name: COMMANDS[name]})
    click.echo(f"{tries} tries from seed {seed}: {len(found)} ended as they should not")
    sys.exit(Exit.FAILED if found else Exit.DONE)


if __name__ == "__main__":
    main()
