"""Who is told of what, by the kind of event and what each person has to do with it; never the one who did it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kumppanuus import policy
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.comments import Comment, CommentKind
from kumppanuus.db import db
from kumppanuus.ledger import Entry
from kumppanuus.members import Member, Role, everyone
from kumppanuus.notifications.tables import Following, Why
from kumppanuus.policy import Who
from kumppanuus.questions import Question
from kumppanuus.rounds import Invitee
from kumppanuus.suggestions import Suggestion


class Reach(StrEnum):
    """How far an event is told. Whoever it is said to directly is told of all but the last."""

    EVERYBODY = "everybody"  # every member who has not muted it
    COORDINATORS = "coordinators"
    CONCERNED = "concerned"  # only those it is said to
    NOBODY = "nobody"  # it stands in the history


# Every kind of event. What belongs to no agreement is told in no letter, and what only mends words is read in them.
REACH: dict[str, Reach] = {
    "agreement.started": Reach.EVERYBODY,
    "agreement.edited": Reach.EVERYBODY,
    "section.added": Reach.EVERYBODY,
    "section.renamed": Reach.EVERYBODY,
    "section.moved": Reach.EVERYBODY,
    "section.removed": Reach.EVERYBODY,
    "section.restored": Reach.EVERYBODY,
    "clause.added": Reach.EVERYBODY,
    "clause.rewritten": Reach.EVERYBODY,
    "clause.moved": Reach.EVERYBODY,
    "clause.removed": Reach.EVERYBODY,
    "clause.restored": Reach.EVERYBODY,
    "clause.reopened": Reach.EVERYBODY,
    "edition.frozen": Reach.EVERYBODY,
    "export.made": Reach.NOBODY,
    "export.archived": Reach.NOBODY,
    "member.added": Reach.COORDINATORS,
    "member.invited": Reach.COORDINATORS,
    "member.invited-again": Reach.NOBODY,
    "member.invitation-withdrawn": Reach.COORDINATORS,
    "member.joined": Reach.COORDINATORS,
    "member.handed-over": Reach.COORDINATORS,
    "member.changed": Reach.COORDINATORS,
    "member.ended": Reach.COORDINATORS,
    "organisation.added": Reach.COORDINATORS,
    "organisation.changed": Reach.COORDINATORS,
    "organisation.removed": Reach.COORDINATORS,
    "organisation.contact-erased": Reach.COORDINATORS,
    "organisation.imported": Reach.COORDINATORS,
    "sector.listed": Reach.COORDINATORS,
    "sector.added": Reach.COORDINATORS,
    "sector.renamed": Reach.COORDINATORS,
    "sector.removed": Reach.COORDINATORS,
    "body.added": Reach.COORDINATORS,
    "body.changed": Reach.COORDINATORS,
    "body.removed": Reach.COORDINATORS,
    "seat.added": Reach.COORDINATORS,
    "seat.removed": Reach.COORDINATORS,
    "term.begun": Reach.COORDINATORS,
    "term.ended": Reach.COORDINATORS,
    "round.made": Reach.COORDINATORS,
    "round.changed": Reach.NOBODY,
    "round.discarded": Reach.COORDINATORS,
    "round.opened": Reach.EVERYBODY,
    "round.extended": Reach.EVERYBODY,
    "round.closed": Reach.EVERYBODY,
    "round.news-written": Reach.EVERYBODY,
    "round.invited": Reach.COORDINATORS,
    "round.reminded": Reach.COORDINATORS,
    "round.declined": Reach.COORDINATORS,
    "round.link-made": Reach.NOBODY,
    "round.links-revoked": Reach.NOBODY,
    "round.letters-printed": Reach.NOBODY,
    "statement.sent": Reach.COORDINATORS,
    "statement.recorded": Reach.COORDINATORS,
    "statement.corrected": Reach.COORDINATORS,
    "statement.whole-set-apart": Reach.NOBODY,
    "statement.confirmed": Reach.COORDINATORS,
    "statement.hidden": Reach.COORDINATORS,
    "statement.giver-erased": Reach.NOBODY,
    "remark.hidden": Reach.COORDINATORS,
    "remark.taken-over": Reach.COORDINATORS,
    "response.asked": Reach.CONCERNED,
    "response.written": Reach.COORDINATORS,
    "response.not-needed": Reach.CONCERNED,
    "response.released": Reach.EVERYBODY,
    "response.replaced": Reach.EVERYBODY,
    "summary.published": Reach.EVERYBODY,
    "summary.withdrawn": Reach.EVERYBODY,
    "summary.thanked": Reach.COORDINATORS,
    "comment.added": Reach.EVERYBODY,
    "comment.edited": Reach.NOBODY,
    "comment.settled": Reach.EVERYBODY,
    "comment.endorsed": Reach.NOBODY,
    "comment.endorsement-withdrawn": Reach.NOBODY,
    "approval.given": Reach.EVERYBODY,
    "approval.withdrawn": Reach.EVERYBODY,
    "suggestion.written": Reach.EVERYBODY,
    "suggestion.accepted": Reach.EVERYBODY,
    "suggestion.rejected": Reach.EVERYBODY,
    "suggestion.withdrawn": Reach.EVERYBODY,
    "suggestion.acceptance-undone": Reach.EVERYBODY,
    "questions.opened": Reach.EVERYBODY,
    "question.asked": Reach.COORDINATORS,
    "question.admitted": Reach.EVERYBODY,
    "question.declined": Reach.CONCERNED,
    "question.moved": Reach.EVERYBODY,
    "question.move-undone": Reach.EVERYBODY,
    "question.updated": Reach.EVERYBODY,
    "question.edited": Reach.EVERYBODY,
    "question.assigned": Reach.EVERYBODY,
    "question.linked": Reach.NOBODY,
    "feedback.given": Reach.NOBODY,
    "feedback.answered": Reach.NOBODY,
    "person.added": Reach.NOBODY,
    "person.may-start-agreements": Reach.NOBODY,
    "person.disabled": Reach.NOBODY,
    "person.address-changed": Reach.NOBODY,
    "person.identity-tied": Reach.NOBODY,
    "person.identity-untied": Reach.NOBODY,
    "person.removed": Reach.NOBODY,
    "person.signed-in": Reach.NOBODY,
    "person.signed-out": Reach.NOBODY,
}

_NONE = UUID(int=0)  # no id of anything

# What the right to approve has to do with.
_BINDING = ("clause.", "suggestion.", "approval.")


@dataclass
class Around:
    """What is known around some entries: to whom each is said, who has to do with it, and where it is."""

    direct: set[UUID] = field(default_factory=set)
    owner: UUID | None = None
    authors: set[UUID] = field(default_factory=set)
    place: tuple[UUID, ...] = ()  # the clause or the question, then its section


def audiences(agreement: Agreement, entries: Sequence[Entry]) -> Iterator[tuple[Entry, dict[UUID, Why]]]:
    """Each entry with the people who are told of it and why. As many queries for one entry as for many."""
    people = [
        member
        for member in everyone(agreement)
        if member.user.disabled_at is None and policy.allows("history.read", Who(member.user, member), agreement)
    ]
    around = _Surroundings(agreement, entries, people)
    choices = _choices(agreement)
    for entry in entries:
        yield entry, _audience(entry, around.of(entry), people, agreement, choices)


def _audience(
    entry: Entry,
    around: Around,
    people: Iterable[Member],
    agreement: Agreement,
    choices: Mapping[UUID, Mapping[UUID, bool]],
) -> dict[UUID, Why]:
    reach = REACH[entry.kind]
    if reach is Reach.NOBODY:
        return {}
    chosen: dict[UUID, bool] = {}
    for subject in (agreement.id, *reversed(around.place)):  # the narrowest counts
        chosen |= choices.get(subject, {})
    found: dict[UUID, Why] = {}
    for member in people:
        if member.user_id == entry.actor_id:
            continue
        why = _why(member, entry, around, chosen.get(member.user_id))
        is_reached = reach is Reach.EVERYBODY or (reach is Reach.COORDINATORS and member.role is Role.COORDINATOR)
        if why is Why.DIRECT or (is_reached and not chosen.get(member.user_id, False)):
            found[member.user_id] = why
    return found


def _why(member: Member, entry: Entry, around: Around, is_muted: bool | None) -> Why:
    if member.user_id in around.direct:
        return Why.DIRECT
    if member.user_id == around.owner:
        return Why.OWNER
    if member.user_id in around.authors:
        return Why.AUTHOR
    if member.is_approver and entry.kind.startswith(_BINDING):
        return Why.APPROVER
    if member.role is Role.COORDINATOR:
        return Why.COORDINATOR
    return Why.FOLLOWER if is_muted is False else Why.MEMBER


def _choices(agreement: Agreement) -> dict[UUID, dict[UUID, bool]]:
    """What people have chosen in an agreement: by thing and person, whether it is muted."""
    query = select(Following.subject_id, Following.user_id, Following.is_muted).where(
        Following.agreement_id == agreement.id
    )
    found: dict[UUID, dict[UUID, bool]] = {}
    for subject, user, is_muted in db.session.execute(query):
        found.setdefault(subject, {})[user] = is_muted
    return found


class _Surroundings:
    """Reads what some entries are about, all of them at once."""

    def __init__(self, agreement: Agreement, entries: Sequence[Entry], people: Sequence[Member]) -> None:
        self._people = people
        self._facts = {entry.number: entry.facts for entry in entries}
        self._user_of = {member.id: member.user_id for member in people}
        clauses = select(Clause.id, Clause.section_id).where(Clause.agreement_id == agreement.id)
        self._section_of: dict[UUID, UUID] = dict(db.session.execute(clauses).all())
        self._questions = {
            question.id: question
            for question in db.session.scalars(select(Question).where(Question.agreement_id == agreement.id))
        }
        self._by_thread: dict[UUID, Question | Suggestion] = {
            question.thread_id: question for question in self._questions.values()
        }
        self._read_suggestions()
        self._read_comments()
        self._read_invitees()

    def of(self, entry: Entry) -> Around:
        """What is known around one of the entries."""
        facts = self._facts[entry.number]
        found = Around(place=self._place(entry, facts))
        if entry.kind.startswith("comment."):
            self._of_comment(entry, facts, found)
        elif entry.kind.startswith("suggestion."):
            suggestion = self._suggestions.get(_id(facts, "suggestion_id") or _NONE)
            if suggestion is not None:
                found.authors.add(suggestion.author_id)
                if entry.kind in ("suggestion.accepted", "suggestion.rejected"):
                    found.direct.add(suggestion.author_id)
        elif entry.kind.startswith("question."):
            self._of_question(entry, facts, found)
        elif entry.kind in ("response.asked", "response.not-needed"):
            found.direct.update(user for user in [self._user_of.get(_id(facts, "member_id") or _NONE)] if user)
        elif entry.kind in ("member.changed", "term.begun", "term.ended"):
            found.direct.update(user for user in [_id(facts, "user_id")] if user)
        elif entry.kind in ("round.opened", "round.invited"):
            found.direct |= self._invited(facts)
        return found

    def _place(self, entry: Entry, facts: Mapping[str, Any]) -> tuple[UUID, ...]:
        about = self._by_thread.get(entry.subject_id) if entry.subject_id else None
        clause_id = about.clause_id if isinstance(about, Suggestion) else _id(facts, "clause_id") or entry.subject_id
        question_id = about.id if isinstance(about, Question) else _id(facts, "question_id")
        if question_id in self._questions:
            return (question_id,)
        if clause_id in self._section_of:
            return clause_id, self._section_of[clause_id]
        section_id = about.section_id if isinstance(about, Suggestion) else _id(facts, "section_id")
        return (section_id,) if section_id else ()

    def _of_comment(self, entry: Entry, facts: Mapping[str, Any], found: Around) -> None:
        comment = self._comments.get(_id(facts, "comment_id") or _NONE)
        if comment is None:
            return
        about = self._by_thread.get(comment.thread_id)
        if isinstance(about, Question):
            found.owner = self._user_of.get(about.owner_id) if about.owner_id else None
        elif about is not None:
            found.authors.add(about.author_id)
        if entry.kind == "comment.settled":
            found.direct.add(comment.author_id)
        elif comment.parent_id is not None and (parent := self._comments.get(comment.parent_id)) is not None:
            found.direct.add(parent.author_id)
        elif comment.kind is CommentKind.QUESTION:
            found.direct |= {found.owner} if found.owner else found.authors
        found.authors |= self._authors.get(comment.thread_id, set())

    def _of_question(self, entry: Entry, facts: Mapping[str, Any], found: Around) -> None:
        question = self._questions.get(_id(facts, "question_id") or _NONE)
        if question is None:
            return
        found.owner = self._user_of.get(question.owner_id) if question.owner_id else None
        found.authors = {question.asked_by_id} | self._authors.get(question.thread_id, set())
        if entry.kind == "question.assigned" and (member_id := _id(facts, "member_id")) in self._user_of:
            found.direct.add(self._user_of[member_id])
        elif entry.kind in ("question.admitted", "question.declined"):
            found.direct.add(question.asked_by_id)

    def _named(self, name: str) -> set[UUID]:
        """Every id that some entry holds under a name."""
        return {found for facts in self._facts.values() if (found := _id(facts, name))}

    def _read_suggestions(self) -> None:
        named, threads = self._named("suggestion_id"), self._named("subject_id")
        query = select(Suggestion).where(Suggestion.id.in_(named) | Suggestion.thread_id.in_(threads))
        self._suggestions = {each.id: each for each in db.session.scalars(query)} if named | threads else {}
        self._by_thread |= {each.thread_id: each for each in self._suggestions.values()}

    def _read_comments(self) -> None:
        named = self._named("comment_id")
        found = list(db.session.scalars(select(Comment).where(Comment.id.in_(named)))) if named else []
        parents = {each.parent_id for each in found if each.parent_id} - {each.id for each in found}
        if parents:
            found += db.session.scalars(select(Comment).where(Comment.id.in_(parents)))
        self._comments = {each.id: each for each in found}
        self._authors: dict[UUID, set[UUID]] = {}
        threads = {each.thread_id for each in found} | {each.thread_id for each in self._questions.values()}
        said = select(Comment.thread_id, Comment.author_id).where(Comment.thread_id.in_(threads)).distinct()
        for thread, author in db.session.execute(said) if threads else ():
            self._authors.setdefault(thread, set()).add(author)

    def _read_invitees(self) -> None:
        rounds = self._named("round_id")
        query = select(Invitee).where(Invitee.round_id.in_(rounds), Invitee.invited_at.is_not(None))
        self._invitees = list(db.session.scalars(query)) if rounds else []

    def _invited(self, facts: Mapping[str, Any]) -> set[UUID]:
        """Representatives of the organisations and networks that were asked to answer."""
        chosen = {UUID(each) for each in facts.get("invited_ids", ())}
        round_id = _id(facts, "round_id")
        asked = [each for each in self._invitees if each.round_id == round_id and (not chosen or each.id in chosen)]
        organisations = {each.organisation_id for each in asked if each.organisation_id}
        bodies = {each.body_id for each in asked if each.body_id}
        return {
            member.user_id
            for member in self._people
            if member.role is Role.REPRESENTATIVE
            and (member.organisation_id in organisations or not bodies.isdisjoint(each.id for each in member.networks))
        }


def _id(facts: Mapping[str, Any], name: str) -> UUID | None:
    value = facts.get(name)
    return UUID(value) if value else None
