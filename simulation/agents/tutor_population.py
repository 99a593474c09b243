"""How the tutors of a region are drawn (methodology, "Tutor Profile Generation", "Edge Cases & Personas").

Shares are quotas. Which tutors fill them is drawn from keyed random streams, so a tutor's number tells nothing about
the tutor.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from simulation.agents.calendar import hours
from simulation.agents.identity import tutor_id
from simulation.agents.influence import Aspect, Influences
from simulation.agents.quotas import in_blocks, largest_remainder, places_of, spread
from simulation.agents.tutor import CERTIFICATIONS, Tutor, TutorTraits
from simulation.clock import SATURDAY
from simulation.formulas import clip
from simulation.random_streams import (
    Race,
    RandomStreams,
    beta,
    between,
    exponential,
    gamma,
    normal,
    poisson_between,
    whole,
)
from simulation.scenario import Scenario
from simulation.scenario.fields import structured
from simulation.scenario.plain import Document, merged, plain
from simulation.scenario.population import EdgeCase, PopulationParameters, TutorKind

WEEKDAY_HOURS = (8, 22)
WEEKEND_STARTS = (8, 21.5)  # the last session starts at 21:00
ODD_HOURS = ((6, 8), (22, 23.5))


def draw_tutors(scenario: Scenario, streams: RandomStreams, region: int = 1) -> list[Tutor]:
    """The tutors of a region, numbered from 1."""
    quotas = _Quotas(scenario, streams)
    drawn = {number: _traits_of(number, quotas, scenario, streams) for number in quotas.numbers}
    levels = _certifications(drawn, scenario, streams)
    return [
        _tutor(number, region, attrs.evolve(drawn[number], certification=levels[number]), scenario, streams)
        for number in sorted(drawn)
    ]


# ---------------------------------------------------------------- quotas


class _Quotas:
    """Who gets which persona, edge case, and trait that is given out by shares."""

    def __init__(self, scenario: Scenario, streams: RandomStreams) -> None:
        population = scenario.population
        total = population.tutors
        self._streams = streams
        self.numbers = range(1, total + 1)
        weights = {name: persona.share for name, persona in population.personas.items()}
        chosen = Race(streams, "tutor: persona", weights).with_places(total, places_of(weights, total))
        self.persona_of = dict(zip(self.numbers, chosen, strict=True))
        traits = population.traits
        self.active = self._dealt("tutor: active", (traits.active, 1 - traits.active))
        self.morning = self._dealt("tutor: chronotype", (traits.morning, 1 - traits.morning))
        self.subjects = subject_race(scenario, streams)
        self.subject_count = self._dealt("tutor: subjects", traits.subject_counts)
        self.edge_cases = self._edge_cases(population.edge_cases, total)
        self.with_no_shows = {
            number
            for name, persona in population.personas.items()
            for number in self._some("tutor: no-shows", self._of(name), persona.no_show_share)
        }

    def _of(self, *names: str) -> list[int]:
        return [number for number in self.numbers if self.persona_of[number] in names]

    def _shuffled(self, decision: str, numbers: Iterable[int]) -> list[int]:
        stream = self._streams.stream(decision)
        return sorted(numbers, key=lambda number: (stream.uniform(number), number))

    def _dealt(self, decision: str, shares: Sequence[float]) -> dict[int, int]:
        """An option by quota for each tutor, with the same shares in all personas."""
        personas = sorted(set(self.persona_of.values()))
        row = [number for name in personas for number in self._shuffled(decision, self._of(name))]
        return dict(zip(row, spread(shares, len(row)), strict=True))

    def _some(self, decision: str, numbers: list[int], share: float) -> list[int]:
        count = largest_remainder([share, 1 - share], len(numbers))[0]
        return self._shuffled(decision, numbers)[:count]

    def _edge_cases(self, cases: Mapping[str, EdgeCase], total: int) -> dict[int, tuple[str, ...]]:
        """Each tutor's edge cases, by name."""
        chosen = {}
        for name, case in sorted(cases.items()):
            among = self._of(*case.among) if case.among else self.numbers
            chosen[name] = set(self._shuffled(f"tutor: edge case: {name}", among)[: round(case.share * total)])
        return {number: tuple(case for case, numbers in chosen.items() if number in numbers) for number in self.numbers}


def _certifications(drawn: dict[int, TutorTraits], scenario: Scenario, streams: RandomStreams) -> dict[int, str]:
    """The most experienced are certified highest, with some noise; levels are quotas."""
    traits, noise = scenario.population.traits, streams.stream("tutor: certification")
    by_experience = sorted(drawn, key=lambda number: (drawn[number].months_experience, number))
    standing = {number: place / len(drawn) for place, number in enumerate(by_experience)}
    row = sorted(
        drawn, key=lambda number: (standing[number] + traits.certification_luck * noise.uniform(number), number)
    )
    return dict(zip(row, in_blocks(CERTIFICATIONS, traits.certifications, len(row)), strict=True))


# ---------------------------------------------------------------- traits


def _traits_of(number: int, quotas: _Quotas, scenario: Scenario, streams: RandomStreams) -> TutorTraits:
    population, rules = scenario.population, scenario.population.traits
    cases = quotas.edge_cases[number]
    kind = _kind(quotas.persona_of[number], cases, population)

    def u(trait: str) -> float:
        return streams.stream(f"tutor: {trait}").uniform(number)

    months = _months(kind, scenario, u)
    reliability = round(beta(rules.reliability_a, rules.reliability_b).within(*kind.reliability, u("reliability")), 3)
    subjects = tuple(quotas.subjects.ranking(number)[: quotas.subject_count[number] + 1])
    morning = quotas.morning[number] == 0
    first, last = rules.morning_hours if morning else rules.evening_hours
    trends = _trends(reliability, scenario, u)
    tipping_days = scenario.sessions.burnout.tipping_days
    tutor_spread = scenario.sessions.scores.tutor_spread
    return TutorTraits(
        persona=quotas.persona_of[number],
        edge_cases=cases,
        months_experience=months,
        total_sessions_completed=_career(months, scenario, u),
        avg_historical_rating=_rating(kind, reliability, months, scenario, u("rating")),
        subjects=subjects,
        reschedule_rate=_reschedule_rate(kind, reliability, scenario, u("reschedule rate")),
        no_show_count=_no_show_count(kind, number in quotas.with_no_shows, scenario, u("no-show count")),
        reliability=reliability,
        certification="",
        active=quotas.active[number] == 0,
        morning=morning,
        preferred_hours=(int(first), int(last)),
        weekend_only=kind.weekend_only,
        score_offset=round(between(*scenario.churn.score_offset, u("score offset")), 4),
        empathy_offset=round(kind.empathy_offset + normal(0, tutor_spread, u("empathy")), 4),
        clarity_offset=round(kind.clarity_offset + normal(0, tutor_spread, u("clarity")), 4),
        engagement_offset=kind.engagement_offset,
        trend_empathy=trends[0],
        trend_clarity=trends[1],
        trend_engagement=trends[2],
        trend_satisfaction=trends[3],
        technical_issue_probability=round(between(*kind.technical_issue_probability, u("technical issues")), 4),
        logins_per_week=round(between(*rules.logins_per_week, u("logins")), 4) if quotas.active[number] == 0
        else scenario.activity.inactive_logins,
        profile_updates_per_month=round(between(*rules.profile_updates_per_month, u("profile updates")), 4),
        messages_per_month=round(between(*rules.messages_per_month, u("messages")), 4),
        tipping_day=round(between(*tipping_days, u("tipping")), 4) if kind.burns_out else None,
        leaving_threshold=round(exponential(u("leaving")), 6),
    )  # fmt: skip


def _kind(persona: str, cases: Sequence[str], population: PopulationParameters) -> TutorKind:
    """What a tutor of a persona is like, with what is other in edge cases; the last by name goes before the others."""
    differing = [population.edge_cases[case].traits for case in cases if population.edge_cases[case].traits]
    kind = population.personas[persona]
    if not differing:
        return kind
    document: Document = plain(kind)
    for traits in differing:
        document = merged(document, traits)
    return structured(document, type(kind))


def subject_race(scenario: Scenario, streams: RandomStreams, of: str = "tutor") -> Race:
    """How subjects are chosen, by tutors or students."""
    return Race(streams, f"{of}: subject", {name: subject.share for name, subject in scenario.subjects.items()})


def _months(kind: TutorKind, scenario: Scenario, u: Callable[[str], float]) -> int:
    """Months of experience, over the range of a kind."""
    rules, (low, high) = scenario.population.traits, kind.experience
    if kind.experience_distribution == "gamma":
        return round(gamma(rules.experience_shape, rules.experience_scale).within(low, high, u("experience")))
    return whole(low, high, u("experience"))


def _career(months: int, scenario: Scenario, u: Callable[[str], float]) -> int:
    rules = scenario.population.traits
    a_month = between(*rules.sessions_per_month, u("sessions a month"))
    return min(round(months * a_month * between(*rules.sessions_factor, u("sessions factor"))), 6000)


def _rating(kind: TutorKind, reliability: float, months: int, scenario: Scenario, u: float) -> float:
    rules = scenario.population.traits
    bonus = min(months / rules.rating_experience_months, rules.rating_experience_cap)
    rating = rules.rating_base + rules.rating_per_reliability * reliability + bonus + kind.rating_offset
    return round(clip(rating + normal(0, rules.rating_noise, u), *kind.rating), 2)


def _reschedule_rate(kind: TutorKind, reliability: float, scenario: Scenario, u: float) -> float:
    rules = scenario.population.traits
    rate = (1 - reliability) * rules.reschedule_per_unreliability + between(*rules.reschedule_noise, u)
    return round(clip(rate + kind.reschedule_offset, *kind.reschedule_rate), 3)


def _no_show_count(kind: TutorKind, on_record: bool, scenario: Scenario, u: float) -> int:
    low, high = kind.no_show_count
    return poisson_between(scenario.population.traits.no_show_mean, int(low), int(high), u) if on_record else 0


def _trends(reliability: float, scenario: Scenario, u: Callable[[str], float]) -> list[float]:
    """Trends of empathy, clarity, engagement and satisfaction, drawn independently."""
    rules = scenario.sessions.trends
    if not scenario.mechanisms.trends:
        return [0.0] * 4
    kind = rules.mixed
    if reliability < rules.low_reliability:
        kind = rules.declining
    elif reliability > rules.high_reliability:
        kind = rules.improving
    scores = ("empathy", "clarity", "engagement", "satisfaction")
    return [round(between(*kind, u(f"trend of {score}")), 4) for score in scores]


# ---------------------------------------------------------------- state


def _tutor(number: int, region: int, traits: TutorTraits, scenario: Scenario, streams: RandomStreams) -> Tutor:
    return Tutor(
        number=number,
        id=tutor_id(number, region),
        traits=traits,
        influences=Influences(influence_caps(scenario)),
        open_starts=_open_starts(number, traits, scenario, streams),
        base_weight=max(traits.total_sessions_completed, 1) ** scenario.matching.activity_weight,
        reputation=traits.avg_historical_rating,
        morale=scenario.attrition.morale_start,
        present=traits.active,
    )


def influence_caps(scenario: Scenario) -> dict[Aspect, float]:
    """What the influences on a tutor add up to at most."""
    rules = scenario.interventions
    return {Aspect.ENGAGEMENT: rules.engagement_cap, Aspect.SESSIONS_PER_WEEK: rules.sessions_cap}


def _open_starts(number: int, traits: TutorTraits, scenario: Scenario, streams: RandomStreams) -> tuple[int, ...]:
    """The half hours at which sessions may start, by weekday: preferred hours, and some of the others."""
    rules = scenario.matching
    week = []
    for weekday in range(7):
        weekend = weekday >= SATURDAY
        if traits.weekend_only and not weekend:
            week.append(0)
            continue
        inclined = streams.stream("tutor: open hours").uniforms(number, weekday, 24)
        share = rules.open_outside_weekend if weekend else rules.open_outside
        ordinary = hours(*(WEEKEND_STARTS if weekend else WEEKDAY_HOURS))
        starts = hours(*traits.preferred_hours) | (_hours_below(share, inclined) & ordinary)
        if not weekend and traits.reliability < rules.odd_hours_reliability:
            starts |= _hours_below(rules.open_odd, inclined) & (hours(*ODD_HOURS[0]) | hours(*ODD_HOURS[1]))
        week.append(starts)
    return tuple(week)


def _hours_below(share: float, inclined: list[float]) -> int:
    return sum(hours(hour, hour + 1) for hour, u in enumerate(inclined) if u < share)
