"""The talk: comments with their replies and support, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, ClauseVersion, Wording
from kumppanuus.comments.tables import Comment, CommentKind, Endorsement, Thread
from kumppanuus.db import db, read
from kumppanuus.members import SpeaksFor
from kumppanuus.organisations import Body, Organisation


class Named(NamedTuple):
    """A person, an organisation or a network, as pages show it."""

    name: str


class About(NamedTuple):
    """Which wording a comment was said about."""

    clause_id: UUID
    number: int
    fingerprint: str


class Shown(NamedTuple):
    """A comment as pages show it: a plain row, many times cheaper to read than a `Comment` with its relations."""

    id: UUID
    parent_id: UUID | None
    kind: CommentKind | None
    text: str
    author_id: UUID
    speaks_for: SpeaksFor
    written_at: datetime
    edited_at: datetime | None
    handled_at: datetime | None
    response: str
    author: Named
    handled_by: Named | None
    organisation: Named | None
    network: Named | None
    version: About | None


@dataclass(frozen=True)
class Said:
    """A comment with its replies, who supports it, and whether the text has changed since."""

    comment: Comment | Shown
    replies: list[Comment | Shown]
    endorsers: int
    is_endorsed_by_me: bool
    is_about_older_text: bool
    is_answered: bool


@dataclass(frozen=True)
class Talk:
    """A stretch of the comments of a thread; how many there are in all, and how many of them wait for an answer."""

    said: list[Said]
    total: int
    open: int


def talk(
    *,
    thread_id: UUID | None = None,
    clause_id: UUID | None = None,
    me: UUID | None,
    current: ClauseVersion | None = None,
    only_open: bool = False,
    oldest_first: bool = False,
    most: int | None = None,
    skip: int = 0,
) -> Talk:
    """The comments of a thread, or of the thread of a clause, with replies and support, in one query.

    `current` is the wording in force; the newest comment comes first, or the oldest.
    """
    query, counted = _talk(clause_id is not None, only_open, oldest_first)
    asked = {"of": thread_id if clause_id is None else clause_id, "me": me, "most": most or _NO_LIMIT, "skip": skip}
    found = read(query, asked).all()
    if not found and (only_open or skip):
        return Talk([], *read(counted, {"of": asked["of"]}).one())
    counts = (found[0][0], found[0][1]) if found else (0, 0)
    return Talk(_together([(_shown(row[4:]), row[2], row[3]) for row in found], current), *counts)


_NO_LIMIT = 1_000_000
_answerer = aliased(User)
_COLUMNS = (
    Comment.id,
    Comment.parent_id,
    Comment.kind,
    Comment.text,
    Comment.author_id,
    Comment.speaks_for,
    Comment.written_at,
    Comment.edited_at,
    Comment.handled_at,
    Comment.response,
    User.name,
    _answerer.name,
    Organisation.name,
    Body.name,
    ClauseVersion.clause_id,
    ClauseVersion.number,
    ClauseVersion.fingerprint,
)


def _shown(row: Sequence[Any]) -> Shown:
    author, handled_by, organisation, network, clause_id, number, fingerprint = row[10:]
    people = [named if named is None else Named(named) for named in (author, handled_by, organisation, network)]
    about = None if clause_id is None else About(clause_id, number, fingerprint)
    return Shown._make([*row[:10], *people, about])


def _with_people(query: Any) -> Any:
    return (
        query.join(User, User.id == Comment.author_id)
        .outerjoin(_answerer, _answerer.id == Comment.handled_by_id)
        .outerjoin(Organisation, Organisation.id == Comment.organisation_id)
        .outerjoin(Body, Body.id == Comment.network_id)
        .outerjoin(ClauseVersion, ClauseVersion.id == Comment.version_id)
    )


@cache
def _talk(of_clause: bool, only_open: bool, oldest_first: bool) -> tuple[Any, Any]:
    """The query of a stretch of comments, and the one that only counts them. Put together once for each way to look."""
    of = sa.bindparam("of", type_=sa.Uuid())
    of_thread = Comment.thread_id == (
        select(Thread.id).where(Thread.clause_id == of).scalar_subquery() if of_clause else of
    )
    top = of_thread & Comment.parent_id.is_(None)
    order = (Comment.written_at, Comment.id) if oldest_first else (Comment.written_at.desc(), Comment.id.desc())
    chosen = select(Comment.id.label("top_id")).where(top).order_by(*order)
    if only_open:
        chosen = chosen.where(Comment.handled_at.is_(None))
    page = chosen.limit(sa.bindparam("most")).offset(sa.bindparam("skip")).subquery()
    total = select(func.count()).where(top).scalar_subquery()
    waiting = select(func.count()).where(top, Comment.handled_at.is_(None)).scalar_subquery()
    query = (
        select(total, waiting, *_support(sa.bindparam("me", type_=sa.Uuid())), *_COLUMNS)
        .select_from(Comment)
        .join(page, page.c.top_id == func.coalesce(Comment.parent_id, Comment.id))
        .where(of_thread)
        .order_by(*order)
    )
    return _with_people(query), select(total, waiting)


def said(comment: Comment, *, me: UUID | None, current: ClauseVersion | None = None) -> Said:
    """One comment with its replies and support."""
    query = (
        select(Comment, *_support(me))
        .where((Comment.id == comment.id) | (Comment.parent_id == comment.id))
        .options(*people())
    )
    return _together(db.session.execute(query).all(), current)[0]


def _support(me: UUID | sa.BindParameter[UUID] | None) -> tuple[sa.ScalarSelect[int], sa.ScalarSelect[int]]:
    """How many support a comment, and whether this person does: columns of a query of comments."""
    count = select(func.count()).where(Endorsement.comment_id == Comment.id, Endorsement.ended_at.is_(None))
    own = count.where(Endorsement.user_id == me)
    return count.correlate(Comment).scalar_subquery(), own.correlate(Comment).scalar_subquery()


def _is_about_other(version: ClauseVersion | About | None, current: ClauseVersion | Wording | None) -> bool:
    return bool(version and current and version.fingerprint != current.fingerprint)


def _together(rows: Iterable[Sequence[Any]], current: ClauseVersion | Wording | None) -> list[Said]:
    """Put replies, the oldest first, under their comments, which stay in the order of the rows."""
    replies: dict[UUID, list[Comment | Shown]] = {}
    tops = []
    for comment, endorsers, own in rows:
        if comment.parent_id is None:
            tops.append((comment, endorsers, own))
        else:
            replies.setdefault(comment.parent_id, []).append(comment)
    for found in replies.values():
        found.sort(key=lambda reply: (reply.written_at, reply.id))
    return [
        Said(
            comment=comment,
            replies=replies.get(comment.id, []),
            endorsers=endorsers,
            is_endorsed_by_me=bool(own),
            is_about_older_text=_is_about_other(comment.version, current),
            is_answered=comment.handled_at is not None or comment.id in replies,
        )
        for comment, endorsers, own in tops
    ]


def with_talk_by_clause(
    agreement: Agreement, current: Mapping[UUID, ClauseVersion | Wording], *, me: UUID | None, most: int = 2
) -> dict[UUID, list[Said]]:
    """The newest comments of some clauses with replies and support, in one query. `current` is by clause."""
    if not current:
        return {}
    newest = (Comment.written_at.desc(), Comment.id.desc())
    rank = func.row_number().over(partition_by=Thread.clause_id, order_by=newest)
    ranked = (
        select(Comment.id.label("top_id"), Thread.clause_id.label("clause_id"), rank.label("rank"))
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Thread.agreement_id == agreement.id, Thread.clause_id.in_(list(current)), Comment.parent_id.is_(None))
        .subquery()
    )
    query = (
        select(ranked.c.clause_id, *_support(me), *_COLUMNS)
        .select_from(Comment)
        .join(ranked, ranked.c.top_id == func.coalesce(Comment.parent_id, Comment.id))
        .where(ranked.c.rank <= most)
        .order_by(*newest)
    )
    by_clause: dict[UUID, list[Sequence[Any]]] = {}
    for row in db.session.execute(_with_people(query)):
        by_clause.setdefault(row[0], []).append((_shown(row[3:]), row[1], row[2]))
    return {clause_id: _together(rows, current[clause_id]) for clause_id, rows in by_clause.items()}


def talk_by_thread(thread_ids: Iterable[UUID]) -> dict[UUID, list[Said]]:
    """All comments of some threads with replies, the newest first; one query, none if no thread is asked for."""
    wanted = list(thread_ids)
    if not wanted:
        return {}
    query = (
        select(Comment.thread_id, *_support(None), *_COLUMNS).select_from(Comment).where(Comment.thread_id.in_(wanted))
    )
    rows = db.session.execute(_with_people(query).order_by(Comment.written_at.desc(), Comment.id.desc()))
    by_thread: dict[UUID, list[Sequence[Any]]] = {}
    for row in rows:
        by_thread.setdefault(row[0], []).append((_shown(row[3:]), row[1], row[2]))
    return {thread_id: _together(found, None) for thread_id, found in by_thread.items()}


def people() -> tuple[sa.orm.interfaces.ORMOption, ...]:
    """How a query of `Comment` reads whoever it names, and its wording, with it."""
    return (
        joinedload(Comment.author),
        joinedload(Comment.handled_by),
        joinedload(Comment.organisation),
        joinedload(Comment.network),
        joinedload(Comment.version),
    )
