"""docs/validation.md says what was measured."""

from simulation.validation import ledger
from simulation.validation.verdicts import claims_of
from tests.tools.studies import measured, runs_of, study
from tools.knock_outs import OWN, SWITCHES, Fallen, fallen_claims
from tools.validation_page import UNCHANGED, page, paragraph

SESSIONS = "volume.sessions"  # 21,900 to 23,100 pooled, 21,000 to 24,000 single


def cells(text: str, name: str) -> list[str]:
    """The cells of the first row of a table that begins with a name."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_study_in_which_all_holds_says_so() -> None:
    text = page(study(), "a command")
    assert "**fails**" not in text
    assert cells(text, "[production](#production)")[1:] == ["2", "0 of 2", "153 of 153", "0 of 306 (0.00%)"]
    assert cells(text, "[dev](#dev)")[1:] == ["2", "0 of 2", "8 of 8", "0 of 16 (0.00%)"]
    assert cells(text, "[mechanisms changed](#mechanisms-changed)")[1:3] == ["18", "0 of 2"]
    assert cells(text, "[far from the defaults](#far-from-the-defaults)")[1:3] == ["4", "0 of 2"]
    assert cells(text, "[mechanisms switched off](#mechanisms-switched-off)")[1:3] == [
        str(2 + 2 * len(SWITCHES)),
        "0 of 2",
    ]


def test_the_command_and_the_seeds_are_stated() -> None:
    text = page(study(), "a command --with options")
    assert "```sh\na command --with options\n```" in text
    assert "drawn from the text `a text`" in text
    assert "The first are 1, 2." in text


def test_every_claim_that_is_measured_has_a_row_in_the_order_of_the_ledger() -> None:
    text = page(study(), "")
    rows = [line.split("`")[1] for line in text.partition("## Production")[2].splitlines() if line.startswith("| `")]
    wanted = [claim.id for claim in ledger().values() if claim.pooled and not claim.id.startswith("volume.dev.")]
    assert rows[: len(wanted)] == wanted
    assert all(f"| `{claim.id}` |" in text for claim in ledger().values() if claim.pooled or claim.paired)


def test_a_claim_that_fails_has_its_figures_beside_it() -> None:
    low = {SESSIONS: 20_900.0}
    text = page(study(production={"production": runs_of(measured(low), measured({SESSIONS: 21_100.0}))}), "")
    assert cells(text.partition("## Production")[2], f"`{SESSIONS}`") == [
        f"`{SESSIONS}`", "21,000", "100", "21900 to 23100", "-2.50", "**fails**", "21000 to 24000", "1",
    ]  # fmt: skip
    assert cells(text, "[production](#production)")[3:] == ["152 of 153", "1 of 306 (0.33%)"]
    # and it comes first among those that are near a limit, by how many standard errors it is beyond
    assert cells(text, f"`{SESSIONS}`")[1:] == ["21,000", "21900 to 23100", "100", "-9.0"]


def test_a_run_without_a_figure_is_outside() -> None:
    text = page(study(production={"production": runs_of(measured({SESSIONS: None}), measured())}), "")
    assert cells(text.partition("## Production")[2], f"`{SESSIONS}`")[-1] == "1"
    text = page(study(production={"production": runs_of(measured({SESSIONS: None}))}), "")
    assert cells(text.partition("## Production")[2], f"`{SESSIONS}`")[1:3] == ["undefined", "undefined"]


def test_a_mechanism_that_has_no_effect_of_its_own_fails() -> None:
    good, off = runs_of(measured()), runs_of(measured({"mechanism.no_trends": -0.1}))
    of_claims = {claim.id: good for claim in ledger().values() if claim.paired}
    text = page(study(mechanisms={UNCHANGED: good, **of_claims, "mechanism.no_trends": off}), "")
    row = cells(text, "`mechanism.no_trends`")
    assert row[1] == "trends switched off: trend.low_reliability_declines"
    assert row[2:] == ["-0.1", "undefined", "-0.025 to 0.025", "**fails**", "0"]


def test_rules_that_are_broken_are_named_where_they_are() -> None:
    text = page(study(far={"5 tutors": runs_of(measured(broken="event.valid")), "3 days": runs_of(measured())}), "")
    assert cells(text, "5 tutors")[-1] == "`event.valid`"
    assert cells(text, "3 days")[-1] == "none"
    assert cells(text, "5 tutors")[1] == "`population.tutors=5`"
    assert cells(text, "[far from the defaults](#far-from-the-defaults)")[1:3] == ["2", "1 of 2"]


def test_what_falls_with_a_mechanism_is_what_holds_with_it_and_fails_without_it() -> None:
    with_it = runs_of(measured({"tutor.left_share": 0.5}), measured({"tutor.left_share": 0.5}))
    without_it = runs_of(*[measured({"tutor.left_share": 0.5, SESSIONS: 30_000.0, "session.student_show": None})] * 2)
    assert fallen_claims(with_it, without_it, "production") == [
        Fallen(SESSIONS, 22_500, 30_000), Fallen("session.student_show", 0.97, None),
    ]  # fmt: skip


def test_claims_that_fall_with_a_mechanism_are_told_apart_as_its_own_and_others() -> None:
    good = runs_of(measured(), measured())
    off = runs_of(*[measured({SESSIONS: 30_000.0, "session.student_show": None})] * 2)
    text = page(study(knock_outs={UNCHANGED: good, **dict.fromkeys(SWITCHES, good), "student_no_shows": off}), "")
    assert cells(text, "`student_no_shows`")[1:] == [
        "`session.student_show` 0.97 → undefined", "`volume.completed_rate`", f"`{SESSIONS}` 22,500 → 30,000", "none",
    ]  # fmt: skip
    assert cells(text, "`coaching`")[1:] == ["", "`event.coaching`", "", "none"]


def test_every_mechanism_says_which_claims_are_its_own() -> None:
    assert tuple(OWN) == SWITCHES
    claims = [claim.id for claim in claims_of("production")]
    for owned in OWN.values():
        for own in owned:
            assert any(claim == own or claim.startswith(f"{own}.") for claim in claims)


def test_text_comes_in_lines() -> None:
    lines = paragraph("word " * 60).splitlines()
    assert max(map(len, lines)) <= 120
    assert lines[-1] == ""
