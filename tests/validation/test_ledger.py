"""The ledger of claims as it is read."""

import tomllib
from pathlib import Path

from simulation.validation import Claim, ledger, rules

STATED = tomllib.loads(Path(rules.__file__).with_name("ledger.toml").read_text("utf-8"))["claim"]


def intervals(claim: Claim) -> dict[str, tuple[float, float]]:
    """The intervals that a claim has."""
    stated = {"pooled": claim.pooled, "single": claim.single, "paired": claim.paired}
    return {name: bounds for name, bounds in stated.items() if bounds is not None}


def test_every_claim_is_read_under_its_id_in_order() -> None:
    assert list(ledger()) == [claim["id"] for claim in STATED]
    assert len(ledger()) == len(STATED) == 211


def test_claims_keep_their_words_and_intervals() -> None:
    for stated, claim in zip(STATED, ledger().values(), strict=True):
        assert (claim.section, claim.description, claim.note) == (
            stated["from"],
            stated["description"],
            stated.get("note", ""),
        )
        assert intervals(claim) == {
            name: tuple(stated[name]) for name in ("pooled", "single", "paired") if name in stated
        }


def test_a_claim_is_a_rule_or_has_intervals_of_one_kind() -> None:
    kinds = {(claim.always, *intervals(claim)) for claim in ledger().values()}
    assert kinds == {(True,), (False, "pooled", "single"), (False, "paired")}


def test_intervals_go_from_their_lower_to_their_upper_end() -> None:
    assert all(low <= high for claim in ledger().values() for low, high in intervals(claim).values())


def test_a_single_run_may_stray_further_than_the_mean_of_many() -> None:
    for claim in ledger().values():
        if claim.pooled and claim.single:
            assert claim.single[0] <= claim.pooled[0]
            assert claim.pooled[1] <= claim.single[1]
