"""Veterans who burn out."""

from typing import NamedTuple

from simulation.events.declaring import truth


@truth(6)
class TutorTipped(NamedTuple):
    """A veteran burns out."""

    tutor_id: str
