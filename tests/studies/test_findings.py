"""What a comparison finds, in sentences: how much, how surely, and whether it is good news."""

from collections.abc import Sequence

import attrs
import pytest

from simulation.studies.comparison import Comparison
from simulation.studies.differences import Difference
from simulation.studies.findings import Finding, effect_of, findings_of, number
from simulation.studies.key_figures import KEY_FIGURES

BY_NAME = {figure.name: figure for figure in KEY_FIGURES}
NOTHING = dict.fromkeys(BY_NAME, 0.0)
NOISE = (-20, 5, 0, -5, 20, 10, -10, 15)


def compared(figure: str, **values: Sequence[float | None]) -> Comparison:
    """Scenarios with the values of one key figure, all others being zero; the first is the base."""
    runs = {name: [{**NOTHING, figure: value} for value in own] for name, own in values.items()}
    return Comparison(tuple(range(len(next(iter(values.values()))))), runs, asked=(figure,))


def sentence(figure: str, *changes: float | None) -> str:
    """What is told of a figure that is about a thousand, and changes by so much in each pair."""
    scale = BY_NAME[figure].scale
    base = [(1000 + noise) / scale for noise, _ in zip(NOISE * 2, changes, strict=False)]
    other = [None if change is None else one + change / scale for one, change in zip(base, changes, strict=True)]
    (found,) = findings_of(compared(figure, base=base, other=other))["other", "base"]
    return found.sentence


def test_a_sentence_says_what_changes_by_how_much_and_how_surely() -> None:
    told = sentence("hours_taught", -36, -40, -32, -36, -38, -34)
    assert told == "Hours taught fell by 36.0 hours to 965.7 (-3.6%, 95% interval -39.0 to -33.0): worse, certain."


def test_shares_move_by_percentage_points() -> None:
    told = sentence("churn_probability", -2, -3, -4)
    assert told == (
        "Churn probability fell by 3.00 percentage points to 992.00% (95% interval -5.48 to -0.52): better, likely."
    )


def test_where_neither_direction_is_better_there_is_no_verdict() -> None:
    told = sentence("interventions", 100, 110, 90, 100, 105, 95)
    assert told.startswith("Interventions sent rose by 100.0 emails to 1,101.7 (+10.0%")
    assert told.endswith("): certain.")


def test_what_is_the_same_in_every_pair_is_said_as_such() -> None:
    assert sentence("tutors_left", 0, 0, 0) == "Tutors who left: the same in every pair."


def test_what_cannot_be_told_yet_says_how_many_pairs_it_would_take() -> None:
    told = sentence("mean_rating", 4, -2, 3, -1, 2, 0)
    assert told == (
        "Mean rating: cannot be told yet (+1.000 stars, 95% interval -1.483 to +3.483); it would take about 25 pairs."
    )
    assert sentence("mean_rating", 1, -1, 1, -1.01).endswith("; it would take more than 1,000 pairs.")


def test_one_pair_or_none_tells_nothing() -> None:
    assert sentence("mean_rating", 2) == (
        "Mean rating: cannot be told yet (+2.000 stars); one pair tells nothing of how sure that is."
    )
    assert sentence("mean_rating", None) == "Mean rating: undefined, as there is no pair of runs that has it."


@pytest.mark.parametrize(
    ("figure", "mean", "effect"),
    [
        ("hours_taught", 5, "better"), ("hours_taught", -5, "worse"), ("tutors_left", 5, "worse"),
        ("tutors_left", -5, "better"), ("requests", 5, "more"), ("requests", -5, "less"),
        ("hours_taught", 1, "unclear"), ("hours_taught", 0, "unclear"),
    ],
)  # fmt: skip
def test_an_effect_is_good_or_bad_news_by_the_direction_that_is_better(figure: str, mean: float, effect: str) -> None:
    assert effect_of(BY_NAME[figure], Difference(5, 10.0, 10.0 + mean, mean, 2.0, 1.0)) == effect


# ---------------------------------------------------------------- several scenarios


def of_three(mended: float) -> Comparison:
    """Of a hundred hours about ten are lost, and so many come back."""
    lost, regained = (9, 10, 11, 10), (-0.5, 0.5, 0, 0)
    harmed = [100 - one for one in lost]
    return compared(
        "hours_taught", usual=[100.0] * 4, harmed=harmed,
        mended=[one + mended + noise for one, noise in zip(harmed, regained, strict=True)],
    )  # fmt: skip


def test_each_scenario_is_held_against_every_one_before_it() -> None:
    found = findings_of(of_three(4))
    assert list(found) == [("harmed", "usual"), ("mended", "usual"), ("mended", "harmed")]
    assert str(found["harmed", "usual"][0]).startswith("harmed against usual: hours taught fell by 10.0 hours to 90.0")


def repair(comparison: Comparison) -> tuple[Finding, str]:
    (found,) = findings_of(comparison)["mended", "harmed"]
    return found, found.sentence.partition("certain.")[2]


def test_of_what_is_lost_the_share_that_comes_back_is_told_with_its_interval() -> None:
    found, told = repair(of_three(4))
    assert found.repaired is not None
    share, low, high = found.repaired
    assert share == pytest.approx(0.4)
    assert low < 0.4 < high
    assert told == f" That repairs 40% of what harmed did (95% interval {low:.0%} to {high:.0%})."


def test_where_more_comes_back_than_was_lost_that_is_enough_said() -> None:
    assert repair(of_three(40))[1] == " That repairs all that harmed did, and more."


def test_where_nothing_is_lost_or_comes_back_nothing_is_repaired() -> None:
    assert repair(of_three(-4))[0].repaired is None
    usual, harmed, mended = of_three(4).runs.values()
    gained = attrs.evolve(of_three(4), runs={"usual": harmed, "better": usual, "mended": mended})
    assert all(one.repaired is None for found in findings_of(gained).values() for one in found)


def test_findings_are_plain_data_too() -> None:
    told = repair(of_three(4))[0].as_plain()
    assert (told["scenario"], told["against"], told["key_figure"]) == ("mended", "harmed", "hours_taught")
    assert (told["direction"], told["certainty"], told["pairs_needed"]) == ("better", "certain", None)
    assert told["percent"] == pytest.approx(100 * 4 / 90)


def test_numbers_are_shown_in_the_figure_s_unit() -> None:
    assert number(BY_NAME["completion_rate"], 0.9423) == "94.23"
    assert number(BY_NAME["hours_taught"], -1234.56, sign=True) == "-1,234.6"
    assert [number(BY_NAME["events"], value, sign=True) for value in (0, -0.001, None)] == ["0", "+0.0", "undefined"]
