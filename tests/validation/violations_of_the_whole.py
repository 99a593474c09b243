"""Violations of the contract, and of the tables being the log reduced, planted in the good run."""

from typing import Any

import attrs

from simulation.log import Log
from tests.hand_made_log import local
from tests.validation.spoiling import Spoil, Spoiled, Violations, logged, row_of

_DAILY = "S000100250"  # T0001 with U00001 on day 15
_LOGIN = {"event_type": "login", "tutor_id": "T0001"}
_SETTLED = {"event_type": "session_completed", "session_id": "S000020007"}  # after the window has closed
_STUDENT = {"student_id": "U00001"}
_OF_TRUTH = {"tutor_id": "T0001"}

session = row_of("sessions", "session_id")
outcome = row_of("truth_interventions", "intervention_id")


def null_chronotype(run: Spoiled) -> None:
    """Gives a column a null that may have none."""
    table = run.tables["tutor_profiles"]
    place = table.schema.get_field_index("chronotype")
    values = [None, *table["chronotype"].to_pylist()[1:]]
    run.tables["tutor_profiles"] = table.set_column(place, table.schema.field(place).with_nullable(True), [values])


def give_away_personas(run: Spoiled) -> None:
    """Gives sessions a column of the truth."""
    personas = ["rock_star"] * len(run.tables["sessions"])
    run.tables["sessions"] = run.tables["sessions"].append_column("persona", [personas])


def with_names(**names: Any) -> Spoil:
    """Has the observable log state other names."""

    def spoil(run: Spoiled) -> None:
        vocabulary = attrs.evolve(run.log.metadata.vocabulary, **names)
        run.log = Log(run.log.table, attrs.evolve(run.log.metadata, vocabulary=vocabulary))

    return spoil


VIOLATIONS: Violations = {
    "whole.contract": {
        "value": (session(_DAILY, grade_level="Nursery"), "Nursery"),
        "range": (session(_DAILY, tutor_speak_ratio=0.81), "sessions.tutor_speak_ratio"),
        "precision": (session(_DAILY, empathy_score=6.512), "6.512"),
        "null": (null_chronotype, "tutor_profiles.chronotype"),
        "key": (lambda run: run.copy("students", _STUDENT), "students"),
        "reference": (lambda run: run.drop("students", _STUDENT), "sessions.student_id"),
        "column": (give_away_personas, "persona"),
        "missing table": (lambda run: run.tables.pop("students"), "students is missing"),
        "session outside the window": (session(_DAILY, session_datetime=local(30)), _DAILY),
        "column of the log": (lambda run: run.with_log_column("mood", 1.0), "event_log.parquet"),
        "null in the log": (logged(_LOGIN, event_type=None), "event_type has 1 nulls"),
        "event type": (logged(_LOGIN, event_type="logout"), "logout"),
        "event type of the truth": (lambda run: run.set_truth_event(_OF_TRUTH, event_type="rumour"), "rumour"),
        "event id twice": (lambda run: run.copy_event(_LOGIN), "event_id"),
        "event id": (logged(_LOGIN, event_id="E17"), "E17"),
        "event id of another region": (logged(_LOGIN, region=2), "region"),
        "event ids out of order": (logged(_LOGIN, event_id="EV000900"), "a sequence that does not increase"),
        "truth out of order": (lambda run: run.set_truth_event(_OF_TRUTH, event_id="EV000900T01"), "sequence"),
        "truth out of place": (lambda run: run.set_truth_event(_OF_TRUTH, time_utc=local(-19)), "in the other part"),
        "time runs back": (logged(_LOGIN, time_utc=local(20)), "after a later one"),
        "local time runs back": (logged(_LOGIN, timestamp=local(20)), "local time throughout"),
        "local time shifts": (logged(_SETTLED, timestamp=local(30, 1)), "local time throughout"),
        "another window": (lambda run: run.record.update(window_start="2026-01-06T00:00:00"), "window_start"),
        "other names": (with_names(subjects=("Piano",)), "states subjects Piano, run.json Math, Science"),
        "after the close": (logged(_SETTLED, event_type="login"), "closed"),
    },
    "whole.log_without_truth": {
        "column": (lambda run: run.with_log_column("persona", "rock_star"), "persona"),
        "event": (logged(_LOGIN, event_type="tutor_tipped"), "tutor_tipped"),
        "names": (with_names(personas=("rock_star",)), "its vocabulary names personas"),
        "table is not of the log": (session(_DAILY, student_rating=4.2), "student_rating"),
    },
    "whole.tables_from_log": {
        "value": (session(_DAILY, student_rating=4.2), "student_rating"),
        "order of rows": (lambda run: run.reverse("interventions"), "interventions"),
        "missing row": (lambda run: run.drop("students", _STUDENT), "students"),
        "value of the truth": (outcome("INT0001", engagement_effect=0.13), "engagement_effect"),
        "missing event": (lambda run: run.drop_event({"event_type": "message_sent"}), "engagement_events"),
        "log that leaves a table open": (
            lambda run: run.set_truth_event({"event_type": "tutor_traits_drawn"}, persona=None),
            "truth_tutors.persona",
        ),
    },
}
