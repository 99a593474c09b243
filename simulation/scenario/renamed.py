"""Keys of earlier versions, and what they are called now."""

import re
from collections.abc import Mapping

_RENAMED: Mapping[str, str] = {
    r"population\.edge_cases\.new_high_performers": "population.edge_cases.new_high_performer.share",
    r"population\.edge_cases\.chronic_reschedulers": "population.edge_cases.chronic_rescheduler.share",
    r"population\.edge_cases\.chronic_reschedule_rate": "population.edge_cases.chronic_rescheduler.traits.reschedule_rate",
    r"population\.edge_cases\.technical_issue_victims": "population.edge_cases.technical_issue_victim.share",
    r"population\.edge_cases\.technical_issue_probability": "population.edge_cases.technical_issue_victim.traits.technical_issue_probability",
    r"population\.edge_cases\.weekend_warriors": "population.edge_cases.weekend_warrior.share",
    r"population\.edge_cases\.new_high_performer\.(\w+)": r"population.edge_cases.new_high_performer.traits.\1",
    r"population\.traits\.technical_issue_probability": "population.personas.NAME.technical_issue_probability, for each persona",
    r"students\.traits\.grade_levels": "students.grade_levels.NAME.share, for each grade level",
    r"sessions\.connection\.(peak|weekend|normal)": r"sessions.connection.qualities.NAME.\1, for each quality",
    r"sessions\.scores\.connection_penalties": "sessions.connection.qualities.NAME.penalty, for each quality",
    r"interventions\.quality_rating": 'interventions.kinds.quality.condition, as in "avg_rating_7d < 3.8"',
    r"interventions\.technical_rate": 'interventions.kinds.technical.condition, as in "technical_issue_rate > 0.15"',
}


def called_now(key: str) -> str:
    """What a key of an earlier version is called now, to end a line with; empty where it is none."""
    for pattern, name in _RENAMED.items():
        if found := re.search(rf"(?:^|\.){pattern}$", key):
            return f" any more: it is called {found.expand(name)} now"
    return ""
