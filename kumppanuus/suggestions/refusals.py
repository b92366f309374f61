"""What the verbs of suggestions refuse."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class NothingProposed(Refused):
    """The words are those the suggestion was written on, or those in force; `field` is the text."""


class NotYourVoice(Refused):
    """The member cannot speak in that name."""


class OtherPlace(Refused):
    """What is answered with a counter-suggestion, or what the new clause is to follow, stands somewhere else."""


class Answered(Conflict):
    """The suggestion has been answered: `suggestion_status` says how, `name` by whom."""


class NeedsMerge(Conflict):
    """The text has changed in the same words: a person has to choose between them."""


class BaseGone(Conflict):
    """The clause, or the section a clause was to be added to, has been taken out of the text."""


class OtherResult(Conflict):
    """The text has changed meanwhile, so accepting would give other words than were shown. Nothing was accepted."""


class OwnSide(Refused):
    """An approver answers what the other side suggests; what the own side does, a coordinator answers as well."""

    status = 403


class NotApprover(Refused):
    """Only an approver of a side approves along with accepting."""

    status = 403


class NoWords(Refused):
    """A removal has no words that could be edited."""


class NotYours(Refused):
    """Only its author withdraws a suggestion."""

    status = 403


class TooLate(Refused):
    """Somebody has acted on the clause since, a day has passed, or another accepted it."""

    status = 409
