"""What an answer can say and where: on the whole, to a question of the round, on a section, on a clause."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from kumppanuus import agreements
from kumppanuus.agreements import Chapter, Placed
from kumppanuus.comments import LONGEST, CommentKind
from kumppanuus.db import written
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round, RoundKind, RoundQuestion
from kumppanuus.statements.refusals import OtherRound, PersonalCode
from kumppanuus.statements.tables import Remark, Stance
from kumppanuus.text.identity import identity_codes


class On(StrEnum):
    """What something is said about."""

    WHOLE = "whole"
    QUESTION = "question"
    SECTION = "section"
    CLAUSE = "clause"


class Place(NamedTuple):
    """Where something is said. The whole has no id."""

    on: On
    id: UUID | None = None


WHOLE = Place(On.WHOLE)
WHOLE_ID = UUID(int=0)  # of the whole, where an address or a count needs one


@dataclass(frozen=True)
class Said:
    """What is said at one place. `title` and `wording` are a suggested wording of a clause; without one both are ""."""

    kind: CommentKind | None = None
    stance: Stance | None = None
    text: str = ""
    title: str = ""
    wording: str = ""

    @property
    def is_nothing(self) -> bool:
        return self == NOTHING

    @property
    def digest(self) -> str:
        """What a form with these words was drawn from."""
        words = repr([self.kind, self.stance, self.text, self.title, self.wording])
        return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()[:16]


NOTHING = Said()


@dataclass(frozen=True)
class Part:
    """A page of an answer: the whole (`number` 0, no chapter), or a chapter or annex that the round asks about."""

    number: int
    chapter: Chapter | None
    questions: list[RoundQuestion] = field(default_factory=list)

    @property
    def clauses(self) -> list[Placed]:
        return self.chapter.clauses if self.chapter else []

    @property
    def places(self) -> list[Place]:
        """Everything that can be said here, in order."""
        first = Place(On.SECTION, self.chapter.id) if self.chapter else WHOLE
        asked = [Place(On.QUESTION, each.id) for each in self.questions]
        return [*asked, *(Place(On.CLAUSE, each.id) for each in self.clauses), first]


def parts_of(round_: Round, *, section_id: UUID | None = None) -> list[Part]:
    """The pages of an answer to a round, on the text it has frozen; those of one section where a link is for it."""
    assert round_.edition is not None, "a round that was opened has an edition"
    text = agreements.outline_in(round_.agreement, round_.edition)
    wanted = {section_id} if section_id else round_.section_ids
    chapters = [each for each in text.sections if not wanted or each.id in wanted]
    asked: dict[UUID | None, list[RoundQuestion]] = {}
    for question in round_.questions:
        asked.setdefault(question.section_id, []).append(question)
    numbered = [Part(number, each, asked.get(each.id, [])) for number, each in enumerate(chapters, start=1)]
    return [*numbered, Part(0, None, [] if section_id else asked.get(None, []))]


def clauses_in(parts: Iterable[Part]) -> dict[UUID, Placed]:
    """The clauses of some pages by id."""
    return {each.id: each for part in parts for each in part.clauses}


def cleaned(round_: Round, place: Place, said: Said, clauses: Mapping[UUID, Placed]) -> Said:
    """What was typed as it is kept: only what the kind of round and the place ask for; no wording that changes nothing.

    Refuses `OtherRound`, `PersonalCode` and bad texts, each with the `place`.
    """
    try:
        return _cleaned(round_, place, said, clauses)
    except Refused as refusal:
        refusal.facts["place"] = place
        raise


def _cleaned(round_: Round, place: Place, said: Said, clauses: Mapping[UUID, Placed]) -> Said:
    takes_stance = place.on in (On.CLAUSE, On.SECTION)
    is_consultation = round_.kind is RoundKind.CONSULTATION
    title, wording = "", ""
    if place.on is On.CLAUSE and said.wording.strip():
        placed = clauses.get(place.id) if place.id else None
        if placed is None:
            raise OtherRound()
        title, wording = agreements.wording(said.title, said.wording)
        if (title, wording) == (placed.version.title, placed.version.text):
            title, wording = "", ""
    kept = Said(
        kind=said.kind if takes_stance and not is_consultation else None,
        stance=said.stance if takes_stance and is_consultation else None,
        text=written(said.text, "text", LONGEST, needed=False),
        title=title,
        wording=wording,
    )
    for name in ("text", "title", "wording"):
        if identity_codes(getattr(kept, name)):
            raise PersonalCode(field=name)
    return kept


def said_in(remark: Remark) -> Said:
    """What a remark says."""
    return Said(remark.kind, remark.stance, remark.text, remark.suggested_title or "", remark.suggested_text or "")


def place_of(remark: Remark) -> Place:
    """Where a remark is said."""
    if remark.clause_id:
        return Place(On.CLAUSE, remark.clause_id)
    if remark.section_id:
        return Place(On.SECTION, remark.section_id)
    if remark.question_id:
        return Place(On.QUESTION, remark.question_id)
    return WHOLE


def count_said(said: Iterable[Said]) -> int:
    """At how many places something is said."""
    return sum(not each.is_nothing for each in said)


__all__ = [
    "NOTHING", "WHOLE", "WHOLE_ID", "On", "Part", "Place", "Said", "clauses_in", "cleaned", "count_said", "parts_of",
    "place_of", "said_in",
]  # fmt: skip
