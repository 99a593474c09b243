"""Controls for the parameters of a scenario, made of how they are declared."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import frozen

from simulation.explorer.setting import Setting, parameters_of
from simulation.scenario import Scenario
from simulation.scenario.description import Parameter
from simulation.scenario.fields import declared_at, kind_of
from simulation.views import in_words

# What most questions are about; a search finds all others.
FIRST = (
    "population.tutors", "demand.sessions_per_day", "days", "seed", "sessions.attendance.no_show_probability_per_count",
    "sessions.attendance.no_show_probability_cap", "sessions.rescheduling.tutor_factor", "sessions.burnout.load",
    "students.leaving.after_poor_first", "students.traits.skipping", "matching.reputation_weight",
    "interventions.max_per_tutor", "interventions.withheld", "interventions.effect_factor",
    "attrition.hazard_per_day", "mechanisms.interventions", "mechanisms.coaching", "mechanisms.burnout",
)  # fmt: skip
MOST_FOUND = 20

_KINDS = {bool: "switch", int: "number", float: "number", date: "date"}


@frozen
class Slider:
    """From where to where a slider goes, and in which steps."""

    low: float
    high: float
    step: float


@frozen
class Control:
    """A parameter as a control: a `switch`, a `choice`, a `number` (with a slider, if it has ends), a `date` or `text`.

    `value` is what was typed, `base` what the scenario's file has.
    """

    parameter: Parameter
    kind: str
    value: str
    base: str
    choices: Sequence[str] = ()
    slider: Slider | None = None

    @property
    def key(self) -> str:
        """The parameter's key."""
        return self.parameter.key

    @property
    def title(self) -> str:
        """The key in words."""
        section, _, name = in_words(self.key).rpartition(".")
        return ": ".join(filter(None, (section.replace(".", ", "), name))).capitalize()


def controls_of(setting: Setting, keys: Sequence[str]) -> list[Control]:
    """Controls for some parameters of a setting. Raises ScenarioError where its file cannot be loaded."""
    changes, parameters = dict(setting.changes), parameters_of(setting.file)
    return [_control(parameters[key], changes) for key in keys if key in parameters]


def found_keys(setting: Setting, words: str) -> list[str]:
    """Keys of parameters in whose key or description all words stand, those in whose key they do first."""
    wanted = words.casefold().split()

    def places(parameter: Parameter) -> Iterator[str]:
        yield parameter.key.casefold()
        yield f"{parameter.key} {parameter.description} {parameter.section}".casefold()

    parameters = parameters_of(setting.file).values() if wanted else ()
    ranked = [
        (next((rank for rank, text in enumerate(places(one)) if all(word in text for word in wanted)), None), one.key)
        for one in parameters
    ]
    return [key for rank, key in sorted((rank, key) for rank, key in ranked if rank is not None)]


def at_fault(message: str, setting: Setting) -> str | None:
    """The changed parameter that an error names; None where it names none."""
    named = [key for key, _ in setting.changes if key in message]
    return max(named, key=len, default=None)


def _control(parameter: Parameter, changes: Mapping[str, str]) -> Control:
    field = declared_at(parameter.key, Scenario)
    base = _text(parameter.value)
    kind = "choice" if field.metadata["choices"] and kind_of(field) is str else _KINDS.get(kind_of(field), "text")
    slider = _slider(parameter.value, field.metadata) if kind == "number" else None
    value = changes.get(parameter.key, base)
    return Control(parameter, kind, value, base, field.metadata["choices"], slider)


def _slider(value: float, declared: Mapping[str, Any]) -> Slider:
    """A slider over what is allowed; an end that is far away is brought to some four times the value."""
    near = float(f"{4 * abs(value):.1g}")
    low, high = (
        math.copysign(near, end) if value and abs(end) > 10 * abs(value) else end
        for end in (declared["low"], declared["high"])
    )
    step = 10.0 ** math.floor(math.log10((high - low) / 50))
    return Slider(low, high, max(step, 1.0) if isinstance(value, int) else step)


def _text(value: Any) -> str:
    """A plain value as it is typed."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
