"""The desk: everything said in a round in the order of the text, the same words at the same place as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from kumppanuus import statements
from kumppanuus.comments import CommentKind
from kumppanuus.db import read
from kumppanuus.kept import Latest
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
    """Where something is said, as plain values. A question has no number, its words are the title; the whole has
    neither."""

    on: On
    id: UUID
    label: str
    title: str
    is_annex: bool


class Row(NamedTuple):
    """A remark that stands, as narrow as the desk needs it. `words` are the digest of what it says, without case and
    punctuation; `name` is whose it is, never a person's; `response_id` that of the response that was released to it."""

    id: UUID
    statement_id: UUID
    name: str
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

    @property
    def differs(self) -> bool:
        """Whether several said it, so that a filter may keep some of them."""
        return len(self.rows) > 1

    def only(self, kept: Filter) -> Item | None:
        """The part of it that a filter keeps, if any."""
        rows = tuple(row for row in self.rows if kept.keeps(row))
        return self._replace(rows=rows) if rows else None

    def of(self, remark_ids: set[UUID]) -> Item | None:
        """The part of it that is of some remarks, if any."""
        rows = tuple(row for row in self.rows if row.id in remark_ids)
        return self._replace(rows=rows) if rows else None


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


_ALL = Filter()


@dataclass(frozen=True)
class Board:
    """All that was said in a round, and what was released of it: the same for everybody, whatever is being drafted."""

    spots: Mapping[UUID, Spot]  # in the order of the text
    alike: Sequence[tuple[Row, ...]]  # in that order; the same words at one place in the order of their coming
    group_of: Mapping[UUID, int]  # remark → its place in `alike`
    answered: int

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Every remark, in the order of the text."""
        return [row for rows in self.alike for row in rows]

    def values(self, name: str) -> set[object]:
        """What there is of one thing that can be filtered by."""
        if name not in self._values:
            self._values[name] = {getattr(row, name) for row in self.rows}
        return self._values[name]

    @cached_property
    def _values(self) -> dict[str, set[object]]:
        return {}


@dataclass(frozen=True)
class Desk:
    """The board, with the drafts that are being written."""

    board: Board
    drafts: Mapping[UUID, Draft] = field(default_factory=dict)  # by the remark they answer

    @property
    def spots(self) -> Mapping[UUID, Spot]:
        return self.board.spots

    @property
    def rows(self) -> Sequence[Row]:
        return self.board.rows

    def counts(self) -> dict[State, int]:
        """How many remarks have come how far."""
        found = dict.fromkeys(State, 0)
        found[State.ANSWERED], found[State.LEFT] = self.board.answered, len(self.rows) - self.board.answered
        for remark_id, draft in self.drafts.items():
            place = self.board.group_of.get(remark_id)
            if place is not None:
                found[State.READY if draft.disposition else State.ASKED] += 1
                found[State.ANSWERED if self.board.alike[place][0].disposition else State.LEFT] -= 1
        return found

    def items(self, only: Filter = Filter(), *, newest_first: bool = False) -> list[Item]:
        """What is shown: in the order of the text, or what came last first."""
        rest = replace(only, state=None)
        items = [
            item
            for item in self._every()
            if only.state in (None, item.state) and (rest == _ALL or rest.keeps(item.first) or item.differs)
        ]
        if rest != _ALL:
            items = [kept for item in items if (kept := item.only(rest))]
        return sorted(items, key=lambda item: item.rows[-1].sent_at, reverse=True) if newest_first else items

    def items_of(self, remark_ids: Iterable[UUID]) -> list[Item]:
        """Some remarks, as items."""
        wanted = set(remark_ids)
        return [kept for item in self._every() if (kept := item.of(wanted))]

    def _every(self) -> Iterable[Item]:
        drafted = {self.board.group_of.get(each) for each in self.drafts}
        for place, rows in enumerate(self.board.alike):
            first = rows[0]
            spot = self.board.spots[first.spot_id]
            released = (State.ANSWERED if first.disposition else State.LEFT, first.disposition, first.response_id)
            if place not in drafted:
                yield Item(spot, rows, *released)
                continue
            by_response: dict[tuple[State, Disposition | None, UUID | None], list[Row]] = {}
            for row in rows:
                draft = self.drafts.get(row.id)
                state = State.READY if draft and draft.disposition else State.ASKED
                key = (state, draft.disposition, draft.id) if draft else released
                by_response.setdefault(key, []).append(row)
            for key, some in by_response.items():
                yield Item(spot, tuple(some), *key)


# What a round has brought, with the last digest of the record it follows from: a draft of a response leaves no entry.
_kept: Latest[UUID, Board] = Latest(32)


def desk(round_: Round, head: str) -> Desk:
    """Everything said in a round that was opened. What was said is read once for each state of the record, whose last
    digest is `head`, read before this; the drafts with every call, in one query. Refuses `rounds.NotOpened`."""
    if round_.is_draft:
        raise NotOpened()
    board = _kept.of(round_.id, head, lambda: _board(round_))
    return Desk(board, {remark_id: each for each in drafts(round_) for remark_id in each.remark_ids})


def _board(round_: Round) -> Board:
    spots = {each.id: each for each in _spots(round_)}
    order = {each: place for place, each in enumerate(spots)}
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in sorted(_rows(round_, spots), key=lambda row: (order[row.spot_id], row.sent_at, row.id)):
        alike.setdefault((row.spot_id, row.kind, row.stance, row.words, row.response_id), []).append(row)
    groups = [tuple(rows) for rows in alike.values()]
    group_of = {row.id: place for place, rows in enumerate(groups) for row in rows}
    return Board(spots, groups, group_of, sum(len(rows) for rows in groups if rows[0].disposition))


def _spots(round_: Round) -> Iterable[Spot]:
    """Every place of a round, in the order of the text: each section as a whole, its clauses and questions; then the
    whole, and the questions about it."""
    for part in statements.parts_of(round_):
        chapter = part.chapter
        is_annex = chapter is not None and chapter.is_annex
        if chapter is not None:
            yield Spot(On.SECTION, chapter.id, chapter.label, chapter.title, is_annex)
            for placed in part.clauses:
                yield Spot(On.CLAUSE, placed.id, placed.label, placed.version.title, is_annex)
        else:
            yield Spot(On.WHOLE, statements.WHOLE_ID, "", "", is_annex)
        for question in part.questions:
            yield Spot(On.QUESTION, question.id, "", question.text, is_annex)


_SAID = (
    select(
        Remark.id,
        Remark.statement_id,
        func.coalesce(Organisation.name, Body.name, Statement.named),
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
        remark_id, statement_id, name, place_id, kind, stance, text, title, wording, org_kind, body_kind, *rest = row
        spot_id = place_id or statements.WHOLE_ID
        if spot_id in spots:
            words = hash((same_words(text), title, wording))
            yield Row(
                remark_id,
                statement_id,
                name,
                spot_id,
                kind,
                stance,
                words,
                wording is not None,
                org_kind or body_kind,
                *rest,
            )


def same_words(text: str) -> str:
    """A text as it is compared with others: small letters and digits, one blank between words."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
