"""Names in documents are names of the code: parameters, claims, tables, columns, events, states, modules."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import attrs
import pytest

from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.contract import EVERY_RUN
from simulation.events import OBSERVABLE, TRUTH, fields, type_name
from simulation.scenario import Experiment, Scenario
from simulation.scenario.fields import known_keys
from simulation.studies.key_figures import KEY_FIGURES
from simulation.validation.ledger import ledger
from tests.documents import DOCUMENTS, ROOT, name_of, read, spans

KEYS = [key for key, _ in known_keys(Scenario)]
SECTIONS = {".".join(parts[:depth]) for parts in (key.split(".") for key in KEYS) for depth in range(1, len(parts))}
OF_EXPERIMENTS = {f"experiments.{field.name}" for field in attrs.fields(Experiment)}
COLUMNS = {f"{table.name}.{column.name}" for table in EVERY_RUN.tables.values() for column in table.columns}
DOTTED = {*KEYS, *SECTIONS, *OF_EXPERIMENTS, *COLUMNS, *ledger()}


@cache
def words() -> set[str]:
    """All single names that the code has for what documents tell of."""
    tables = [*EVERY_RUN.tables.values(), *EVERY_RUN.requested.values()]
    columns = [column for table in tables for column in table.columns]
    return {
        *(part for name in DOTTED for part in name.split(".")),
        *(table.name for table in tables),
        *(column.name for column in (*columns, *EVERY_RUN.event_log.columns)),
        *(str(value) for column in columns for value in column.enum or ()),
        *(type_name(event) for event in (*OBSERVABLE, *TRUTH)),
        *(field.name for event in (*OBSERVABLE, *TRUTH) for field in fields(event)),
        *(field.name for agent in (Tutor, Student) for field in attrs.fields(agent)),
        *(path.stem for path in (ROOT / "simulation").rglob("*.py")),
        *(figure.name for figure in KEY_FIGURES),
    }


def written_out(name: str) -> Iterator[str]:
    """`a.{b,c}` is `a.b` and `a.c`; indices of lists are left out."""
    name = re.sub(r"\.\d+(?=\.)", "", name)
    if options := re.search(r"\{(.*?)\}", name):
        for option in options[1].split(","):
            yield name.replace(options[0], option)
    else:
        yield name


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_parameter_that_is_named_by_its_key_is_one(path: Path) -> None:
    for span in spans(path.read_text(encoding="utf-8")):
        if re.fullmatch(r"[a-z]+(\.[a-z0-9_*{},]+)+", span) and span.partition(".")[0] in SECTIONS:
            for name in written_out(span):
                assert any(fnmatch(known, name) for known in DOTTED), span


@pytest.mark.parametrize("name", ["docs/model.md", "docs/claims.md", "docs/datasheet.md", "docs/labels.md"])
def test_every_name_of_several_words_is_one_of_the_code(name: str) -> None:
    for span in spans(read(name)):
        if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+\*?", span):
            assert any(fnmatch(known, span) for known in words()), span
