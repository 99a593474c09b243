"""Parameters that change at a midnight."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import observable, truth


@observable(35)
class ParametersChanged(NamedTuple):
    """The platform changes the rules by which it scores tutors and writes to them."""

    content: Annotated[str, "JSON object: key of each parameter that changes to its new value"]


@truth(10)
class ScenarioChanged(NamedTuple):
    """Parameters change, those that only the simulator knows too."""

    content: Annotated[str, "JSON object: key of each parameter that changes to its new value"]
