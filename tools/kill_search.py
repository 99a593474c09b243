"""Kill commands at random moments, and let two of them race: is what was there, or what was to come, always there?

Half of the kills fall at a random time, half just before a random change to the disk (`tools.moments`). After each,
what is there has to be the whole of the old or of the new; the next command has to succeed, and to leave nothing.
In a race, a command that exits with 0 has to have told the truth, and another has to say why in one line.

A case is added by a function that makes what is there before, and the words of a command.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click
from attrs import frozen

from simulation.lib.staging import settle
from tools.moments import Moments

ROOT = Path(__file__).parents[1]
TINY = (
    str(ROOT / "scenarios" / "dev.toml"), "--set", "days=1", "--set", "warm_up_days=1", "--set", "population.tutors=3",
    "--set", "demand.sessions_per_day=3",
)  # fmt: skip

State = dict[str, str]
Words = tuple[str, ...]


@frozen
class Case:
    """A command that changes a place, by its words; PLACE stands for it. `before` makes what is there."""

    name: str
    before: Callable[[Path], None]
    words: Words


def run_of(seed: int, *options: str) -> Words:
    """The words of a run of a world that takes a moment."""
    return ("run", *TINY, "--seed", str(seed), "--out", "PLACE", "--quiet", *options)


def sweep_of(*values: int) -> Words:
    """The words of a sweep of such worlds."""
    varied = f"demand.sessions_per_day={','.join(map(str, values))}"
    return ("sweep", *TINY, "--vary", varied, "--out", "PLACE", "--quiet", "--workers", "1")


def a_run(place: Path) -> None:
    """A run."""
    succeed(place, run_of(7))


def a_run_of_other_tables(place: Path) -> None:
    """A run of which two tables are others than its log is reduced to, as if another version had made them."""
    a_run(place)
    record = json.loads((place / "run.json").read_text(encoding="utf-8"))
    for name in ("sessions.csv", "truth/truth_tutors.csv"):
        (place / name).write_text("of another version\n", encoding="utf-8")
        record["files"][name] = hashlib.sha256((place / name).read_bytes()).hexdigest()
    (place / "run.json").write_text(json.dumps(record), encoding="utf-8")


def an_empty_directory(place: Path) -> None:
    """A directory in which nothing is."""
    place.mkdir()


def nothing(place: Path) -> None:
    """Nothing."""


CASES = (
    Case("run", nothing, run_of(8)),
    Case("run --force", a_run, run_of(8, "--force")),
    Case("run into an empty directory", an_empty_directory, run_of(8)),
    Case("run of two regions --force", a_run, run_of(8, "--force", "--regions", "2", "--workers", "1")),
    Case("reduce", a_run_of_other_tables, ("reduce", "PLACE", "--quiet")),
    Case("export", a_run, ("export", "PLACE", "--to", "frictionless", "--force")),
)
RACES = (
    ("runs", run_of(7), run_of(8)),
    ("runs --force", run_of(7, "--force"), run_of(8, "--force")),
    ("sweeps", sweep_of(3, 4), sweep_of(5, 6)),
)


# ---------------------------------------------------------------- processes


def started(place: Path, words: Words, moment: int | None = None) -> int:
    """Carry out a command in a process of its own; it is killed at a moment, if stated. What it says lies beside."""
    child = os.fork()
    if child:
        return child
    from simulation.cli import main

    code = 70
    try:
        for name, number in (("out", 1), ("err", 2)):
            os.dup2(os.open(place.with_name(f"{os.getpid()}.{name}"), os.O_WRONLY | os.O_CREAT), number)
        moments = Moments(place, moment)
        try:
            main([str(place) if word == "PLACE" else word for word in words])
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        place.with_name(f"{os.getpid()}.moments").write_text(str(moments.seen), encoding="utf-8")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> int:
    """The exit code of a process, negative where it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def succeed(place: Path, words: Words) -> int:
    """Carry out a command; the number of its moments. Raises RuntimeError with what it says where it fails."""
    child = started(place, words)
    if code := ended(child):
        said = place.with_name(f"{child}.err").read_text(encoding="utf-8")
        raise RuntimeError(f"{' '.join(words)} ended with {code}: {said}")
    return int(place.with_name(f"{child}.moments").read_text(encoding="utf-8"))


def state(place: Path) -> State:
    """The digest of each file in a place, once it is settled; timings, and what is under way, are left aside."""
    settle(place)
    found = {}
    for path in sorted(place.rglob("*")) if place.is_dir() else []:
        name = path.relative_to(place).as_posix()
        if path.is_file() and not name.startswith("."):
            content = path.read_bytes()
            if name == "run.json":
                content = json.dumps({**json.loads(content), "timings": None}).encode()
            found[name] = hashlib.sha256(content).hexdigest()
    return found


def leftovers(place: Path) -> list[str]:
    """What lies beside or within a place and is none of it, but for what commands said."""
    beside = [path.name for path in place.parent.iterdir() if path != place and not path.name[0].isdigit()]
    return [*beside, *(path.name for path in place.glob(".*"))]


# ---------------------------------------------------------------- kills


def faults_of_kills(case: Case, tries: int, seed: int, seen: Counter[str]) -> Iterator[str]:
    """What is wrong after kills of a command; what was found there after each is counted in `seen`."""
    random = Random(f"{seed} {case.name}")  # noqa: S311 -- which moments are tried
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole" / "place"
        whole.parent.mkdir()
        case.before(whole)
        old = state(whole)
        kept = Path(scratch) / "before"
        if whole.exists():
            shutil.copytree(whole, kept)
        began = time.monotonic()
        moments = succeed(whole, case.words)
        lasted, new = time.monotonic() - began, state(whole)
        for number in range(tries):
            place = Path(scratch) / "try" / "place"
            place.parent.mkdir()
            if kept.exists():
                shutil.copytree(kept, place)
            nth = random.randint(1, moments) if number % 2 else None
            kill(place, case.words, nth, random.uniform(0, lasted))
            found = state(place)
            seen["old" if found == old else "new" if found == new else "NEITHER"] += 1
            if found not in (old, new):
                yield f"{case.name}, try {number}, moment {nth}: neither old nor new is there"
            yield from faults_of_next(place, case, new)
            shutil.rmtree(place.parent)


def kill(place: Path, words: Words, moment: int | None, after: float) -> None:
    """Kill a command at a moment or, where none is stated, after so many seconds."""
    child = started(place, words, moment)
    if moment is None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    ended(child)


def faults_of_next(place: Path, case: Case, new: State) -> Iterator[str]:
    """What is wrong with the next command, which is the same, told to replace what is there if it is of a run."""
    words = case.words if case.words[0] != "run" or "--force" in case.words else (*case.words, "--force")
    try:
        succeed(place, words)
    except RuntimeError as error:
        yield f"{case.name}: {error}"
        return
    if state(place) != new:
        yield f"{case.name}: the next command made something else"
    if left := leftovers(place):
        yield f"{case.name}: {', '.join(left)} is left"


# ---------------------------------------------------------------- races


def faults_of_races(name: str, both: Sequence[Words], tries: int, seed: int, seen: Counter[str]) -> Iterator[str]:
    """What is wrong after two commands at once; how they ended is counted in `seen`."""
    random = Random(f"{seed} {name}")  # noqa: S311 -- by how much one is later
    with TemporaryDirectory() as scratch:
        alone = []
        for number, words in enumerate(both):
            place = Path(scratch) / f"alone{number}" / "place"
            place.parent.mkdir()
            began = time.monotonic()
            succeed(place, words)
            lasted = time.monotonic() - began
            alone.append(state(place))
        for number in range(tries):
            place = Path(scratch) / "race" / "place"
            place.parent.mkdir()
            children = [started(place, both[0])]
            time.sleep(random.choice((0.0, random.uniform(0, 1.2 * lasted))))
            children.append(started(place, both[1]))
            codes = [ended(child) for child in children]
            seen[" and ".join(map(str, sorted(codes)))] += 1
            true = [alone[which] for which in (0, 1) if codes[which] == 0]
            if state(place) not in true:
                yield f"{name}, race {number}: ended with {codes}, and what is there is of neither that succeeded"
            for child, code in zip(children, codes, strict=True):
                said = place.with_name(f"{child}.err").read_text(encoding="utf-8").splitlines()
                if code and (code not in {2, 3} or len(said) != 1):
                    yield f"{name}, race {number}: ended with {code} and said {said}"
            if left := leftovers(place):
                yield f"{name}, race {number}: {', '.join(left)} is left"
            shutil.rmtree(place.parent)


@click.command(help=__doc__)
@click.option("--tries", default=100, show_default=True, help="Kills of each command.")
@click.option("--races", default=50, show_default=True, help="Races of each two commands.")
@click.option("--only", metavar="NAME", help="This case or race alone.")
@click.option("--seed", default=1, show_default=True)
def main(tries: int, races: int, only: str | None, seed: int) -> None:
    """Try, and tell."""
    import_what_commands_need()
    faults = []
    for case in CASES:
        if only in {None, case.name}:
            seen: Counter[str] = Counter()
            faults += told(faults_of_kills(case, tries, seed, seen))
            click.echo(f"{case.name}: killed {tries} times; afterwards was there: {dict(seen)}")
    for name, *both in RACES:
        if only in {None, name}:
            seen = Counter()
            faults += told(faults_of_races(name, both, races, seed, seen))
            click.echo(f"race of {name}: {races} times; ended with {dict(seen)}")
    click.echo(f"{len(faults)} faults")
    sys.exit(bool(faults))


def told(faults: Iterator[str]) -> list[str]:
    """Faults, each told as it is found."""
    found = []
    for fault in faults:
        click.echo(fault)
        found.append(fault)
    return found


def import_what_commands_need() -> None:
    """Once, instead of in each process: they are copies of this one, which itself neither simulates nor writes."""
    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()
    import simulation.cli
    import simulation.runs.regions
    import simulation.studies.sweep
    import simulation.tables
    import simulation.world  # noqa: F401


if __name__ == "__main__":
    main()
