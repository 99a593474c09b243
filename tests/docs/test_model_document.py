"""docs/model.md says of the model what the code does: priorities, processes, signals, and figures in its text."""

import re
from collections.abc import Iterable
from inspect import getsource

import attrs
import pytest

from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.agents.tutor_population import ODD_HOURS, WEEKDAY_HOURS, WEEKEND_STARTS
from simulation.churn.signals import SIGNALS, TutorFigures
from simulation.clock import MINUTE, EventPriority
from simulation.contract import EVERY_RUN
from simulation.processes import population
from simulation.processes.attrition import FOLLOWED_DAYS, LEAVING_HOURS
from simulation.processes.behaviours import BUILT_IN
from simulation.processes.demand import EXTRA_AFTER_DAYS
from simulation.processes.invitations import DAYS_AHEAD, STUDENTS_ASKED
from simulation.processes.matching import SHORTEST_NOTICE
from simulation.processes.platform_activity import WAKING_HOURS
from simulation.processes.student_leaving import CONTENT
from simulation.scenario import Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.interventions import by_priority
from tests.documents import ROOT, flat, read, section, tables

MODEL = read("docs/model.md")
DEFAULTS = Scenario()
FIELDS = dict(known_keys(Scenario))
# What all processes share is told of once, and texts with those who send them.
NO_PROCESSES = {"__init__", "context", "agenda", "memory", "email_texts", "parameter_changes", "behaviours"}
WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def named(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`(\w+)`", cell)


# ---------------------------------------------------------------- scheduling


def test_the_event_priorities_within_a_second_stand_in_their_order() -> None:
    _, priorities = tables(section(MODEL, "## 3 Process overview and scheduling"))
    assert [row[0] for row in priorities] == [
        f"{priority.value} {priority.name.lower().replace('_', ' ')}" for priority in sorted(EventPriority)
    ]


def test_each_event_priority_is_one_that_a_process_takes() -> None:
    taken = {
        name
        for path in (ROOT / "simulation" / "processes").glob("*.py")
        for name in re.findall(r"(?<!\w)EventPriority\.([A-Z]\w+)", path.read_text(encoding="utf-8"))
    }
    assert taken == {priority.name for priority in EventPriority}


def test_every_process_has_its_row_and_its_section() -> None:
    processes = {path.stem for path in (ROOT / "simulation" / "processes").glob("*.py")} - NO_PROCESSES
    rows, _ = tables(section(MODEL, "## 3 Process overview and scheduling"))
    assert sorted(name for row in rows for name in named(row[0])) == sorted(processes)
    headings = re.findall(r"^### (.*)$", section(MODEL, "## 7 Submodels"), re.MULTILINE)
    told = {heading.replace(" ", "_") for heading in headings}
    assert processes - told == {"population"}  # it is told of in "Initialization"


def test_sessions_tell_of_their_outcome_in_the_order_of_the_document() -> None:
    told = [one.__module__.rpartition(".")[2] for one in BUILT_IN if "of(Sessions).listeners" in getsource(one)]
    rows, _ = tables(section(MODEL, "## 3 Process overview and scheduling"))
    (row,) = (row for row in rows if row[0] == "`sessions`")
    assert named(row[2]) == told


# ---------------------------------------------------------------- entities


def test_states_that_are_named_are_those_of_tutors_and_students() -> None:
    _, states = tables(section(MODEL, "## 2 Entities, state variables and scales"))
    known = {field.name for agent in (Tutor, Student) for field in attrs.fields(agent)}
    assert {name for row in states for name in named(row[0])} <= known


# ---------------------------------------------------------------- signals


def test_signals_have_their_order_and_weights() -> None:
    (rows,) = tables(section(MODEL, "### churn"))
    assert [row[:2] for row in rows] == [
        [signal.title.lower(), f"`{signal.weight}`" if signal.weight else "1"] for signal in SIGNALS
    ]
    for row, signal in zip(rows, SIGNALS, strict=True):
        assert f" {'>' if signal.beyond == 'above' else '<'} " in row[2]
        parameters = set(re.findall(r"\w+", signal.threshold)) - set(TutorFigures._fields)
        assert parameters <= set(named(row[2]))


# ---------------------------------------------------------------- figures in the text


def highest(*keys: str) -> int:
    """The sum of the most that parameters may be."""
    return int(sum(FIELDS[key].metadata["high"] for key in keys))


def clock(hour: float) -> str:
    """An hour of the day, as 5:30."""
    return f"{int(hour)}:{round(hour % 1 * 60):02}"


def per_cent(shares: Iterable[float]) -> str:
    """Shares as 60, 15, 25%."""
    return ", ".join(f"{share * 100:g}" for share in shares) + "%"


PROFILE, MEASURES, SCORES = DEFAULTS.population.traits, DEFAULTS.sessions.measures, DEFAULTS.sessions.scores
LINES = DEFAULTS.sessions.connection
ATTENDANCE, TRENDS = DEFAULTS.sessions.attendance, DEFAULTS.sessions.trends
EMAILS, CHURN, LOGINS = DEFAULTS.interventions, DEFAULTS.churn, DEFAULTS.activity
CAREER = EVERY_RUN.tables["tutor_profiles"].column("total_sessions_completed")

SENTENCES = [
    # Scales.
    f"{highest('warm_up_days', 'days', 'follow_up_days')} days at most besides `earlier_days`",
    f"one unless stated and {FIELDS['regions'].metadata['max_items']:,} at most",
    f"from one tutor to {highest('population.tutors'):,} in a region",
    # Tutors and students at the start.
    f"Whether active ({PROFILE.active:.0%}), morning or evening ({PROFILE.morning:.0%})",
    f"1, 2 or 3 subjects ({per_cent(PROFILE.subject_counts)}) are quotas",
    f"Gamma({PROFILE.experience_shape:g}, {PROFILE.experience_scale:g}) within it",
    f"Beta({PROFILE.reliability_a:g}, {PROFILE.reliability_b:g}) within the persona's range",
    f"Poisson({PROFILE.no_show_mean:g}) within the persona's range",
    f"Uniform(`sessions_factor`), at most {CAREER.high:,}",
    f"first one to {WORDS[len(PROFILE.subject_counts)]} in a race among `subjects`",
    f"(`share`; {WORDS[len(DEFAULTS.subjects)]} that weigh the same by default)",
    "; the latter for "
    + " and ".join(
        {"no_show_problem": "no-show problems", "unclassified": "the unclassified"}[name]
        for name, persona in DEFAULTS.population.personas.items()
        if persona.experience_distribution == "gamma"
    ),
    f"from `sessions.trends.declining` below reliability {TRENDS.low_reliability}",
    f"`improving` above {TRENDS.high_reliability}, `mixed` between",
    f"Of the others from {WEEKDAY_HOURS[0]} to {WEEKDAY_HOURS[1]}",
    f"no start after {clock(WEEKEND_STARTS[1] - 0.5)}",
    f"also open some of {ODD_HOURS[0][0]} to {ODD_HOURS[0][1]} and {ODD_HOURS[1][0]} to {ODD_HOURS[1][1] + 0.5:g}",
    f"enrolled {population.ENROLLED_DAYS_AGO[0]} to {population.ENROLLED_DAYS_AGO[1]} days ago",
    # Requests and bookings.
    f"for an extra session {WORDS[min(EXTRA_AFTER_DAYS)]} to {WORDS[max(EXTRA_AFTER_DAYS)]} days after it",
    f"x ({CONTENT:g} - satisfaction))",
    f"Nobody is booked within the next {SHORTEST_NOTICE // MINUTE} minutes",
    # Sessions.
    f'{ATTENDANCE.no_show_probability_per_count:g} and {ATTENDANCE.no_show_probability_cap:g} in "Completion Rates"',
    f"lasts the scheduled minutes x Uniform({MEASURES.duration_factor[0]}, {MEASURES.duration_factor[1]})",
    # Measures.
    f"attention = [100 x Beta({MEASURES.attention_a:g}, {MEASURES.attention_b:g}) x",
    f"x ({1 - MEASURES.attention_reliability:g} + {MEASURES.attention_reliability:g} x rel)",
    f"speaking = [Normal({MEASURES.speak_mean:.2f}, {MEASURES.speak_spread:.2f})] 0.20..0.80",
    f"camera = [100 x Beta({MEASURES.camera_a:g}, {MEASURES.camera_b:g})] 70..100",
    f"screen = [100 x Beta({MEASURES.screen_a:g}, {MEASURES.screen_b:g}) + screen_offset] 10..95",
    f"sentiment = [{MEASURES.sentiment_base:g} + {MEASURES.sentiment_per_reliability:g} x rel",
    f"+ Normal(0, {MEASURES.sentiment_noise:g})] -0.5..0.95 student's",
    f"Normal({MEASURES.student_sentiment_gap:g}, {MEASURES.student_sentiment_noise:g})] -0.5..0.95; tutor's",
    f"tutor's = [Normal({MEASURES.tutor_sentiment_mean:g}, {MEASURES.tutor_sentiment_noise:g})] -0.2..0.95",
    f"empathy = [({SCORES.base:g} + {SCORES.per_reliability:g} x rel + {SCORES.empathy_experience:g} x",
    f"x months / {SCORES.empathy_experience_months:g} + tutor's offset",
    f"engagement = [({SCORES.engagement_attention:g} x attention + {SCORES.engagement_balance:.1f} x balance",
    f"+ {SCORES.engagement_sentiment:g} x (sentiment + 1) + tutor's offset",
    f"rating = [{SCORES.rating_base:.1f} + {SCORES.rating_per_quality:g} x (empathy + clarity + engagement) / 30",
    f"+ student's leniency - {-SCORES.first_session_penalty:g} if first",
    f"penalty of the line ({', '.join(f'{LINES.qualities[name].penalty:g}' for name in LINES.ranked())})",
    f"satisfaction = [({SCORES.satisfaction_per_star:g} x rating + Normal(0, satisfaction_noise))",
    # Students who leave.
    f"first session rated below `poor_rating` ({DEFAULTS.students.leaving.poor_rating:g})",
    # Scores.
    f"probability = min(min({CHURN.probability_per_signal:g} x weighted signals, {CHURN.probability_cap:g})",
    f"+ offset, {CHURN.probability_cap:g})",
    f"Uniform({CHURN.score_offset[0]:g}, {CHURN.score_offset[1]:g}) once (`score_offset`)",
    f"Level High from {CHURN.high_risk:g}, Medium from {CHURN.medium_risk:g}",
    # Interventions and invitations.
    *(f"`{EMAILS.kinds[kind].condition}` (`{kind}`)" for kind in ("quality", "technical")),
    f"else `{by_priority(EMAILS.kinds)[-1]}`",
    f"by `outcomes` ({per_cent(EMAILS.outcomes)})",
    f"opened Uniform({EMAILS.open_hours[0]:g}, {EMAILS.open_hours[1]:g}) hours after sending",
    f"clicked Uniform({EMAILS.click_minutes[0]:g}, {EMAILS.click_minutes[1]:g}) minutes later",
    f"each to up to {WORDS[STUDENTS_ASKED]} regular students in a random order, for the next {WORDS[DAYS_AHEAD]} days",
    # What tutors do on the platform, and how they leave it.
    f"a login comes Uniform({LOGINS.aim_hours[0]:g}, {LOGINS.aim_hours[1]:g}) hours before",
    f"Uniform({LOGINS.scheduling_minutes[0]:g}, {LOGINS.scheduling_minutes[1]:g}) minutes later, by preparing",
    f"by the tutor's own rates, from {WAKING_HOURS[0]:g} to {WAKING_HOURS[1]:g}",
    f"leaves between {clock(LEAVING_HOURS[0])} and {clock(LEAVING_HOURS[1])}",
    f"`leave_probability_30d` is 1 - exp(-{FOLLOWED_DAYS} x hazard)",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_figure_in_the_text_is_the_one_of_the_code(sentence: str) -> None:
    text = flat(MODEL).replace("\N{MINUS SIGN}", "-").replace("\N{MULTIPLICATION SIGN}", "x")
    assert sentence in text
