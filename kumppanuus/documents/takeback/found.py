"""What was found in a file that came back: clause by clause, with what was proposed and said, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kumppanuus.errors import Refused
from kumppanuus.suggestions import Kind


class Sureness(StrEnum):
    """How sure it is that a clause of a file is this clause of the agreement, or that an addition belongs to its
    chapter."""

    SURE = "sure"  # by its bookmark
    LIKELY = "likely"
    UNSURE = "unsure"


class Why(StrEnum):
    """Why something of a file is not filed."""

    MISSING = "missing"  # a clause that is not in the file
    REMOVED = "removed"  # words in a clause that has been taken out of the text since
    HEADING = "heading"  # a chapter that was added or renamed
    ASIDE = "aside"  # a change of what stands about the text and is none of it
    PICTURE = "picture"


@dataclass(frozen=True)
class Proposed:
    """What somebody made of a clause, or wants to add. `base_id` is the version it is compared with.

    `author` is empty where it was changed without tracking. An addition has a place instead of a base.
    """

    kind: Kind
    title: str
    text: str
    author: str
    at: datetime | None
    clause_id: UUID | None = None
    base_id: UUID | None = None
    section_id: UUID | None = None
    after_id: UUID | None = None


@dataclass(frozen=True)
class Remark:
    """A comment of the file. `about` are the words it hangs on; `parent` is the number of the one it replies to;
    `suggestion` is the number of the suggestion whose wording it stands at. `is_done`: somebody resolved it there."""

    number: int
    text: str
    author: str
    at: datetime | None
    about: str
    parent: int | None = None
    suggestion: int | None = None
    is_done: bool = False


@dataclass
class Returned:
    """A clause of the file with what was written into it. Without a clause it is an addition."""

    sureness: Sureness
    clause_id: UUID | None = None
    proposed: list[Proposed] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def asks_place(self) -> bool:
        """Whether it is an addition of which nothing tells the chapter."""
        return self.clause_id is None and self.sureness is Sureness.UNSURE


@dataclass(frozen=True)
class Left:
    """Something of the file that is not filed, and why."""

    text: str
    why: Why


@dataclass
class Found:
    """What was found in a file."""

    returned: list[Returned] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    is_export: bool = False
    clauses: int = 0


class OtherAgreement(Refused):
    """The file is an export of another agreement. `field` is the file."""


class IsComparison(Refused):
    """The file shows what changed between two states: its tracked changes are history and no proposals."""


class NoClauses(Refused):
    """Nothing in the file is like any clause of the agreement."""
