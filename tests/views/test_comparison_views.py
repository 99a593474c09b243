"""Comparisons as tables, as JSON and as pictures."""

import json
import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import attrs
import pytest
from rich.console import Console

from simulation.lib.staging import RunDirError
from simulation.scenario.showing import Extent
from simulation.studies import StudyError
from simulation.studies.comparison import Comparison, Goal
from simulation.studies.key_figures import KEY_FIGURES, USUALLY_ASKED, figures_to_show
from simulation.studies.provenance import Provenance
from simulation.views import comparison_table
from simulation.views.comparison_plot import EDGE_PERCENT, check_picture, draw_comparison, figures_to_draw, rows_of
from simulation.views.comparison_table import (
    MOST_SHOWN,
    MOST_TOLD,
    closing_lines,
    comparison_as_json,
    numbers_in_words,
    print_comparison,
    print_sweep,
)

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


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, *, every: bool = False,
         comparison: Comparison | None = None) -> str:  # fmt: skip
    """What is printed of a comparison on a terminal of some width."""
    monkeypatch.setattr(comparison_table, "standard_output", lambda: Console(width=width, highlight=False))
    print_comparison(comparison or compared(), every=every)
    return capsys.readouterr().out


def row(out: str, label: str) -> list[str]:
    """The cells of a printed row."""
    (line,) = [line for line in out.splitlines() if line.strip().startswith(f"{label}  ")]
    return re.split(r"\s{2,}", line.strip())[1:]


def renamed(*names: str) -> Comparison:
    """The same runs under other names: base, and others of which each has the runs of the other."""
    base, other = compared().runs.values()
    return Comparison((5, 6, 7), dict(zip(names, (base, *[other] * (len(names) - 1)), strict=True)))


# ---------------------------------------------------------------- in the terminal


def test_the_answer_comes_first(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asking = attrs.evolve(compared(), asked=("mean_rating", "events"), questions={"other": "What becomes of ratings?"})
    lines = told(capsys, monkeypatch, 120, comparison=asking).splitlines()
    assert lines[:4] == [
        "other against usual [1]",
        "  What becomes of ratings?",
        "- Mean rating fell by 0.800 stars to 3.200 (-20.0%, 95% interval -1.048 to -0.552): worse, likely.",
        "- Events in the log: the same in every pair.",
    ]


def test_of_several_scenarios_all_pairings_are_told_and_a_question_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    three = attrs.evolve(renamed("usual", "worse", "mended"), questions={"mended": "Is it mended?"})
    out = told(capsys, monkeypatch, 120, comparison=three)
    headings = [line for line in out.splitlines() if " against " in line]
    assert headings == ["worse against usual", "mended against usual", "mended against worse"]
    assert out.count("Is it mended?") == 1


def test_the_table_has_means_differences_and_what_they_come_to_in_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = told(capsys, monkeypatch, 120, every=True)
    assert row(out, "sessions") == ["100.0", "110.0", "+10.0 ± 2.5", "+10.0%", "better"]
    assert row(out, "mean rating, stars") == ["4.000", "3.200", "-0.800 ± 0.248", "-20.0%", "worse"]
    assert row(out, "events in the log") == ["1,000.0", "1,000.0", "0", "same"]


def test_headlines_are_shown_in_groups_and_the_rest_when_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, every = (told(capsys, monkeypatch, 120, every=every) for every in (False, True))
    for group in {figure.group for figure in KEY_FIGURES if figure.headline}:
        assert f"\n{group} " in few
    assert "events in the log" not in few
    assert f"{len(figures_to_show())} of {len(KEY_FIGURES)} key figures; --all shows the others, too" in few
    assert "events in the log" in every
    assert "--all" not in every


LONG = "a-marketplace-in-which-hardly-anybody-ever-comes-to-a-session"


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("names", [("usual", "other"), (LONG, f"{LONG}-again"), ("usual", "one", "two", "three", LONG)])
def test_everything_fits_the_terminal_and_names_are_broken_rather_than_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, names: tuple[str, ...]
) -> None:
    out = told(capsys, monkeypatch, width, every=True, comparison=renamed(*names))
    assert max(map(len, out.splitlines())) <= width
    assert "…" not in out
    tables = [line for line in out.splitlines() if line.strip().startswith("hours taught  ")]
    assert tables
    assert sum(line.count("same") for line in tables) == len(names) - 1
    for part in LONG.split("-") if LONG in names else ():
        assert part in out


def test_a_wider_terminal_shows_more_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    three = renamed("usual", "one", "two")
    narrow, wide = (told(capsys, monkeypatch, width, comparison=three) for width in (80, 160))
    assert [out.count("key figure  ") for out in (narrow, wide)] == [1, 1]
    assert "-0.800 ± 0.248 worse -0.800 ± 0.248 worse" in narrow
    assert row(wide, "mean rating, stars") == ["4.000", *["3.200", "-0.800 ± 0.248", "-20.0%", "worse"] * 2]


def test_colours_say_what_is_better_and_never_what_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Console(width=160, highlight=False, force_terminal=True, color_system="standard", file=StringIO())
    monkeypatch.setattr(comparison_table, "standard_output", lambda: screen)
    print_comparison(attrs.evolve(compared(), asked=("sessions", "mean_rating")), every=True)
    assert isinstance(screen.file, StringIO)
    printed = screen.file.getvalue()
    green, red = "\x1b[32m", "\x1b[31m"
    assert f"{green}better" in printed
    assert f"{red}worse" in printed
    assert {printed[found.end() : found.end() + 6].rstrip("\x1b") for found in re.finditer(r"\x1b\[32m", printed)} == {
        "better"
    }


def test_a_reader_is_told_how_many_pairs_and_that_one_interval_may_miss_by_chance() -> None:
    pairs, words, chance = closing_lines(compared())
    assert pairs == "3 pairs of runs, seeds 5 to 7"
    assert words == "likely: the 95% interval excludes zero; certain: the 99.9% interval does"
    assert chance.endswith("each for itself: about 1 of 20 misses the true difference by chance")


@pytest.mark.parametrize(
    ("numbers", "told"), [((), ""), ((4,), "4"), ((4, 5), "4, 5"), ((1, 4, 5, 6, 9, 10), "1, 4 to 6, 9, 10")]
)
def test_seeds_that_follow_one_another_are_told_by_their_ends(numbers: tuple[int, ...], told: str) -> None:
    assert numbers_in_words(numbers) == told


@pytest.mark.parametrize(("half_width", "told"), [(3.0, "reached"), (2.0, "not reached with 3 pairs")])
def test_a_reader_is_told_whether_the_goal_is_reached(half_width: float, told: str) -> None:
    assert closing_lines(compared(Goal("sessions", half_width, 3)))[-1] == f"sessions to within {half_width:g}: {told}"


def test_worlds_of_different_size_or_length_are_cautioned_of_and_equal_ones_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small, large, longer = Extent(10, 1, 7), Extent(150, 2, 7), Extent(10, 1, 30)
    assert attrs.evolve(compared(), worlds=(small, small)).caution is None
    for other in (large, longer):
        unlike = attrs.evolve(compared(), worlds=(small, other))
        assert f"usual [1] has 10 tutors over 7 days, other has {other}; compare completion_rate, " in str(
            unlike.caution
        )
        assert str(unlike.caution).endswith(", churn_probability alone, all other figures are totals")
        assert json.loads(comparison_as_json(unlike))["caution"] == unlike.caution
        print_comparison(unlike)
        assert capsys.readouterr().out.startswith("caution: the worlds differ in size or length")
    assert str(large) == "150 tutors in 2 regions over 7 days"


# ---------------------------------------------------------------- points of a sweep


def test_points_of_a_sweep_are_held_against_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    points = attrs.evolve(renamed("days 7", "days 14", "days 21"), asked=("mean_rating",))
    print_sweep(points, "9 runs", Provenance({"usual": "abc"}, points.seeds))
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if " against " in line] == [
        "days 14 against days 7", "days 21 against days 7",
    ]  # fmt: skip
    assert row(out, "days 7") == ["4.000"]
    assert row(out, "days 21") == ["3.200", "-0.800 ± 0.248", "-20.0%", "worse"]
    assert out.endswith("\n9 runs\n")


def test_one_run_at_each_point_shows_differences_without_a_word_on_how_sure_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    points = renamed("days 7", "days 14")
    single = Comparison((5,), {name: runs[:1] for name, runs in points.runs.items()}, asked=("mean_rating",))
    print_sweep(single, "2 runs", Provenance({"usual": "abc"}, (5,)))
    out = capsys.readouterr().out
    assert " against " not in out
    assert row(out, "days 14") == ["3.100", "-0.900", "-22.5%", "unclear"]
    assert "one run at each point does not tell how sure differences are: --replications 10 would" in out


def test_many_points_are_told_by_the_table_alone_and_very_many_by_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    for count, has_table in ((MOST_TOLD + 2, True), (MOST_SHOWN + 2, False)):
        print_sweep(renamed(*(f"days {day}" for day in range(count))), "some runs", Provenance({"usual": "abc"}, (5,)))
        out = capsys.readouterr().out
        assert " against " not in out
        assert ("\npoint " in out) == has_table
        assert out.endswith("some runs\n")


# ---------------------------------------------------------------- for programs


def test_what_a_comparison_was_made_of_stands_in_every_form_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    made_of = Provenance({"usual [1]": "abc", "other": "def"}, (5, 6, 7), ("days=7",), "0.9", "compare usual other")
    document = json.loads(comparison_as_json(compared(), made_of))
    assert document["scenarios"] == {"usual [1]": "abc", "other": "def"}
    assert (document["version"], document["overrides"], document["seeds"]) == ("0.9", ["days=7"], [5, 6, 7])
    assert document["command"] == "compare usual other"
    print_comparison(compared(), made_of)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "simulated by version 0.9: scenarios usual [1], other with days=7",
        "scenario digests: usual [1] abc, other def",
        "by the command: compare usual other",
    ]


def test_a_command_and_a_path_are_printed_in_one_line_to_be_copied(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison_table, "standard_output", lambda: Console(width=80, highlight=False))
    command, path = f"compare {'scenario ' * 20}".strip(), f"/{'folder/' * 20}sweep.csv"
    print_sweep(renamed("a", "b"), f"2 runs: {path}", Provenance({"usual": "abc"}, (5,), command=command))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3] == f"by the command: {command}"
    assert lines[-1] == path


def test_json_has_findings_differences_and_every_run() -> None:
    asking = attrs.evolve(compared(Goal("sessions", 3.0, 3)), questions={"other": "Why?"})
    document = json.loads(comparison_as_json(asking))
    assert (document["base"], document["seeds"], document["confidence"]) == ("usual [1]", [5, 6, 7], 0.95)
    assert document["goal"] == {"key_figure": "sessions", "half_width": 3.0, "at_most": 3, "is_reached": True}
    assert document["questions"] == {"other": "Why?"}
    hours = document["key_figures"]["hours_taught"]
    assert (hours["unit"], hours["group"], hours["better"], hours["headline"]) == ("hours", "Sessions", "higher", True)
    sessions = document["differences"]["other"]["sessions"]
    assert (sessions["pairs"], sessions["base"], sessions["other"], sessions["difference"]) == (3, 100.0, 110.0, 10.0)
    assert (sessions["direction"], sessions["certainty"]) == ("better", "likely")
    assert sessions["interval"] == pytest.approx([7.516, 12.484], abs=0.001)
    assert document["runs"]["other"]["sessions"] == [89, 110, 131]
    assert [finding["key_figure"] for finding in document["findings"]] == list(USUALLY_ASKED)
    assert document["findings"][1]["sentence"].startswith("Mean rating fell by 0.800 stars to 3.200")


# ---------------------------------------------------------------- pictures


def test_only_what_is_above_zero_somewhere_is_drawn() -> None:
    assert [figure.name for figure in figures_to_draw(compared())] == ["mean_rating"]
    assert [figure.name for figure in figures_to_draw(compared(), every=True)] == ["sessions", "mean_rating", "events"]


def drawn(comparison: Comparison) -> list[dict[str, Any]]:
    return rows_of(comparison, "other", comparison.base, figures_to_draw(comparison, every=True))


def test_a_row_has_the_change_in_percent_and_in_words() -> None:
    sessions, rating, events = drawn(compared())
    assert [sessions[end] for end in ("low", "middle", "high")] == pytest.approx([7.516, 10.0, 12.484], abs=0.001)
    assert (sessions["told"], sessions["effect"]) == ("+10.0 ± 2.5 sessions", "better")
    assert (rating["told"], rating["effect"]) == (f"{MINUS}0.800 ± 0.248 stars", "worse")
    assert (events["told"], events["effect"]) == ("no difference", "unclear")


def test_where_the_base_has_none_there_is_no_percentage_and_far_changes_are_at_the_edge() -> None:
    base, other = compared().runs.values()
    for sessions, middle in ((0.0, None), (1.0, EDGE_PERCENT)):
        few = [{**run, "sessions": sessions} for run in base]
        assert drawn(Comparison((5, 6, 7), {"base": few, "other": other}))[0]["middle"] == middle


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_comparison_is_the_same_picture(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("vl_convert", reason="needs the extra `pages`")
    one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
    draw_comparison(compared(), one)
    draw_comparison(compared(), two)
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<svg")


def test_a_picture_that_could_not_be_drawn_is_refused_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StudyError, match=r"^--plot: a\.pdf has the suffix '\.pdf'; allowed are \.png, \.svg$"):
        check_picture(Path("a.pdf"))
    with pytest.raises(RunDirError, match=r"there is no directory .*nowhere$"):
        check_picture(tmp_path / "nowhere" / "a.png")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(StudyError) as refused:
        check_picture(tmp_path / "a.png")
    assert str(refused.value) == 'pictures need vl_convert; install it with: pip install "tutoring-simulation[pages]"'


def test_all_of_a_comparison_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="needs the extra `pages`")
    runs = dict(zip(("$5", "<other>", "third"), [*compared().runs.values(), compared().runs["other"]], strict=True))
    draw_comparison(Comparison((5, 6, 7), runs), tmp_path / "a.svg")
    picture = (tmp_path / "a.svg").read_text("utf-8")
    for words in (
        "&lt;other&gt; against $5",
        "third against $5",
        "mean rating",
        f"{MINUS}0.800 ± 0.248 stars",
        "worse",
    ):
        assert words in picture


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="needs the extra `pages`")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(RunDirError) as refused:
        draw_comparison(compared(), tmp_path / "a.png")
    assert str(refused.value) == f"{tmp_path / 'a.png'}: is a directory; name a file"
