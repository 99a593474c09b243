"""The figures that a scenario may ask about are those that studies measure."""

from simulation.scenario.figures import KEY_FIGURES
from simulation.studies import key_figures


def test_a_scenario_may_ask_about_every_key_figure_and_no_other() -> None:
    assert list(KEY_FIGURES) == [figure.name for figure in key_figures.KEY_FIGURES]
