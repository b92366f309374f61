"""Why a file cannot be read. Each reason is a class; its sentence stands in `web/errors/sentences.py` and
`cli/agreements.py`."""

from __future__ import annotations

from kumppanuus.errors import Refused


class Unreadable(Refused):
    """The file cannot be read. Nothing of it was kept. `field` is the file."""

    def __init__(self, **facts: object) -> None:
        super().__init__(field="file", **facts)


class NoContent(Unreadable):
    """The file is empty."""


class TooLarge(Unreadable):
    """The file, or what it holds when unpacked, is larger than is read."""


class WrongFormat(Unreadable):
    """The file is none of the kinds that are read, or it is not what its name says."""


class OldWord(Unreadable):
    """A .doc file of the time before 2007."""


class Encrypted(Unreadable):
    """The file opens with a password only."""


class HasMacros(Unreadable):
    """The file holds a program of its own."""


class Suspicious(Unreadable):
    """The file declares entities, holds two parts of one name, or is packed to burst: no writing program does that."""


class TooDeep(Unreadable):
    """Things in the file lie inside each other deeper than is read."""


class Damaged(Unreadable):
    """The file is broken, or cut off."""


class TooSlow(Unreadable):
    """Reading took more time or memory than is given to a file."""
