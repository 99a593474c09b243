"""Moments and days as people write them."""

from datetime import date, datetime

import pytest

from simulation.lib.moments import day_of, moment_of, short


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-06", datetime(2026, 1, 6)),
        ("2026-01-06T00:51", datetime(2026, 1, 6, 0, 51)),
        ("2026-01-06 00:51", datetime(2026, 1, 6, 0, 51)),
        ("2026-01-06T00:51:39", datetime(2026, 1, 6, 0, 51, 39)),
        ("2026-01-06 00:51:39", datetime(2026, 1, 6, 0, 51, 39)),
    ],
)
def test_a_moment_is_a_day_or_a_time_of_it_with_or_without_seconds(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "is no moment"),
        ("", "is no moment"),
        ("2026-02-30", "is no moment"),
        ("2026-01-06T25:00", "is no moment"),
        ("2026-01-06T00:51:39Z", "has an offset from UTC"),
        ("2026-01-06T00:51+01:00", "has an offset from UTC"),
        ("2026-01-06T00:51:39.5", "has a fraction of a second"),
        ("2026-01-06T00:51:39.000", "has a fraction of a second"),
        ("20260106T0051", "is a moment in another form"),
        ("2026-W02-2", "is a moment in another form"),
    ],
)
def test_anything_else_is_refused_with_the_reason_and_what_is_allowed(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' {why}".replace("+", r"\+")) as told:
        moment_of(text)
    assert str(told.value).endswith("; allowed are YYYY-MM-DD, YYYY-MM-DDTHH:MM and YYYY-MM-DDTHH:MM:SS, in local time")


def test_a_day_has_no_time() -> None:
    assert day_of("2026-01-06") == date(2026, 1, 6)
    with pytest.raises(ValueError, match=r"^'soon' is no day; allowed is YYYY-MM-DD$"):
        day_of("soon")
    with pytest.raises(ValueError, match=r"^'2026-01-06 00:51' is a moment, and days are shown whole; allowed is"):
        day_of("2026-01-06 00:51")


@pytest.mark.parametrize("text", ["2026-01-06", "2026-01-06T00:51", "2026-01-06T00:51:39"])
def test_a_moment_is_written_as_briefly_as_it_can_be_read_again(text: str) -> None:
    assert short(moment_of(text)) == text
