"""What is suggested for a word that is not known."""

from simulation.lib.suggestions import hint


def test_the_nearest_known_word_is_suggested() -> None:
    assert hint("sesions", ["logins", "sessions", "session"]) == "; did you mean sessions?"
    assert hint("duckbd", ["duckdb", "sqlite"], ending="://") == "; did you mean duckdb://?"


def test_capitals_and_leading_zeros_are_no_difference() -> None:
    assert hint("HIGH", ["Low", "High"]) == "; did you mean High?"
    assert hint("t9", ["T0010", "T0009", "T0019"]) == "; did you mean T0009?"
    assert hint("high", ["Low", "High"], quoted=True) == "; did you mean 'High'?"


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert hint("mysql", ["duckdb", "postgresql"]) == ""
    assert hint("abcd", ["abxx"], alike=0.9) == ""
    assert hint("abcd", ["abxx"], alike=0.5) == "; did you mean abxx?"
