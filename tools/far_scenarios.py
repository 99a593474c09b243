"""Scenarios far from the defaults, in which every rule has to hold all the same: what each changes, as for `--set`."""

from collections.abc import Mapping

Overrides = tuple[str, ...]

# For any scenario, however small.
FAR: Mapping[str, Overrides] = {
    "ten times the tutors' no-shows": (
        "sessions.attendance.no_show_probability_per_count=0.1", "sessions.attendance.no_show_probability_cap=1",
    ),
    "ten times the students' no-shows": (
        "students.personas.diligent.show_probability=0.82", "students.personas.easy_going.show_probability=0.7",
        "students.personas.anxious.show_probability=0.62", "students.personas.explorer.show_probability=0.62",
        "students.personas.demanding.show_probability=0.65",
    ),
    "other subjects": ("subjects.replace=true", "subjects.Chess.share=2", "subjects.Latin.share=1"),
    "a kind of tutor and of student more": (
        "population.personas.night_owl.like=burned_out_veteran", "population.personas.night_owl.share=0.1",
        "students.personas.hasty.like=demanding", "students.personas.hasty.share=0.5",
    ),
    "an edge case of everybody": (
        "population.edge_cases.cut_off.share=1",
        "population.edge_cases.cut_off.traits.technical_issue_probability=[1, 1]",
    ),
    "thanks to all who are not at high risk": (
        "interventions.kinds.thanks.like=engagement", "interventions.kinds.thanks.priority=0",
        "interventions.kinds.thanks.condition=churn_risk_level != 'High'",
        "interventions.kinds.thanks.engagement_effect.success=[0.5, 0.6]",
    ),
    "lines that break off": (
        "sessions.connection.qualities.Broken.like=Poor", "sessions.connection.qualities.Broken.rank=4",
        "sessions.connection.qualities.Broken.peak=1", "sessions.connection.qualities.Broken.penalty=-3",
    ),
    "no interventions": ("mechanisms.interventions=false",),
    "no experiments": ("experiments=[]",),
    "5 tutors": ("population.tutors=5",),
    "500 tutors": ("population.tutors=500",),
    "3 days": ("days=3",),
    "90 days": ("days=90",),
    "a window that opens on a Saturday": ("start_date=2026-01-10",),
    "a window across a leap day": ("start_date=2027-12-01", "days=91"),
    "the earliest day that can be stated": ("start_date=1970-01-01",),
    "the latest day that can be stated": ("start_date=2199-12-31",),
}  # fmt: skip

# What takes a while: for the study.
CROWDED: Mapping[str, Overrides] = {
    "5 tutors with students for them": ("population.tutors=5", "demand.sessions_per_day=25"),
    "500 tutors with students for them": ("population.tutors=500", "demand.sessions_per_day=2500"),
}
