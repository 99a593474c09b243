"""The command line: compare and sweep."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from simulation.cli.program import Exit
from simulation.scenario import Scenario
from simulation.studies.key_figures import Figures, measure_scenario
from tests.command_line import answer, mistake

SHORT = ("--set", "days=1", "--set", "warm_up_days=1", "--workers", "1")


@pytest.fixture
def calm_file(tmp_path: Path, tiny_file: Path) -> Path:
    """The file of a scenario that differs from the tiny one."""
    file = tmp_path / "calm.toml"
    file.write_text(f'extends = "{tiny_file}"\n[mechanisms]\nstudent_no_shows = false\n', encoding="utf-8")
    return file


# ---------------------------------------------------------------- compare


def test_compare_prints_a_table_and_nothing_else(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path
) -> None:
    code, out, err = answer(capsys, "compare", tiny_file, calm_file, "--replications", "2", *SHORT)
    assert code == 0
    assert out.startswith("calm against tiny\n- ")
    assert "students enrolled" in out
    assert "bad lines" not in out
    assert "2 pairs of runs, seeds 7, 8" in out
    assert err == ""


def test_compare_gives_json_for_programs_and_is_quiet_when_asked(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path
) -> None:
    options = ("--replications", "2", "--json", "--quiet", "--seeds-from", "a text", *SHORT)
    code, out, err = answer(capsys, "compare", tiny_file, calm_file, *options)
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert list(document["runs"]) == ["tiny", "calm"]
    assert document["runs"]["calm"]["student_no_shows"] == [0, 0]
    assert document["seeds"] not in ([7, 8], [42, 43])


def test_compare_adds_pairs_until_a_goal_is_reached_or_given_up(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path
) -> None:
    goal = ("--until-halfwidth", "completion_rate=0.0001", "--at-most", "3")
    code, out, _ = answer(capsys, "compare", tiny_file, calm_file, "--replications", "2", *goal, *SHORT)
    assert code == 0
    assert "completion_rate to within 0.0001: not reached with 3 pairs" in out


def test_compare_exits_with_1_when_a_run_fails_and_compares_the_others(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(scenario: Scenario) -> Figures:
        if (scenario.name, scenario.seed) == ("calm", 8):
            raise ZeroDivisionError("division by zero")
        return measure_scenario(scenario)

    monkeypatch.setattr("simulation.studies.study_directory.measure_scenario", failing)
    arguments = ("compare", tiny_file, calm_file, "--replications", "3", "--quiet", *SHORT)
    code, out, err = answer(capsys, *arguments)
    assert (code, err) == (1, "error: calm, seed 8: the run failed: ZeroDivisionError: division by zero\n")
    assert "2 pairs of runs, seeds 7, 9\nleft out, since a run failed: seeds 8\n" in out
    code, out, _ = answer(capsys, *arguments, "--json")
    document = json.loads(out)
    assert code == 1
    assert document["seeds"] == [7, 9]
    assert document["failed"] == [{"scenario": "calm", "seed": 8, "error": "ZeroDivisionError: division by zero"}]


def test_compare_draws_a_picture(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path, tmp_path: Path
) -> None:
    pytest.importorskip("vl_convert", reason="needs the extra `pages`")
    picture = tmp_path / "picture.svg"
    code, *_ = answer(
        capsys, "compare", tiny_file, calm_file, "--replications", "2", "--plot", picture, *SHORT
    )  # fmt: skip
    assert code == 0
    assert picture.read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--replications", "1"], "Invalid value for '--replications': 1 is not in the range x>=2."),
        (["--set", "days=0"], "--set: days is 0; allowed is a whole number from 1 to 1095 (days)"),
        (["--until-halfwidth", "sessions"], "--until-halfwidth: 'sessions' is no goal; allowed is KEY=X, as in"),
        (["--until-halfwidth", "joy=1"], "--until-halfwidth: joy is no key figure; allowed are requests, "),
        (["--until-halfwidth", "sessions=1", "--at-most", "5"], "--at-most: is 5; allowed is from --replications, 10"),
        (["--plot", "a.gif"], "--plot: a.gif has the suffix '.gif'; allowed are .png, .svg"),
        (["--cluster", "here"], "'here' is no address of a scheduler"),
    ],
)
def test_mistakes_with_compare_are_one_line(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, options: list[str], said: str
) -> None:
    assert mistake(capsys, "compare", tiny_file, tiny_file, *options).startswith(said)


def test_compare_needs_something_to_compare_with(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    alone = "one scenario has nothing to be compared with; allowed are two or more"
    assert mistake(capsys, "compare") == "Missing argument 'SCENARIO...'."
    assert mistake(capsys, "compare", tiny_file) == alone
    assert mistake(capsys, "compare", tiny_file, "--against", "tiny") == alone


@pytest.mark.parametrize("given", ["both", "one alone"])
def test_any_scenario_can_be_the_base_and_the_seeds_stay(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path, given: str
) -> None:
    paths = (tiny_file, calm_file) if given == "both" else (tiny_file,)
    against = "calm" if given == "both" else calm_file
    options = ("--replications", "2", "--json", "--set", "seed=7", *SHORT)
    document = json.loads(answer(capsys, "compare", *paths, "--against", against, *options).out)
    assert (document["base"], list(document["differences"]), document["seeds"]) == ("calm", ["tiny"], [7, 8])


def test_a_base_that_is_no_scenario_is_one_line(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    said = mistake(capsys, "compare", tiny_file, tiny_file, "--against", "productoin")
    assert said.startswith("productoin: ")
    assert said.endswith("did you mean production?")


def test_compare_keeps_runs_and_repeats_its_answer_without_simulating(
    capsys: pytest.CaptureFixture[str],
    tiny_file: Path,
    calm_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = ("compare", tiny_file, calm_file, "--replications", "2", "--out", tmp_path / "out", *SHORT)
    first = answer(capsys, *arguments)
    monkeypatch.setattr("simulation.world.World.run", None)
    again = answer(capsys, *arguments)
    assert (first.code, again.code, again.out) == (0, 0, first.out)
    assert "another comparison" in mistake(capsys, *arguments, "--set", "days=2", expected=Exit.EXISTS)


def test_compare_names_the_command_line_as_it_was_typed(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, calm_file: Path
) -> None:
    words = ("compare", tiny_file, calm_file, "--replications", "2", "--json", "--seeds-from", "a text", *SHORT)
    command = json.loads(answer(capsys, *words).out)["command"]
    assert shlex.split(command)[-len(words) :] == [str(word) for word in words]
    assert "--seeds-from 'a text'" in command


def test_without_scipy_compare_simulates_nothing(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    said = 'confidence intervals need scipy; install it with: pip install "tutoring-simulation[studies]"'
    assert mistake(capsys, "compare", tiny_file, tiny_file) == said


# ---------------------------------------------------------------- sweep


def test_sweep_goes_through_a_grid_and_says_where_the_table_is(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:
    out_dir = tmp_path / "out"
    arguments = ("sweep", tiny_file, "--vary", "population.tutors=4,5", "--out", out_dir, *SHORT)
    code, out, err = answer(capsys, *arguments)
    assert code == 0
    assert out.endswith(f"\n2 runs, 0 of them known before, 0 failed: {out_dir / 'sweep.csv'}\n")
    assert "\ntutors 5 " in out
    assert err == ""
    code, out, err = answer(capsys, *arguments, "--quiet")
    assert (code, err) == (0, "")
    assert "\n2 runs, 2 of them known before" in out


def test_sweep_goes_through_sobol_points(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path
) -> None:  # fmt: skip
    options = ("--design", "sobol", "--samples", "2", "--vary", "demand.joining=0:0.1", "--out", tmp_path / "out")
    code, out, _ = answer(capsys, "sweep", tiny_file, *options, "--replications", "2", *SHORT)
    assert code == 0
    assert "\n4 runs, " in out
    assert " against " in out


def test_sweep_exits_with_1_when_a_run_fails(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("simulation.studies.study_directory.measure_scenario", failing)
    code, out, _ = answer(capsys, "sweep", tiny_file, "--vary", "days=1,2", "--out", tmp_path / "out", "--workers", "1")
    assert code == 1
    assert "\n2 runs, 0 of them known before, 2 failed: " in out
    assert (tmp_path / "out" / "sweep.csv").read_text("utf-8").count("ZeroDivisionError: division by zero") == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vary", "days"], "--vary: 'days' varies nothing; allowed is KEY=A,B,C, as in days=7,14"),
        (["--vary", "dayz=1"], "--vary: dayz is not a known key (did you mean days?)"),
        (["--vary", "days=1,0"], "--vary: days is 0; allowed is a whole number from 1 to 1095 (days)"),
        (["--vary", "days=1", "--samples", "4"], "--samples is for --design sobol"),
        (["--vary", "days=1:4", "--design", "sobol"], "--design sobol needs --samples, a power of two"),
        (["--vary", "days=1:4", "--design", "sobol", "--samples", "3"], "--samples: is 3; allowed is a power of two"),
        (["--vary", "days=1,4", "--design", "sobol", "--samples", "4"], "--vary: 'days=1,4' has no two ends; allowed"),
        (["--vary", "days=1", "--set", "days=0"], "--set: days is 0; allowed is"),
        ([], "Missing option '--vary'."),
    ],
)
def test_mistakes_with_sweep_are_one_line_and_leave_nothing_behind(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    assert mistake(capsys, "sweep", tiny_file, "--out", tmp_path / "out", *options).startswith(said)
    assert list(tmp_path.iterdir()) == []
