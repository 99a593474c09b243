"""Every command ends with a code of one table, whatever happens to it, and what happens to its standard streams."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from simulation.cli import commands
from simulation.cli.program import MEANINGS, Exit
from simulation.exports.databases import DatabaseError
from simulation.exports.standards import ExportError
from simulation.exports.stream import StreamError
from simulation.lib.staging import ExistsError, RunDirError
from simulation.scenario.checking import ScenarioError
from simulation.studies import StudyError
from simulation.views import ViewError
from tests.command_line import answer, mistake
from tests.run_files import files_of, lasting
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
SHORT = ("--set", "days=1", "--set", "warm_up_days=1")
TWICE = ("--replications", "2", "--workers", "1")

# Each command with what it is asked for: OWN is a run, and NEW what it writes, if it writes a thing that is named.
COMMANDS = {
    "run": ("run", "TINY", "--out", "NEW", *SHORT),
    "reduce": ("reduce", "OWN", "--as-of", "2026-01-08", "--out", "NEW"),
    "check": ("check", "OWN"),
    "validate": ("validate", "OWN", "--html", "NEW"),
    "scenario": ("scenario", "TINY"),
    "scenarios": ("scenarios",),
    "compare": ("compare", "TINY", "TINY", "--html", "NEW", *TWICE, *SHORT),
    "sweep": ("sweep", "TINY", "--vary", "days=1", "--out", "NEW", "--workers", "1"),
    "counterfactuals": ("counterfactuals", "OWN", "--experiments", "EXP001", "--workers", "1"),
    "timeline": ("timeline", "OWN", "--trace", "NEW"),
    "report": ("report", "OWN", "--out", "NEW"),
    "agents": ("agents", "OWN"),
    "export": ("export", "OWN", "--to", "ocel-json", "--out", "NEW"),
    "load": ("load", "OWN", "--to", "sqlite:///NEW"),
    "ddl": ("ddl",),
    "stream": ("stream", "TINY", "--speed", "0", *SHORT),
}
WRITING = [name for name, words in COMMANDS.items() if any("NEW" in word for word in words)]
READING_A_RUN = [name for name, words in COMMANDS.items() if "OWN" in words]
# What a sweep keeps of its runs is not printed.
PRINTING = [name for name in COMMANDS if name not in {"run", "sweep", "counterfactuals", "compare"}]


def asked(name: str, *, tiny: Path, own: Path, new: Path) -> list[str]:
    """The words of a command."""
    places = {"TINY": tiny, "OWN": own}
    return [str(places.get(word, word)).replace("NEW", str(new)) for word in COMMANDS[name]]


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == set(commands.commands) - {"explore"}  # which serves pages until it is interrupted


def test_help_has_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    out = answer(capsys, "--help").out
    told = " ".join(out[out.index("Exit codes:") :].split())
    assert [int(code) for code in MEANINGS] == [0, 1, 2, 3, 70, 130, 143]
    assert told == " ".join(("Exit codes:", *(f"{code.value} {meaning}" for code, meaning in MEANINGS.items())))


def test_the_guide_has_the_same_codes() -> None:
    guide = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    section = guide[guide.index("## Tell how a command ended") :]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    assert rows[2:] == [str(code.value) for code in Exit]


# ---------------------------------------------------------------- whatever happens in it


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (click.UsageError("no such thing"), 2, "error: no such thing"),
        (ScenarioError("x.toml: days is 0"), 2, "error: x.toml: days is 0"),
        (RunDirError("run: cannot be written"), 2, "error: run: cannot be written"),
        (StudyError("--vary: one scenario"), 2, "error: --vary: one scenario"),
        (ExportError("--to: no format"), 2, "error: --to: no format"),
        (DatabaseError("db: is locked"), 2, "error: db: is locked"),
        (ViewError("no such tutor"), 2, "error: no such tutor"),
        (StreamError("--to: went away"), 2, "error: --to: went away"),
        (OSError(28, "No space left on device", "/tmp/x"), 2, "error: /tmp/x: No space left on device"),  # noqa: S108
        (OSError("database or disk is full"), 2, "error: database or disk is full"),
        (MemoryError(), 2, "error: there is not enough memory"),
        (ExistsError("run: exists"), 3, "error: run: exists"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_goes_wrong_is_a_line_and_a_code(
    name: str, error: BaseException, code: int, said: str,
    tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def failing(**_: object) -> None:
        raise error

    monkeypatch.setattr(commands.commands[name], "callback", failing)
    found = answer(capsys, *asked(name, tiny=tiny_file, own=tmp_path, new=tmp_path / "new"))
    assert (found.code, found.out, found.err.strip()) == (code, "", said)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_fault_of_the_program_shows_where_and_has_a_code_of_its_own(
    name: str, tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands.commands[name], "callback", lambda **_: 1 / 0)
    found = answer(capsys, *asked(name, tiny=tiny_file, own=tmp_path, new=tmp_path / "new"))
    assert found.code == 70
    assert "ZeroDivisionError" in found.err
    assert found.err.endswith("error: a fault of the program itself; please report what stands above\n")


# ---------------------------------------------------------------- what is asked for


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_done_is_0(
    name: str, tiny_file: Path, own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, *asked(name, tiny=tiny_file, own=own_run, new=tmp_path / "new.html")).code == 0


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"ddl", "scenarios"}])
def test_what_is_not_there_to_be_read_is_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    nowhere = tmp_path / "nowhere"
    assert "nowhere" in mistake(capsys, *asked(name, tiny=nowhere, own=nowhere, new=tmp_path / "new.html"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in WRITING if name not in {"load", "sweep"}])
def test_what_exists_already_is_3_and_stays(
    name: str, tiny_file: Path, own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.html"
    new.write_text("years of work", encoding="utf-8")
    words = asked(name, tiny=tiny_file, own=own_run, new=new)
    assert "exists" in mistake(capsys, *words, expected=Exit.EXISTS)
    assert new.read_text(encoding="utf-8") == "years of work"


def test_tables_and_effects_that_exist_already_and_another_sweep_are_3(
    tiny_file: Path, own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("load", "counterfactuals"):
        words = asked(name, tiny=tiny_file, own=own_run, new=tmp_path / "new.db")
        assert answer(capsys, *words).code == 0
        mistake(capsys, *words, expected=Exit.EXISTS)
    words = asked("sweep", tiny=tiny_file, own=own_run, new=tmp_path / "sweep")
    assert answer(capsys, *words).code == 0
    assert "another sweep" in mistake(capsys, *words, "--set", "days=3", expected=Exit.EXISTS)


@pytest.mark.parametrize("name", ["check", "validate"])
def test_a_broken_rule_is_1(name: str, own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_run / "students.csv").unlink()
    assert answer(capsys, name, own_run).code == 1


# ---------------------------------------------------------------- standard streams


def program(
    words: list[str], streams: str = "", place: Path = ROOT, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A command as a program of its own, its streams as a shell redirects them."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "simulation", *words]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    return subprocess.run(command, cwd=place, check=False, capture_output=True, env=surroundings)


@pytest.mark.parametrize("name", ["--help", *PRINTING])
def test_output_that_a_full_disk_refuses_is_2_and_one_line(
    name: str, tiny_file: Path, own_run: Path, tmp_path: Path
) -> None:
    words = ["--help"] if name == "--help" else asked(name, tiny=tiny_file, own=own_run, new=tmp_path / "new.html")
    told = program(words, ">/dev/full")
    assert told.stderr.decode() == "error: standard output: cannot be written: No space left on device\n"
    assert told.returncode == 2


# What prints in each way, with each stream; and every command with all of them at once.
@pytest.mark.parametrize(
    ("name", "streams"),
    [(name, streams) for name in ("--help", "check", "stream") for streams in ("<&-", ">&-", "2>&-", "2>/dev/full")]
    + [(name, "<&- >&- 2>&-") for name in ("--help", *PRINTING)],
)
def test_streams_that_are_closed_change_neither_code_nor_output(
    name: str, streams: str, tiny_file: Path, own_run: Path, tmp_path: Path
) -> None:
    words = ["--help"] if name == "--help" else asked(name, tiny=tiny_file, own=own_run, new=tmp_path / "new.html")
    told = program(words, streams)
    assert (told.returncode, told.stderr) == (0, b"")
    assert bool(told.stdout) == (">&- " not in f"{streams.removesuffix('2>&-')} ")


@pytest.fixture(scope="module")
def quiet(tiny_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of regions that prints nothing."""
    run = tmp_path_factory.mktemp("quiet") / "run"
    assert program([*run_of_regions(tiny_file, run), "--quiet"]).returncode == 0
    return run


def run_of_regions(scenario: Path, out: Path) -> list[str]:
    return ["run", str(scenario), *SHORT, "--regions", "2", "--workers", "2", "--out", str(out)]


@pytest.mark.parametrize("streams", ["2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_a_run_of_regions_is_the_same_whatever_becomes_of_its_streams(
    streams: str, quiet: Path, tiny_file: Path, tmp_path: Path
) -> None:
    told = program(run_of_regions(tiny_file, tmp_path / "run"), streams)
    assert told.returncode == (2 if "full" in streams else 0)
    assert lasting(tmp_path / "run") == lasting(quiet)


def test_a_mistake_is_2_also_where_nobody_can_be_told() -> None:
    assert program(["run", "nowhere.toml"], "2>&-").returncode == 2
    assert program(["run", "nowhere.toml"], "2>/dev/full").returncode == 2


@pytest.mark.parametrize("name", ["agents", "check", "timeline"])
def test_a_reader_that_has_read_enough_is_no_error(name: str, own_run: Path, tmp_path: Path) -> None:
    words = ["timeline", str(own_run), "T0001"] if name == "timeline" else [name, str(own_run)]
    with subprocess.Popen(
        [sys.executable, "-m", "simulation", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_what_is_found_counts_and_not_who_reads_it(own_run: Path) -> None:
    (own_run / "students.csv").unlink()
    with subprocess.Popen(
        [sys.executable, "-m", "simulation", "check", str(own_run)], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.close()
        assert process.wait() == 1


def test_a_page_is_written_also_where_what_is_printed_is_not(own_run: Path, tmp_path: Path) -> None:
    page = tmp_path / "new.html"
    assert program(["validate", str(own_run), "--html", str(page)], ">/dev/full").returncode == 2
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")


# ---------------------------------------------------------------- encodings


def named_in_japanese(place: Path, tiny_file: Path) -> str:
    (place / "日本é.toml").write_bytes(tiny_file.read_bytes())
    return "日本é.toml"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin1", "cp437", "utf-16"])
def test_what_an_encoding_lacks_is_escaped(encoding: str, tiny_file: Path, tmp_path: Path) -> None:
    words = ["run", named_in_japanese(tmp_path, tiny_file), *SHORT]
    told = program(words, place=tmp_path, environment={"PYTHONIOENCODING": encoding})
    assert (told.returncode, told.stderr) == (0, b"")
    said = told.stdout.decode(encoding)
    assert said.replace("\\u65e5\\u672c", "日本").replace("\\u00e9", "é").rstrip().endswith("runs/日本é-seed7")
    assert (tmp_path / "runs" / "日本é-seed7" / "run.json").is_file()


@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LC_ALL": "C"}, {}])
def test_files_are_the_same_whatever_the_locale(environment: dict[str, str], tiny_file: Path, tmp_path: Path) -> None:
    words = ["run", named_in_japanese(tmp_path, tiny_file), *SHORT]
    assert program(words, place=tmp_path, environment=environment).returncode == 0
    run = tmp_path / "runs" / "日本é-seed7"
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["scenario_name"] == "日本é"
    for command in (["check", str(run)], ["report", str(run)], ["export", str(run), "--to", "frictionless"]):
        told = program(command, place=tmp_path, environment=environment)
        assert (told.returncode, told.stderr) == (0, b""), command
    assert "日本é" in (run.parent / "日本é-seed7.html").read_text(encoding="utf-8")


def test_what_is_read_need_not_be_in_the_encoding_of_a_process(tiny_file: Path) -> None:
    command = [sys.executable, "-m", "simulation.exports.stream.churn_signals", str(tiny_file)]
    surroundings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    told = subprocess.run(command, cwd=ROOT, check=False, input="é\n".encode(), capture_output=True, env=surroundings)
    assert (told.returncode, told.stderr) == (2, b"error: line 1 of the stream is no event\n")


def test_json_stays_json_in_any_encoding(tiny_file: Path, tmp_path: Path) -> None:
    words = ["scenario", named_in_japanese(tmp_path, tiny_file), "--json"]
    told = program(words, place=tmp_path, environment={"PYTHONIOENCODING": "cp1252"})
    assert json.loads(told.stdout.decode("cp1252"))["scenario"]["name"] == "日本é"


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names of files are Unicode there")
def test_a_name_that_is_no_unicode_is_one_all_the_same(own_run: Path, tmp_path: Path) -> None:
    run = own_run.rename(tmp_path / os.fsdecode(b"\xff"))
    for words in (["check"], ["report"], ["reduce"], ["timeline", "T0001", "--html", "page.html"]):
        told = program([words[0], str(run), *words[1:]], place=tmp_path)
        assert (told.returncode, told.stderr) == (0, b""), words
    told = program(["export", str(run), "--to", "odcs", "--out", "contract.yaml"], place=tmp_path)
    assert told.returncode == 2
    assert b"no UTF-8 text" in told.stderr
    assert not (tmp_path / "contract.yaml").exists()


# ---------------------------------------------------------------- full disks


@pytest.mark.parametrize("name", [name for name in WRITING if name not in {"run", "load", "sweep"}])
def test_a_file_that_may_not_grow_is_2_and_leaves_nothing(
    name: str, tiny_file: Path, own_run: Path, tmp_path: Path
) -> None:
    before = files_of(tmp_path)
    words = asked(name, tiny=tiny_file, own=own_run, new=tmp_path / "new.html")
    command = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", sys.executable, "-B", "-m", "simulation", *words]
    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    lines = [line for line in told.stderr.splitlines() if not line.startswith("warning: ")]
    assert (told.returncode, len(lines)) == (2, 1), told.stderr
    assert lines[0].startswith("error: ")
    assert files_of(tmp_path) == before


# ---------------------------------------------------------------- signals


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_interrupted_ends_at_once_and_leaves_nothing(
    sent: signal.Signals, code: int, workers: str, tiny_file: Path, tmp_path: Path
) -> None:
    # It is told alone, and not its processes; what they are to do takes longer than anybody waits.
    words = ["run", str(tiny_file), "--set", "days=365", "--set", "demand.sessions_per_day=2000", "--regions", "2"]
    words += ["--set", "population.tutors=500", "--workers", workers, "--out", str(tmp_path / "run")]
    with subprocess.Popen([sys.executable, "-m", "simulation", *words], cwd=ROOT, stderr=subprocess.PIPE) as process:
        wait_for(lambda: len(list(tmp_path.glob("run.partial/regions/*.partial/event_log.parquet"))) == int(workers))
        process.send_signal(sent)
        assert process.stderr
        said = process.stderr.read().decode().strip()
        assert (process.wait(), said) == (code, f"error: {'interrupted' if code == 130 else 'terminated'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="an end is asked for again where there are timers")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_end_is_asked_for_again_where_a_library_drops_it(sent: signal.Signals, code: int, tmp_path: Path) -> None:
    # What is raised in a finalizer goes no further; and who tidies up is not disturbed.
    program_of_ours = """
import os, signal, sys, time
import click
from simulation.cli.program import run_program

class Dropped:
    def __del__(self):
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(0.1)

sys.unraisablehook = lambda *_: None

@click.command()
@click.argument("number")
def command(number):
    Dropped()
    try:
        time.sleep(600)
    finally:
        time.sleep(2)
        click.echo("tidied up")

run_program(command, None)
"""
    words = [sys.executable, "-c", program_of_ours, str(int(sent))]
    told = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert (told.returncode, told.stdout) == (code, "tidied up\n"), told.stderr
    assert told.stderr.strip() == f"error: {'interrupted' if code == 130 else 'terminated'}"


def wait_for(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.05)
