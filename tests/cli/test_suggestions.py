"""A word that is not known is answered with the nearest one that is, whatever kind of word it is."""

from pathlib import Path

import pytest

from simulation.runs.in_memory import load_run
from tests.command_line import mistake


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("run SCENARIO --format parqet", "; did you mean parquet?"),
        ("run SCENARIO --format CSV", "; did you mean csv?"),
        ("run SCENARIO --log-level warn", "; did you mean warning?"),
        ("run SCENARIO --set DAYS=3", " (did you mean days?)"),
        ("run SCENARIO --set demand.sessions_pr_day=3", " (did you mean demand.sessions_per_day?)"),
        ("run SCENARIO --set ledger=prodution", "; did you mean production?"),
        ("run SCENARIO --set experiments.0.primary_metric=avg_rating_30", "; did you mean avg_rating_30d?"),
        ("compare SCENARIO SCENARIO --until-halfwidth tutor_noshows=3", "; did you mean tutor_no_shows?"),
        ("sweep SCENARIO --out x --vary demand.sessions_per_dya=5,6", " (did you mean demand.sessions_per_day?)"),
        ("sweep SCENARIO --out x --vary days=1,2 --design soboll", "; did you mean sobol?"),
        ("ddl --dialect postgres", "; did you mean postgresql?"),
        ("ddl --dialect sqllite", "; did you mean sqlite?"),
        ("load RUN --to duckbd:///x", "; did you mean duckdb://?"),
        ("load RUN --to duckdb:///x --if-exists appendd", "; did you mean append?"),
        ("stream SCENARIO --to nat://x", "; did you mean nats://?"),
        ("timeline RUN T0001 --only sesions", "; did you mean sessions?"),
        ("timeline RUN t0003", "; did you mean T0003?"),
        ("timeline RUN U12", "; did you mean U00012?"),
        ("agents RUN --columns churn_risk", "; did you mean churn_risk_level?"),
        ("agents RUN --sort Churn_Probability", "; did you mean churn_probability?"),
        ("counterfactuals RUN --experiments exp1", "; did you mean EXP001?"),
    ],
)
def test_the_nearest_word_ends_the_line(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tiny_run: Path, command: str, meant: str
) -> None:
    places = {"SCENARIO": tiny_file, "RUN": tiny_run}
    assert mistake(capsys, *(places.get(word, word) for word in command.split())).endswith(meant)


# What a word may be that is spelt wrongly, a command line with one, and what was meant. FILE has the lines that follow.
TEN_KINDS = {
    "a scenario's name": ("compare production high_no_shows", "high-no-show"),
    "a path": ("run FOLDER/mein.toml", "FOLDER/mine.toml"),
    "a key in a file": ("run FILE | demand.sesions_per_day = 9", "demand.sessions_per_day"),
    "a key of --set": ("run dev --set interventions.witheld=0", "interventions.withheld"),
    "one of several values": ("run FILE | experiments = [{name = 'x', risk_levels = ['Hihg']}]", "High"),
    "a key figure": ("run FILE | figures = ['mean_ratings']", "mean_rating"),
    "a column of a table": ("agents RUN --sort churn_probabilty", "churn_probability"),
    "an agent's id": ("timeline RUN T003", "T0003"),
    "a command": ("compere production holdout", "compare"),
    "an option": ("run dev --quite", "--quiet"),
}


@pytest.mark.parametrize(("line", "meant"), TEN_KINDS.values(), ids=TEN_KINDS)
def test_ten_kinds_of_words_are_each_answered_with_the_right_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, tiny_run: Path, line: str, meant: str
) -> None:
    command, _, stated = line.partition(" | ")
    (tmp_path / "mine.toml").write_text(stated, "utf-8")
    places = {"FOLDER": str(tmp_path), "FILE": str(tmp_path / "mine.toml"), "RUN": str(tiny_run)}
    for place, path in places.items():
        command, meant = command.replace(place, path), meant.replace(place, path)
    assert f"did you mean {meant}?" in mistake(capsys, *command.split())


def test_in_python_the_name_of_a_table_is_answered_likewise(tiny_run: Path) -> None:
    with pytest.raises(KeyError, match=r"there is no table 'sesions'; did you mean sessions\?"):
        load_run(tiny_run).tables["sesions"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("T9999", "is no tutor of this run; there are 10 tutors, T0001 to T0010"),
        ("U9999999", "is no student of this run; there are "),
        ("somebody", "is no tutor or student of this run; there are 10 tutors, T0001 to T0010 and "),
    ],
)
def test_an_unknown_agent_is_told_how_many_of_its_kind_there_are(
    capsys: pytest.CaptureFixture[str], tiny_run: Path, asked: str, told: str
) -> None:
    assert mistake(capsys, "timeline", tiny_run, asked).startswith(f"'{asked}' {told}")


@pytest.mark.parametrize("value", ["abc", "[1]", "2026-01-05"])
@pytest.mark.parametrize("place", ["5,{}", "{},5", "5,{},6"])
def test_of_varied_values_the_one_that_is_none_is_blamed(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, place: str, value: str
) -> None:
    vary = f"demand.sessions_per_day={place.format(value)}"
    said = mistake(capsys, "sweep", tiny_file, "--out", tmp_path / "sweep", "--vary", vary)
    assert said.startswith("--vary: demand.sessions_per_day is ")
    assert value in said
    assert "is 5" not in said
    assert 'is "5"' not in said


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_day_is_asked_for_where_a_moment_is_given(
    capsys: pytest.CaptureFixture[str], tiny_run: Path, option: str
) -> None:
    said = mistake(capsys, "timeline", tiny_run, "T0001", option, "2026-01-06T00:51:39")
    assert said.endswith("'2026-01-06T00:51:39' is a moment, and days are shown whole; allowed is YYYY-MM-DD")
