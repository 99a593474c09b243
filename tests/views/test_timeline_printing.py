"""What a person reads of a timeline, and what a program does."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from simulation.churn.signals import Reading
from simulation.views.timeline import InterventionEntry, TimelineEntry, Timelines, timelines_of
from simulation.views.timeline.telling import Teller, reading_in_words
from tests.command_line import answer, mistake
from tests.hand_made_log import local


def test_the_printed_timeline_alone_says_to_the_number_why_a_tutor_was_written_to(
    tiny_run: Path, timelines: Timelines, written_to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "timeline", tiny_run, written_to, "--only", "interventions").out
    (intervention, *_) = (one for one in timelines[written_to].entries if isinstance(one, InterventionEntry))
    assert intervention.trigger is not None
    score, offset = intervention.trigger.score, timelines[written_to].facts["score_offset"]
    assert f"INTERVENTION {intervention.intervention_id}, {intervention.intervention_type}" in told
    for reading in score.shown:
        assert f"{reading.signal}: {round(reading.value or 0, 3):g} {reading.beyond} " in told
        assert f", counts {reading.weight}" in told
    assert f"= {score.detected}; {score.detected} x 0.12 + {offset:g} (the tutor's own), at most 0.85" in told
    assert f"{score.probability:.3f}, {score.level}, from 0." in told
    assert "(allowed: 4" in told


def test_every_kind_of_entry_has_words(tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run, with_truth=True)
    kinds = set()
    for agent_id in (*timelines.tutor_ids, *timelines.student_ids):
        teller = Teller(timelines[agent_id], timelines.rules)
        for entry in timelines[agent_id].entries:
            assert all(line.strip() for line in teller.tell(entry))
            kinds.add(entry.kind)
    assert len(kinds) >= 14


def test_on_a_terminal_of_80_columns_no_line_is_wider(
    tiny_run: Path, written_to: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "80")
    told = answer(capsys, "timeline", tiny_run, written_to, "--with-truth").out
    assert "INTERVENTION" in told
    assert max(len(line) for line in told.splitlines()) <= 80


def test_in_a_pipe_a_timeline_is_plain_text_without_spaces_at_the_ends_of_lines(
    tiny_run: Path, written_to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "timeline", tiny_run, written_to).out
    assert "\x1b" not in told
    assert all(line == line.rstrip() for line in told.splitlines())


def test_only_the_chosen_kinds_are_shown(tiny_run: Path, at_work: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "timeline", tiny_run, at_work, "--only", "logins", "--json").out
    entries = json.loads(told)["timelines"][0]["entries"]
    assert entries
    assert {entry["kind"] for entry in entries} == {"login"}


def test_days_of_the_warm_up_are_shown_when_asked_for(
    tiny_run: Path, at_work: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "timeline", tiny_run, at_work, "--from", "2025-12-23", "--to", "2025-12-29", "--json").out
    days = {entry["at"][:10] for entry in json.loads(told)["timelines"][0]["entries"]}
    assert len(days) >= 3
    assert all("2025-12-23" <= day <= "2025-12-29" for day in days)


def test_json_has_the_documented_shape(tiny_run: Path, written_to: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(answer(capsys, "timeline", tiny_run, written_to, "U00001", "--json").out)
    assert list(document) == ["rules", "timelines"]
    tutor, student = document["timelines"]
    assert list(tutor) == ["agent_id", "role", "first", "last", "facts", "left_at", "entries", "risk"]
    assert (tutor["role"], student["role"], student["risk"]) == ("tutor", "student", [])
    assert set(tutor["risk"][0]) == {"at", "probability", "level", "readings"}
    (sent, *_) = (entry for entry in tutor["entries"] if entry["kind"] == "intervention")
    reading = sent["trigger"]["score"]["readings"][0]
    assert list(reading) == ["signal", "value", "beyond", "threshold", "weight", "shows"]
    assert document["rules"]["churn"]["probability_per_signal"] == 0.12


def test_with_the_truth_json_has_the_traits(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "timeline", tiny_run, "T0001", "--with-truth", "--json").out
    assert json.loads(told)["timelines"][0]["traits"]["persona"]


def test_where_nothing_of_the_kind_happened_that_is_said(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "timeline", tiny_run, "U00001", "--only", "logins").out
    assert "nothing of this kind happened in these days" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a tutor or a student"),
        (("T0099",), "'T0099' is no tutor of this run; there are 10 tutors, T0001 to T0010"),
        (("T0001", "--only", "session"), "did you mean sessions?"),
        (("T0001", "--only", ","), "--only: names nothing"),
        (("T0001", "--from", "2020-01-01"), "--from: 2020-01-01 is not in the run's log"),
        (("T0001", "--from", "tomorrow"), "'tomorrow'"),
        (("T0001", "--force"), "--force is for the file of --trace"),
        (("T0001", "--json", "--trace", "x.json"), "--json and --trace are two things"),
    ],
)
def test_a_mistake_is_answered_in_one_line(
    tiny_run: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert told in mistake(capsys, "timeline", tiny_run, *arguments)


def test_a_directory_that_is_no_run_and_a_damaged_log_are_answered_in_one_line(
    own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is no such directory" in mistake(capsys, "timeline", tmp_path / "none", "T0001")
    (own_run / "event_log.parquet").write_bytes(b"damaged")
    assert "event_log.parquet" in mistake(capsys, "timeline", own_run, "T0001")


# ---------------------------------------------------------------- single entries


def told(entry: TimelineEntry, timelines: Timelines) -> list[str]:
    return Teller(timelines["T0001"], timelines.rules).tell(entry)


def test_a_value_that_rounds_to_its_threshold_is_told_in_full() -> None:
    near = Reading("low_engagement", 5.49996, "below", 5.5, 1)
    assert reading_in_words(near) == "low_engagement: 5.49996 below 5.5"


def test_a_signal_that_does_not_show_is_told_as_such() -> None:
    assert reading_in_words(Reading("no_shows", 2, "above", 2, 1)) == "no_shows: 2 not above 2"
    too_few = Reading("declining_ratings", None, "below", 3.7, 1)
    assert reading_in_words(too_few) == "declining_ratings: too few sessions to say"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("completed", "session with U00001, Math, their first: 62 min, 5 min late, rated 4.1, engagement 6.25"),
        ("tutor_no_show", "session with U00001, Math, their first: NO-SHOW, the tutor did not come"),
        ("both_no_show", "session with U00001, Math, their first: NO-SHOW, neither came"),
    ],
)
def test_a_session_is_told_with_what_came_of_it(timelines: Timelines, outcome: str, words: str) -> None:
    fields = {
        "student_id": "U00001", "subject": "Math", "scheduled_start": local(0, 10), "outcome": outcome,
        "actual_duration_min": 62, "is_first_session": True, "student_rating": 4.1, "engagement_score": 6.25,
        "had_technical_issues": False,
    }  # fmt: skip
    session = TimelineEntry(local(0, 10, 5), "session", fields)
    assert told(session, timelines) == [words]


def test_a_withheld_intervention_is_told_as_one_of_which_nothing_was_sent(timelines: Timelines) -> None:
    fields = {
        "intervention_id": "INT0001", "intervention_type": "churn", "withheld": True, "level": "High",
        "probability": 0.538, "trigger": None, "experiment_id": None,
    }  # fmt: skip
    withheld = InterventionEntry(local(0), "intervention", fields)
    assert withheld.status == "withheld"
    assert told(withheld, timelines) == [
        "INTERVENTION INT0001, churn: withheld at random",
        "decided at 0.538, High; the score is not in the log",
    ]


def test_an_email_that_bounced_is_told_with_the_reason(timelines: Timelines) -> None:
    bounced = TimelineEntry(
        local(0), "email_step", {"intervention_id": "INT0001", "step": "failed", "detail": "mailbox full"}
    )
    assert told(bounced, timelines) == ["email of INT0001 failed: mailbox full"]


def test_an_intervention_is_told_with_its_days_all_six_signals_and_the_order_of_types(
    tiny_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = timelines_of(tiny_run)
    tutor = next(one for one in found.tutor_ids if any(isinstance(e, InterventionEntry) for e in found[one].entries))
    entry = next(entry for entry in found[tutor].entries if isinstance(entry, InterventionEntry))
    assert entry.trigger is not None
    told = " ".join(answer(capsys, "timeline", tiny_run, tutor, "--only", "interventions").out.split())
    assert f"by what happened from {entry.trigger.score.at - timedelta(days=30):%Y-%m-%d %H:%M} on" in told
    for reading in entry.trigger.score.readings:
        assert f"{reading_in_words(reading)}, counts {reading.weight if reading.shows else 0}" in told
    assert "the first that applies of first_session, churn, quality, technical, engagement" in told


def test_braces_in_the_log_are_told_as_they_are(timelines: Timelines, at_work: str) -> None:
    timeline = timelines[at_work]
    session = next(entry for entry in timeline.entries if entry.kind == "session")
    (told, *_) = Teller(timeline, timelines.rules).tell(evolve(session, fields={**session.fields, "subject": "{x}"}))
    assert "{x}" in told
