"""What stands round the words of a clause on its own page, kept from one look to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from kumppanuus import agreements, ledger, questions, responses
from kumppanuus.agreements import Clause
from kumppanuus.kept import Kept
from kumppanuus.ledger import Told

# How many of the last things that happened the page of a clause tells.
LAST = 5

# What happened to the wording and to what was agreed of it; the page of a clause tells no more.
OF_WORDING = (
    "clause.added",
    "clause.rewritten",
    "clause.removed",
    "clause.restored",
    "clause.reopened",
    "approval.given",
    "approval.withdrawn",
    "suggestion.accepted",
    "suggestion.acceptance-undone",
)


@dataclass(frozen=True)
class Around:
    """What stands round the words of a clause: its place, the questions it answers, and what happened to it lately and
    what rounds said of it."""

    label: str
    section: agreements.Chapter
    asked: list[tuple[int, str]]
    last: list[Told]
    is_in_round: bool
    spoken: tuple[responses.Told, ...]


class _Known(NamedTuple):
    """What stood round a clause when the record had this last digest and this length."""

    head: str
    length: int
    around: Around


_known: Kept[UUID, _Known] = Kept(2_000)

# What the entries about each noun can change of what is read anew round a clause; those about any other, everything.
# What happened to the clause comes along with the kinds of what has happened.
_CHANGES: Mapping[str, frozenset[str]] = {
    "section": frozenset({"place"}),
    "clause": frozenset({"place", "spoken"}),
    "suggestion": frozenset({"place"}),
    "question": frozenset({"asked"}),
    "questions": frozenset({"asked"}),
    **dict.fromkeys(("round", "statement", "remark", "response"), frozenset({"spoken"})),
    **dict.fromkeys(
        ("approval", "comment", "edition", "export", "feedback", "member", "person", "seat", "summary", "term"),
        frozenset[str](),
    ),
}


def kept(clause: Clause, head: str, length: int) -> Around:
    """What stands round a clause, each part read once for each state of what it follows from. It cannot be out of date:
    whatever changes it leaves an entry. `head` and `length` were read before; and a deed, which may have written
    already, does not ask here."""
    known = _known.get(clause.id)
    if known is not None and head and known.head == head:
        return known.around
    came = _came_since(known, clause, length) if known is not None and head else None
    if known is not None and came is not None:
        nouns = {kind.partition(".")[0] for kind in came.kinds}
        changed = {part for noun in nouns for part in _CHANGES.get(noun, _READERS)}
        found = replace(known.around, last=[*came.last, *known.around.last][:LAST], **_read(clause, changed))
    else:
        found = around(clause)
    _known[clause.id] = _Known(head, length, found)
    return found


def _came_since(known: _Known, clause: Clause, length: int) -> ledger.Since | None:
    return ledger.since(
        clause.agreement_id, known.length, known.head, until=length, subject=clause.id, kinds=OF_WORDING, most=LAST
    )


def around(clause: Clause) -> Around:
    """What stands round a clause, read anew; in four queries."""
    last = ledger.last_things(clause.id, kinds=OF_WORDING, most=LAST)
    return Around(last=last, **_read(clause, _READERS))


def _read(clause: Clause, wanted: Iterable[str]) -> dict[str, Any]:
    """The fields of some parts."""
    return {name: value for part in wanted for name, value in _READERS[part](clause).items()}


def _place(clause: Clause) -> dict[str, Any]:
    placed = agreements.place_of(clause)
    return {"label": placed.label, "section": placed.section}


def _asked(clause: Clause) -> dict[str, Any]:
    return {"asked": questions.of_clause(clause.id)}


def _spoken(clause: Clause) -> dict[str, Any]:
    is_in_round, spoken = responses.of_clause(clause)
    return {"is_in_round": is_in_round, "spoken": tuple(spoken)}


_READERS = {"place": _place, "asked": _asked, "spoken": _spoken}
