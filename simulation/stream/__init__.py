"""The world in real time, or faster: each observable event as it happens."""


class StreamError(Exception):
    """A stream that cannot be had: the message is one line with what was found and what is allowed."""


class BrokerLostError(StreamError):
    """A broker took some events and went away: the message is one line with the last event that it acknowledged."""
