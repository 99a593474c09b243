"""The vocabulary of the log: each event declared once, with typed, documented fields."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from simulation import events
from simulation.events import KEYS, OBSERVABLE, TRUTH, Field, LocalTime, fields, observable, truth, type_name
from simulation.events.declaring import Declarations

ALL = (*OBSERVABLE, *TRUTH)
EVENT = pytest.mark.parametrize("event_type", ALL, ids=type_name)


def test_every_event_has_its_place_for_good() -> None:
    # Columns of the log follow: a new event goes behind the last of its part, and no earlier one moves.
    assert [type_name(event_type) for event_type in OBSERVABLE][:35] == [
        "tutor_registered", "tutor_left", "student_joined", "pairing_on_record", "student_churned",
        "session_requested", "request_refused", "session_booked", "session_rescheduled", "session_cancelled",
        "session_completed", "student_no_show", "tutor_no_show",
        "login", "session_scheduled", "post_session_activity", "profile_updated", "message_sent",
        "churn_signals_changed", "churn_scored",
        "intervention_sent", "intervention_withheld", "email_delivered", "email_failed", "email_opened",
        "email_clicked", "intervention_responded", "coaching_scheduled", "coaching_attended",
        "experiment_started", "experiment_assigned", "experiment_exposed", "experiment_converted",
        "experiment_completed", "parameters_changed",
    ]  # fmt: skip
    assert [type_name(event_type) for event_type in TRUTH][:10] == [
        "tutor_traits_drawn", "student_traits_drawn", "intervention_outcome_drawn", "intervention_cut_short",
        "intervention_muted", "tutor_tipped", "tutor_state_recorded", "tutor_leaving_explained",
        "student_leaving_explained", "scenario_changed",
    ]  # fmt: skip


@pytest.mark.parametrize(("part", "first"), [(observable, "TutorRegistered"), (truth, "TutorTraitsDrawn")])
def test_two_events_claim_no_place(part: Declarations, first: str) -> None:
    with pytest.raises(TypeError, match=rf"^Second: {first} has place 1; \d+ is free$"):

        @part(1)
        class Second(NamedTuple):
            tutor_id: str


def test_every_module_is_part_of_the_vocabulary() -> None:
    text = Path(events.__file__).read_text(encoding="utf-8")
    imported = re.findall(r"from simulation\.events\.(\w+) import \*", text)
    assert imported == sorted(path.stem for path in Path(events.__file__).parent.glob("[a-z]*.py"))


def test_types_are_named_after_their_classes_in_snake_case() -> None:
    assert type_name(events.SessionCompleted) == "session_completed"
    assert type_name(events.TutorNoShow) == "tutor_no_show"
    assert len({type_name(event_type) for event_type in ALL}) == len(ALL)


@EVENT
def test_every_event_says_what_it_means(event_type: type[Any]) -> None:
    assert (event_type.__doc__ or "").strip().endswith(".")


@EVENT
def test_fields_are_the_event_s_own_in_order_and_of_types_that_a_log_can_hold(event_type: type[Any]) -> None:
    declared = fields(event_type)
    assert tuple(field.name for field in declared) == event_type._fields
    assert {field.type for field in declared} <= {str, int, float, bool, LocalTime}


@EVENT
def test_keys_are_texts_and_say_who_or_what_it_is_about(event_type: type[Any]) -> None:
    keys = [field for field in fields(event_type) if field.name in KEYS]
    about_all = {events.ParametersChanged, events.ScenarioChanged}
    assert {field.type for field in keys} == (set() if event_type in about_all else {str})


def test_a_field_s_note_says_what_it_means() -> None:
    rating = next(field for field in fields(events.TutorRegistered) if field.name == "avg_historical_rating")
    assert rating == Field("avg_historical_rating", float, nullable=False, description="1 to 5")


def test_a_field_that_may_be_missing_says_so() -> None:
    found = {field.name: field for field in fields(events.InterventionSent)}
    assert found["experiment_id"].nullable
    assert found["experiment_id"].type is str
    assert not found["channel"].nullable


def test_moments_are_whole_seconds_here_and_local_times_in_the_log() -> None:
    booked = {field.name: field.type for field in fields(events.SessionBooked)}
    assert booked["scheduled_start"] is LocalTime
    assert booked["scheduled_duration_min"] is int


def test_a_nightly_score_has_the_figures_of_a_change_of_signals() -> None:
    assert events.ChurnScored._fields == events.ChurnSignalsChanged._fields


def test_what_only_the_simulator_knows_is_in_no_observable_event() -> None:
    latent = {"persona", "edge_cases", "morale", "burnout", "leniency", "tipping_day", "outcome", "reason"}
    public = {events.RequestRefused: {"reason"}, events.SessionCancelled: {"reason"}}
    for event_type in OBSERVABLE:
        names = {field.name for field in fields(event_type)}
        assert names & latent <= public.get(event_type, set()), type_name(event_type)
