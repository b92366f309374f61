"""Digests: what is due to a person becomes one letter, which holds what was said and changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import comments, ledger, members, policy, progress, suggestions
from kumppanuus.accounts import User
from kumppanuus.agreements import ClauseVersion
from kumppanuus.db import db, now, writing
from kumppanuus.ledger import Entry
from kumppanuus.members import Member
from kumppanuus.notifications import rhythm
from kumppanuus.notifications.letters import Letter
from kumppanuus.notifications.outbox import wish
from kumppanuus.notifications.tables import Digest, Mailing, Notice, Reminder, Rhythm, Why
from kumppanuus.policy import Who
from kumppanuus.progress import Progress

# How many people's letters one transaction wishes for, so that nobody waits long to write.
AT_A_TIME = 50

# Entries of one letter whose words are told; the rest are counted, and stand in the history.
MOST = 60

# More responses of one round than these are told as one thing: a coordinator releases dozens in one morning.
FEW = 3

# Letters stay this long where nobody gets them any more.
_IS_FAILING = sa.exists().where(
    Mailing.user_id == User.id, Mailing.failing_address == User.address, Mailing.failing_since.is_not(None)
)


def compose() -> int:
    """Wish for a letter to each person to whom something is due. Returns how many.

    What is due is put into the digest in the same transaction, so that nobody is told a thing twice, whoever else
    looks at the same time. Nobody gets two letters for one Monday: what came in between waits for the next one.
    """
    made = 0
    while True:
        with writing():
            found = _due_people()
            for user in found:
                made += _compose(user)
            db.session.commit()
        if not found:
            return made


def _due_people() -> Sequence[User]:
    due = sa.union(
        select(Notice.user_id).where(Notice.digest_id.is_(None), Notice.due_at <= now()),
        select(Reminder.user_id).where(Reminder.digest_id.is_(None)),
    ).subquery()
    query = select(User).where(User.id.in_(select(due.c.user_id)), ~_IS_FAILING)
    return db.session.scalars(query.order_by(User.id).limit(AT_A_TIME)).all()


def _compose(user: User) -> bool:
    """Put all that is due to a person into a digest; whether there was anything."""
    notices = db.session.scalars(
        select(Notice)
        .where(Notice.user_id == user.id, Notice.digest_id.is_(None), Notice.due_at <= now())
        .with_for_update(skip_locked=True)
    ).all()
    reminders = db.session.scalars(
        select(Reminder)
        .where(Reminder.user_id == user.id, Reminder.digest_id.is_(None))
        .with_for_update(skip_locked=True)
    ).all()
    chosen = rhythm.mailing_of(user).rhythm
    slot = _slot(chosen, notices)
    if slot is not None and _has(user, slot):
        for notice in notices:
            notice.due_at = rhythm.next_slot(chosen, max(slot, now())) if notice.due_at == slot else notice.due_at
        notices = [notice for notice in notices if notice.due_at <= now()]
        slot = None
    if not notices and not reminders:
        db.session.flush()
        return False
    digest = Digest(user_id=user.id, rhythm=chosen if slot else Rhythm.AT_ONCE, slot=slot)
    db.session.add(digest)
    db.session.flush()
    for notice in notices:
        notice.digest_id = digest.id
    for reminder in reminders:
        reminder.digest_id = digest.id
    wish(Letter.DIGEST, digest.id, queue=user.id)
    return True


def _slot(chosen: Rhythm, notices: Iterable[Notice]) -> datetime | None:
    """The moment a letter belongs to, if something in it waited for one."""
    if chosen is Rhythm.AT_ONCE:
        return None
    return max((notice.due_at for notice in notices if notice.why is not Why.DIRECT), default=None)


def _has(user: User, slot: datetime) -> bool:
    query = select(Digest.id).where(Digest.user_id == user.id, Digest.slot == slot)
    return db.session.scalar(query) is not None


# ---------------------------------------------------------------- what stands in one


@dataclass(frozen=True)
class Wording:
    """A title and a text."""

    title: str
    text: str


@dataclass(frozen=True)
class Change:
    """A wording before and after; `old` is none where the clause is new."""

    old: Wording | None
    new: Wording


@dataclass
class Item:
    """One thing that happened, with the words it brought: what was said in full, and to what it was said."""

    entry: Entry
    text: str = ""
    quote: str = ""  # the words that are answered
    reason: str = ""
    change: Change | None = None
    reply_to: UUID | None = None  # the comment a reply would be to; none if nothing is replied to


@dataclass
class Topic:
    """What happened with one clause or question, or with the agreement (`subject` is none), the oldest first.

    `change` is what all the new wordings together made of the clause.
    """

    subject: UUID | None
    items: list[Item] = field(default_factory=list)
    change: Change | None = None


@dataclass(frozen=True)
class Released:
    """Many responses that were released in one round: how many, and to how many remarks."""

    round: int
    responses: int
    remarks: int


@dataclass(frozen=True)
class News:
    """What one agreement has for a person; `left_out` counts what happened beyond what is told."""

    member: Member
    found: Progress
    head: str
    topics: list[Topic]
    reminders: list[Reminder]
    released: list[Released]
    left_out: int

    @property
    def entries(self) -> list[Entry]:
        return [item.entry for topic in self.topics for item in topic.items]


@dataclass(frozen=True)
class Contents:
    """All that a digest tells its person, by agreement."""

    user: User
    rhythm: Rhythm
    news: list[News]


def contents(digest_id: UUID) -> Contents | None:
    """What a digest tells, as it is now; none if there is nothing the person may still read."""
    digest = db.session.get(Digest, digest_id)
    user = db.session.get(User, digest.user_id) if digest else None
    if digest is None or user is None or user.disabled_at is not None:
        return None
    told: dict[UUID, list[int]] = {}
    query = select(Notice.chain_id, Notice.number).where(Notice.digest_id == digest.id).order_by(Notice.number)
    for chain, number in db.session.execute(query):
        told.setdefault(chain, []).append(number)
    reminders: dict[UUID, list[Reminder]] = {}
    due = select(Reminder).where(Reminder.digest_id == digest.id).order_by(Reminder.due_on, Reminder.thing_id)
    for reminder in db.session.scalars(due):
        reminders.setdefault(reminder.agreement_id, []).append(reminder)
    news = [
        _news(member, told.get(member.agreement_id, []), reminders.get(member.agreement_id, []))
        for member in members.all_of(user.id)
        if member.agreement_id in told.keys() | reminders.keys()
        and policy.allows("history.read", Who(user, member), member.agreement)
    ]
    return Contents(user, digest.rhythm, news) if news else None


def _news(member: Member, numbers: Sequence[int], reminders: list[Reminder]) -> News:
    head = ledger.heads([member.agreement_id]).get(member.agreement_id, "")
    found = progress.kept(member.agreement, head)
    released, folded = _released(member.agreement_id, numbers)
    told = [number for number in numbers if number not in folded]
    shown = told[-MOST:]
    query = select(Entry).where(Entry.chain_id == member.agreement_id, Entry.number.in_(shown)).order_by(Entry.number)
    topics = _Words(db.session.scalars(query).all(), found).topics()
    return News(member, found, head, topics, reminders, released, len(told) - len(shown))


def _released(chain: UUID, numbers: Sequence[int]) -> tuple[list[Released], set[int]]:
    """The responses that are told as one thing, by round, and the numbers of their entries; one query."""
    query = select(Entry).where(Entry.chain_id == chain, Entry.number.in_(numbers), Entry.kind == "response.released")
    by_round: dict[int, list[Entry]] = {}
    for entry in db.session.scalars(query.order_by(Entry.number)):
        by_round.setdefault(entry.facts["round"], []).append(entry)
    many = {number: entries for number, entries in by_round.items() if len(entries) > FEW}
    released = [
        Released(number, len(entries), sum(entry.facts["remarks"] for entry in entries))
        for number, entries in sorted(many.items())
    ]
    return released, {entry.number for entries in many.values() for entry in entries}


class _Words:
    """Reads what some entries brought: the rows they sealed, and the words before and around those."""

    def __init__(self, entries: Sequence[Entry], found: Progress) -> None:
        self._entries, self._found = entries, found
        rows = ledger.sealed_rows(entries)
        self._rows = {(table, row["id"]): row for table, of_table in rows.items() for row in of_table}
        self._versions: dict[tuple[UUID, int], Wording] = {}
        self._bases: dict[UUID, Wording] = {}
        self._quotes: dict[UUID, str] = {}
        self._read_versions()
        self._read_quotes()
        threads = {entry.subject_id for entry in entries if entry.kind.startswith("comment.") and entry.subject_id}
        self._clause_of_thread = suggestions.clauses_of_threads(threads)
        self._question_of_thread = {question.thread_id: question.id for question in found.register}

    def topics(self) -> list[Topic]:
        """The entries by what they are about: clauses in the order of the text, then questions, then the rest."""
        places: list[UUID | None] = [placed.id for placed in self._found.outline.clauses()]
        places += [placed.id for placed in self._found.outline.removed()]
        places += [question.id for question in self._found.register]
        found = {subject: Topic(subject) for subject in [*places, None]}
        for entry in self._entries:
            topic = found.get(self._subject(entry)) or found[None]
            topic.items.append(self._item(entry))
        for topic in found.values():
            topic.change = self._whole_change(topic.items)
        return [topic for topic in found.values() if topic.items]

    def _subject(self, entry: Entry) -> UUID | None:
        facts = entry.facts
        for name in ("clause_id", "question_id"):
            if facts.get(name):
                return UUID(facts[name])
        if not entry.kind.startswith("comment.") or entry.subject_id is None:
            return None
        thread = entry.subject_id  # or the clause, for comments on one
        return self._question_of_thread.get(thread) or self._clause_of_thread.get(thread, thread)

    def _item(self, entry: Entry) -> Item:
        item = Item(entry)
        row = self._row(entry, entry.kind.partition(".")[0])
        match entry.kind:
            case "comment.added":
                item.text, item.quote = row.get("text", ""), self._quotes.get(row.get("parent_id") or _NONE, "")
                item.reply_to = row.get("parent_id") or row.get("id")
            case "comment.settled":
                item.text, item.quote = row.get("response", ""), row.get("text", "")
            case "suggestion.written":
                item.reason = row.get("reason", "")
                item.change = self._suggested(row)
            case "suggestion.accepted" | "suggestion.rejected":
                item.reason = row.get("answer", "")
            case "clause.added":
                item.text = self._row(entry, "clause_version").get("text", "")
            case "clause.rewritten" | "clause.removed" | "clause.restored":
                item.reason = self._row(entry, "clause_version").get("reason", "")
            case "clause.reopened":
                item.reason = self._row(entry, "reopening").get("reason", "")
            case "question.moved":
                move = self._row(entry, "question_move")
                item.text, item.reason = move.get("outcome", ""), move.get("reason", "")
            case "question.updated":
                item.text = self._row(entry, "question_update").get("text", "")
            case "question.asked" | "question.admitted":
                item.text = row.get("text", "")
            case "round.opened":
                item.text = row.get("title", "")
            case "round.news-written":
                item.text = "\n".join(filter(None, (row.get("headline"), row.get("lead"))))
        return item

    def _row(self, entry: Entry, table: str) -> Mapping[str, Any]:
        """The row of a table that an entry sealed, the first if there are several; empty if there is none."""
        for name in json.loads(entry.seals):
            of_table, _colon, row_id = name.partition(":")
            if of_table == table:
                return self._rows.get((table, UUID(row_id)), {})
        return {}

    def _suggested(self, row: Mapping[str, Any]) -> Change | None:
        new = Wording(row.get("title", ""), row.get("text", ""))
        base = self._bases.get(row.get("base_id") or _NONE)
        return Change(base, new) if row and row["kind"] is not suggestions.Kind.REMOVAL else None

    def _whole_change(self, items: Iterable[Item]) -> Change | None:
        """What the new wordings of a clause made of the one before the first of them."""
        rows = [
            row
            for item in items
            if item.entry.kind in _REWRITING and (row := self._row(item.entry, "clause_version")) and row["number"] > 1
        ]
        if not rows:
            return None
        old = self._versions.get((rows[0]["clause_id"], rows[0]["number"] - 1))
        return Change(old, Wording(rows[-1]["title"], rows[-1]["text"])) if old else None

    def _read_versions(self) -> None:
        rows = [row for (table, _id), row in self._rows.items() if table == "clause_version" and row["number"] > 1]
        bases = {row["base_id"] for (table, _id), row in self._rows.items() if table == "suggestion" and row["base_id"]}
        before = sa.and_(
            ClauseVersion.clause_id.in_({row["clause_id"] for row in rows}),
            ClauseVersion.number.in_({row["number"] - 1 for row in rows}),
        )
        names = ("id", "clause_id", "number", "title", "text")
        query = select(*(getattr(ClauseVersion, name) for name in names))
        for version, clause, number, title, text in db.session.execute(
            query.where(before | ClauseVersion.id.in_(bases))
        ):
            self._versions[clause, number] = self._bases[version] = Wording(title, text)

    def _read_quotes(self) -> None:
        said = [row for (table, _id), row in self._rows.items() if table == "comment"]
        self._quotes = comments.texts({row["parent_id"] for row in said if row["parent_id"]})


_NONE = UUID(int=0)  # no id of anything
_REWRITING = ("clause.rewritten", "suggestion.accepted", "suggestion.acceptance-undone")
