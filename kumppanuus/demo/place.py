"""An agreement by the names of its things, for those who try pages out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kumppanuus import agreements, approvals, progress
from kumppanuus.agreements import Agreement, Side
from kumppanuus.members import Member
from kumppanuus.questions import Question
from kumppanuus.suggestions import Suggestion


@dataclass(frozen=True)
class Place:
    """An agreement by the names of its things, as plain values that outlive any session of the database.

    Clauses by their number now ("3.4", "L1.2"), questions by theirs, members by the key of the person. `examples` holds
    one clause for each standing ("draft", "comment", "change", "half_authority", "half_organisations", "agreed",
    "reopen"), and for "changed" (after a side had approved it), "removed" (waits for both sides) and "gone" (nobody had
    approved it). `proposed` are the questions that wait for a coordinator. `suggestions` are named by what they are an
    example of. Open: "clean" (its acceptance was undone), "merged" (of an older text, with which it merges), "clash",
    "gone", "competing" and "counter" (about the same words), "addition", "removal", "beside" (an agreed text). Decided:
    "accepted", "modified", "rejected", "withdrawn".
    """

    agreement: UUID
    slug: str
    clauses: dict[str, UUID]
    examples: dict[str, UUID]
    questions: dict[int, UUID]
    proposed: tuple[UUID, ...]
    members: dict[str, UUID]
    suggestions: dict[str, UUID]


def place(
    agreement: Agreement,
    members: Mapping[str, Member],
    questions: Iterable[Question],
    suggestions: Mapping[str, Suggestion],
) -> Place:
    """Name the things of an agreement as they stand now."""
    admitted, waiting = {}, []
    for question in questions:
        if question.number is not None:
            admitted[question.number] = question.id
        elif question.refused_at is None:
            waiting.append(question.id)
    return Place(
        agreement=agreement.id,
        slug=agreement.slug,
        clauses={placed.label: placed.id for placed in agreements.outline(agreement).clauses()},
        examples=_examples(agreement),
        questions=admitted,
        proposed=tuple(waiting),
        members={key: member.id for key, member in members.items()},
        suggestions={key: suggestion.id for key, suggestion in suggestions.items()},
    )


def _examples(agreement: Agreement) -> dict[str, UUID]:
    found = progress.progress(agreement)
    examples: dict[str, UUID] = {}
    for each in found.standings.values():
        examples.setdefault(each.standing.value, each.id)
    for side in Side:
        for changed in approvals.changed_since(found.outline.clauses(), found.approvals, side):
            examples.setdefault("changed", changed.placed.id)
    waiting = {each.id for each in found.removals}
    for placed in found.outline.removed():
        examples.setdefault("removed" if placed.id in waiting else "gone", placed.id)
    return examples
