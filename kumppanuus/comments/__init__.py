"""What people say about the text: threads, comments with one level of replies, support, and the answer to each
comment."""

from __future__ import annotations

from kumppanuus.comments.reads import (
    ASKED_OF_AUTHORITY,
    COMMENTED,
    Counts,
    by_id,
    counts,
    is_answered,
    newer_than,
    open_clauses,
    texts,
)
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
from kumppanuus.comments.shown import About, Named, Said, Shown, Talk, said, talk, talk_by_thread, with_talk_by_clause
from kumppanuus.comments.tables import LONGEST, Comment, CommentAdded, CommentEndorsed, CommentKind, Endorsement, Thread
from kumppanuus.comments.writing import (
    add,
    begin_thread,
    begin_threads,
    edit,
    endorse,
    reply,
    settle,
    thread_of,
    withdraw_endorsement,
)

__all__ = [
    "ASKED_OF_AUTHORITY",
    "COMMENTED",
    "LONGEST",
    "About",
    "Answered",
    "AnsweredMeanwhile",
    "Closed",
    "Comment",
    "CommentAdded",
    "CommentEndorsed",
    "CommentKind",
    "Counts",
    "Endorsement",
    "KindNeeded",
    "Named",
    "NoReplyToReply",
    "NotYourVoice",
    "NotYours",
    "OwnComment",
    "Said",
    "Shown",
    "Talk",
    "Thread",
    "add",
    "begin_thread",
    "begin_threads",
    "by_id",
    "counts",
    "edit",
    "endorse",
    "is_answered",
    "newer_than",
    "open_clauses",
    "reply",
    "said",
    "settle",
    "talk",
    "talk_by_thread",
    "texts",
    "thread_of",
    "with_talk_by_clause",
    "withdraw_endorsement",
]
