"""Comparisons as tables, as JSON and as pictures."""

import json
import sys
from pathlib import Path

import attrs
import pytest
from rich.console import Console

from simulation.lib.staging import RunDirError
from simulation.studies import StudyError
from simulation.studies.comparison import Comparison, Extent, Goal
from simulation.studies.key_figures import KEY_FIGURES
from simulation.studies.provenance import Provenance
from simulation.views.comparison_plot import check_picture, draw_comparison, figures_to_draw, lines_of
from simulation.views.comparison_table import closing_lines, comparison_as_json, print_comparison

MINUS = "\N{MINUS SIGN}"


def compared(goal: Goal | None = None) -> Comparison:
    """Three pairs: 10 sessions more, give or take one; a fifth less rating; and nothing else but events."""
    nothing = dict.fromkeys((figure.name for figure in KEY_FIGURES), 0)
    base = [{**nothing, "sessions": 100 + noise, "mean_rating": 4.0, "events": 1000} for noise in (-20, 0, 20)]
    other = [
        {**run, "sessions": run["sessions"] + more, "mean_rating": rating}
        for run, more, rating in zip(base, (9, 10, 11), (3.1, 3.2, 3.3), strict=True)
    ]
    return Comparison((5, 6, 7), {"usual [1]": base, "other": other}, goal)


def rows(out: str) -> dict[str, list[str]]:
    """The cells of a printed table by key figure."""
    lines = [line.strip("│").split("│") for line in out.splitlines() if line.startswith("│")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines}


# ---------------------------------------------------------------- tables


def test_the_table_has_means_difference_interval_direction_and_what_pairs_gained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_comparison(compared())
    told = rows(capsys.readouterr().out)
    assert told["sessions"] == ["sessions", "100.0", "110.0", "+10.0", "+7.5 to +12.5", "more", "841"]
    assert told["mean_rating"] == ["stars", "4.0000", "3.2000", "-0.8000", "-1.0484 to -0.5516", "less", "1.0"]
    assert told["events"] == ["events", "1,000.0", "1,000.0", "0", "0 to 0", "", ""]


def test_at_eighty_columns_names_and_numbers_stand_in_full(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulation.views.comparison_table.standard_output", lambda: Console(width=80, highlight=False))
    large = compared()
    runs = {
        name: [{**run, "events": 65_432 + noise, "hours_taught": 1234.5 * noise} for noise, run in enumerate(own, 1)]
        for name, own in large.runs.items()
    }
    print_comparison(attrs.evolve(large, runs=runs))
    told = capsys.readouterr().out
    table = told.partition("3 pairs of runs")[0]
    assert max(map(len, table.splitlines())) <= 80
    assert "…" not in table
    _, _, below = table.partition("─\n")
    # a line that goes on with an interval begins with a blank
    names = [line.split()[0] for line in below.splitlines() if line[:1].strip()]
    assert names == [figure.name for figure in KEY_FIGURES]
    assert "65,434.0" in table


def test_the_table_names_scenarios_as_they_are_called(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(compared())
    assert "other against usual [1]" in capsys.readouterr().out


def test_a_reader_is_told_how_many_pairs_and_that_one_interval_may_miss_by_chance() -> None:
    pairs, chance, _ = closing_lines(compared())
    assert pairs == "3 pairs of runs, seeds 5, 6, 7"
    assert chance.endswith("of 25 such intervals 1 or so misses the true difference by chance")


@pytest.mark.parametrize(("half_width", "told"), [(3.0, "reached"), (2.0, "not reached with 3 pairs")])
def test_a_reader_is_told_whether_the_goal_is_reached(half_width: float, told: str) -> None:
    assert closing_lines(compared(Goal("sessions", half_width, 3)))[-1] == f"sessions to within {half_width:g}: {told}"


def test_worlds_of_different_size_or_length_are_cautioned_of_and_equal_ones_are_not() -> None:
    small, large, longer = Extent(10, 1, 7), Extent(150, 2, 7), Extent(10, 1, 30)
    assert attrs.evolve(compared(), worlds=(small, small)).caution is None
    for other in (large, longer):
        unlike = attrs.evolve(compared(), worlds=(small, other))
        assert closing_lines(unlike)[0] == f"caution: {unlike.caution}"
        assert f"usual [1] has 10 tutors over 7 days, other has {other}; compare completion_rate, " in str(
            unlike.caution
        )
        assert str(unlike.caution).endswith(", churn_probability alone, all other figures are totals")
        assert json.loads(comparison_as_json(unlike))["caution"] == unlike.caution
    assert str(large) == "150 tutors in 2 regions over 7 days"


def test_what_a_comparison_was_made_of_stands_in_every_form_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    made_of = Provenance({"usual [1]": "abc", "other": "def"}, (5, 6, 7), ("days=7",), "0.9")
    document = json.loads(comparison_as_json(compared(), made_of))
    assert document["scenarios"] == {"usual [1]": "abc", "other": "def"}
    assert (document["version"], document["overrides"], document["seeds"]) == ("0.9", ["days=7"], [5, 6, 7])
    print_comparison(compared(), made_of)
    assert "simulated by version 0.9: scenarios usual [1], other with days=7" in capsys.readouterr().out


def test_json_has_differences_and_every_run() -> None:
    document = json.loads(comparison_as_json(compared(Goal("sessions", 3.0, 3))))
    assert (document["base"], document["seeds"], document["confidence"]) == ("usual [1]", [5, 6, 7], 0.95)
    assert document["goal"] == {"key_figure": "sessions", "half_width": 3.0, "at_most": 3, "is_reached": True}
    assert document["key_figures"]["hours_taught"]["unit"] == "hours"
    sessions = document["differences"]["other"]["sessions"]
    assert (sessions["pairs"], sessions["base"], sessions["other"], sessions["difference"]) == (3, 100.0, 110.0, 10.0)
    assert sessions["interval"] == pytest.approx([7.516, 12.484], abs=0.001)
    assert document["runs"]["other"]["sessions"] == [89, 110, 131]


# ---------------------------------------------------------------- pictures


def test_only_what_is_above_zero_somewhere_is_drawn() -> None:
    assert [figure.name for figure in figures_to_draw(compared())] == ["sessions", "mean_rating", "events"]


def test_a_line_has_the_change_in_percent_and_in_words() -> None:
    result = compared()
    sessions, rating, events = lines_of(result, "other", figures_to_draw(result))
    assert sessions.percent == pytest.approx((7.516, 10.0, 12.484), abs=0.001)
    assert (sessions.words, sessions.direction) == ("+10.0 ± 2.5 sessions", 1)
    assert (rating.words, rating.direction) == (f"{MINUS}0.8000 ± 0.2484 stars", -1)
    assert (events.words, events.direction) == ("no difference", 0)


def test_where_the_base_has_none_there_is_no_percentage() -> None:
    result = compared()
    swapped = Comparison(
        result.seeds,
        {"base": [{**run, "sessions": 0} for run in result.runs["usual [1]"]], "other": result.runs["other"]},
    )
    assert lines_of(swapped, "other", figures_to_draw(swapped))[0].percent is None


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_comparison_is_the_same_picture(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `pictures`")
    one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
    draw_comparison(compared(), one)
    draw_comparison(compared(), two)
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<?xml")


def test_a_picture_that_could_not_be_drawn_is_refused_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StudyError, match=r"^--plot: a\.pdf has the suffix '\.pdf'; allowed are \.png, \.svg$"):
        check_picture(Path("a.pdf"))
    with pytest.raises(RunDirError, match=r"there is no directory .*nowhere$"):
        check_picture(tmp_path / "nowhere" / "a.png")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(StudyError) as refused:
        check_picture(tmp_path / "a.png")
    assert (
        str(refused.value) == 'pictures need matplotlib; install it with: pip install "tutoring-simulation[pictures]"'
    )


def test_names_of_scenarios_are_drawn_as_they_are(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `pictures`")
    runs = dict(zip(("$5", r"$\frac{$"), compared().runs.values(), strict=True))
    draw_comparison(Comparison((5, 6, 7), runs), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra `pictures`")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(RunDirError) as refused:
        draw_comparison(compared(), tmp_path / "a.png")
    assert str(refused.value) == f"{tmp_path / 'a.png'}: is a directory; name a file"
