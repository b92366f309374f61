"""Who may do what, on one page. `LAW` maps each permission to a rule; nothing is allowed that does not stand there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kumppanuus import members, statements
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.comments import Comment, Shown
from kumppanuus.jobs import Job
from kumppanuus.members import Member, Role
from kumppanuus.questions import Question
from kumppanuus.responses import Response
from kumppanuus.rounds import Invitee, RoundLink
from kumppanuus.statements import Statement
from kumppanuus.suggestions import Shown as ShownSuggestion
from kumppanuus.suggestions import Suggestion, Waiting


@dataclass(frozen=True)
class Who:
    """Who asks: the person, if anybody is signed in, and the person's membership in the agreement at hand, if any."""

    user: User | None = None
    member: Member | None = None


class Rule:
    """A predicate on who asks and about what. Rules are joined with & and |."""

    def __init__(self, words: str, test: Callable[[Who, Any], bool]) -> None:
        self.words, self.test = words, test

    def __and__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.words} and {other.words}", lambda who, thing: self.test(who, thing) and other.test(who, thing)
        )

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.words} or {other.words}", lambda who, thing: self.test(who, thing) or other.test(who, thing)
        )


def _has(*roles: Role) -> Callable[[Who, Any], bool]:
    return lambda who, _thing: who.member is not None and who.member.role in roles


_Suggested = Suggestion | ShownSuggestion | Waiting
_Written = Comment | Shown | _Suggested

anybody = Rule("anybody", lambda who, thing: True)
signed_in = Rule("signed in", lambda who, thing: who.user is not None)
starter = Rule("let start agreements", lambda who, thing: who.user is not None and who.user.may_start_agreements)
member = Rule("member", lambda who, thing: who.member is not None)
participant = Rule("participant", lambda who, thing: who.member is not None and who.member.role is not Role.READER)
coordinator = Rule("coordinator", _has(Role.COORDINATOR))
representative = Rule("representative", _has(Role.REPRESENTATIVE))
official = Rule("official", _has(Role.OFFICIAL))
approver = Rule("approver", lambda who, thing: who.member is not None and who.member.is_approver)
of_organisation = Rule(
    "of an organisation", lambda who, thing: who.member is not None and who.member.organisation_id is not None
)
author = Rule(
    "its author",
    lambda who, thing: isinstance(thing, _Written) and who.user is not None and thing.author_id == who.user.id,
)
answering_approver = Rule(
    "approver of the other side",
    lambda who, thing: (
        isinstance(thing, _Suggested)
        and who.member is not None
        and who.member.is_approver
        and who.member.side is not thing.side
    ),
)
answerer = Rule(
    "who accepted it",
    lambda who, thing: (
        isinstance(thing, Suggestion | ShownSuggestion) and who.user is not None and thing.answered_by_id == who.user.id
    ),
)
owner = Rule(
    "its owner",
    lambda who, thing: isinstance(thing, Question) and who.member is not None and thing.owner_id == who.member.id,
)

respondent = Rule(
    "who answers in its name",
    lambda who, thing: (
        isinstance(thing, Invitee | Statement) and who.member is not None and statements.is_writer(thing, who.member)
    ),
)

asked = Rule(
    "who was asked for it",
    lambda who, thing: isinstance(thing, Response) and who.member is not None and thing.asked_id == who.member.id,
)

job_starter = Rule(
    "its starter", lambda who, thing: isinstance(thing, Job) and who.user is not None and thing.user_id == who.user.id
)

maker = Rule(
    "its maker",
    lambda who, thing: isinstance(thing, RoundLink) and who.member is not None and thing.made_by_id == who.member.id,
)

LAW: dict[str, Rule] = {
    "sign-in.use": anybody,
    "page.read": anybody,  # help, health and the like: nothing of any agreement
    "account.use": signed_in,  # own page, own sessions, own drafts
    "feedback.give": anybody,  # on the accessibility of the service
    "feedback.answer": starter,
    "mailing.stop": anybody,  # who holds a link of a letter that goes to one; the link is the key
    "calendar.read": anybody,  # who holds its private address; the address is the key
    "agreement.start": starter,
    "intake.write": starter,  # of a file one has brought oneself, until it is an agreement
    "job.read": job_starter,
    "job.stop": job_starter,
    "agreement.read": member,
    "agreement.write": coordinator,  # parties, case number, signature text, editions
    "clause.write": coordinator,  # wording, structure, placeholders
    "clause.reopen": coordinator | approver,  # with a reason
    "comment.write": participant,  # every member but a reader
    "comment.edit": participant & author,  # until it is answered
    "comment.settle": coordinator,
    "approval.give": approver,  # for the own side
    "suggestion.write": participant,
    "suggestion.settle": coordinator | answering_approver,  # accept, also edited, or reject with a reason
    "suggestion.withdraw": participant & author,  # until it is answered
    "suggestion.undo": answerer & coordinator | answerer & approver,  # for a day, until somebody acts on the clause
    "question.ask": participant,
    "question.admit": coordinator,
    "question.write": coordinator,  # words, owner, due date, linked clauses
    "question.move": participant & owner | official | coordinator,
    "question.agree": official,
    "member.manage": coordinator,  # but nobody makes themselves an approver
    "invitation.accept": anybody,  # who holds the link of an invitation; the link is the key
    "organisation.manage": coordinator,  # the register of organisations, tables in and out
    "organisation.contact": coordinator,  # name, address and telephone of a contact
    "sector.manage": coordinator,
    "body.manage": coordinator,  # bodies, their seats, and who holds them
    "round.manage": coordinator,  # what is asked of whom until when; opening, extending, closing
    "letter.print": coordinator,  # on paper, with a code to answer by; printing it anew ends the code before
    "answer.give": anybody,  # who holds a link of a round or the code of a letter; that is the key
    "statement.begin": participant & of_organisation,  # in its name, whether or not it was asked
    "statement.write": participant & respondent,  # of the own organisation or body, or written down for somebody
    "statement.record": coordinator | representative,  # what came by mail, telephone, paper or in a meeting
    "statement.hide": coordinator,  # with a reason
    "response.manage": coordinator,  # the desk: drafts, asking officials, releasing
    "response.write": coordinator | official & asked,  # one draft
    "link.make": coordinator | representative,  # for a network
    "link.revoke": coordinator | representative & maker,
    "summary.read": anybody,  # once it is published
    "summary.write": coordinator,  # see it grow, write its texts, take it as a file
    "summary.publish": coordinator,  # publish, withdraw with a reason, tell those who answered
    "export.make": coordinator,
    "history.read": member,
    "notice.choose": member,  # of what one is told
}

# What a person who may not even read a thing is told: that there is no such thing.
READ = "agreement.read"


def allows(permission: str, who: Who, thing: Any = None) -> bool:
    """Whether the law grants a permission. A permission that is not in the law is a mistake and raises KeyError."""
    return LAW[permission].test(who, thing)


def visible_agreements(user: User) -> Sequence[Agreement]:
    """The agreements a person may read."""
    return [each.agreement for each in members.all_of(user.id) if allows(READ, Who(user, each), each.agreement)]
