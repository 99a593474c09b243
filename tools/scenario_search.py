"""Looks for scenario files that are answered with anything but a scenario or one line.

    nice python -m tools.scenario_search --tries 100000 --seed 1

Takes the scenarios of the project, changes lines, values, keys, brackets and bytes of them at random, and loads what
comes out: it has to be a scenario, or a ScenarioError whose one line names the file. The same with overrides at random.
Besides, misspells keys by a letter, and looks whether the one that was meant is suggested. Exits with 1 where
something else happens.
"""

import random
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from simulation.scenario import Change, Experiment, Region, Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.loading import ScenarioError, check_scenario, load_scenario
from simulation.scenario.names import tables_of_names
from simulation.scenario.without_effect import without_effect

SCENARIOS = Path(__file__).parents[1] / "scenarios"
LETTERS = "abcdefghijklmnopqrstuvwxyz_"
_NAMES = ("production.toml", "two-regions.toml", "dev.toml")
# After so many seconds a try is said to hang.
PATIENCE = 120

VALUES = (
    "0", "-0.0", "1", "-1", "1.0", "1e400", "-inf", "nan", "9223372036854775808", "1" * 5000, "0x" + "f" * 5000, "1_0",
    "true", "'true'", "''", "'x'", '"\\u0000"', '"\\U0001F600"', "'" + "n" * 300 + "'", "'../x'", "'CON'",
    "'\u65e5\u672c'",
    "2026-01-05", "0001-01-01", "9999-12-31", "2026-01-05T00:00:00", "2026-01-05T00:00:00Z", "2026-02-30", "07:32:00",
    "[]", "[1]", "[1, 2]", "[2, 1]", "[[1, 2]]", "[1, 'x']", "[nan, nan]", "{}", "{a = 1}", "{share = 2}", "[{}]",
    "[" * 500, "[" * 500 + "]" * 500, "{a = " * 100 + "1" + "}" * 100, "'''", '"""\n\n"""', "\\", "=",
)  # fmt: skip
LINES = (
    'extends = "production.toml"', 'extends = "."', 'extends = ""', 'extends = "nowhere.toml"', "extends = 5",
    'extends = "a\\u0000b"', "[population]", "[[population]]", "[[regions]]", "[regions]", "[[regions.terms]]",
    "[[experiments]]", "[population.personas]", '["a\\nb"]', "[subjects]", "[subjects.Chess]",
    "[interventions.kinds.thanks]", "replace = true", 'like = "Math"', 'like = "churn"', "[a.b.c]", "a.b.c = 1", "[",
    "]]", "= 5", "#", "\ufeff",
)  # fmt: skip
# Names of tables, such as may be and such as may not.
NAMES = (
    "Chess", '"Test Prep"', "'it''s'", '"\u65e5\u672c"', "Math", "churn", "rock_star", "like", "replace", "7", '""',
    '"a.b"',
)  # fmt: skip
BYTES = (b"\xff", b"\x00", b"\r", b"\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\x1b[2J")

Lines = list[str]


def mutated(text: str, chance: random.Random) -> bytes:
    """A scenario file with one to five things changed."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 5)):
        chance.choice(_CHANGES)(lines, chance)
    content = "\n".join(lines).encode(errors="surrogatepass")
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        place = chance.randint(0, len(content))
        content = content[:place] + chance.choice(BYTES) + content[place + chance.randint(0, 3) :]
    return content


def override(chance: random.Random) -> str:
    """A value for --set, of a parameter, a section, an item or an end of one, or of what is none."""
    if chance.random() < 0.2:
        return _override_of_names(chance)
    parts = chance.choice(_KEYS).split(".")
    parts = parts[: chance.randint(1, len(parts))] + chance.choice(([], [], [], ["0"], ["1"], ["x"], [""], ["-1"]))
    if chance.random() < 0.1:
        parts[-1] = misspelt(parts[-1], chance)
    return f"{'.'.join(parts)}{chance.choice(('=', '=', '=', ' = ', ''))}{chance.choice(VALUES)}"


def _override_of_names(chance: random.Random) -> str:
    """What begins named tables anew, copies one, or states another one."""
    table, name = chance.choice(_TABLES), chance.choice(NAMES)
    return chance.choice((
        f"{table}.replace={chance.choice(('true', 'false', chance.choice(VALUES)))}",
        f"{table}.{name}.like={_a_name_of(table, chance)}",
        f"{table}.{name}.{chance.choice(_KEYS).rpartition('.')[2]}={chance.choice(VALUES)}",
    ))  # fmt: skip


def _a_name_of(table: str, chance: random.Random) -> str:
    """Mostly the name of a table that there is."""
    there = [key.removeprefix(f"{table}.").partition(".")[0] for key in _KEYS if key.startswith(f"{table}.")]
    return chance.choice((*there, chance.choice(NAMES)))


def _at(lines: Lines, chance: random.Random) -> int:
    if not lines:
        lines.append("")
    return chance.randrange(len(lines))


def _delete(lines: Lines, chance: random.Random) -> None:
    del lines[_at(lines, chance)]


def _duplicate(lines: Lines, chance: random.Random) -> None:
    lines.insert(_at(lines, chance), lines[_at(lines, chance)])


def _swap(lines: Lines, chance: random.Random) -> None:
    one, other = _at(lines, chance), _at(lines, chance)
    lines[one], lines[other] = lines[other], lines[one]


def _insert(lines: Lines, chance: random.Random) -> None:
    lines.insert(_at(lines, chance), chance.choice(LINES))


def _state(lines: Lines, chance: random.Random) -> None:
    """State any parameter as anything, at the top or wherever."""
    key = chance.choice(_KEYS)
    quoted = ".".join(f'"{part}"' if " " in part else part for part in key.split("."))
    lines.insert(chance.choice((0, _at(lines, chance))), f"{quoted} = {chance.choice(VALUES)}")


def _revalue(lines: Lines, chance: random.Random) -> None:
    place = _at(lines, chance)
    key, equals, _ = lines[place].partition("=")
    lines[place] = f"{key}{equals} {chance.choice(VALUES)}"


def _rename(lines: Lines, chance: random.Random) -> None:
    place = _at(lines, chance)
    key, equals, rest = lines[place].partition("=")
    lines[place] = misspelt(key, chance) + equals + rest


def _nest(lines: Lines, chance: random.Random) -> None:
    place = _at(lines, chance)
    key, equals, value = lines[place].partition("=")
    opening, closing = chance.choice(("[]", ("{a =", "}")))
    lines[place] = f"{key}{equals} {opening}{value}{closing}"


def _scratch(lines: Lines, chance: random.Random) -> None:
    """Put any sign anywhere in a line, or in place of another."""
    place = _at(lines, chance)
    sign = chance.choice("[]{}=.,'\"#\\-+eE_ 0\t\u00e9\u202e\u2028\U0001f600\ud800")
    cut = chance.randint(0, len(lines[place]))
    lines[place] = lines[place][:cut] + sign + lines[place][cut + chance.randint(0, 1) :]


def _name(lines: Lines, chance: random.Random) -> None:
    """State another table of those with names: a copy, by itself, or instead of all."""
    table, name = chance.choice(_TABLES), chance.choice(NAMES)
    if chance.random() < 0.3:
        lines += [f"[{table}]", "replace = true"]
    stated = f'like = "{_a_name_of(table, chance)}"' if chance.random() < 0.5 else f"share = {chance.choice(VALUES)}"
    lines += [f"[{table}.{name}]", stated]


_CHANGES: Sequence[Callable[[Lines, random.Random], None]] = (
    _delete, _duplicate, _swap, _insert, _state, _revalue, _rename, _nest, _scratch, _name,
)  # fmt: skip


def misspelt(word: str, chance: random.Random) -> str:
    """A word with a letter left out, doubled, changed, or swapped with the next."""
    if len(word) < 2:
        return word + chance.choice(LETTERS)
    place = chance.randrange(len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return chance.choice((
        before + after, before + letter * 2 + after, before + chance.choice(LETTERS) + after,
        before + after[0] + letter + after[1:],
    ))  # fmt: skip


def _all_keys() -> list[str]:
    lists = (("changes", Change), ("experiments", Experiment), ("regions", Region))
    items = [f"{name}.0.{key}" for name, kind in lists for key, _ in known_keys(kind)]
    return [key for key, field in known_keys(Scenario) if "list_of" not in field.metadata] + items


_KEYS = tuple(_all_keys())
# With a letter wrong, words of three letters are like too many others to be guessed.
_LONG_KEYS = tuple(key for key in _KEYS if len(key.rpartition(".")[2]) > 3)
_TABLES = tuple(".".join(path) for path in tables_of_names(Scenario))


def fault_of(path: Path, load: Callable[[Path], Any] = load_scenario) -> tuple[str, str | None]:
    """What came of loading a file, and what is wrong with that; None where nothing is."""
    try:
        scenario = load(path)
        check_scenario(scenario)
        without_effect(scenario)
    except ScenarioError as error:
        said = str(error)
        if len(said.splitlines()) != 1 or not said.isprintable():
            return "refused", f"is no line that can be printed: {said!r}"
        # A parent is blamed by its own name, or by that of the file that extends it.
        named = said.startswith((f"{path.parent}", "--set: "))
        return "refused", None if named else f"does not name the file: {said}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "failed", f"{type(error).__name__}: {str(error)[:200]}"
    return "loaded", None


def suggestion_fault(key: str, chance: random.Random) -> str | None:
    """What is wrong with what is suggested for a key with one letter wrong; None where nothing is."""
    *parents, last = key.split(".")
    wrong = misspelt(last, chance)
    siblings = {known.split(".")[-1] for known in _KEYS if known.split(".")[:-1] == parents}
    sections = {known.split(".")[len(parents)] for known in _KEYS if known.split(".")[: len(parents)] == parents}
    if wrong in siblings | sections:
        return None
    from simulation.scenario.loading import scenario_from_dict

    value: Any = 1
    for part in reversed([*parents, wrong]):
        value = [value] if part.isdigit() else {part: value}
    try:
        scenario_from_dict(value)
    except ScenarioError as error:
        meant = re.search(r"did you mean (.+?)\?", str(error))
        if meant and (meant[1] == key or is_as_near(wrong, meant[1].split(".")[-1])):
            return None
        return str(error)
    return f"{'.'.join([*parents, wrong])} is taken for a key"


def is_as_near(word: str, other: str) -> bool:
    """Whether one letter left out, doubled, changed or swapped makes one word of another, either way."""
    shorter, longer = sorted((word, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    first = next((place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) != len(longer):
        return shorter[first:] == longer[first + 1 :]
    swapped = shorter[:first] + shorter[first + 1 : first + 2] + shorter[first : first + 1] + shorter[first + 2 :]
    return shorter[first + 1 :] == longer[first + 1 :] or swapped == longer


def search(tries: int, seed: int, directory: Path, *, patience: int = 0) -> tuple[Counter[str], list[str]]:
    """How many files were loaded and refused, and what was found; each try belongs to the seed and its number.

    With `patience`, a try that takes so many seconds is a finding, too.
    """
    texts = [path.read_text("utf-8") for path in sorted(SCENARIOS.glob("*.toml"))]
    for path in SCENARIOS.glob("*.toml"):
        (directory / path.name).write_bytes(path.read_bytes())
    counts, found = Counter[str](), []
    path = directory / "tried.toml"
    for number in range(tries):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 -- no secret
        content = mutated(chance.choice(texts), chance)
        path.write_bytes(content)
        signal.alarm(patience)
        outcome, fault = fault_of(path)
        signal.alarm(0)
        counts[outcome] += 1
        if fault is not None:
            found.append(f"try {number}: {fault}")
        overrides = [override(chance) for _ in range(chance.randint(1, 3))]
        outcome, fault = fault_of(directory / chance.choice(_NAMES), partial(load_scenario, overrides=overrides))
        counts[f"{outcome} with overrides"] += 1
        if fault is not None:
            found.append(f"try {number}: {overrides}: {fault}")
        counts["keys misspelt"] += 1
        if (fault := suggestion_fault(chance.choice(_LONG_KEYS), chance)) is not None:
            found.append(f"try {number}: {fault}")
    return counts, found


def _hangs(*_: Any) -> None:
    raise TimeoutError(f"took {PATIENCE} seconds")


@click.command()
@click.option("--tries", type=click.IntRange(min=1), default=1000, show_default=True, help="How many files.")
@click.option("--seed", default=1, show_default=True, help="Root of all random choices.")
def main(tries: int, seed: int) -> None:
    """Look for scenario files that are answered wrongly, and say what was tried and found."""
    signal.signal(signal.SIGALRM, _hangs)
    with tempfile.TemporaryDirectory() as directory:
        counts, found = search(tries, seed, Path(directory), patience=PATIENCE)
    click.echo(", ".join(f"{count:,} {outcome}" for outcome, count in counts.items()))
    click.echo(f"{len(found):,} found")
    for fault in found[:100]:
        click.echo(fault)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
