"""What the verbs of questions refuse."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class NotAllowedMove(Refused):
    """The transition table knows no such move: `from_status`, `to_status`."""

    status = 409


class Needs(Refused):
    """Something has to be written first: `field` is solution, outcome, reason or next_on."""


class PastDay(Refused):
    """The next date lies in the past; `field` names it."""


class MovedMeanwhile(Conflict):
    """Somebody moved or edited the question after the form was drawn; `name` tells who."""


class NotAdmitted(Refused):
    """A proposed question does not move before a coordinator has admitted it."""

    status = 409


class AlreadyDecided(Refused):
    """The proposed question was admitted or declined already."""

    status = 409


class TooLateToUndo(Refused):
    """Somebody has acted on it since, a day has passed, or it was another's move."""

    status = 409


class NotHere(Refused):
    """The person or clause does not belong to the agreement, or the person only reads it."""
