"""What an agreement still misses before it can be signed."""

from __future__ import annotations

from dataclasses import dataclass

from kumppanuus import agreements
from kumppanuus.agreements import Agreement, Blank, Chapter, Placed
from kumppanuus.progress.standing import ClauseStanding, Progress, progress
from kumppanuus.questions import Listed
from kumppanuus.suggestions import Waiting
from kumppanuus.text.markup import placeholders


@dataclass(frozen=True, eq=False)
class Readiness:
    """What an agreement still misses before it can be signed."""

    progress: Progress
    not_agreed: list[ClauseStanding]
    removals: list[ClauseStanding]
    blanks: list[Blank]
    blank_titles: list[Chapter | Placed]  # sections and clauses with a placeholder in their title
    blank_facts: list[str]  # columns of the agreement with one: names of the parties and the like
    empty: list[Chapter]  # sections without a clause
    open_questions: list[Listed]
    open_suggestions: list[Waiting]

    @property
    def late_questions(self) -> int:
        return sum(question.days_late > 0 for question in self.open_questions)

    @property
    def is_final(self) -> bool:
        """Whether every clause and annex is agreed and no placeholder is left. Open questions and suggestions are
        told, not required; in the signature text placeholders are lines to write on."""
        is_agreed = bool(self.progress.standings) and not (self.not_agreed or self.removals or self.empty)
        return is_agreed and not (self.blanks or self.blank_titles or self.blank_facts)


# What a document prints of the agreement itself.
_PRINTED = ("title", "authority_name", "body_name", "case_number")


def readiness(agreement: Agreement) -> Readiness:
    """Read what is still missing."""
    found = progress(agreement)
    sections = found.outline.sections
    titled: list[Chapter | Placed] = [*sections, *found.outline.clauses()]
    return Readiness(
        progress=found,
        not_agreed=found.not_agreed(),
        removals=found.removals,
        blanks=agreements.blanks(found.outline),
        blank_titles=[part for part in titled if placeholders(part.title)],
        blank_facts=[name for name in _PRINTED if placeholders(getattr(agreement, name))],
        empty=[section for section in sections if not section.clauses],
        open_questions=[question for question in found.register if not question.is_settled],
        open_suggestions=found.suggestions,
    )
