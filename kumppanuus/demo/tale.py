"""One agreement of the demo world while it is told: its things by the names the data files call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from kumppanuus import agreements, policy
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, Section
from kumppanuus.demo.hearing import Hearing
from kumppanuus.members import Member
from kumppanuus.policy import Who
from kumppanuus.questions import Question
from kumppanuus.suggestions import Suggestion


@dataclass
class Tale:
    """One agreement while it is told. `due` gives the day that lies so many days after that of the story."""

    agreement: Agreement
    people: dict[str, User]
    due: Callable[[int], date]
    members: dict[str, Member] = field(default_factory=dict)
    clauses: dict[str, Clause] = field(default_factory=dict)
    questions: dict[int | str, Question] = field(default_factory=dict)
    suggestions: dict[str, Suggestion] = field(default_factory=dict)
    hearing: Hearing | None = None

    def section(self, label: str) -> Section:
        """A section by its number now: "3", or "L1" for an annex."""
        whole = agreements.outline(self.agreement)
        same = whole.annexes if label.startswith("L") else whole.chapters
        return next(chapter.section for chapter in same if chapter.label == label.removeprefix("L"))


def require(permission: str, by: Member, thing: object = None) -> None:
    """Nobody in the story does what the law does not let them."""
    assert policy.allows(permission, Who(by.user, by), thing), f"{by.user.name} may not {permission}"
