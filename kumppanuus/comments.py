"""What people say about the text: threads, comments with one level of replies, support, and the answer to each
comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import (
    Mapped,
    aliased,
    joinedload,
    make_transient_to_detached,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.attributes import instance_dict

from kumppanuus import ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Side, Wording
from kumppanuus.db import SHORT, Base, Identified, Word, db, now, read, run, table_of, written
from kumppanuus.errors import Conflict, Refused
from kumppanuus.members import Member, SpeaksFor
from kumppanuus.organisations import Body, Organisation

LONGEST = 4_000


class CommentKind(StrEnum):
    """What a comment is: support, a question, or a concern. A reply has no kind."""

    SUPPORT = "support"
    QUESTION = "question"
    CONCERN = "concern"


class Comment(ledger.Sealed, Identified, Base):
    """One thing said, with the wording it was said about and in whose name."""

    __tablename__ = "comment"
    __table_args__ = (
        sa.Index("ix_comment_thread_id", "thread_id", "written_at"),
        # Holds all that counting asks for, so that no row of a comment is read for it.
        sa.Index("ix_comment_counts", "thread_id", "parent_id", "handled_at"),
    )
    seal: ClassVar = (
        "id",
        "thread_id",
        "parent_id",
        "kind",
        "text",
        "author_id",
        "speaks_for",
        "organisation_id",
        "network_id",
        "version_id",
        "written_at",
        "edited_at",
        "handled_at",
        "handled_by_id",
        "response",
    )

    thread_id: Mapped[UUID] = mapped_column(sa.ForeignKey("thread.id"))
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    kind: Mapped[CommentKind | None] = mapped_column(Word(CommentKind))
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    speaks_for: Mapped[SpeaksFor] = mapped_column(Word(SpeaksFor), default=SpeaksFor.SELF)
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    network_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("body.id"))
    version_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    handled_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    response: Mapped[str] = mapped_column(default="")

    thread: Mapped[Thread] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    handled_by: Mapped[User | None] = relationship(foreign_keys=[handled_by_id])
    organisation: Mapped[Organisation | None] = relationship()
    network: Mapped[Body | None] = relationship()
    version: Mapped[ClauseVersion | None] = relationship()

    @property
    def is_reply(self) -> bool:
        return self.parent_id is not None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer. A reply waits for none."""
        return self.handled_at is None and self.parent_id is None


class Thread(ledger.Sealed, Identified, Base):
    """What comments hang on. A clause has one; other things hold the id of theirs."""

    __tablename__ = "thread"
    seal: ClassVar = ("id", "agreement_id", "clause_id")

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    clause_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause.id"), unique=True)

    agreement: Mapped[Agreement] = relationship()
    clause: Mapped[Clause | None] = relationship()

    @property
    def is_closed(self) -> bool:
        """Whether its clause was taken out of the text: what was said is still read, and nothing new is said."""
        return self.clause is not None and self.clause.is_removed


class Endorsement(ledger.Sealed, Identified, Base):
    """One member's support of a comment."""

    __tablename__ = "endorsement"
    __table_args__ = (sa.UniqueConstraint("comment_id", "user_id"),)
    seal: ClassVar = ("id", "comment_id", "user_id", "given_at", "ended_at")

    comment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("comment.id"))
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


# Events name the clause, if there is one, so that a comment shows in the history of its clause.


@dataclass(frozen=True)
class CommentAdded(ledger.Event, kind="comment.added", about="subject_id"):
    comment_id: UUID
    subject_id: UUID
    reply: bool


@dataclass(frozen=True)
class CommentEdited(ledger.Event, kind="comment.edited", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class CommentSettled(ledger.Event, kind="comment.settled", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class CommentEndorsed(ledger.Event, kind="comment.endorsed", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class EndorsementWithdrawn(ledger.Event, kind="comment.endorsement-withdrawn", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


class Closed(Refused):
    """The clause was taken out of the text: what was said can be read, and nothing new is said."""

    status = 409


class KindNeeded(Refused):
    """A comment that is no reply says what it is: support, question or concern."""


class NotYourVoice(Refused):
    """The member cannot speak in that name."""


class NotYours(Refused):
    """Only the writer edits a comment."""


class Answered(Conflict):
    """The comment has been answered, so it can no longer be edited."""


class AnsweredMeanwhile(Conflict):
    """The answer is not the one that was shown: `name` has answered meanwhile."""


class NoReplyToReply(Refused):
    """Replies have one level only."""


class OwnComment(Refused):
    """Nobody supports their own comment."""


# ---------------------------------------------------------------- verbs


def add(
    thread: Thread,
    *,
    text: str,
    kind: CommentKind | None,
    speaks_for: SpeaksFor = SpeaksFor.SELF,
    by: Member,
    version: ClauseVersion | None = None,
) -> Comment:
    """Say something in a thread; `version` is the wording it is about.

    Refuses `Closed`, `KindNeeded`, `NotYourVoice`, `Empty`, `TooLong`, `Unwritable`.
    """
    if kind is None:
        raise KindNeeded(field="kind")
    if version is not None and version.is_removal:
        raise Closed()
    return _add(thread, None, kind, text, speaks_for, by, version)


def reply(comment: Comment, *, text: str, speaks_for: SpeaksFor = SpeaksFor.SELF, by: Member) -> Comment:
    """Reply to a comment. Refuses `NoReplyToReply` and what `add` refuses."""
    if comment.is_reply:
        raise NoReplyToReply()
    if comment.thread.is_closed:
        raise Closed()
    _lock(comment)
    return _add(comment.thread, comment, None, text, speaks_for, by, None)


def edit(comment: Comment, *, text: str, kind: CommentKind | None, by: Member) -> None:
    """Change one's own comment, until it is answered. Refuses `NotYours`, `Answered`, `KindNeeded` and bad texts."""
    if comment.author_id != by.user_id:
        raise NotYours()
    _lock(comment)
    if is_answered(comment):
        raise Answered(field="text")
    if kind is None and not comment.is_reply:
        raise KindNeeded(field="kind")
    comment.text = written(text, "text", LONGEST)
    comment.kind = None if comment.is_reply else kind
    comment.edited_at = now()
    event = CommentEdited(comment_id=comment.id, subject_id=_subject(comment.thread))
    ledger.record(event, comment, chain=comment.thread.agreement_id, by=by.user_id)


def settle(comment: Comment, *, response: str, seen: datetime | None = None, by: UUID) -> None:
    """Mark a comment as handled, always with a written answer; handling it again changes the answer.

    `seen` is when the answer that was shown had been given. Refuses `AnsweredMeanwhile` if there is a newer one,
    `NoReplyToReply` (a reply is not handled), `Empty`, `TooLong`.
    """
    if comment.is_reply:
        raise NoReplyToReply()
    response = written(response, "response", SHORT)
    _lock(comment)
    if comment.handled_at != seen:
        raise AnsweredMeanwhile(name=comment.handled_by.name if comment.handled_by else "")
    comment.response, comment.handled_at, comment.handled_by_id = response, now(), by
    event = CommentSettled(comment_id=comment.id, subject_id=_subject(comment.thread))
    ledger.record(event, comment, chain=comment.thread.agreement_id, by=by)
    db.session.expire(comment, ["handled_by"])


def endorse(comment: Comment, *, by: UUID) -> None:
    """Support a comment, once per member; supporting it twice changes nothing. Refuses `OwnComment`, `Closed`."""
    if comment.author_id == by:
        raise OwnComment()
    if comment.thread.is_closed:
        raise Closed()
    _lock(comment)
    found = _endorsement(comment, by)
    if found is not None and found.ended_at is None:
        return
    if found is None:
        found = Endorsement(comment_id=comment.id, user_id=by)
        db.session.add(found)
    found.given_at, found.ended_at = now(), None
    event = CommentEndorsed(comment_id=comment.id, subject_id=_subject(comment.thread))
    ledger.record(event, found, chain=comment.thread.agreement_id, by=by)


def withdraw_endorsement(comment: Comment, *, by: UUID) -> None:
    """Take one's support back; without one nothing changes."""
    _lock(comment)
    found = _endorsement(comment, by)
    if found is None or found.ended_at is not None:
        return
    found.ended_at = now()
    event = EndorsementWithdrawn(comment_id=comment.id, subject_id=_subject(comment.thread))
    ledger.record(event, found, chain=comment.thread.agreement_id, by=by)


def thread_of(clause: Clause) -> Thread:
    """What stands for the thread of a clause where something is said. The first comment of all begins the thread."""
    return Thread(agreement_id=clause.agreement_id, clause_id=clause.id)


def begin_threads(agreement_id: UUID, count: int) -> list[Thread]:
    """New threads for as many things, each of which is recorded with its own."""
    threads = [Thread(id=uuid4(), agreement_id=agreement_id) for _each in range(count)]
    db.session.add_all(threads)
    db.session.flush()
    return threads


def begin_thread(agreement_id: UUID) -> Thread:
    """A new thread for something that holds its id itself, and which records the beginning of both."""
    thread = Thread(agreement_id=agreement_id)
    db.session.add(thread)
    db.session.flush()
    return thread


# ---------------------------------------------------------------- reads


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
        .options(*_people())
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


def thread_id_of(clause_id: UUID) -> UUID | None:
    """The id of the thread of a clause, if anybody has said anything."""
    return db.session.scalar(select(Thread.id).where(Thread.clause_id == clause_id))


def by_id(comment_id: UUID) -> Comment | None:
    """A comment with its people, its thread, and the agreement and clause it is about."""
    thread = joinedload(Comment.thread)
    clause = thread.joinedload(Thread.clause).joinedload(Clause.current)
    query = (
        select(Comment).where(Comment.id == comment_id).options(thread.joinedload(Thread.agreement), clause, *_people())
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
    found = read(_COUNTS, {"agreement": agreement.id})
    return {clause_id: Counts(total, open_) for clause_id, total, open_ in found}


def asked_of_authority(agreement: Agreement) -> dict[UUID, int]:
    """How many open questions of others nobody of the authority has replied to yet, by clause, in one query."""
    of_authority = select(Member.user_id).where(Member.agreement_id == agreement.id, Member.side == Side.AUTHORITY)
    reply = aliased(Comment)
    replied = select(reply.id).where(reply.parent_id == Comment.id, reply.author_id.in_(of_authority)).exists()
    query = (
        select(Thread.clause_id, func.count())
        .join(Comment, Comment.thread_id == Thread.id)
        .where(
            Thread.agreement_id == agreement.id,
            Thread.clause_id.is_not(None),
            Comment.parent_id.is_(None),
            Comment.handled_at.is_(None),
            Comment.kind == CommentKind.QUESTION,
            Comment.author_id.not_in(of_authority),
            ~replied,
        )
        .group_by(Thread.clause_id)
    )
    return {clause_id: count for clause_id, count in db.session.execute(query) if clause_id is not None}


_OPEN = select(Thread.clause_id).where(
    Thread.agreement_id == sa.bindparam("agreement"),
    Thread.clause_id.is_not(None),
    select(Comment.id)
    .where(Comment.thread_id == Thread.id, Comment.parent_id.is_(None), Comment.handled_at.is_(None))
    .exists(),
)


def open_clauses(agreement: Agreement) -> set[UUID]:
    """The clauses with a comment that still waits for an answer, in one query."""
    return {each for (each,) in read(_OPEN, {"agreement": agreement.id}) if each is not None}


def counts_in(thread_ids: Iterable[UUID]) -> dict[UUID, Counts]:
    """Counts by thread, in one query."""
    wanted = list(thread_ids)
    if not wanted:
        return {}
    query = (
        select(Comment.thread_id, func.count(), func.sum(sa.case((Comment.handled_at.is_(None), 1), else_=0)))
        .where(Comment.thread_id.in_(wanted), Comment.parent_id.is_(None))
        .group_by(Comment.thread_id)
    )
    return {thread_id: Counts(total, open_) for thread_id, total, open_ in db.session.execute(query)}


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


# From the people to what they said to where they said it: few of many comments are read.
_COLLEAGUES = select(Member.user_id).where(
    Member.agreement_id == sa.bindparam("agreement"),
    (Member.user_id == sa.bindparam("who")) | (Member.organisation_id == sa.bindparam("organisation")),
)
_COMMENTED = select(Thread.clause_id).where(
    Thread.id.in_(select(Comment.thread_id).where(Comment.author_id.in_(_COLLEAGUES))),
    Thread.agreement_id == sa.bindparam("agreement"),
    Thread.clause_id.is_not(None),
)


def commented_clauses(agreement: Agreement, *, organisation_id: UUID | None, user_id: UUID) -> set[UUID]:
    """Clauses on which a person, or anybody of the person's organisation, has said something."""
    facts = {"agreement": agreement.id, "who": user_id, "organisation": organisation_id}
    return {each for (each,) in read(_COMMENTED, facts) if each is not None}


def clauses_of_comments(ids: Iterable[UUID]) -> dict[UUID, Thread]:
    """The thread of each comment, in one query."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = select(Comment.id, Thread).join(Thread, Thread.id == Comment.thread_id).where(Comment.id.in_(wanted))
    return dict(db.session.execute(query).all())


# ---------------------------------------------------------------- inside


def _add(
    thread: Thread,
    parent: Comment | None,
    kind: CommentKind | None,
    text: str,
    speaks_for: SpeaksFor,
    by: Member,
    version: ClauseVersion | None,
) -> Comment:
    if speaks_for not in by.voices:
        raise NotYourVoice(field="speaks_for")
    values = {
        "id": uuid4(),
        "thread_id": thread.id,
        "parent_id": parent.id if parent else None,
        "kind": kind,
        "text": written(text, "text", LONGEST),
        "author_id": by.user_id,
        "speaks_for": speaks_for,
        # The organisation of the time is kept, whoever the name is: members see it beside the person.
        "organisation_id": by.organisation_id,
        "network_id": by.network.id if by.network and speaks_for is SpeaksFor.NETWORK else None,
        "version_id": version.id if version else None,
        "written_at": now(),
        "edited_at": None,
        "handled_at": None,
        "handled_by_id": None,
        "response": "",
    }
    begun = _insert(values, thread)
    comment = _loaded(values)
    # What is known of it is not read again when it is shown.
    instance_dict(comment).update(author=by.user, organisation=by.organisation, version=version, handled_by=None)
    event = CommentAdded(comment_id=comment.id, subject_id=_subject(thread), reply=parent is not None)
    ledger.record(event, comment, *begun, chain=thread.agreement_id, by=by.user_id)
    return comment


# By hand and put together once: comments are what is written most. One that is said about a clause finds its thread
# in the same statement.
_comments, _threads = table_of(Comment), table_of(Thread)
_INSERT = _comments.insert()
_INSERT_ON_CLAUSE = (
    _comments.insert()
    .from_select(
        [column.name for column in _comments.c],
        select(
            *(
                _threads.c.id if column.name == "thread_id" else sa.bindparam(column.key, type_=column.type)
                for column in _comments.c
            )
        ).where(_threads.c.clause_id == sa.bindparam("about")),
    )
    .returning(_comments.c.thread_id)
)


def _insert(values: dict[str, Any], thread: Thread) -> tuple[Thread, ...]:
    """Write a comment and note its thread in the values; gives the thread if it began with it."""
    if not sa.inspect(thread).transient:
        run(_INSERT, values)
        return ()
    begun: tuple[Thread, ...] = ()
    found = run(_INSERT_ON_CLAUSE, {**values, "about": thread.clause_id}).scalar()
    if found is None:
        begun = _begin(thread)
        found = run(_INSERT_ON_CLAUSE, {**values, "about": thread.clause_id}).scalar()
    values["thread_id"] = found
    return begun


def _loaded(values: dict[str, Any]) -> Comment:
    """A comment that was written by hand, as the session would have read it."""
    comment = Comment()
    instance_dict(comment).update(values)
    make_transient_to_detached(comment)
    db.session.add(comment)
    return comment


def _begin(thread: Thread) -> tuple[Thread, ...]:
    """Write the thread of a clause, unless somebody does so at the same time."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"id": uuid4(), "agreement_id": thread.agreement_id, "clause_id": thread.clause_id}
    made = insert(Thread).values(values).on_conflict_do_nothing(index_elements=["clause_id"]).returning(Thread.id)
    is_new = db.session.scalar(made) is not None
    return (db.session.get_one(Thread, values["id"]),) if is_new else ()


def _lock(comment: Comment) -> None:
    # Answering, editing and supporting one comment come one after the other, each on the newest state of it.
    db.session.refresh(comment, with_for_update={"of": Comment})


def _endorsement(comment: Comment, by: UUID) -> Endorsement | None:
    return db.session.scalar(select(Endorsement).where(Endorsement.comment_id == comment.id, Endorsement.user_id == by))


def _subject(thread: Thread) -> UUID:
    return thread.clause_id or thread.id


def _people() -> tuple[sa.orm.interfaces.ORMOption, ...]:
    return (
        joinedload(Comment.author),
        joinedload(Comment.handled_by),
        joinedload(Comment.organisation),
        joinedload(Comment.network),
        joinedload(Comment.version),
    )
