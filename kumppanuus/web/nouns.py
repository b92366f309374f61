"""What the names in addresses stand for: each is read from the database, or there is no such page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import g

from kumppanuus import (
    agreements,
    comments,
    feedback,
    jobs,
    members,
    organisations,
    questions,
    responses,
    rounds,
    statements,
    suggestions,
)
from kumppanuus.agreements import Agreement, Clause, Section
from kumppanuus.comments import Comment
from kumppanuus.documents import archive, intake, takeback
from kumppanuus.members import Member
from kumppanuus.questions import Question
from kumppanuus.suggestions import Suggestion

# Name in the address → what reads it. A reader gets the value and the things read before it.
NOUNS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "agreement": lambda slug, _so_far: _agreement(slug),
    "clause": lambda clause_id, _so_far: _clause(clause_id),
    "section": lambda section_id, _so_far: agreements.section_by_id(section_id),
    "comment": lambda comment_id, _so_far: comments.by_id(comment_id),
    "suggestion": lambda suggestion_id, _so_far: suggestions.by_id(suggestion_id),
    "member": lambda member_id, so_far: _inside(members.by_id(member_id), so_far),
    "invitation": lambda invitation_id, so_far: _inside(members.invitation_by_id(invitation_id), so_far),
    "organisation": lambda organisation_id, so_far: _living(organisations.by_id(organisation_id), so_far),
    "sector": lambda sector_id, so_far: _inside(organisations.sector_by_id(sector_id), so_far),
    "body": lambda body_id, so_far: _living(organisations.body_by_id(body_id), so_far),
    "seat": lambda seat_id, so_far: _living(organisations.seat_by_id(seat_id), so_far),
    "term": lambda term_id, so_far: _inside(organisations.term_by_id(term_id), so_far),
    "question": lambda number, so_far: questions.numbered(so_far["agreement"], number),
    "round": lambda number, so_far: rounds.numbered(so_far["agreement"], number),
    "invitee": lambda invitee_id, so_far: _of_round(rounds.invitee_by_id(invitee_id), so_far),
    # An answer that is being written, by those who write it; and one that was sent, by whoever reads it.
    "answer": lambda statement_id, so_far: _of_round(statements.by_id(statement_id), so_far),
    "statement": lambda statement_id, so_far: _sent(_of_round(statements.by_id(statement_id), so_far)),
    "remark": lambda remark_id, so_far: statements.remark_of(so_far["statement"], remark_id),
    "response": lambda response_id, so_far: _of_round(responses.by_id(response_id), so_far),
    "link": lambda link_id, so_far: _of_round(rounds.link_by_id(link_id), so_far),
    "feedback": lambda feedback_id, _so_far: feedback.by_id(feedback_id),
    "job": lambda job_id, _so_far: _own(jobs.by_id(job_id)),
    "intake": lambda intake_id, _so_far: _own(intake.by_id(intake_id)),
    "takeback": lambda takeback_id, so_far: _own(_inside(takeback.by_id(takeback_id), so_far)),
    "archive": lambda archive_id, so_far: _own(_inside(archive.by_id(archive_id), so_far)),
    "candidate": lambda question_id, so_far: _inside(questions.by_id(question_id), so_far),
}


def _agreement(slug: str) -> Agreement | None:
    """The agreement at an address. For a person the membership comes along in the same query, into `g.member`,
    and the last digest of the record, into `g.head`."""
    if not slug.isprintable():
        return None  # PostgreSQL takes no U+0000
    if g.user is None:
        return agreements.by_slug(slug)
    found = members.at(slug, g.user.id)
    agreement, g.member, g.head = found or (None, None, "")
    return agreement


def _clause(clause_id: UUID) -> Clause | None:
    """The clause at an address. With it come the membership of the person in its agreement, into `g.member`, and the
    last digest of the record and its length, into `g.head` and `g.length`."""
    if g.user is None:
        return agreements.clause_by_id(clause_id)
    found = members.at_clause(clause_id, g.user.id)
    clause, g.member, g.head, g.length = found or (None, None, "", 0)
    return clause


def _own(thing: Any) -> Any:
    """The thing, if it is the person's own: for all others there is no such page."""
    return thing if thing is not None and g.user is not None and thing.user_id == g.user.id else None


def _inside(thing: Any, so_far: Mapping[str, Any]) -> Any:
    """The thing, if it belongs to the agreement of the address."""
    return thing if thing is not None and thing.agreement_id == so_far["agreement"].id else None


def _living(thing: Any, so_far: Mapping[str, Any]) -> Any:
    """The thing, if it belongs to the agreement of the address and was not removed."""
    return _inside(thing, so_far) if thing is not None and thing.removed_at is None else None


def _of_round(thing: Any, so_far: Mapping[str, Any]) -> Any:
    """The thing, if it belongs to the round of the address."""
    return thing if thing is not None and thing.round_id == so_far["round"].id else None


def _sent(thing: Any) -> Any:
    """The statement, if it was sent."""
    return thing if thing is not None and thing.is_sent else None


def agreement_of(things: Mapping[str, Any]) -> Agreement | None:
    """The agreement the things of an address belong to."""
    for thing in things.values():
        match thing:
            case Agreement():
                return thing
            case Clause():
                return thing.agreement
            case Section():
                return agreements.by_id(thing.agreement_id)
            case Comment():
                return thing.thread.agreement
            case Member() | Question() | Suggestion():
                return thing.agreement
    return None
