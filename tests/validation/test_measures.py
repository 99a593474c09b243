"""Every claim with an interval has a measure, and every measure a run whose figure is known."""

from collections import Counter

import pytest

from simulation.validation import Run, ledger
from simulation.validation.measures import CLAIM, FILES, measure_run, measures
from simulation.validation.queries import queries_in
from simulation.validation.regressions import REGRESSIONS
from tests.validation import test_measures_platform, test_measures_sessions, test_measures_tutors
from tests.validation.good_run import good_run
from tests.validation.measured_runs import run_of_columns

KNOWN = {**test_measures_tutors.CASES, **test_measures_sessions.CASES, **test_measures_platform.CASES}

# What is a number also where there is nobody.
COUNTS = {
    *(claim_id for claim_id in ledger() if claim_id.startswith("volume.") and not claim_id.endswith("_rate")),
    "intervention.all_types", "experiment.completed_count", "experiment.active_count",
}  # fmt: skip


def test_every_claim_with_an_interval_is_measured() -> None:
    with_interval = [claim.id for claim in ledger().values() if claim.pooled or claim.single]
    assert list(measures()) == with_interval


def test_every_measure_has_a_figure_known_by_hand() -> None:
    assert set(KNOWN) == set(measures())
    assert all(any(known.expected is not None for known in cases) for cases in KNOWN.values())


def test_a_claim_has_one_measure() -> None:
    queries = [query for file in FILES for query in queries_in(file).values()]
    columns = Counter(claim_id for query in queries for claim_id in CLAIM.findall(query))
    assert max(columns.values()) == 1
    assert not columns.keys() & REGRESSIONS.keys()


def test_all_claims_are_measured_at_once() -> None:
    run = good_run()
    figures = measure_run(run)
    assert list(figures) == list(measures())
    assert figures == {claim_id: value_of(run) for claim_id, value_of in measures().items()}
    assert figures["volume.interventions"] == 6


@pytest.fixture(scope="module")
def nothing() -> Run:
    return run_of_columns()


@pytest.mark.parametrize("claim_id", measures())
def test_where_there_is_nobody_all_but_numbers_is_undefined(nothing: Run, claim_id: str) -> None:
    figure = measures()[claim_id](nothing)
    if claim_id in COUNTS:
        assert figure == (30 if claim_id == "volume.dev.days" else 0)
    else:
        assert figure is None
