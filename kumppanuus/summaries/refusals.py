"""What the verbs of summaries refuse."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class NoSuchPart(Refused):
    """The summary of this round has no such part."""


class PartChanged(Conflict):
    """Somebody else has written this part since the form was drawn; `text` and `version` are what stands there now."""


class SummaryChanged(Conflict):
    """The summary has changed since it was looked at: something was answered or written meanwhile."""


class StillOpen(Refused):
    """The round has not been closed: answers may still come."""


class Unanswered(Refused):
    """Some of what was said has no answer: `left` of it. Publishing it so needs a reason."""


class NotPublished(Refused):
    """Nothing is published that could be withdrawn or told of."""


class NobodyUnreached(Refused):
    """Everybody who answered gets a letter by mail: there is none to print."""
