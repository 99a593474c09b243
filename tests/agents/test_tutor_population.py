"""How the tutors of a region are drawn: personas and shares as quotas, traits within their persona's ranges."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import attrs
import pytest
from scipy import stats

from simulation.agents.influence import Aspect
from simulation.agents.quotas import largest_remainder, places_of
from simulation.agents.tutor import CERTIFICATIONS, Tutor
from simulation.agents.tutor_population import (
    draw_tutors,
)
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_from_dict

SCENARIO = Scenario()
PERSONAS = SCENARIO.population.personas
RULES, EDGE_CASES = SCENARIO.population.traits, SCENARIO.population.edge_cases

SIZES = (1, 2, 5, 25, 150, 500)
SEEDS = range(6)
EVERY = pytest.mark.parametrize(("total", "seed"), [(total, seed) for total in SIZES for seed in SEEDS])


@cache
def tutors_of(total: int, seed: int = 0, **changes: Any) -> tuple[Tutor, ...]:
    scenario = scenario_from_dict({"population": {"tutors": total}, **changes})
    return tuple(draw_tutors(scenario, RandomStreams(seed)))


def dealt(total: int, seed: int, trait: Callable[[Tutor], Any]) -> Counter[Any]:
    return Counter(trait(tutor) for tutor in tutors_of(total, seed))


def quotas(names: Any, shares: Any, total: int) -> dict[Any, int]:
    """What a quota comes to, without what nobody has."""
    counts = largest_remainder(list(shares), total)
    return {name: count for name, count in zip(names, counts, strict=True) if count}


# ---------------------------------------------------------------- shares are exact


@EVERY
def test_tutors_are_numbered_from_1_and_named_after_their_numbers(total: int, seed: int) -> None:
    tutors = tutors_of(total, seed)
    assert [tutor.number for tutor in tutors] == list(range(1, total + 1))
    assert all(tutor.id == f"T{tutor.number:04d}" for tutor in tutors)


@EVERY
def test_each_persona_has_its_share(total: int, seed: int) -> None:
    places = places_of({name: persona.share for name, persona in PERSONAS.items()}, total)
    expected = {name: count for name, count in places.items() if count}
    assert dealt(total, seed, lambda tutor: tutor.traits.persona) == expected


@EVERY
def test_ninety_two_percent_are_active_and_nobody_else_is_on_the_market(total: int, seed: int) -> None:
    assert dealt(total, seed, lambda tutor: tutor.traits.active) == quotas((True, False), (0.92, 0.08), total)
    assert all(tutor.present == tutor.traits.active for tutor in tutors_of(total, seed))


@EVERY
def test_thirty_five_percent_prefer_mornings(total: int, seed: int) -> None:
    chronotypes = dealt(total, seed, lambda tutor: (tutor.traits.chronotype, tutor.traits.preferred_hours))
    assert chronotypes == quotas((("morning", (8, 12)), ("evening", (15, 21))), (0.35, 0.65), total)


@EVERY
def test_forty_percent_teach_one_subject_forty_two_and_twenty_three(total: int, seed: int) -> None:
    assert dealt(total, seed, lambda tutor: len(tutor.traits.subjects)) == quotas((1, 2, 3), (0.4, 0.4, 0.2), total)


@EVERY
def test_certifications_are_shares_too(total: int, seed: int) -> None:
    expected = quotas(CERTIFICATIONS, RULES.certifications, total)
    assert dealt(total, seed, lambda tutor: tutor.traits.certification) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_sixteen_percent_have_no_shows_on_record(seed: int) -> None:
    for total in (150, 500):
        on_record = sum(tutor.traits.no_show_count > 0 for tutor in tutors_of(total, seed))
        assert on_record / total == pytest.approx(0.16, abs=0.005)


@EVERY
def test_edge_cases_have_their_shares_among_those_whom_they_may_befall(total: int, seed: int) -> None:
    shares = {name: case.share for name, case in EDGE_CASES.items()}
    found = Counter(case for tutor in tutors_of(total, seed) for case in tutor.traits.edge_cases)
    assert set(found) <= set(shares)
    for case, share in shares.items():
        assert abs(found[case] - share * total) <= 1


@EVERY
def test_an_edge_case_befalls_only_the_personas_that_it_is_among(total: int, seed: int) -> None:
    for tutor in tutors_of(total, seed):
        for case in tutor.traits.edge_cases:
            assert tutor.traits.persona in EDGE_CASES[case].among


def test_edge_cases_are_independent_of_each_other() -> None:
    unclassified = [t.traits for seed in range(40) for t in tutors_of(500, seed) if t.traits.persona == "unclassified"]
    performers = [traits for traits in unclassified if "new_high_performer" in traits.edge_cases]
    for case in ("weekend_warrior", "chronic_rescheduler"):
        expected = EDGE_CASES[case].share / PERSONAS["unclassified"].share
        share = sum(case in traits.edge_cases for traits in performers) / len(performers)
        assert share == pytest.approx(expected, abs=4 * (expected * (1 - expected) / len(performers)) ** 0.5)


def test_an_edge_case_that_names_no_persona_may_befall_anybody() -> None:
    case = {"share": 0.4, "traits": {"weekend_only": True}}
    population = {"tutors": 500, "edge_cases": {"replace": True, "free_spirit": case}}
    tutors = draw_tutors(scenario_from_dict({"population": population}), RandomStreams(0))
    spirits = [tutor for tutor in tutors if tutor.traits.edge_cases == ("free_spirit",)]
    assert len(spirits) == 200
    assert {tutor.traits.persona for tutor in spirits} == {*PERSONAS}
    assert all(tutor.traits.weekend_only == (tutor in spirits) for tutor in tutors)


# ---------------------------------------------------------------- traits stay within their ranges


def kind_of(tutor: Tutor) -> dict[str, Any]:
    """What is stated of the tutor's persona, and over it of each edge case."""
    kind = attrs.asdict(PERSONAS[tutor.traits.persona])
    for case in tutor.traits.edge_cases:
        kind |= EDGE_CASES[case].traits
    return kind


@EVERY
def test_every_tutor_is_within_the_ranges_of_the_persona(total: int, seed: int) -> None:
    for tutor in tutors_of(total, seed):
        kind, traits = kind_of(tutor), tutor.traits
        for name, value in (
            ("experience", traits.months_experience), ("reliability", traits.reliability),
            ("rating", traits.avg_historical_rating), ("reschedule_rate", traits.reschedule_rate),
            ("technical_issue_probability", traits.technical_issue_probability),
        ):  # fmt: skip
            low, high = kind[name]
            assert low <= value <= high, name
        if traits.no_show_count:
            assert PERSONAS[traits.persona].no_show_share > 0
            assert kind["no_show_count"][0] <= traits.no_show_count <= kind["no_show_count"][1]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_no_show_problem_has_three_to_eight_on_record(seed: int) -> None:
    for tutor in tutors_of(500, seed):
        if tutor.traits.persona == "no_show_problem":
            assert 3 <= tutor.traits.no_show_count <= 8


@pytest.mark.parametrize("seed", SEEDS)
def test_every_tutor_is_within_the_ranges_that_hold_for_all(seed: int) -> None:
    for tutor in tutors_of(500, seed):
        traits = tutor.traits
        assert 1 <= traits.months_experience <= 120
        months = traits.months_experience
        assert round(months * 8 * 0.7) <= traits.total_sessions_completed <= min(round(months * 25 * 1.3), 6000)
        assert 0 <= traits.score_offset <= 0.1
        assert 1 <= traits.profile_updates_per_month <= 2
        assert 2 <= traits.messages_per_month <= 5
        assert traits.logins_per_week == SCENARIO.activity.inactive_logins or 2 <= traits.logins_per_week <= 5
        assert set(traits.subjects) <= set(SCENARIO.subjects)
        assert len(set(traits.subjects)) == len(traits.subjects)


def test_no_career_has_more_than_six_thousand_sessions_however_many_a_month() -> None:
    busy = {"population": {"tutors": 150, "traits": {"sessions_per_month": [40, 40], "sessions_factor": [3, 3]}}}
    for tutor in draw_tutors(scenario_from_dict(busy), RandomStreams(0)):
        traits = tutor.traits
        assert traits.total_sessions_completed == min(traits.months_experience * 120, 6000)


@pytest.mark.parametrize("seed", SEEDS)
def test_only_veterans_have_a_day_on_which_they_may_tip(seed: int) -> None:
    first, last = SCENARIO.sessions.burnout.tipping_days
    for tutor in tutors_of(500, seed):
        day = tutor.traits.tipping_day
        assert (day is not None) == (tutor.traits.persona == "burned_out_veteran")
        assert day is None or first <= day <= last


@pytest.mark.parametrize("seed", SEEDS)
def test_the_unreliable_decline_and_the_reliable_improve_or_hold(seed: int) -> None:
    rules = SCENARIO.sessions.trends
    for tutor in tutors_of(500, seed):
        traits = tutor.traits
        kind = rules.mixed
        if traits.reliability < 0.6:
            kind = rules.declining
        elif traits.reliability > 0.8:
            kind = rules.improving
        trends = traits.trend_empathy, traits.trend_clarity, traits.trend_engagement, traits.trend_satisfaction
        assert all(kind[0] <= trend <= kind[1] for trend in trends)
        assert len(set(trends)) > 1


def test_without_trends_nobody_changes() -> None:
    scenario = scenario_from_dict({"mechanisms": {"trends": False}})
    for tutor in draw_tutors(scenario, RandomStreams(0)):
        traits = tutor.traits
        assert (traits.trend_empathy, traits.trend_clarity, traits.trend_engagement, traits.trend_satisfaction) == (
            0, 0, 0, 0,
        )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_weekend_warriors_open_on_weekends_only_and_everybody_opens_at_preferred_hours(seed: int) -> None:
    for tutor in tutors_of(150, seed):
        first, last = tutor.traits.preferred_hours
        preferred = sum(1 << half for half in range(2 * first, 2 * last))
        for weekday, starts in enumerate(tutor.open_starts):
            if tutor.traits.weekend_only and weekday < 5:
                assert starts == 0
            else:
                assert starts & preferred == preferred


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_opens_before_six_and_only_the_less_reliable_before_eight_or_after_ten(seed: int) -> None:
    early, odd = (1 << 12) - 1, (0b1111 << 12) | (0b111 << 44)
    for tutor in tutors_of(500, seed):
        for weekday, starts in enumerate(tutor.open_starts):
            assert starts & early == 0
            assert starts >> 47 == 0  # a session of half an hour would end at midnight
            if weekday >= 5 or tutor.traits.reliability >= SCENARIO.matching.odd_hours_reliability:
                assert starts & odd == 0


def test_influences_are_capped_as_the_scenario_says() -> None:
    caps = tutors_of(1)[0].influences.caps
    assert caps == {Aspect.ENGAGEMENT: 0.35, Aspect.SESSIONS_PER_WEEK: 8.0}


# ---------------------------------------------------------------- relationships


def column(trait: str, seeds: range = SEEDS) -> list[float]:
    return [getattr(tutor.traits, trait) for seed in seeds for tutor in tutors_of(500, seed)]


def test_the_experienced_are_certified_higher() -> None:
    levels = [CERTIFICATIONS.index(tutor.traits.certification) for seed in SEEDS for tutor in tutors_of(500, seed)]
    assert stats.spearmanr(levels, column("months_experience")).statistic > 0.4


def test_reliable_tutors_are_rated_higher_and_move_less() -> None:
    assert stats.pearsonr(column("reliability"), column("avg_historical_rating")).statistic > 0.4
    assert stats.pearsonr(column("reliability"), column("reschedule_rate")).statistic < -0.4


TRAITS = (
    "reliability", "months_experience", "avg_historical_rating", "reschedule_rate", "no_show_count", "active",
    "morning", "weekend_only", "score_offset", "empathy_offset", "technical_issue_probability", "leaving_threshold",
)  # fmt: skip


@pytest.mark.parametrize("trait", TRAITS)
def test_a_tutor_s_number_tells_nothing_about_the_tutor(trait: str) -> None:
    numbers = [tutor.number for seed in SEEDS for tutor in tutors_of(500, seed)]
    assert abs(stats.spearmanr(numbers, column(trait)).statistic) < 0.06  # 3 standard errors of 3,000 tutors


def test_quotas_are_dealt_alike_in_all_personas() -> None:
    for seed in SEEDS:
        tutors = tutors_of(500, seed)
        for name, persona in PERSONAS.items():
            own = [tutor.traits for tutor in tutors if tutor.traits.persona == name]
            assert sum(traits.active for traits in own) == pytest.approx(0.92 * persona.share * 500, abs=1.5)
            assert sum(traits.morning for traits in own) == pytest.approx(0.35 * persona.share * 500, abs=1.5)


def test_quotas_of_one_kind_say_nothing_about_those_of_another() -> None:
    pairs = Counter((t.traits.morning, t.traits.active) for seed in SEEDS for t in tutors_of(500, seed))
    table = [[pairs[morning, active] for active in (True, False)] for morning in (True, False)]
    assert stats.chi2_contingency(table).pvalue > 0.001


# ---------------------------------------------------------------- draws stays with its owner

OWN_DRAWS = ("score_offset", "leaving_threshold", "profile_updates_per_month", "messages_per_month")


def test_the_same_seed_draws_the_same_tutors_and_another_seed_others() -> None:
    first, again, other = (
        [tutor.traits for tutor in draw_tutors(scenario_from_dict({"population": {"tutors": 25}}), RandomStreams(seed))]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert not any(traits in other for traits in first)


@pytest.mark.parametrize("total", [5, 25, 150])
def test_one_more_tutor_changes_no_one_s_own_draws(total: int) -> None:
    fewer, more = tutors_of(total), tutors_of(total + 1)
    for before, after in zip(fewer, more, strict=False):
        assert [getattr(before.traits, trait) for trait in OWN_DRAWS] == [
            getattr(after.traits, trait) for trait in OWN_DRAWS
        ]


def test_one_more_tutor_leaves_most_of_the_others_as_they_are() -> None:
    for seed in SEEDS:
        pairs = list(zip(tutors_of(150, seed), tutors_of(151, seed), strict=False))
        same = sum(before.traits.persona == after.traits.persona for before, after in pairs)
        assert same >= 150 - len(PERSONAS)


def test_a_changed_parameter_changes_only_what_hangs_on_it() -> None:
    rules = {"population": {"tutors": 150, "traits": {"messages_per_month": [10, 20]}}}
    for before, after in zip(tutors_of(150), draw_tutors(scenario_from_dict(rules), RandomStreams(0)), strict=True):
        assert attrs.evolve(after.traits, messages_per_month=before.traits.messages_per_month) == before.traits
        assert after.open_starts == before.open_starts


def test_a_population_may_be_of_one_persona_only() -> None:
    personas = {"replace": True, "burned_out_veteran": {"share": 3}}
    population = {"tutors": 25, "personas": personas, "edge_cases": {"replace": True}}
    tutors = draw_tutors(scenario_from_dict({"population": population}), RandomStreams(0))
    assert {tutor.traits.persona for tutor in tutors} == {"burned_out_veteran"}


# ---------------------------------------------------------------- names of one's own


def tutors_with(**changes: Any) -> list[Tutor]:
    return draw_tutors(scenario_from_dict(changes), RandomStreams(0))


def test_an_unused_subject_persona_or_edge_case_changes_no_tutor() -> None:
    unused = tutors_with(
        subjects={"Piano": {"share": 0}},
        population={"personas": {"mentor": {"share": 0}}, "edge_cases": {"free_spirit": {"share": 0}}},
    )
    assert [tutor.traits for tutor in unused] == [tutor.traits for tutor in tutors_of(150)]


def test_another_persona_takes_those_who_choose_it_and_moves_few_others() -> None:
    before = tutors_of(500)
    after = tutors_with(population={"tutors": 500, "personas": {"mentor": {"like": "rock_star", "share": 0.1}}})
    pairs = [(one.traits.persona, other.traits.persona) for one, other in zip(before, after, strict=True)]
    assert sum(now == "mentor" for _, now in pairs) == pytest.approx(500 * 0.1 / 1.1, abs=1)
    assert sum(now not in {was, "mentor"} for was, now in pairs) < 0.06 * 500


def test_another_subject_is_taught_by_those_who_choose_it_and_takes_the_place_of_their_last_one() -> None:
    for one, other in zip(tutors_of(150), tutors_with(subjects={"Piano": {}}), strict=True):
        before, after = list(one.traits.subjects), list(other.traits.subjects)
        after_without = [subject for subject in after if subject != "Piano"]
        assert after_without == before[: len(after_without)]


def test_subjects_are_taught_by_their_weights() -> None:
    subjects = {"replace": True, "Piano": {"share": 3}, "Violin": {"share": 1}}
    first = Counter(tutor.traits.subjects[0] for tutor in tutors_with(subjects=subjects, population={"tutors": 2000}))
    assert first["Piano"] / 2000 == pytest.approx(0.75, abs=0.04)


def test_nobody_teaches_more_subjects_than_there_are() -> None:
    assert {tutor.traits.subjects for tutor in tutors_with(subjects={"replace": True, "Piano": {}})} == {("Piano",)}


def test_the_order_in_which_a_file_names_things_changes_nothing() -> None:
    names = ["Voice", "Piano", "Violin"]
    orders = [{"replace": True, **{name: {} for name in order}} for order in (names, names[::-1])]
    one, other = (tutors_with(subjects=subjects) for subjects in orders)
    assert [tutor.traits for tutor in one] == [tutor.traits for tutor in other]
