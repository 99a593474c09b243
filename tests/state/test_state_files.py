"""States in files: what they are in, what is read back, and which files are refused, each in one line."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import simulation
from simulation.clock import DAY, HOUR
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, MemorySink
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario, scenario_digest
from simulation.state.conversion import WorldState
from simulation.state.files import FORMAT, StateError, read_state, state_bytes, state_is_at_fault, write_state
from simulation.world import World
from tools.hostile_states import packed, parts
from tools.resume_anywhere import LIVELY
from tools.try_states import SMALL

SECOND = 4 * DAY + 17 * HOUR


def a_world(scenario: Scenario, state: WorldState | None = None) -> World:
    return World(scenario, MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA), state=state)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(LIVELY, SMALL)


@pytest.fixture(scope="module")
def digest(scenario: Scenario) -> str:
    return scenario_digest(scenario)


@pytest.fixture(scope="module")
def state(scenario: Scenario) -> WorldState:
    world = a_world(scenario)
    world.run(until=SECOND)
    return world.state()


@pytest.fixture
def file(state: WorldState, digest: str, tmp_path: Path) -> Path:
    write_state(tmp_path / "region-0001.state", state, digest, 1)
    return tmp_path / "region-0001.state"


# ---------------------------------------------------------------- what is in a file


def test_the_first_line_says_what_the_file_is(file: Path, digest: str) -> None:
    header = json.loads(file.read_bytes().split(b"\n")[0])
    assert header["format"] == FORMAT
    assert (header["version"], header["scenario_digest"]) == (simulation.__version__, digest)
    assert (header["region"], header["second"]) == (1, SECOND)


def test_what_is_read_is_what_was_written(file: Path, state: WorldState, digest: str) -> None:
    found = read_state(file, digest, 1)
    assert state_bytes(found, digest, 1) == file.read_bytes()
    assert (found.moment, found.log) == (state.moment, state.log)
    assert found.students == state.students


def test_a_state_has_the_same_bytes_whoever_goes_on_from_it(file: Path, scenario: Scenario, digest: str) -> None:
    gone_on = a_world(scenario, read_state(file, digest, 1))
    assert state_bytes(gone_on.state(), digest, 1) == file.read_bytes()


def test_the_order_in_which_a_world_met_its_people_is_no_part_of_a_state(state: WorldState, digest: str) -> None:
    other = attrs.evolve(state, students=dict(reversed(state.students.items())))
    assert state_bytes(other, digest, 1) == state_bytes(state, digest, 1)


# ---------------------------------------------------------------- which files are refused


def refused(file: Path, digest: str, region: int = 1) -> str:
    """What is said of a file without its name."""
    with pytest.raises(StateError) as raised:
        read_state(file, digest, region)
    said = str(raised.value)
    assert said.startswith(f"{file}: ")
    assert said.isprintable()
    return said.removeprefix(f"{file}: ")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, digest: str) -> None:
    assert refused(tmp_path / "region-0001.state", digest) == "there is no such file"
    assert refused(tmp_path, digest) == "is no file"


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}", b"\x80\x04K\x01.", b"[" * 9_000 + b"\n"])
def test_a_file_that_does_not_say_what_it_is_is_refused(content: bytes, tmp_path: Path, digest: str) -> None:
    (tmp_path / "state").write_bytes(content)
    assert refused(tmp_path / "state", digest) == f"is damaged, or no {FORMAT}: its first line does not say so"


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("format", "a run", '"a run"'), ("format_version", 2, "2"), ("format_version", True, "true"),
        ("version", "0.0.1", '"0.0.1"'), ("scenario_digest", "b", '"b"'), ("region", 2, "2"),
        ("region", None, "nothing"), ("version", "\x1b[2J\n", r'"\x1b[2J\n"'),
    ],
)  # fmt: skip
def test_a_state_of_another_kind_version_scenario_or_region_is_refused(
    key: str, value: Any, shown: str, file: Path, digest: str
) -> None:
    line, body = file.read_bytes().split(b"\n", 1)
    header = json.loads(line)
    file.write_bytes(json.dumps({**header, key: value}).encode() + b"\n" + body)
    assert refused(file, digest).startswith(f"its {key} is {shown}; allowed is ")


def test_a_state_of_another_region_is_refused(file: Path, digest: str) -> None:
    assert refused(file, digest, region=2) == "its region is 1; allowed is 2"


@pytest.mark.parametrize("place", [-1, -300])
def test_a_file_with_other_bytes_is_damaged(place: int, file: Path, digest: str) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert refused(file, digest) == "is damaged: its bytes are not those that were written"
    file.write_bytes(content[:place])
    assert refused(file, digest) == "is damaged: its bytes are not those that were written"


@pytest.mark.parametrize("claimed", [0, -1, 2**40, 1.5, "9", None, True])
def test_a_file_that_claims_to_be_larger_than_it_can_be_is_refused(claimed: Any, file: Path, digest: str) -> None:
    line, body = file.read_bytes().split(b"\n", 1)
    file.write_bytes(json.dumps({**json.loads(line), "bytes": claimed}).encode() + b"\n" + body)
    assert "it claims to have " in refused(file, digest)


def test_a_header_that_tells_of_another_moment_is_refused(file: Path, digest: str) -> None:
    header, document = parts(file.read_bytes())
    file.write_bytes(packed(document, {**header, "second": 5}))
    assert f"it is of second {SECOND}, not of 5" in refused(file, digest)


# ---------------------------------------------------------------- which states no world can be in


def reforged(file: Path, change: Any) -> None:
    """Change the document of a file, and have its header vouch for it."""
    header, document = parts(file.read_bytes())
    change(document)
    file.write_bytes(packed(document, {**header, "second": document[0] >> 31}))


def fault(file: Path, scenario: Scenario) -> str:
    """What is said when a world is made of a file."""
    state = read_state(file, scenario_digest(scenario), 1)
    with pytest.raises(StateError, match="is no state that a world can be in") as raised, state_is_at_fault(file):
        a_world(scenario, state)
    return str(raised.value)


def of_a_tutor(name: Any, value: Any) -> Any:
    return lambda document: document[2][1].__setitem__(name, value)


def once_more(document: list[Any]) -> None:
    document[7] += [entry for entry in document[7] if entry[1] == "churn: nights"]


def too_many_logins(document: list[Any]) -> None:
    document[2][1]["influences"] = [1e9, {6: [{"size": 1e5, "start": 0, "lasts": 1e9, "fades": True}]}]


def backwards(document: list[Any]) -> None:
    rolling = document[6]["churn"]["rolling"]
    next(sessions for sessions, _ in rolling.values() if len(sessions) > 1).reverse()


def longer(document: list[Any]) -> None:
    next(iter(document[4].values()))[4] = 10**9


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.__setitem__(0, -1), "is in none of the world's days"),
        (lambda document: document.__setitem__(0, 2**60), "is in none of the world's days"),
        (lambda document: document[1].__setitem__(0, 10**13), "its events are those of another region"),
        (lambda document: document[1].__setitem__(2, -1), "its log has more events than there can be"),
        (lambda document: document[2].pop(1), "the scenario has other ones, 5 in all"),
        (of_a_tutor("busy_until", 10**12), "T0001 is busy for more than a week"),
        (of_a_tutor("reputation", 1e300), "T0001 has a reputation, morale or burnout that there is not"),
        (of_a_tutor("morale", "0.5"), "str instead of a number"),
        (of_a_tutor("morale", float("nan")), "float instead of a number"),
        (of_a_tutor("midnight", -(10**15)), "sleeps until another moment than that at which it is due"),
        (of_a_tutor("present", 1), "int instead of a truth value"),
        (of_a_tutor("due", "STATE"), "str instead of a whole number"),
        (of_a_tutor("hobby", "chess"), "ForbiddenExtraKeysError"),
        (too_many_logins, "a tutor logs in more often than there is time"),
        (longer, "a session takes 1000000000 minutes; allowed are 30, 60, 90"),
        (backwards, "a tutor's sessions of the last days are not in their order"),
        (once_more, "churn: nights has a process twice"),
        (lambda document: document[7][0].__setitem__(0, 5), "something is due that should have happened already"),
        (lambda document: document[7][0].__setitem__(1, "os: system"), "KeyError: 'os: system'"),
        (lambda document: document[6]["sessions"]["under_way"].update(S1=0), "is under way that will not be settled"),
    ],
)
def test_what_would_keep_a_world_from_ending_is_said(change: Any, said: str, file: Path, scenario: Scenario) -> None:
    reforged(file, change)
    assert said in fault(file, scenario)


def test_an_error_that_cannot_say_what_it_is_about_is_named(file: Path, scenario: Scenario) -> None:
    reforged(file, of_a_tutor(5, 5))
    assert "(ForbiddenExtraKeysError" in fault(file, scenario)
