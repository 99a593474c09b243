"""Where a figure lies in its interval, and a claim in a picture."""

import math
from itertools import pairwise

import pytest

from simulation.validation.verdicts import judge_runs
from tests.tools.studies import middles
from tools.positions import in_columns, position


@pytest.mark.parametrize(("value", "place"), [(2.0, -1), (3.0, 0), (4.0, 1), (5.0, 2), (1.5, -1.5)])
def test_an_interval_reaches_from_minus_one_to_one(value: float, place: float) -> None:
    assert position(value, (2.0, 4.0)) == place


@pytest.mark.parametrize(("value", "place"), [(1.0, 0), (1.1, math.inf), (0.9, -math.inf)])
def test_what_is_but_one_figure_is_hit_or_missed(value: float, place: float) -> None:
    assert position(value, (1.0, 1.0)) == place


def test_columns_are_even_and_hold_whole_groups_in_order() -> None:
    claims = judge_runs({1: middles()}, "production")
    columns = in_columns(claims, 3)
    lines = [line for column in columns for line in column]
    assert [line for line in lines if not isinstance(line, str)] == claims
    for column in columns:
        assert isinstance(column[0], str)
        for name, claim in pairwise(column):
            if isinstance(name, str):
                assert not isinstance(claim, str)
                assert claim.id.startswith(f"{name}.")
    assert len([line for line in lines if isinstance(line, str)]) == len({claim.id.split(".")[0] for claim in claims})
    assert max(map(len, columns)) < len(lines) / 2
