"""Fitting a parameter anew: the search, the parameters it turns, and where the code says that they were fitted."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from simulation.scenario import Scenario
from simulation.scenario.fields import kind_of
from simulation.scenario.loading import load_scenario, resolved
from simulation.validation import ledger
from tests.conftest import TINY
from tools.fit_defaults import Knob, NotFittedError, Trials, main, search
from tools.fits import FITS, Fit

MODULES = sorted((Path(__file__).parents[2] / "simulation" / "scenario").glob("*.py"))


def by_key(key: str) -> Fit:
    return next(fit for fit in FITS if fit.key == key)


# ---------------------------------------------------------------- what was fitted


Place = tuple[str, str, str]
"""A module, a class, constant or function in it, and a field of a class."""


def said_to_be_fitted() -> set[Place]:
    """What stands under a comment that says "Fitted": classes, constants and functions, and the fields of classes."""
    found = set()
    for module in MODULES:
        owner, fitted = "", False
        for line in module.read_text(encoding="utf-8").splitlines():
            named = re.match(r"(?:class|def) (\w+)|([A-Z_]+):|    (\w+):", line)
            if named and (named[1] or named[2]):
                owner = named[1] or named[2]
            if named and fitted:
                found.add((module.stem, owner, named[3] or ""))
                fitted = False
            fitted = fitted or line.strip().startswith("# Fitted")
    return found


def declarations(key: str) -> Iterator[Place]:
    """Where a parameter is declared: its field, those of sections around it, their classes, and what makes tables."""
    if key.startswith("experiments."):
        yield "experiments", "DEFAULT_EXPERIMENTS", ""
        return
    kind = Scenario
    for part in key.split("."):
        if attrs.has(kind) and part in attrs.fields_dict(kind):
            field = attrs.fields_dict(kind)[part]
            for one in kind.__mro__[:-1]:
                yield module_of(one), one.__name__, ""
                yield module_of(one), one.__name__, part
            kind = kind_of(field)
            if "entries_of" in field.metadata:
                assert field.default is not None
                made_by = field.default.factory
                yield module_of(made_by), made_by.__name__, ""


def module_of(declared: Any) -> str:
    """The last part of the name of the module in which something is declared."""
    return declared.__module__.rpartition(".")[2]  # type: ignore[no-any-return]


@pytest.mark.parametrize("key", [fit.key for fit in FITS])
def test_a_fitted_parameter_is_said_to_be_one_where_it_is_declared(key: str) -> None:
    assert said_to_be_fitted() & set(declarations(key))


def test_all_that_is_said_to_be_fitted_can_be_fitted_anew() -> None:
    assert said_to_be_fitted() <= {place for fit in FITS for place in declarations(fit.key)}


def test_parameters_were_fitted_to_claims_about_means_over_many_runs() -> None:
    assert all(ledger()[fit.claim].pooled for fit in FITS)
    assert len({fit.key for fit in FITS}) == len(FITS)


# ---------------------------------------------------------------- turning a parameter


@pytest.mark.parametrize("fit", FITS, ids=[fit.key for fit in FITS])
def test_a_first_step_is_allowed_and_changes_this_parameter_alone(fit: Fit) -> None:
    before = load_scenario(TINY)
    knob = Knob.of(fit, before)
    after = load_scenario(TINY, [knob.override(knob.within(knob.default + fit.step))])
    usual = dict(flat(resolved(before)))
    changed = [key for key, value in flat(resolved(after)) if usual[key] != value]
    assert changed == [fit.key if knob.index is None else knob.key]
    assert load_scenario(TINY, [knob.override(knob.default)]) == before


def flat(document: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every parameter by its path, those of experiments by index."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from flat(value, f"{path}.{name}".lstrip("."))
    elif isinstance(document, list) and document and isinstance(document[0], dict):
        for place, item in enumerate(document):
            yield from flat(item, f"{path}.{place}")
    else:
        yield path, document


def test_a_span_is_shifted_as_a_whole_and_stays_within_what_is_allowed() -> None:
    knob = Knob.of(by_key("interventions.pause_days"), Scenario())
    assert knob.default == 10
    assert knob.override(8) == "interventions.pause_days=[8.0, 14.0]"
    assert (knob.within(-5), knob.within(364)) == (0, 359)


def test_other_shares_make_room_for_one_that_is_fitted() -> None:
    knob = Knob.of(Fit("students.traits.durations.1", "time.duration.60", 0.02), Scenario())
    shares = load_scenario(TINY, [knob.override(0.5)]).students.traits.durations
    assert shares[1] == 0.5
    assert sum(shares) == pytest.approx(1)
    assert shares[0] / shares[2] == pytest.approx(0.142 / 0.101)


# ---------------------------------------------------------------- the search


def test_the_search_comes_near_where_a_figure_bends() -> None:
    points = list(search(lambda x: x**3, 1.0, 0.2, 8.0, near=0.5))
    assert points[0].figure == 1.0
    assert points[-1].mean == pytest.approx(8, abs=0.5)


def test_a_default_that_is_near_already_stays() -> None:
    assert [point.figure for point in search(lambda x: 2 * x, 1.0, 0.1, 2.1, near=0.2)] == [1.0]


def test_the_search_ends_at_the_limit_of_what_is_allowed() -> None:
    points = list(search(lambda x: x, 0.0, 0.4, 5.0, near=0.1, within=lambda x: min(x, 1.0)))
    assert points[-1].figure == 1.0


def test_the_search_does_not_leap_far_where_a_figure_hardly_moves() -> None:
    points = list(search(lambda x: 0.001 * x, 0.0, 1.0, 5.0, near=0.1))
    assert max(later.figure - point.figure for point, later in pairwise(points)) == 5


def test_a_figure_that_does_not_move_is_not_fitted() -> None:
    with pytest.raises(NotFittedError, match="nothing moves from 0 to 1"):
        list(search(lambda _: 3.0, 0.0, 1.0, 5.0, near=0.1))


# ---------------------------------------------------------------- in a small world


def test_a_parameter_that_was_spoiled_is_found_again(tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.toml"
    spoiled.write_text(f'extends = "{TINY}"\n[sessions.measures]\nscreen_offset = -6.0\n')
    found = Trials(spoiled, [7, 8], workers=1).fit(by_key("sessions.measures.screen_offset"))
    assert found.default.figure == -6
    assert found.default.mean < 58
    assert found.found.mean == pytest.approx(65, abs=0.4)
    assert found.found.figure == pytest.approx(5, abs=2)


def test_a_claim_that_is_not_defined_in_every_run_is_not_fitted() -> None:
    with pytest.raises(NotFittedError, match=r"event\.email_clicked is not defined in every run"):
        Trials(TINY, [7], workers=1).mean("event.email_clicked", "mechanisms.interventions=false")


def test_what_is_found_is_printed_beside_the_default() -> None:
    arguments = ["--scenario", str(TINY), "--seeds", "1", "--workers", "1", "--parameter"]
    shown = CliRunner().invoke(main, [*arguments, "sessions.measures.screen_offset"])
    assert shown.exit_code == 0
    assert re.match(
        r"sessions\.measures\.screen_offset: default 4, found [\d.]+ \(measure\.screen\.mean: ", shown.output
    )


def test_a_parameter_that_was_not_fitted_is_named() -> None:
    shown = CliRunner().invoke(main, ["--parameter", "days"])
    assert shown.exit_code == 1
    assert "--parameter: days is none that was fitted; allowed are " in shown.output
