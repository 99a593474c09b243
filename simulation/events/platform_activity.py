"""What tutors do on the platform."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import observable


@observable(14)
class Login(NamedTuple):
    """A tutor logs in."""

    tutor_id: str
    device: str
    ip_address: Annotated[str, "from a range reserved for documentation"]


@observable(15)
class SessionScheduled(NamedTuple):
    """A tutor, logged in, prepares an upcoming session."""

    tutor_id: str
    session_id: str
    activity: Annotated[str, "what the tutor did"]


@observable(16)
class PostSessionActivity(NamedTuple):
    """A tutor follows up on a completed session."""

    tutor_id: str
    session_id: str
    activity: Annotated[str, "what the tutor did"]


@observable(17)
class ProfileUpdated(NamedTuple):
    """A tutor changes the public profile."""

    tutor_id: str
    profile_section: str


@observable(18)
class MessageSent(NamedTuple):
    """A tutor writes a message."""

    tutor_id: str
    recipient_type: Annotated[str, "student, parent or support"]
