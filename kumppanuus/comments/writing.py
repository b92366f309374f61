"""Saying something, and what follows from it: replies, edits, answers, support."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict

from kumppanuus import drafts, ledger
from kumppanuus.agreements import Clause, ClauseVersion
from kumppanuus.comments.reads import is_answered
from kumppanuus.comments.refusals import (
    Answered,
    AnsweredMeanwhile,
    Closed,
    KindNeeded,
    NoReplyToReply,
    NotYours,
    NotYourVoice,
    OwnComment,
)
from kumppanuus.comments.tables import (
    LONGEST,
    Comment,
    CommentAdded,
    CommentEdited,
    CommentEndorsed,
    CommentKind,
    CommentSettled,
    Endorsement,
    EndorsementWithdrawn,
    Thread,
)
from kumppanuus.db import SHORT, db, now, run, table_of, written
from kumppanuus.members import Member, SpeaksFor


def add(
    thread: Thread,
    *,
    text: str,
    kind: CommentKind | None,
    speaks_for: SpeaksFor = SpeaksFor.SELF,
    by: Member,
    version: ClauseVersion | None = None,
    draft: str = "",
) -> Comment:
    """Say something in a thread; `version` is the wording it is about, `draft` the place where it was kept unsent: that
    is forgotten.

    Refuses `Closed`, `KindNeeded`, `NotYourVoice`, `Empty`, `TooLong`, `Unwritable`.
    """
    if kind is None:
        raise KindNeeded(field="kind")
    if version is not None and version.is_removal:
        raise Closed()
    return _add(thread, None, kind, text, speaks_for, by, version, draft)


def reply(
    comment: Comment, *, text: str, speaks_for: SpeaksFor = SpeaksFor.SELF, by: Member, draft: str = ""
) -> Comment:
    """Reply to a comment; forgets a draft as `add` does. Refuses `NoReplyToReply` and what `add` refuses."""
    if comment.is_reply:
        raise NoReplyToReply()
    if comment.thread.is_closed:
        raise Closed()
    _lock(comment)
    return _add(comment.thread, comment, None, text, speaks_for, by, None, draft)


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


def _add(
    thread: Thread,
    parent: Comment | None,
    kind: CommentKind | None,
    text: str,
    speaks_for: SpeaksFor,
    by: Member,
    version: ClauseVersion | None,
    draft: str,
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
    begun = _insert(values, thread, draft)
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


# PostgreSQL forgets the draft in the same statement, too.
_INSERT_PG, _INSERT_ON_CLAUSE_PG = (statement.add_cte(drafts.FORGET) for statement in (_INSERT, _INSERT_ON_CLAUSE))


def _insert(values: dict[str, Any], thread: Thread, draft: str) -> tuple[Thread, ...]:
    """Write a comment, forget its draft, and note its thread in the values; gives the thread if it began with it."""
    given = {**values, "about": thread.clause_id}
    is_along = bool(draft) and db.session.get_bind().dialect.name == "postgresql"
    plain, on_clause = (_INSERT_PG, _INSERT_ON_CLAUSE_PG) if is_along else (_INSERT, _INSERT_ON_CLAUSE)
    if is_along:
        given |= drafts.forgotten(draft, by=values["author_id"])
    elif draft:
        drafts.forget(draft, by=values["author_id"])
    if not sa.inspect(thread).transient:
        run(plain, given)
        return ()
    begun: tuple[Thread, ...] = ()
    found = run(on_clause, given).scalar()
    if found is None:
        begun = _begin(thread)
        found = run(on_clause, given).scalar()
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
