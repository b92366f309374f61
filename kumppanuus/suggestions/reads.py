"""What pages show of suggestions, as plain rows: one query each, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Section, Side
from kumppanuus.comments import Comment, Counts, Named
from kumppanuus.db import db, read
from kumppanuus.members import SpeaksFor
from kumppanuus.organisations import Body, Organisation
from kumppanuus.suggestions.tables import Kind, Status, Suggestion


class Base(NamedTuple):
    """A wording a suggestion was written on, or that came of it."""

    id: UUID
    clause_id: UUID
    number: int
    title: str
    text: str
    fingerprint: str
    is_removal: bool


class Shown(NamedTuple):
    """A suggestion as pages show it: a plain row."""

    id: UUID
    agreement_id: UUID
    number: int
    kind: Kind
    status: Status
    clause_id: UUID | None
    section_id: UUID | None
    after_id: UUID | None
    title: str
    text: str
    reason: str
    author_id: UUID
    side: Side | None
    speaks_for: SpeaksFor
    written_at: datetime
    answer: str
    answered_at: datetime | None
    answered_by_id: UUID | None
    thread_id: UUID
    author: Named
    answered_by: Named | None
    organisation: Named | None
    network: Named | None
    counter_to: int | None  # its number
    is_place_gone: bool
    base: Base | None
    result: Base | None
    comments: Counts

    @property
    def is_open(self) -> bool:
        return self.status is Status.OPEN


class Waiting(NamedTuple):
    """An open suggestion, as little of it as where a clause stands and what waits for whom asks for."""

    id: UUID
    number: int
    kind: Kind
    clause_id: UUID | None
    section_id: UUID | None
    side: Side | None
    author_id: UUID
    written_at: datetime


_answerer = aliased(User)
_base, _result, _counter = aliased(ClauseVersion), aliased(ClauseVersion), aliased(Suggestion)
_said = select(func.count()).where(Comment.thread_id == Suggestion.thread_id, Comment.parent_id.is_(None))
_PLAIN = (
    Suggestion.id,
    Suggestion.agreement_id,
    Suggestion.number,
    Suggestion.kind,
    Suggestion.status,
    Suggestion.clause_id,
    Suggestion.section_id,
    Suggestion.after_id,
    Suggestion.title,
    Suggestion.text,
    Suggestion.reason,
    Suggestion.author_id,
    Suggestion.side,
    Suggestion.speaks_for,
    Suggestion.written_at,
    Suggestion.answer,
    Suggestion.answered_at,
    Suggestion.answered_by_id,
    Suggestion.thread_id,
)
_NAMES = (User.name, _answerer.name, Organisation.name, Body.name)
_BASE_COLUMNS = ("id", "clause_id", "number", "title", "text", "fingerprint", "is_removal")
_SHOWN = (
    select(
        *_PLAIN,
        *_NAMES,
        _counter.number,
        Section.removed_at,
        _said.correlate(Suggestion).scalar_subquery(),
        _said.where(Comment.handled_at.is_(None)).correlate(Suggestion).scalar_subquery(),
        *(getattr(_base, name) for name in _BASE_COLUMNS),
        *(getattr(_result, name) for name in _BASE_COLUMNS),
    )
    .select_from(Suggestion)
    .join(User, User.id == Suggestion.author_id)
    .outerjoin(_answerer, _answerer.id == Suggestion.answered_by_id)
    .outerjoin(Organisation, Organisation.id == Suggestion.organisation_id)
    .outerjoin(Body, Body.id == Suggestion.network_id)
    .outerjoin(_counter, _counter.id == Suggestion.counter_to_id)
    .outerjoin(Section, Section.id == Suggestion.section_id)
    .outerjoin(_base, _base.id == Suggestion.base_id)
    .outerjoin(_result, _result.id == Suggestion.result_id)
)
_OF_CLAUSE = _SHOWN.where(Suggestion.clause_id == sa.bindparam("of"))
_OPEN = _SHOWN.where(Suggestion.agreement_id == sa.bindparam("of"), Suggestion.status == Status.OPEN)
_DECIDED = _SHOWN.where(Suggestion.agreement_id == sa.bindparam("of"), Suggestion.status != Status.OPEN)
_ONE = _SHOWN.where(Suggestion.id == sa.bindparam("of"))


def of_clause(clause_id: UUID) -> list[Shown]:
    """Every suggestion about a clause: the open ones in the order they came, then the decided ones, the newest first.

    An addition is about the clause that came of it.
    """
    found = [_shown(row) for row in read(_OF_CLAUSE, {"of": clause_id}).all()]
    return [
        *_in_order(each for each in found if each.is_open),
        *_newest_first(each for each in found if not each.is_open),
    ]


def open_ones(agreement: Agreement) -> list[Shown]:
    """Every open suggestion of an agreement in the order they came."""
    return _in_order(_shown(row) for row in read(_OPEN, {"of": agreement.id}).all())


def open_by_place(agreement: Agreement) -> dict[UUID, list[Shown]]:
    """The open suggestions of an agreement by where pages show them: at their clause; an addition at the clause it is
    to follow, or at its section where it is to be first or that clause has gone elsewhere."""
    beside = dict(db.session.execute(_AFTER, {"of": agreement.id, "open": Status.OPEN}).all())
    found: dict[UUID, list[Shown]] = {}
    for each in open_ones(agreement):
        follows = each.after_id is not None and beside.get(each.after_id) == each.section_id
        place = each.clause_id or (each.after_id if follows else each.section_id)
        assert place is not None, "it is about a clause or a section"
        found.setdefault(place, []).append(each)
    return found


_AFTER = (
    select(Clause.id, Clause.section_id)
    .join(Clause.current)
    .where(
        Clause.id.in_(
            select(Suggestion.after_id).where(
                Suggestion.agreement_id == sa.bindparam("of"), Suggestion.status == sa.bindparam("open")
            )
        ),
        ClauseVersion.is_removal.is_(False),
    )
)


class Decided(NamedTuple):
    """A stretch of the decided suggestions of an agreement, and how many there are in all."""

    shown: list[Shown]
    total: int


def decided(agreement: Agreement, *, most: int = 50, skip: int = 0) -> Decided:
    """The decided suggestions of an agreement, the newest answer first. Two queries."""
    query = _DECIDED.order_by(Suggestion.answered_at.desc(), Suggestion.number.desc()).limit(most).offset(skip)
    rows = [_shown(row) for row in db.session.execute(query, {"of": agreement.id})]
    count = select(func.count()).where(Suggestion.agreement_id == agreement.id, Suggestion.status != Status.OPEN)
    return Decided(rows, db.session.scalars(count).one())


class Answer(NamedTuple):
    """How a suggestion was answered: a plain row."""

    id: UUID
    number: int
    status: Status
    clause_id: UUID | None
    answer: str
    answered_at: datetime
    answered_by: Named


_ANSWERED = (
    select(
        Suggestion.id,
        Suggestion.number,
        Suggestion.status,
        Suggestion.clause_id,
        Suggestion.answer,
        Suggestion.answered_at,
        User.name,
    )
    .join(User, User.id == Suggestion.answered_by_id)
    .where(
        Suggestion.agreement_id == sa.bindparam("of"),
        Suggestion.author_id == sa.bindparam("author"),
        Suggestion.answered_by_id != sa.bindparam("author"),
        Suggestion.answered_at >= sa.bindparam("since"),
    )
    .order_by(Suggestion.answered_at.desc(), Suggestion.number.desc())
    .limit(sa.bindparam("most"))
)


def answered(agreement: Agreement, author_id: UUID, *, since: datetime, most: int) -> list[Answer]:
    """How others have answered the suggestions of a person since a moment, the newest answer first."""
    asked = {"of": agreement.id, "author": author_id, "since": since, "most": most}
    return [Answer._make([*row, Named(name)]) for *row, name in read(_ANSWERED, asked).all()]


def shown(suggestion_id: UUID) -> Shown | None:
    """One suggestion as pages show it."""
    row = db.session.execute(_ONE, {"of": suggestion_id}).one_or_none()
    return None if row is None else _shown(row)


_WAITING = (
    select(
        Suggestion.id,
        Suggestion.number,
        Suggestion.kind,
        Suggestion.clause_id,
        Suggestion.section_id,
        Suggestion.side,
        Suggestion.author_id,
        Suggestion.written_at,
    )
    .where(Suggestion.agreement_id == sa.bindparam("of"), Suggestion.status == Status.OPEN)
    .order_by(Suggestion.number)
)


def waiting(agreement: Agreement) -> list[Waiting]:
    """The open suggestions of an agreement by number, as little of them as counting takes."""
    return [Waiting(*row) for row in read(_WAITING, {"of": agreement.id}).all()]


_FOR_DEEDS = (
    joinedload(Suggestion.agreement),
    joinedload(Suggestion.clause).options(joinedload(Clause.current), joinedload(Clause.section)),
    joinedload(Suggestion.base),
    joinedload(Suggestion.section),
    joinedload(Suggestion.author),
    joinedload(Suggestion.answered_by),
    joinedload(Suggestion.result),
)


def by_id(suggestion_id: UUID) -> Suggestion | None:
    """A suggestion with its agreement, its clause with the wording in force, its base and its people."""
    return db.session.scalar(select(Suggestion).where(Suggestion.id == suggestion_id).options(*_FOR_DEEDS))


def by_number(agreement: Agreement, number: int) -> Suggestion | None:
    """The suggestion of an agreement that has this number."""
    if not 0 < number < 2**31:  # what the column holds
        return None
    query = select(Suggestion).where(Suggestion.agreement_id == agreement.id, Suggestion.number == number)
    return db.session.scalar(query.options(*_FOR_DEEDS))


def by_thread(thread_id: UUID) -> Suggestion | None:
    """The suggestion a thread belongs to."""
    return db.session.scalar(select(Suggestion).where(Suggestion.thread_id == thread_id))


def by_threads(thread_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Id and number of the suggestion each thread belongs to, if to any; one query, none if no thread is asked for."""
    wanted = list(thread_ids)
    if not wanted:
        return {}
    query = select(Suggestion.thread_id, Suggestion.id, Suggestion.number).where(Suggestion.thread_id.in_(wanted))
    return {thread_id: (suggestion_id, number) for thread_id, suggestion_id, number in db.session.execute(query)}


def clauses_of_threads(thread_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The clause that the suggestion of each thread is about, if there is one; one query, none if no thread is asked
    for."""
    wanted = list(thread_ids)
    if not wanted:
        return {}
    query = select(Suggestion.thread_id, Suggestion.clause_id).where(Suggestion.thread_id.in_(wanted))
    return {thread_id: clause_id for thread_id, clause_id in db.session.execute(query) if clause_id}


# ---------------------------------------------------------------- inside


def _shown(row: Sequence[Any]) -> Shown:
    plain, rest = row[: len(_PLAIN)], row[len(_PLAIN) :]
    names = [name if name is None else Named(name) for name in rest[:4]]
    counter, place_gone_at, said, waits = rest[4:8]
    sides = [None if side[0] is None else Base(*side) for side in (rest[8:15], rest[15:22])]
    return Shown._make([*plain, *names, counter, place_gone_at is not None, *sides, Counts(said, waits)])


def _in_order(found: Iterable[Shown]) -> list[Shown]:
    return sorted(found, key=lambda each: each.number)


def _newest_first(found: Iterable[Shown]) -> list[Shown]:
    return sorted(found, key=lambda each: (each.answered_at or each.written_at, each.number), reverse=True)
