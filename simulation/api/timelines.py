"""The timeline of one tutor or student, as text, as a data frame, and in a notebook."""

from typing import TYPE_CHECKING

from simulation.lib.html import fragment, paragraph, table
from simulation.views.timeline import Rules, Timeline, TimelineEntry
from simulation.views.timeline.telling import Teller, facts_in_words

if TYPE_CHECKING:
    import pandas as pd


class AgentTimeline:
    """What happened to a tutor or a student, in the order of time, with the reason for each email.

    `print` shows it day by day, as the command `timeline` does; `timeline` has the entries as they are.

    Example:
        >>> print(str(run.timeline("T0002")).splitlines()[0])
        T0002, tutor, 2026-01-05 to 2026-01-11
    """

    def __init__(self, timeline: Timeline, rules: Rules) -> None:
        #: The entries, with all that is known of each.
        self.timeline = timeline
        self._teller = Teller(timeline, rules)

    def frame(self) -> "pd.DataFrame":
        """A row per entry: `at` (datetime64[s], local time), `kind`, `what` in words, and `details`, a line each.

        Example:
            >>> run.timeline("T0002").frame()["kind"].isin(["sessions", "logins"]).any().item()
            True
        """
        import pandas as pd

        rows = [(entry.at, entry.group, *self._told(entry)) for entry in self.timeline.entries]
        frame = pd.DataFrame(rows, columns=["at", "kind", "what", "details"])
        return frame.astype({"at": "datetime64[s]"})

    @property
    def heading(self) -> str:
        """Whose it is, and of which days."""
        return f"{self.timeline.agent_id}, {self.timeline.role}, {self.timeline.first} to {self.timeline.last}"

    def __repr__(self) -> str:
        return f"<timeline of {self.heading}: {len(self.timeline.entries):,} entries>"

    def __str__(self) -> str:
        lines = [self.heading, facts_in_words(self.timeline.facts)]
        for day in self.timeline.days:
            risk = "" if day.risk is None else f"   churn {day.risk.probability:.3f}, {day.risk.level}"
            lines += ["", f"{day.date:%a %Y-%m-%d}{risk}"]
            for entry in day.entries:
                first, *rest = self._teller.tell(entry)
                lines += [f"{entry.at:%H:%M}  {first}", *(f"         {line}" for line in rest)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for day in self.timeline.days:
            risk = "" if day.risk is None else f"{day.risk.probability:.3f} {day.risk.level}"
            told = "\n".join(f"{entry.at:%H:%M} {self._teller.tell(entry)[0]}" for entry in day.entries)
            rows.append((f"{day.date:%a %d %b}", risk, told))
        facts = paragraph(facts_in_words(self.timeline.facts), quiet=True)
        return fragment(self.heading, facts, table(("day", "churn at its end", "what happened"), rows))

    def _told(self, entry: TimelineEntry) -> tuple[str, str]:
        """An entry in words: what happened, and the details."""
        first, *rest = self._teller.tell(entry)
        return first, "\n".join(line.strip() for line in rest)
