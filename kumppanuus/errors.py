"""What a verb says when it will not do a thing. A refusal is an answer, not a failure: nothing has been written."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A verb refused. `facts` are plain values for its sentence, which stands in `web/errors/sentences.py` by class."""

    status = 422

    def __init__(self, **facts: Any) -> None:
        super().__init__(type(self).__name__)
        self.facts = facts


class Conflict(Refused):
    """Somebody else was first. The text that was sent is to be kept and shown again."""

    status = 409


class Empty(Refused):
    """A text that is needed was not written. `field` names it."""


class TooLong(Refused):
    """A text is longer than its field takes: `field`, `most` and `length` in characters."""


class Unwritable(Refused):
    """A text holds characters that no document can carry (U+0000 and other control characters). `field` names it."""
