"""A run's vocabulary as plain data, of which a stranger may have written what is read."""

import json
from typing import Any

import attrs
import pytest

from simulation.contract.vocabulary import (
    ExtraColumn,
    ExtraEvent,
    ExtraField,
    Vocabulary,
    VocabularyError,
    fault_of_name,
)

OUTAGE = ExtraEvent(
    "session_disturbed",
    of_truth=False,
    fields=(
        ExtraField("session_id", "string"),
        ExtraField("minutes", "integer", description="how long it was out"),
        ExtraField("loss", "float", nullable=True),
    ),
    told="the video was out for {minutes} min ({loss})",
    description="The video service failed in a session.",
)
CAUSE = ExtraEvent("cause_drawn", of_truth=True, fields=(ExtraField("session_id", "string"),))
MINUTES = ExtraColumn("sessions", "outage_minutes", "integer", "session_disturbed", "minutes")
LOSS = ExtraColumn("sessions", "outage_loss", "float", "session_disturbed", "loss", decimals=2)
VOCABULARY = Vocabulary(
    subjects=("Kids' Piano", "Ünïcode", "🎹"),
    connection_qualities=("Good", "Poor"),
    personas=("star",),
    edge_cases=("owl",),
    student_personas=("shy",),
    columns=(MINUTES, LOSS),
    events=(OUTAGE, CAUSE),
)


def test_a_vocabulary_reads_back_from_json() -> None:
    stored = json.dumps(VOCABULARY.to_plain())
    assert Vocabulary.from_plain(json.loads(stored)) == VOCABULARY
    assert Vocabulary.from_plain(json.loads(json.dumps(Vocabulary().to_plain()))) == Vocabulary()


def test_what_is_observable_has_no_persona_and_no_event_of_the_truth() -> None:
    seen = VOCABULARY.observable()
    assert (seen.personas, seen.edge_cases, seen.student_personas, seen.events) == ((), (), (), (OUTAGE,))
    assert (seen.subjects, seen.columns) == (VOCABULARY.subjects, VOCABULARY.columns)


def test_equal_vocabularies_are_one_key_of_a_cache() -> None:
    assert hash(Vocabulary.from_plain(VOCABULARY.to_plain())) == hash(VOCABULARY)


def test_words_show_fields_and_nothing_else() -> None:
    assert OUTAGE.shown == ("minutes", "loss")
    assert OUTAGE.in_words({"minutes": "{loss.__class__}"}) == "the video was out for {loss.__class__} min ()"


@pytest.mark.parametrize("name", ["Piano", "Kids' Piano", "a.b", "<script>", "x" * 60, "-- ; DROP"])
def test_short_printable_texts_are_names(name: str) -> None:
    assert fault_of_name(name) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "must be a text without spaces around it"),
        (" Piano", "must be a text without spaces around it"),
        (7, "must be a text without spaces around it"),
        ("x" * 61, "has more than 60 characters"),
        ("Pia\x1b[31mno", r"'Pia\x1b[31mno' has characters that cannot be printed"),
        ("a\nb", r"'a\nb' has characters that cannot be printed"),
        ("a\u202eb", "cannot be printed"),
        ("\ud800", "cannot be printed"),
        ("Piano,Violin", "has a comma, which separates names in tables"),
    ],
)
def test_other_things_are_no_names(name: Any, told: str) -> None:
    fault = fault_of_name(name)
    assert fault is not None
    assert told in fault
    assert fault.isprintable()
    with pytest.raises(VocabularyError, match=r"^subjects: "):
        Vocabulary.from_plain({"subjects": [name]})


def event(**stated: Any) -> dict[str, Any]:
    return attrs.asdict(OUTAGE) | {"fields": [attrs.asdict(one) for one in OUTAGE.fields]} | stated


def column(**stated: Any) -> dict[str, Any]:
    return attrs.asdict(MINUTES) | stated


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "vocabulary: [] is no table"),
        ({"moods": []}, "vocabulary: there is no key 'moods'"),
        ({"subjects": "Piano"}, "subjects: 'Piano' is no list"),
        ({"subjects": ["Piano", "Piano"]}, "subjects: 'Piano' is there more than once"),
        ({"subjects": [str(number) for number in range(201)]}, "subjects: there are 201, more than 200"),
        ({"subjects": [["Piano"]]}, "subjects: ['Piano'] is no name"),
        ({"columns": [7]}, "column: 7 is no table"),
        ({"columns": [{"table": "sessions"}]}, "column: lacks the key name"),
        ({"columns": [column(table="truth_tutors")]}, "table: 'truth_tutors' is not one of sessions"),
        ({"columns": [column(table=["sessions"])]}, "table: ['sessions'] is not one of sessions"),
        ({"columns": [column(type="json")]}, "type: 'json' is not one of string"),
        ({"columns": [column(name='x" TEXT); --')]}, "name: 'x\" TEXT); --' is no name of a column"),
        ({"columns": [column(name="Outage")]}, "is no name of a column or an event"),
        ({"columns": [column(field="a b")]}, "field: 'a b' is no name"),
        ({"columns": [column(field=3)]}, "field: 3 is no name"),
        ({"columns": [column(field="", type="string")]}, "without a field it is a boolean or an integer"),
        ({"columns": [column(type="float")]}, "a float has decimals, and nothing else has"),
        ({"columns": [column(decimals=2)]}, "a float has decimals, and nothing else has"),
        ({"columns": [column(type="float", decimals=99)]}, "decimals are a whole number from 0 to 10"),
        ({"columns": [column(type="float", decimals=True)]}, "decimals are a whole number from 0 to 10"),
        ({"columns": [column(description="a\x07")]}, "is no printable text of a line"),
        ({"columns": [column(), column()]}, "columns: 'sessions.outage_minutes' is there more than once"),
        ({"events": [event(), event()]}, "events: 'session_disturbed' is there more than once"),
        ({"events": [event(of_truth="no")]}, "of_truth: 'no' is neither true nor false"),
        ({"events": [event(fields={})]}, "fields: {} is no list"),
        ({"events": [event(fields=[{"name": "x", "type": "list"}])]}, "type: 'list' is not one of string"),
        ({"events": [event(fields=[*event()["fields"], {"name": "loss", "type": "float"}])]},
         "fields of session_disturbed: 'loss' is there more than once"),
        ({"events": [event(told="{minutes.__class__}")]}, "its words show {minutes.__class__}, which is none"),
        ({"events": [event(told="{}")]}, "its words show {}, which is none of its fields"),
        ({"events": [event(told="{minutes")]}, "its words have a brace that is not closed"),
        ({"events": [event(of_truth=True)], "columns": [column()]}, "is an event of the truth, which sessions cannot"),
        ({"events": [event()], "columns": [column(table="students")]}, "has no field student_id, by which"),
        ({"events": [event()], "columns": [column(field="hours")]}, "has no field hours of the type integer"),
        ({"events": [event()], "columns": [column(type="boolean")]}, "has no field minutes of the type boolean"),
    ],
)  # fmt: skip
def test_what_a_strangers_file_has_wrong_is_told_in_a_line(data: Any, told: str) -> None:
    with pytest.raises(VocabularyError) as raised:
        Vocabulary.from_plain(data)
    assert told in str(raised.value)
    assert str(raised.value).isprintable()
