"""Keys of earlier versions, and what they are called now."""

import re
from collections.abc import Mapping

_CASES = r"population\.edge_cases"
_CASES_NOW = "population.edge_cases"
_TRAITS = "experience|reliability|rating|reschedule_rate|no_show_count|[a-z]+_offset|burns_out"
_PROBABILITY = "technical_issue_probability"

_RENAMED: Mapping[str, str] = {
    rf"{_CASES}\.(new_high_performer|chronic_rescheduler|technical_issue_victim|weekend_warrior)s":
        rf"{_CASES_NOW}.\1.share",
    rf"{_CASES}\.chronic_reschedule_rate": f"{_CASES_NOW}.chronic_rescheduler.traits.reschedule_rate",
    rf"{_CASES}\.{_PROBABILITY}": f"{_CASES_NOW}.technical_issue_victim.traits.{_PROBABILITY}",
    rf"{_CASES}\.new_high_performer\.({_TRAITS})": rf"{_CASES_NOW}.new_high_performer.traits.\1",
    rf"population\.traits\.{_PROBABILITY}": f"population.personas.NAME.{_PROBABILITY}, for each persona",
    r"students\.traits\.grade_levels": "students.grade_levels.NAME.share, for each grade level",
    r"sessions\.connection\.(peak|weekend|normal)": r"sessions.connection.qualities.NAME.\1, for each quality",
    r"sessions\.scores\.connection_penalties": "sessions.connection.qualities.NAME.penalty, for each quality",
    r"interventions\.quality_rating": 'interventions.kinds.quality.condition, as in "avg_rating_7d < 3.8"',
    r"interventions\.technical_rate": 'interventions.kinds.technical.condition, as in "technical_issue_rate > 0.15"',
}  # fmt: skip


def called_now(key: str) -> str:
    """What a key of an earlier version is called now, to end a line with; empty where it is none."""
    for pattern, name in _RENAMED.items():
        if found := re.search(rf"(?:^|\.){pattern}$", key):
            return f" any more: it is called {found.expand(name)} now"
    return ""
