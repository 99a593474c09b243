"""What authors of extensions import: all of it says what it is, and the example is true."""

import doctest
import inspect

from simulation.api import extending


def test_the_example_is_true() -> None:
    found = doctest.testmod(extending)
    assert (found.attempted > 0, found.failed) == (True, 0)


def test_all_of_it_is_there_and_classes_and_functions_say_what_they_are() -> None:
    assert sorted(extending.__all__) == sorted(set(extending.__all__))
    for name in extending.__all__:
        one = getattr(extending, name)
        if inspect.isclass(one) or inspect.isfunction(one):
            assert inspect.getdoc(one), f"{name} has no docstring"
