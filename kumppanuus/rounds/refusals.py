"""What the verbs of rounds refuse."""

from __future__ import annotations

from kumppanuus import limits
from kumppanuus.errors import Conflict, Refused


class RoundClosed(Refused):
    """The round has been closed; `on` is the day in Helsinki."""


class NotOpened(Refused):
    """The round has not been opened yet."""


class OpenedAlready(Refused):
    """The round has been opened: what it asks stands as it was sent."""


class RequestChanged(Conflict):
    """Somebody has changed the request since the form was drawn."""


class NewsChanged(Conflict):
    """Somebody has written the news of the round since the form was drawn."""


class NothingAsked(Refused):
    """The request tells neither what it is about nor what it aims at."""


class NoText(Refused):
    """There is no clause in what the round asks about."""


class PastDay(Refused):
    """The last day has passed."""


class NotLater(Refused):
    """The new last day is not after the one there is; `last_day` is that."""


class NotInText(Refused):
    """A section is not in the text of this agreement."""


class TooManyQuestions(Refused):
    """More questions than a round takes: at most `most`."""


class Nobody(Refused):
    """Nobody was chosen."""


class NobodyNew(Refused):
    """Everybody who was chosen has been invited already."""


class NotListed(Refused):
    """An organisation or a body is not of this agreement, or was removed."""


class DeclinedAlready(Refused):
    """The invitee has told already that no answer comes."""


class LinkEnded(Refused):
    """The link has been taken back already."""


class PrintedMeanwhile(Conflict):
    """Somebody has printed the letters since the form was drawn."""


class WrongLetter(Refused):
    """No letter has this number and this code, or it has ended."""


class LetterLocked(limits.TooMany):
    """Too many wrong codes were tried for this number; `wait` is the number of seconds until the next try."""
