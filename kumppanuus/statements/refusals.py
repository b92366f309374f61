"""What the verbs of statements refuse."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class NothingSaid(Refused):
    """An answer says nothing yet."""


class KindWithoutWords(Refused):
    """A question or a concern was chosen, and not said. `place` is where."""


class PersonalCode(Refused):
    """A text holds what looks like a personal identity code. `place` or `field` is where."""


class WrittenMeanwhile(Conflict):
    """Somebody else wrote at the same places since the form was drawn: `places`. Both texts are to be shown."""


class AnsweredAlready(Refused):
    """The invitee has answered already; `statement` is the id of that answer."""


class SentAlready(Refused):
    """What is wanted can be done only before an answer is sent."""


class NotSent(Refused):
    """What is wanted can be done only with an answer that was sent."""


class GiverNeeded(Refused):
    """An answer of no invitee names who gives it: an organisation or a person."""


class OtherRound(Refused):
    """The place, the invitee or the organisation is none of this round."""


class BadNumber(Refused):
    """The number of people behind an answer is none from 1 to a million."""


class NotAFile(Refused):
    """A file is neither PDF nor Word by its content."""


class FileTooLarge(Refused):
    """A file is larger than `most` bytes, or there are more than `files` of them."""


class Hidden(Refused):
    """It is hidden already."""
