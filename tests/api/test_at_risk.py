"""Whom to call: who is at risk, why, and what to talk about."""

from pathlib import Path

import pytest

import simulation as sim
from simulation import SimulatedRun
from simulation.api.at_risk import _WORDS
from simulation.churn.signals import SIGNALS


@pytest.fixture(scope="module")
def run(tiny_file: Path) -> SimulatedRun:
    """A world with many at risk, of whom some leave."""
    return sim.simulate(tiny_file, overrides={
        "attrition.hazard_per_day": 0.03, "days": 10, "population.tutors": 30, "demand.sessions_per_day": 90.0,
    })  # fmt: skip


def test_they_are_those_with_the_highest_scores_of_who_is_there(run: SimulatedRun) -> None:
    """The scores are the last ones of their timelines."""
    left = run.truth["truth_tutor_outcomes"].set_index("tutor_id")["left_at"].dropna().index
    last = {one: run.timeline(one).timeline.risk[-1] for one in run.tables["tutor_aggregates"]["tutor_id"]}
    at_risk = {one: risk for one, risk in last.items() if one not in left and risk.level != "Low"}
    expected = sorted((risk.probability for risk in at_risk.values()), reverse=True)
    found = run.at_risk(2)
    assert len(at_risk) > 2
    assert [one.churn_probability for one in found.tutors] == expected[:2]
    assert [at_risk[one.tutor_id].level for one in found.tutors] == found.frame()["churn_risk_level"].tolist()
    assert {one.tutor_id for one in run.at_risk(100).tutors} == set(at_risk)


def test_the_words_are_those_of_the_signals_that_show(run: SimulatedRun) -> None:
    for one in run.at_risk().tutors:
        shown = [reading for reading in run.timeline(one.tutor_id).timeline.risk[-1].readings if reading.shows]
        assert set(one.signals) == set(shown)
        assert one.why.count(";") == one.what_to_do.count(";") == len(shown) - 1


def test_every_signal_has_its_words() -> None:
    assert set(_WORDS) == {signal.name for signal in SIGNALS}


def test_they_are_told_in_whole_sentences(run: SimulatedRun) -> None:
    (first,) = run.at_risk(1).tutors
    told = str(run.at_risk(1))
    assert first.tutor_id in told
    assert first.why in told
    assert f"to do: {first.what_to_do}" in told
    assert first.why in run.at_risk(1)._repr_html_()


def test_as_of_an_earlier_moment_later_scores_and_emails_are_unknown(run: SimulatedRun) -> None:
    early = run.at_risk(as_of="2026-01-06")
    sent = [one.last_email.rpartition(", ")[2] for one in early.tutors if one.last_email != "none yet"]
    assert early.moment < run.at_risk().moment
    assert all(day < "2026-01-06" for day in sent)
    assert early.frame()["churn_probability"].tolist() != run.at_risk().frame()["churn_probability"].tolist()


def test_nobody_may_be_at_risk(tiny_file: Path) -> None:
    quiet = sim.simulate(tiny_file, days=1, overrides={"warm_up_days": 0, "population.tutors": 3})
    found = quiet.at_risk()
    assert (len(found.tutors), str(found), len(found.frame())) == (0, "nobody is at risk", 0)
    assert "Nobody is." in found._repr_html_()
