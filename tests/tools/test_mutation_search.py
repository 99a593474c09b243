"""What a mutant is, which tests lie beside a module, and that explained survivors are still there."""

import ast

import pytest

from tools.mutants import mutants_of
from tools.mutation_search import MODULES, all_mutants, beside, explanations, files_of


def changes(text: str) -> list[str]:
    return [mutant.change for mutant in mutants_of("module.py", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("a <= b", ["a <= b -> a < b", "a <= b -> a > b"]),
        ("a is None", ["a is None -> a is not None"]),
        ("a + b", ["a + b -> a - b"]),
        ("a * b", ["a * b -> a / b"]),
        ("a and b", ["a and b -> a or b"]),
        ("not a", ["not a -> a"]),
        ("a = 7", ["7 -> 8"]),
        ("a = 0.5", ["0.5 -> 1.0"]),
        ("a = 0.0", ["0.0 -> 1.0"]),
        ("a = True", ["True -> False"]),
        ("min(a, b)", ["min(a, b) -> pass", "min(a, b) -> max(a, b)"]),
        ("EventPriority.EMAIL", ["EventPriority.EMAIL -> EventPriority.COACHING"]),
        ("EventPriority.EXPERIMENT", ["EventPriority.EXPERIMENT -> EventPriority.SETTLEMENT"]),
        ("a += b", ["a += b -> a -= b", "a += b -> pass"]),
        ("tell(a)", ["tell(a) -> pass"]),
        ("if b: c", ["b -> not b"]),
    ],
)
def test_a_small_change_is_made_of_what_may_be_mistaken(text: str, expected: list[str]) -> None:
    assert changes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"""Text, 7."""',
        "a: Literal[7]",
        "def f(a: Literal[7]) -> Literal[7]: ...",
        "raise Error(7)",
        "f'{7} < {8}'",
        "None",
    ],
)
def test_what_no_test_could_tell_is_left_alone(text: str) -> None:
    assert changes(text) == []


def test_a_mutant_differs_in_one_place_and_names_it() -> None:
    text = "class A:\n    def f(self, a):\n        return a + 1\n"
    mutants = list(mutants_of("module.py", text))
    assert [str(mutant) for mutant in mutants] == [
        "module.py:3 in A.f: return a + 1 -> return None",
        "module.py:3 in A.f: a + 1 -> a - 1",
        "module.py:3 in A.f: 1 -> 2",
    ]
    assert [mutant.text for mutant in mutants] == [
        "class A:\n    def f(self, a):\n        return None\n",
        "class A:\n    def f(self, a):\n        return (a - 1)\n",
        "class A:\n    def f(self, a):\n        return a + (2)\n",
    ]


def test_every_mutant_of_the_model_is_a_module_of_its_own() -> None:
    mutants = all_mutants(MODULES)
    assert {mutant.module for mutant in mutants} <= set(files_of(MODULES))
    assert len({(mutant.module, mutant.text) for mutant in mutants}) == len(mutants)
    for mutant in mutants[::20]:
        ast.parse(mutant.text)


def test_every_module_that_is_searched_by_default_has_tests_beside_it() -> None:
    assert [module for module in files_of(MODULES) if not beside(module)] == []


def test_what_is_explained_is_still_there_and_has_a_reason() -> None:
    there = {mutant.key for mutant in all_mutants(MODULES)}
    for explanation in explanations():
        assert explanation.key in there, explanation
        assert len(explanation.reason) > 20, explanation
