"""Random streams: draws belong to who decides, and are turned into values by the inverses of distributions."""

import math
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.random_streams import (
    QuantileTables,
    Race,
    RandomStreams,
    beta,
    between,
    cumulated,
    exponential,
    gamma,
    normal,
    normal_table,
    pick,
    poisson_between,
    stable_hash,
    whole,
)

ROOT = Path(__file__).parents[1]
LAST = 1 - 2.0**-53
owners = st.integers(0, 2_000_000)
counts = st.integers(0, 10_000_000)
# What a generator draws: multiples of a 2**53rd.
uniforms = st.integers(0, 2**53 - 1).map(lambda part: part * 2.0**-53)
pairs = st.tuples(uniforms, uniforms).map(sorted)


# ---------------------------------------------------------------- keys


@given(owners, counts)
def test_the_same_key_has_the_same_value(who: int, count: int) -> None:
    assert RandomStreams(1).stream("a").uniform(who, count) == RandomStreams(1).stream("a").uniform(who, count)


@given(owners, counts)
def test_whatever_else_is_different_makes_another_value(who: int, count: int) -> None:
    values = [
        RandomStreams(1).stream("a").uniform(who, count),
        RandomStreams(2).stream("a").uniform(who, count),
        RandomStreams(1, region=2).stream("a").uniform(who, count),
        RandomStreams(1).stream("b").uniform(who, count),
        RandomStreams(1).stream("a").uniform(who + 1, count),
        RandomStreams(1).stream("a").uniform(who, count + 1),
    ]
    assert len(set(values)) == len(values)


def test_who_and_how_often_are_not_confused() -> None:
    decision = RandomStreams(1).stream("a")
    assert decision.uniform(3, 4) != decision.uniform(4, 3)


@given(st.lists(st.tuples(st.sampled_from("abc"), owners, counts), max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(keys: list[tuple[str, int, int]], shuffled: random.Random) -> None:
    streams, other = RandomStreams(1), RandomStreams(1)
    forwards = {key: streams.stream(key[0]).uniform(*key[1:]) for key in keys}
    shuffled.shuffle(keys)
    assert {key: other.stream(key[0]).uniform(*key[1:]) for key in keys} == forwards


@given(owners, counts, st.integers(1, 30), st.integers(0, 30))
def test_more_uniforms_leave_the_first_as_they_are(who: int, count: int, few: int, more: int) -> None:
    decision = RandomStreams(1).stream("a")
    assert decision.uniforms(who, count, few + more)[:few] == decision.uniforms(who, count, few)
    assert decision.uniforms(who, count, few)[0] == decision.uniform(who, count)


def test_many_uniforms_of_one_do_not_run_into_those_of_the_next() -> None:
    decision = RandomStreams(1).stream("a")
    draws = [u for who in range(4) for count in range(4) for u in decision.uniforms(who, count, 100)]
    assert len(set(draws)) == len(draws)


@given(counts, st.integers(1, 40), st.integers(0, 40))
def test_whoever_comes_after_leaves_the_draws_of_the_first_as_they_are(count: int, few: int, more: int) -> None:
    decision = RandomStreams(1).stream("a")
    everybody = decision.of_all(few + more, count, 3, 2)
    assert everybody.shape == (few + more, 3, 2)
    assert everybody[:few].tolist() == decision.of_all(few, count, 3, 2).tolist()
    assert len(set(everybody.ravel().tolist())) == everybody.size


def test_arrays_of_draws_are_those_that_come_as_lists() -> None:
    decision = RandomStreams(1).stream("a")
    assert decision.array(3, 4, 50).tolist() == decision.uniforms(3, 4, 50)


def test_draws_are_the_same_in_every_process() -> None:
    program = (
        "from simulation.random_streams import RandomStreams; print(RandomStreams(7).stream('a').uniforms(3, 1, 3))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {f"{RandomStreams(7).stream('a').uniforms(3, 1, 3)}\n"}


def test_texts_are_hashed_alike_everywhere() -> None:
    assert stable_hash("tutor: persona") == int.from_bytes(bytes.fromhex("328ea9fac1840361"), "little")


# ---------------------------------------------------------------- uniformity


def test_draws_are_uniform_over_owners_over_repetitions_and_over_columns() -> None:
    decision = RandomStreams(11).stream("a")
    over_owners = [decision.uniform(who) for who in range(4_000)]
    over_repetitions = [decision.uniform(5, count) for count in range(4_000)]
    over_columns = decision.uniforms(5, 0, 4_000)
    for draws in (over_owners, over_repetitions, over_columns):
        assert 0 <= min(draws) <= max(draws) < 1
        assert stats.kstest(draws, "uniform").pvalue > 0.001


def test_neighbours_draws_are_independent() -> None:
    decision = RandomStreams(11).stream("a")
    columns = [decision.uniforms(who, 0, 2) for who in range(4_000)]
    first, second = zip(*columns, strict=True)
    assert stats.spearmanr(first, second).pvalue > 0.001
    assert stats.spearmanr(first[:-1], first[1:]).pvalue > 0.001


# ---------------------------------------------------------------- inverses


@given(st.floats(-100, 100), st.floats(0, 100), uniforms)
def test_between_stays_between(low: float, width: float, u: float) -> None:
    assert low <= between(low, low + width, u) <= low + width


@given(st.floats(2**-20, 1 - 2**-20))
def test_normal_is_scipy_s(u: float) -> None:
    assert normal(3.0, 2.0, u) == pytest.approx(stats.norm.ppf(u, 3.0, 2.0), rel=1e-7, abs=1e-7)


@given(uniforms)
def test_exponential_is_scipy_s(u: float) -> None:
    assert exponential(u) == pytest.approx(stats.expon.ppf(u), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("u", [0.0, 2.0**-53, 0.5, LAST])
def test_every_uniform_that_can_be_drawn_gives_a_finite_figure(u: float) -> None:
    figures = [
        normal(0, 1, u), exponential(u), between(1, 2, u), whole(1, 6, u), pick((1, 2), u),
        beta(8, 2).within(0.4, 0.6, u), gamma(2, 12).within(1, 60, u), poisson_between(3, 1, 10, u),
    ]  # fmt: skip
    assert all(math.isfinite(figure) for figure in figures)


@given(pairs)
def test_every_inverse_is_monotone(two: list[float]) -> None:
    low, high = two
    for inverse in (
        exponential, lambda u: beta(8, 2).within(0.4, 0.6, u),
        lambda u: normal(0, 1, u), lambda u: between(2, 3, u), lambda u: whole(1, 6, u), lambda u: pick((2, 0, 1), u),
        lambda u: poisson_between(3, 1, 10, u), lambda u: gamma(2, 12).within(1, 60, u),
    ):  # fmt: skip
        assert inverse(low) <= inverse(high)


def test_whole_numbers_come_evenly_with_both_ends() -> None:
    drawn = Counter(whole(1, 4, (i + 0.5) / 400) for i in range(400))
    assert drawn == {1: 100, 2: 100, 3: 100, 4: 100}


def test_a_range_of_one_whole_number_leaves_no_choice() -> None:
    assert {whole(7, 7, u) for u in (0.0, 0.5, LAST)} == {7}


def test_options_are_picked_by_their_weights() -> None:
    drawn = Counter(pick((3, 0, 1), (i + 0.5) / 400) for i in range(400))
    assert drawn == {0: 300, 2: 100}


@given(st.lists(st.floats(0, 10), min_size=1, max_size=8).filter(lambda weights: sum(weights) > 1e-3), uniforms)
def test_an_option_without_weight_is_never_picked(weights: list[float], u: float) -> None:
    assert weights[pick(weights, u)] > 0


def test_running_sums_are_those_of_the_weights() -> None:
    assert cumulated((1.0, 2.0, 3.0)) == (1.0, 3.0, 6.0)


def test_poisson_within_bounds_is_poisson_given_that_it_lies_there() -> None:
    drawn = Counter(poisson_between(3.0, 3, 8, (i + 0.5) / 10_000) for i in range(10_000))
    expected = stats.poisson.pmf(range(3, 9), 3.0)
    for k, share in zip(range(3, 9), expected / expected.sum(), strict=True):
        assert drawn[k] / 10_000 == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize(("a", "b"), [(8.0, 2.0), (5.0, 2.0), (9.0, 1.0), (3.0, 2.0), (1.0, 1.0), (2.5, 30.0)])
def test_the_table_of_a_beta_is_its_inverse(a: float, b: float) -> None:
    shares = np.arange(1, 200)[:, None] / 200
    assert QuantileTables((beta(a, b).table,))(shares) == pytest.approx(stats.beta.ppf(shares, a, b), abs=2e-4)


@pytest.mark.parametrize(("low", "high"), [(0.85, 0.95), (0.4, 0.6), (0.0, 1.0)])
def test_a_part_of_a_beta_is_the_beta_given_that_it_lies_there(low: float, high: float) -> None:
    below, above = stats.beta.cdf([low, high], 8, 2)
    for i in range(1, 100):
        expected = stats.beta.ppf(below + (above - below) * i / 100, 8, 2)
        assert beta(8, 2).within(low, high, i / 100) == pytest.approx(expected, abs=5e-4)


def test_a_part_of_a_gamma_is_the_gamma_given_that_it_lies_there() -> None:
    below, above = stats.gamma.cdf([1, 60], 2, scale=12)
    for i in range(1, 100):
        expected = stats.gamma.ppf(below + (above - below) * i / 100, 2, scale=12)
        assert gamma(2, 12).within(1, 60, i / 100) == pytest.approx(expected, abs=0.05)


# ---------------------------------------------------------------- columns


def test_lanes_are_the_tables_of_their_distributions_side_by_side() -> None:
    tables = (beta(5, 2).table, normal_table(3.0, 2.0), beta(8, 2).table)
    uniforms = RandomStreams(1).stream("a").of_all(500, 0, 3)
    found = QuantileTables(tables)(uniforms)
    assert found.shape == uniforms.shape
    for name, table in enumerate(tables):
        assert found[:, [name]].tolist() == QuantileTables((table,))(uniforms[:, [name]]).tolist()


def test_a_case_is_turned_into_the_same_whichever_others_come_with_it() -> None:
    columns = QuantileTables((normal_table(0.0, 1.0), beta(5, 2).table))
    uniforms = RandomStreams(1).stream("a").of_all(300, 0, 2)
    assert columns(uniforms).tolist() == [columns(uniforms[case : case + 1])[0].tolist() for case in range(300)]


def test_the_lane_of_a_normal_is_its_inverse() -> None:
    name = QuantileTables((normal_table(3.0, 2.0),))
    shares = np.arange(1, 4_000)[:, None] / 4_000
    expected = stats.norm.ppf(shares, 3.0, 2.0)
    inner = (shares > 0.005) & (shares < 0.995)
    assert name(shares)[inner] == pytest.approx(expected[inner], abs=2e-3)
    # In the last thousandths straight lines leave the curve, by less than a tenth of a standard deviation.
    assert name(shares)[~inner] == pytest.approx(expected[~inner], abs=0.2)


def test_the_lane_of_a_normal_keeps_mean_and_spread() -> None:
    shares = (np.arange(200_000)[:, None] + 0.5) / 200_000
    drawn = QuantileTables((normal_table(3.0, 2.0),))(shares)
    assert drawn.mean() == pytest.approx(3.0, abs=1e-9)
    assert drawn.std() == pytest.approx(2.0, abs=2e-3)


def test_the_lane_of_a_normal_ends_where_next_to_nobody_is() -> None:
    ends = QuantileTables((normal_table(0.0, 1.0),))(np.array([[0.0], [LAST]]))
    assert ends[:, 0].tolist() == pytest.approx(stats.norm.ppf([0.25 / 2048, 1 - 0.25 / 2048]).tolist(), rel=1e-9)


@given(pairs)
def test_every_lane_is_monotone_and_within_its_table(two: list[float]) -> None:
    tables = (normal_table(0.0, 1.0), normal_table(-3.0, 0.0), beta(5, 2).table, beta(9, 1).table)
    low, high = QuantileTables(tables)(np.array(two)[:, None].repeat(len(tables), axis=1))
    assert (low <= high).all()
    assert (low >= [table[0] for table in tables]).all()
    assert (high <= [table[-1] for table in tables]).all()


# ---------------------------------------------------------------- parts


def test_a_part_of_a_distribution_where_it_has_no_mass_stays_within_its_bounds() -> None:
    for u in (0.0, 0.3, LAST):
        assert 0.0 <= beta(50, 1).within(0.0, 0.1, u) <= 0.1


# ---------------------------------------------------------------- races

WEIGHTS = {"Piano": 3.0, "Violin": 1.0, "Voice": 1.0}
PEOPLE = 4_000


def race(weights: dict[str, float], seed: int = 1) -> Race:
    return Race(RandomStreams(seed), "which", weights)


def firsts(race: Race) -> list[str]:
    return [ranking[0] for ranking in race.rankings(PEOPLE)]


def test_options_win_a_race_by_their_share_of_all_weights() -> None:
    for found in (firsts(race(WEIGHTS)), [race(WEIGHTS).ranking(who)[0] for who in range(PEOPLE)]):
        for name, weight in WEIGHTS.items():
            assert found.count(name) / PEOPLE == pytest.approx(weight / 5, abs=0.03)


def test_a_further_option_moves_only_those_who_choose_it() -> None:
    before, after = firsts(race(WEIGHTS)), firsts(race({**WEIGHTS, "Cello": 1.0}))
    assert all(now in {was, "Cello"} for was, now in zip(before, after, strict=True))
    assert after.count("Cello") / PEOPLE == pytest.approx(1 / 6, abs=0.03)


def test_a_heavier_option_wins_over_those_who_did_not_choose_it_and_loses_nobody() -> None:
    before, after = firsts(race(WEIGHTS)), firsts(race({**WEIGHTS, "Voice": 2.0}))
    assert all(now in {was, "Voice"} for was, now in zip(before, after, strict=True))
    assert after.count("Voice") > before.count("Voice") + 300


@pytest.mark.parametrize(("large", "small"), [(1.0, 5e-324), (1e300, 1e-300)])
def test_an_option_of_hardly_any_weight_arrives_last_and_takes_the_places_that_are_left(
    large: float, small: float
) -> None:
    uneven = race({"large": large, "small": small})
    assert uneven.ranking(1) == ["large", "small"]
    assert uneven.rankings(PEOPLE) == [["large", "small"]] * PEOPLE
    chosen = uneven.with_places(PEOPLE, {"large": PEOPLE - 2, "small": 2})
    assert Counter(chosen) == {"large": PEOPLE - 2, "small": 2}


def test_an_option_of_no_weight_never_arrives_and_moves_nobody() -> None:
    unused = race({**WEIGHTS, "Cello": 0.0})
    assert unused.rankings(50) == race(WEIGHTS).rankings(50)
    assert {name for ranking in unused.rankings(50) for name in ranking} == set(WEIGHTS)


def test_the_order_in_which_options_are_named_is_no_part_of_a_race() -> None:
    backwards = race(dict(reversed(WEIGHTS.items())))
    assert backwards.rankings(50) == race(WEIGHTS).rankings(50)
    assert [backwards.ranking(who) for who in range(50)] == [race(WEIGHTS).ranking(who) for who in range(50)]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=5).filter(any), st.integers(0, 20))
def test_each_option_gets_as_many_as_it_has_places(places: list[int], seed: int) -> None:
    names = {f"option {number}": count for number, count in enumerate(places)}
    chosen = race(dict.fromkeys(names, 1.0), seed).with_places(sum(places), names)
    assert Counter(chosen) == Counter({name: count for name, count in names.items() if count})


def test_who_comes_too_late_for_a_place_gets_the_next_and_all_others_what_they_chose() -> None:
    plenty = firsts(race(WEIGHTS))
    places = {"Piano": 1_000, "Violin": 1_500, "Voice": 1_500}
    chosen = race(WEIGHTS).with_places(PEOPLE, places)
    assert all(was in {now, "Piano"} for was, now in zip(plenty, chosen, strict=True))
