"""Comparisons and sweeps from Python: data frames, sentences, and what is refused."""

from pathlib import Path

import pytest

import simulation as sim
from simulation import ComparedScenarios, SweptScenario
from simulation.lib.staging import RunDirError
from simulation.studies import StudyError
from simulation.studies.findings import findings_of
from simulation.studies.key_figures import KEY_FIGURES


def test_the_frame_has_the_differences_of_the_study(comparison: ComparedScenarios) -> None:
    frame = comparison.frame().loc["tiny-busy"]
    differences = comparison.differences("tiny-busy")
    assert frame.index.tolist() == [figure.name for figure in KEY_FIGURES]
    for name, found in differences.items():
        row = frame.loc[name]
        stated = (found.base, found.other, found.mean, *(found.interval or (None, None)))
        for value, expected in zip(row[["base", "other", "difference", "low", "high"]], stated, strict=True):
            assert value == pytest.approx(float("nan") if expected is None else expected, nan_ok=True)
    assert {"more", "unclear"} <= set(frame["effect"])


def test_sentences_are_those_of_the_study(comparison: ComparedScenarios) -> None:
    findings = [str(one) for found in findings_of(comparison).values() for one in found]
    assert list(comparison.sentences()) == findings
    fragment = comparison._repr_html_()
    assert all(one.sentence in fragment for found in findings_of(comparison).values() for one in found)


def test_runs_of_a_pair_stand_in_a_row(comparison: ComparedScenarios) -> None:
    by_seed = comparison.by_seed("sessions")
    assert by_seed.index.tolist() == list(comparison.seeds) == [7, 8, 9]
    assert by_seed["tiny-busy"].tolist() == [run["sessions"] for run in comparison.runs["tiny-busy"]]
    with pytest.raises(KeyError):
        comparison.by_seed("happiness")


def test_a_sweep_has_a_row_per_run_and_a_mean_per_point(swept: SweptScenario) -> None:
    frame = swept.frame()
    assert frame["seed"].tolist() == [7, 8, 7, 8]
    means = frame.groupby("demand.sessions_per_day")["sessions"].mean()
    assert swept.means()["sessions"].tolist() == means.tolist()
    assert [run["sessions"] for run in swept.comparison.runs["sessions_per_day 40"]] == frame["sessions"].tolist()[2:]


def test_a_sweep_is_told_against_its_first_point(tiny_file: Path) -> None:
    three = sim.sweep(tiny_file, {"population.tutors": [3, 4, 5]}, days=1, overrides={"warm_up_days": 0}, workers=1)
    held = {sentence.partition(":")[0] for sentence in three.sentences()}
    assert held == {"tutors 4 against tutors 3", "tutors 5 against tutors 3"}


def test_a_sweep_is_kept_where_it_is_wanted(tiny_file: Path, tmp_path: Path) -> None:
    small, varied = {"warm_up_days": 0, "population.tutors": 3}, {"days": [1, 2]}
    first = sim.sweep(tiny_file, varied, out=tmp_path / "sweep", overrides=small, workers=1)
    again = sim.sweep(tiny_file, varied, out=tmp_path / "sweep", overrides=small, workers=1)
    assert (tmp_path / "sweep" / "sweep.csv").is_file()
    assert again.frame().equals(first.frame())
    with pytest.raises(RunDirError):
        sim.sweep(tiny_file, {"days": [1, 3]}, out=tmp_path / "sweep", overrides=small, workers=1)


@pytest.mark.parametrize(("varied", "told"), [
    ({}, "varied: has no values"),
    ({"days": []}, "varied: has no values"),
    ({"days": [1, 1]}, 'varied: {"days": 1} and {"days": 1} are one scenario'),
])  # fmt: skip
def test_a_sweep_over_nothing_or_the_same_twice_is_refused(
    varied: dict[str, list[int]], told: str, tiny_file: Path
) -> None:
    with pytest.raises(StudyError) as raised:
        sim.sweep(tiny_file, varied)
    assert str(raised.value).startswith(told)


def test_a_figure_that_is_none_is_answered_with_the_nearest(swept: SweptScenario) -> None:
    with pytest.raises(StudyError, match=r"mean_ratings is no key figure; allowed are .*; did you mean mean_rating\?$"):
        swept.plot("mean_ratings")
