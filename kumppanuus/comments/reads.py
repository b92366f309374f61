"""Single comments, and how many there are on which clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from kumppanuus.agreements import Agreement, Clause, Side
from kumppanuus.comments.shown import Shown, people
from kumppanuus.comments.tables import Comment, CommentKind, Thread
from kumppanuus.db import db, read
from kumppanuus.members import Member


def by_id(comment_id: UUID) -> Comment | None:
    """A comment with its people, its thread, and the agreement and clause it is about."""
    thread = joinedload(Comment.thread)
    clause = thread.joinedload(Thread.clause).joinedload(Clause.current)
    query = (
        select(Comment).where(Comment.id == comment_id).options(thread.joinedload(Thread.agreement), clause, *people())
    )
    return db.session.scalar(query)


def newer_than(comment: Comment | Shown) -> int:
    """How many comments of its thread are newer than a comment, or than the one it replies to."""
    top = aliased(Comment)
    query = (
        select(func.count())
        .select_from(Comment)
        .join(top, top.id == (comment.parent_id or comment.id))
        .where(Comment.thread_id == top.thread_id, Comment.parent_id.is_(None), Comment.written_at > top.written_at)
    )
    return db.session.scalars(query).one()


def texts(comment_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What some comments say; one query, none if none is asked for."""
    wanted = list(comment_ids)
    if not wanted:
        return {}
    return dict(db.session.execute(select(Comment.id, Comment.text).where(Comment.id.in_(wanted))).all())


def is_answered(comment: Comment) -> bool:
    """Whether somebody has replied to a comment or handled it."""
    if comment.handled_at is not None:
        return True
    return db.session.scalar(select(Comment.id).where(Comment.parent_id == comment.id).limit(1)) is not None


@dataclass(frozen=True)
class Counts:
    """How many comments, and how many of them still wait for an answer. Replies are not counted."""

    total: int = 0
    open: int = 0


_COUNTS = (
    select(Thread.clause_id, func.count(), func.sum(sa.case((Comment.handled_at.is_(None), 1), else_=0)))
    .join(Comment, Comment.thread_id == Thread.id)
    .where(
        Thread.agreement_id == sa.bindparam("agreement"),
        Thread.clause_id.is_not(None),
        Comment.parent_id.is_(None),
    )
    .group_by(Thread.clause_id)
)


def counts(agreement: Agreement) -> dict[UUID, Counts]:
    """Counts by clause, in one query. A clause nobody has commented on is not in it."""
    found = read(_COUNTS, {"agreement": agreement.id}).all()
    return {clause_id: Counts(total, open_) for clause_id, total, open_ in found}


_reply = aliased(Comment)
_of_authority = select(Member.user_id).where(
    Member.agreement_id == sa.bindparam("agreement"), Member.side == Side.AUTHORITY
)

# How many open questions of others nobody of the authority has replied to yet, by clause of an agreement.
ASKED_OF_AUTHORITY = (
    select(Thread.clause_id, func.count().label("number"))
    .join(Comment, Comment.thread_id == Thread.id)
    .where(
        Thread.agreement_id == sa.bindparam("agreement"),
        Thread.clause_id.is_not(None),
        Comment.parent_id.is_(None),
        Comment.handled_at.is_(None),
        Comment.kind == CommentKind.QUESTION,
        Comment.author_id.not_in(_of_authority),
        ~select(_reply.id).where(_reply.parent_id == Comment.id, _reply.author_id.in_(_of_authority)).exists(),
    )
    .group_by(Thread.clause_id)
)


_OPEN = select(Thread.clause_id).where(
    Thread.agreement_id == sa.bindparam("agreement"),
    Thread.clause_id.is_not(None),
    select(Comment.id)
    .where(Comment.thread_id == Thread.id, Comment.parent_id.is_(None), Comment.handled_at.is_(None))
    .exists(),
)


def open_clauses(agreement: Agreement) -> set[UUID]:
    """The clauses with a comment that still waits for an answer, in one query."""
    return {each for (each,) in read(_OPEN, {"agreement": agreement.id}).all() if each is not None}


# From the people to what they said to where they said it: few of many comments are read.
_COLLEAGUES = select(Member.user_id).where(
    Member.agreement_id == sa.bindparam("agreement"),
    (Member.user_id == sa.bindparam("who")) | (Member.organisation_id == sa.bindparam("organisation")),
)
# Clauses on which a person (`who`), or anybody of the person's `organisation`, has said something in an `agreement`.
COMMENTED = select(Thread.clause_id).where(
    Thread.id.in_(select(Comment.thread_id).where(Comment.author_id.in_(_COLLEAGUES))),
    Thread.agreement_id == sa.bindparam("agreement"),
    Thread.clause_id.is_not(None),
)
