"""The desk: everything said in a round in the order of the text, the same words at the same place as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from kumppanuus import statements
from kumppanuus.comments import CommentKind
from kumppanuus.db import read
from kumppanuus.organisations import Body, BodyKind, Organisation, OrganisationKind
from kumppanuus.responses.reads import Draft, drafts
from kumppanuus.responses.tables import Response, ResponseRemark
from kumppanuus.rounds import NotOpened, Round
from kumppanuus.statements import STANDS, Channel, Disposition, On, Remark, Stance, Statement


class State(StrEnum):
    """How far a remark has come: nothing yet, asked of an official, a response drafted, or released."""

    LEFT = "left"
    ASKED = "asked"
    READY = "ready"
    ANSWERED = "answered"


class Spot(NamedTuple):
    """Where something is said, as plain values. A question has no number, its words are the title."""

    on: On
    id: UUID
    label: str
    title: str
    is_annex: bool


class Row(NamedTuple):
    """A remark that stands, as narrow as the desk needs it. `words` are the digest of what it says, without case and
    punctuation; `response_id` is that of the response that was released to it."""

    id: UUID
    spot_id: UUID
    kind: CommentKind | None
    stance: Stance | None
    words: int
    has_wording: bool
    respondent: OrganisationKind | BodyKind | None
    sector_id: UUID | None
    channel: Channel
    sent_at: datetime
    disposition: Disposition | None
    response_id: UUID | None


class Item(NamedTuple):
    """Remarks of one place that say the same in the same words and stand in the same response, if in any."""

    spot: Spot
    rows: tuple[Row, ...]
    state: State
    disposition: Disposition | None
    response_id: UUID | None

    @property
    def first(self) -> Row:
        return self.rows[0]


@dataclass(frozen=True)
class Filter:
    """What the desk is narrowed to; None narrows nothing. `said` is a kind or a stance."""

    sector_id: UUID | None = None
    respondent: OrganisationKind | BodyKind | None = None
    said: CommentKind | Stance | None = None
    channel: Channel | None = None
    spot_id: UUID | None = None
    state: State | None = None

    def keeps(self, row: Row) -> bool:
        """Whether a remark is shown, whatever its state."""
        return (
            self.sector_id in (None, row.sector_id)
            and self.respondent in (None, row.respondent)
            and self.said in (None, row.kind or row.stance)
            and self.channel in (None, row.channel)
            and self.spot_id in (None, row.spot_id)
        )


@dataclass(frozen=True)
class Desk:
    """All that was said in a round, with the drafts that are being written."""

    spots: Mapping[UUID, Spot]  # in the order of the text
    rows: Sequence[Row]  # in the order of the text, at one place in that of their coming
    drafts: Mapping[UUID, Draft] = field(default_factory=dict)  # by the remark they answer

    def counts(self) -> dict[State, int]:
        """How many remarks have come how far."""
        found = dict.fromkeys(State, 0)
        for row in self.rows:
            found[self._state(row)] += 1
        return found

    def items(self, only: Filter = Filter(), *, newest_first: bool = False) -> list[Item]:
        """What is shown: in the order of the text, or what came last first."""
        found: dict[tuple[object, ...], list[Row]] = {}
        for row in self.rows:
            if only.keeps(row) and only.state in (None, self._state(row)):
                response_id, _disposition = self._response(row)
                key = (row.spot_id, row.kind, row.stance, row.words, response_id, self._state(row))
                found.setdefault(key, []).append(row)
        items = [self._item(rows) for rows in found.values()]
        return sorted(items, key=lambda item: item.rows[-1].sent_at, reverse=True) if newest_first else items

    def _item(self, rows: Sequence[Row]) -> Item:
        response_id, disposition = self._response(rows[0])
        return Item(self.spots[rows[0].spot_id], tuple(rows), self._state(rows[0]), disposition, response_id)

    def _state(self, row: Row) -> State:
        draft = self.drafts.get(row.id)
        if draft is not None:
            return State.READY if draft.disposition else State.ASKED
        return State.ANSWERED if row.disposition else State.LEFT

    def _response(self, row: Row) -> tuple[UUID | None, Disposition | None]:
        draft = self.drafts.get(row.id)
        return (draft.id, draft.disposition) if draft else (row.response_id, row.disposition)


# What a round has brought, with the last digest of the record it follows from: a draft of a response leaves no entry.
_kept: dict[UUID, tuple[str, dict[UUID, Spot], list[Row]]] = {}
KEPT = 32


def desk(round_: Round, head: str) -> Desk:
    """Everything said in a round that was opened. What was said is read once for each state of the record, whose last
    digest is `head`, read before this; the drafts with every call, in one query. Refuses `rounds.NotOpened`."""
    if round_.is_draft:
        raise NotOpened()
    known = _kept.get(round_.id)
    if known is None or known[0] != head:
        spots = {each.id: each for each in _spots(round_)}
        order = {each: place for place, each in enumerate(spots)}
        rows = sorted(_rows(round_, spots), key=lambda row: (order[row.spot_id], row.sent_at, row.id))
        known = head, spots, rows
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[round_.id] = known
    by_remark = {remark_id: each for each in drafts(round_) for remark_id in each.remark_ids}
    return Desk(known[1], known[2], by_remark)


def _spots(round_: Round) -> Iterable[Spot]:
    """Every place of a round, in the order of the text: each clause, its section as a whole, the questions."""
    for part in statements.parts_of(round_):
        chapter = part.chapter
        is_annex = chapter is not None and chapter.is_annex
        if chapter is not None:
            yield Spot(On.SECTION, chapter.id, chapter.label, chapter.title, is_annex)
        for placed in part.clauses:
            yield Spot(On.CLAUSE, placed.id, placed.label, placed.version.title, is_annex)
        for question in part.questions:
            yield Spot(On.QUESTION, question.id, "", question.text, is_annex)


_SAID = (
    select(
        Remark.id,
        func.coalesce(Remark.question_id, Remark.clause_id, Remark.section_id),
        Remark.kind,
        Remark.stance,
        Remark.text,
        Remark.suggested_title,
        Remark.suggested_text,
        Organisation.kind,
        Body.kind,
        func.coalesce(Organisation.main_sector_id, Body.sector_id),
        Statement.channel,
        Remark.sent_at,
        Remark.disposition,
        Response.id,
    )
    .join(Statement, Statement.id == Remark.statement_id)
    .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
    .outerjoin(Body, Body.id == Statement.body_id)
    .outerjoin(
        ResponseRemark, and_(ResponseRemark.remark_id == Remark.id, ResponseRemark.released_at == Remark.answered_at)
    )
    .outerjoin(Response, and_(Response.id == ResponseRemark.response_id, Response.replaced_at.is_(None)))
    .where(Statement.round_id == bindparam("round"), STANDS)
)


def _rows(round_: Round, spots: Mapping[UUID, Spot]) -> Iterable[Row]:
    for row in read(_SAID, {"round": round_.id}):
        remark_id, spot_id, kind, stance, text, title, wording, org_kind, body_kind, *rest = row
        if spot_id in spots:
            words = hash((same_words(text), title, wording))
            yield Row(remark_id, spot_id, kind, stance, words, wording is not None, org_kind or body_kind, *rest)


def same_words(text: str) -> str:
    """A text as it is compared with others: small letters and digits, one blank between words."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
