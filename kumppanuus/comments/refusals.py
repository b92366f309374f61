"""What the verbs of comments refuse."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class Closed(Refused):
    """The clause was taken out of the text: what was said can be read, and nothing new is said."""

    status = 409


class KindNeeded(Refused):
    """A comment that is no reply says what it is: support, question or concern."""


class NotYourVoice(Refused):
    """The member cannot speak in that name."""


class NotYours(Refused):
    """Only the writer edits a comment."""


class Answered(Conflict):
    """The comment has been answered, so it can no longer be edited."""


class AnsweredMeanwhile(Conflict):
    """The answer is not the one that was shown: `name` has answered meanwhile."""


class NoReplyToReply(Refused):
    """Replies have one level only."""


class OwnComment(Refused):
    """Nobody supports their own comment."""
