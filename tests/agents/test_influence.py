"""What changes a tutor for a while: interventions, coaching, experiments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.influence import Aspect, Influence, Influences
from simulation.clock import DAY

MONTH = 28 * DAY


def test_an_influence_has_no_effect_before_it_begins() -> None:
    assert Influence(0.2, DAY, MONTH).at(DAY - 1) == 0


def test_an_influence_begins_in_full_and_fades_in_a_straight_line() -> None:
    influence = Influence(0.2, DAY, MONTH)
    assert [influence.at(DAY + share * MONTH // 4) for share in range(5)] == pytest.approx([0.2, 0.15, 0.1, 0.05, 0])


def test_an_influence_that_holds_is_the_same_until_its_end() -> None:
    influence = Influence(-0.1, 0, MONTH, fades=False)
    assert [influence.at(second) for second in (0, MONTH // 2, MONTH - 1, MONTH)] == [-0.1, -0.1, -0.1, 0]


def test_influences_add_up() -> None:
    influences = Influences({})
    influences.add(Aspect.ENGAGEMENT, Influence(0.1, 0, MONTH))
    influences.add(Aspect.ENGAGEMENT, Influence(0.2, 0, MONTH, fades=False))
    assert influences.on(Aspect.ENGAGEMENT, MONTH // 2) == pytest.approx(0.25)


def test_what_works_on_one_aspect_leaves_the_others_alone() -> None:
    influences = Influences({})
    influences.add(Aspect.QUALITY, Influence(0.1, 0, MONTH))
    assert {aspect for aspect in Aspect if influences.on(aspect, 0)} == {Aspect.QUALITY}


def test_a_cap_bounds_the_sum_and_only_of_its_aspect() -> None:
    influences = Influences({Aspect.ENGAGEMENT: 0.35})
    for aspect in (Aspect.ENGAGEMENT, Aspect.LOGINS):
        for _ in range(3):
            influences.add(aspect, Influence(0.2, 0, MONTH))
    assert influences.on(Aspect.ENGAGEMENT, 0) == 0.35
    assert influences.on(Aspect.LOGINS, 0) == pytest.approx(0.6)


def test_what_is_above_the_cap_counts_again_when_the_rest_has_faded() -> None:
    influences = Influences({Aspect.ENGAGEMENT: 0.3})
    influences.add(Aspect.ENGAGEMENT, Influence(0.2, 0, DAY, fades=False))
    influences.add(Aspect.ENGAGEMENT, Influence(0.25, 0, MONTH, fades=False))
    assert influences.on(Aspect.ENGAGEMENT, 0) == 0.3
    assert influences.on(Aspect.ENGAGEMENT, DAY) == 0.25


def test_nobody_is_influenced_by_what_has_no_size() -> None:
    influences = Influences({})
    influences.add(Aspect.QUALITY, Influence(0.0, 0, MONTH))
    assert influences.until == 0


def test_what_has_ended_is_not_summed_for_ever() -> None:
    influences = Influences({})
    for day in range(1000):
        influences.add(Aspect.QUALITY, Influence(0.1, day * DAY, 2 * DAY, fades=False))
    assert influences.on(Aspect.QUALITY, 999 * DAY) == pytest.approx(0.2)
    assert len(influences.of[Aspect.QUALITY]) == 2


@given(
    st.lists(
        st.tuples(st.sampled_from(Aspect), st.floats(0.01, 1), st.integers(0, MONTH), st.integers(1, MONTH)), min_size=1
    ),
    st.booleans(),
)
def test_something_works_on_a_tutor_until_the_last_influence_ends_and_nothing_after(
    some: list[tuple[Aspect, float, int, int]], fades: bool
) -> None:
    influences = Influences({})
    for aspect, size, start, lasts in some:
        influences.add(aspect, Influence(size, start, lasts, fades))
    last_second = int(influences.until) - 1
    assert any(influences.on(aspect, last_second) for aspect in Aspect)
    assert not any(influences.on(aspect, last_second + 1) for aspect in Aspect)


@given(st.floats(-1, 1), st.integers(0, 2 * MONTH), st.integers(0, 2 * MONTH))
def test_an_influence_never_grows(size: float, second: int, later: int) -> None:
    influence = Influence(size, 0, MONTH)
    assert abs(influence.at(second + later)) <= abs(influence.at(second)) <= abs(size)
