"""What pages say of a setting, read as text."""

from urllib.parse import quote, urlencode

import pytest

from tests.conftest import TINY
from tests.explorer.served import Served

HOSTILE = '</script><img src=x onerror=alert(1)>"'


def test_all_scenarios_are_there_with_their_questions(explorer: Served) -> None:
    text = explorer.text("/")
    assert '<a href="/scenario?scenario=high-no-show">' in text
    assert "What do twice as many no-shows of tutors do" in text


@pytest.mark.parametrize("key", ["name", "days", "experiments.0.notes", "no<such>key", "search"])
def test_what_stands_in_an_address_is_text_and_never_markup(explorer: Served, key: str) -> None:
    text = explorer.text(f"/scenario?{urlencode({'scenario': str(TINY), key: HOSTILE})}")
    assert "<img" not in text
    assert "&lt;img" in text


def test_a_comparison_without_a_choice_is_that_of_the_first_two(explorer: Served) -> None:
    text = explorer.text("/compare")
    assert f"<title>production against {TINY}</title>" in text


def test_what_can_have_no_effect_is_noted(explorer: Served) -> None:
    text = explorer.text("/scenario?scenario=dev&mechanisms.burnout=false&sessions.burnout.load=3")
    assert "sessions.burnout.load has no effect: mechanisms.burnout is false" in text


def test_a_scenario_that_is_not_there_is_answered_in_a_line(explorer: Served) -> None:
    answer = explorer.asked(f"/scenario?scenario={quote('devv')}")
    assert (answer.status, answer.text) == (400, "scenario: 'devv' is none that is here; did you mean dev?\n")
