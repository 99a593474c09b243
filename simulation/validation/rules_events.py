"""Rules about engagement_events: what they name is there, and when they come after what."""

import json
from typing import Any

import numpy as np

from simulation.events import (
    EmailClicked,
    EmailOpened,
    InterventionSent,
    Login,
    SessionBooked,
    SessionCompleted,
    SessionRescheduled,
    TutorRegistered,
)
from simulation.validation.bounds import Delay
from simulation.validation.frames import Flags, Floats, Frame, falls, sums_between, taken
from simulation.validation.rules import rule
from simulation.validation.run import Run

EVENT_TYPES = (
    "login",
    "session_scheduled",
    "session_completed",
    "profile_updated",
    "message_sent",
    "coaching_scheduled",
    "coaching_attended",
    "email_opened",
    "email_clicked",
)

_NO_JSON = object()
_EVENT = "{event_type} {event_id} of {tutor_id} at {timestamp}"


@rule("event.scheduled_after_login")
def scheduling_follows_a_login(run: Run) -> list[str]:
    """session_scheduled comes some minutes after a login, and names a session of the tutor that is to come."""
    delay = Delay.stated(run, "activity.scheduling_minutes")
    events, booked, logins = (
        _naming(run, "session_scheduled", "session_id"),
        run.events(SessionBooked),
        run.events(Login),
    )
    moments, tutors = events.seconds("timestamp"), run.frame("tutor_profiles")
    logins_before = sums_between(
        events.places("tutor_id", tutors), moments - delay.longest, moments - delay.shortest + 1,
        logins.places("tutor_id", tutors), logins.seconds("timestamp"), np.ones(len(logins)),
    )  # fmt: skip
    named = events.places("session_id", booked)
    to_come = events.agrees("tutor_id", booked, named) & (taken(_last_starts(run, booked), named) > moments)
    return [
        *events.listed(logins_before == 0, f"{_EVENT} follows no login {delay} before"),
        *events.listed(~to_come, f"{_EVENT} names {{session_id}}, no session of the tutor that starts later"),
    ]


@rule("event.completed_after_session")
def follow_ups_come_after_the_session(run: Run) -> list[str]:
    """session_completed names a completed session of the tutor and comes within minutes after its end."""
    delay = Delay.stated(run, "activity.post_session_minutes")
    events, held = _naming(run, "session_completed", "session_id"), run.events(SessionCompleted)
    named = events.places("session_id", held)
    since = events.seconds("timestamp") - taken(held.seconds("timestamp"), named)
    fine = events.agrees("tutor_id", held, named) & delay.allows(since)
    return events.listed(~fine, f"{_EVENT} names {{session_id}}, no session that the tutor completed {delay} before")


@rule("event.email_timing")
def emails_are_read_in_time(run: Run) -> list[str]:
    """Emails are opened hours after they are sent, and clicked minutes after they are opened."""
    rows = run.frame("interventions")
    sent, opened, clicked = (run.events(kind) for kind in (InterventionSent, EmailOpened, EmailClicked))
    sent_before = taken(sent.seconds("timestamp"), opened.places("intervention_id", sent))
    opened_before = taken(opened.seconds("timestamp"), clicked.places("intervention_id", opened))
    return [
        *_opened_out_of_time(run, rows, "opened_at", rows.seconds("sent_at")),
        *_clicked_out_of_time(run, rows, "clicked_at", rows.seconds("opened_at")),
        *_opened_out_of_time(run, opened, "timestamp", sent_before),
        *_clicked_out_of_time(run, clicked, "timestamp", opened_before),
    ]


@rule("event.email_matches_intervention")
def emails_match_their_intervention(run: Run) -> list[str]:
    """email_opened and email_clicked have the opened_at and clicked_at of the intervention that they name."""
    return [
        *_unmatched_emails(run, "email_opened", "opened_at", EmailOpened),
        *_unmatched_emails(run, "email_clicked", "clicked_at", EmailClicked),
    ]


@rule("event.valid")
def events_are_valid(run: Run) -> list[str]:
    """Documented types, valid JSON, and timestamps in the window that do not decrease within a region."""
    events = run.frame("engagement_events")
    moments = events.seconds("timestamp")
    no_json = np.array([data is _NO_JSON for data in run.once(_event_data)], bool)
    return [
        *events.listed(~events.one_of("event_type", EVENT_TYPES), f"{_EVENT} is of no documented type"),
        *events.listed(no_json, f"{_EVENT} has event_data that is not JSON: {{event_data}}"),
        *events.listed((moments < run.window_start) | (moments >= run.window_end), f"{_EVENT} lies outside the window"),
        *events.listed(falls(moments) & ~_opens_region(run, events), f"{_EVENT} comes after a later one"),
    ]


def _opens_region(run: Run, events: Frame) -> Flags:
    """The events of a region that follow on one of a region with a lower number."""
    registered = run.events(TutorRegistered, columns=("tutor_id", "region"))
    regions = taken(registered.numbers("region"), events.places("tutor_id", registered))
    return falls(-regions)


def _event_data(run: Run) -> list[Any]:
    """What event_data says, by row of engagement_events; `_NO_JSON` where it is none."""
    return [_parsed(text) for text in run.frame("engagement_events").texts("event_data")]


def _parsed(text: str | None) -> Any:
    try:
        return _NO_JSON if text is None else json.loads(text)
    except ValueError:
        return _NO_JSON


def _naming(run: Run, event_type: str, key: str) -> Frame:
    """The engagement events of a type, with the id that their event_data names under a key as another column."""
    events = run.frame("engagement_events")
    named = [data.get(key) if isinstance(data, dict) else None for data in run.once(_event_data)]
    ids = [name if isinstance(name, str) else None for name in named]
    return events.with_texts(key, ids).where(events.equals("event_type", event_type))


def _last_starts(run: Run, booked: Frame) -> Floats:
    """When each booked session stands after its last move."""
    moves = run.events(SessionRescheduled)
    starts, places = booked.seconds("scheduled_start"), moves.places("session_id", booked)
    # of several moves of a session, NumPy keeps the last
    starts = starts.copy()
    starts[places[places >= 0]] = moves.seconds("new_time")[places >= 0]
    return starts


def _opened_out_of_time(run: Run, frame: Frame, column: str, sent: Floats) -> list[str]:
    delay = Delay.stated(run, "interventions.open_hours")
    return frame.listed(
        frame.present(column) & ~delay.allows(frame.seconds(column) - sent),
        f"the email of {{intervention_id}} is opened {{{column}}}, not {delay} after it was sent",
    )


def _clicked_out_of_time(run: Run, frame: Frame, column: str, opened: Floats) -> list[str]:
    delay = Delay.stated(run, "interventions.click_minutes")
    return frame.listed(
        frame.present(column) & ~delay.allows(frame.seconds(column) - opened),
        f"the email of {{intervention_id}} is clicked {{{column}}}, not {delay} after it was opened",
    )


def _unmatched_emails(run: Run, event_type: str, column: str, logged: type[Any]) -> list[str]:
    """Events whose intervention, in the table or else sent in the warm-up, is another tutor's or of another time."""
    events, rows = _naming(run, event_type, "intervention_id"), run.frame("interventions")
    sent, steps = run.events(InterventionSent), run.events(logged)
    sent = sent.where(sent.seconds("timestamp") < run.window_start)
    in_table, in_warm_up = events.places("intervention_id", rows), events.places("intervention_id", sent)
    moments = events.seconds("timestamp")
    in_row = events.agrees("tutor_id", rows, in_table) & (moments == taken(rows.seconds(column), in_table))
    stepped = taken(steps.seconds("timestamp"), events.places("intervention_id", steps))
    in_log = (in_table < 0) & events.agrees("tutor_id", sent, in_warm_up) & (moments == stepped)
    return events.listed(
        ~(in_row | in_log), f"{_EVENT} is not the {column} of {{intervention_id}}, or that is not the tutor's"
    )
