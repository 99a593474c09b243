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
