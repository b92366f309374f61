"""What the verbs of responses refuse."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class NoRemarks(Refused):
    """None of the remarks can be answered: none was chosen, or all were withdrawn or hidden, or are of another
    round."""


class TakenMeanwhile(Conflict):
    """Somebody has begun a response to some of the remarks; `response` is its id."""


class AnsweredMeanwhile(Conflict):
    """Some of the remarks have been answered since the form was drawn."""


class ResponseChanged(Conflict):
    """Somebody has changed or released the response since the form was drawn."""


class ReleasedAlready(Refused):
    """What is wanted can be done only before a response is released."""


class NotReleased(Refused):
    """Only a response that was released, and not replaced, can be replaced."""


class NotReady(Refused):
    """There is nothing to release: no response says what came of its remarks."""


class NotAnOfficial(Refused):
    """Only an official of the agreement can be asked for a response."""
