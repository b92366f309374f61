"""Verbs of the demo world about people: who joins an agreement, what they may do, and what they want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kumppanuus import accounts, handover, members, notifications
from kumppanuus.agreements import Side
from kumppanuus.demo.tale import Tale, require
from kumppanuus.members import Invitation, Member, Role


def add_member(tale: Tale, by: Member, *, whom: str, network: str = "", **rest: Any) -> None:
    require("member.manage", by)
    user = tale.people[whom]
    tale.members[whom] = members.add(
        tale.agreement, address=user.address, name=user.name, network=network, **_membership(rest), by=by.user_id
    )


def invite(tale: Tale, by: Member, *, addresses: str, message: str = "", **rest: Any) -> None:
    """Ask people in. Their letters stay unsent: nobody of the story has a mailbox."""
    require("member.manage", by)
    people = members.guests(addresses)
    members.invite(tale.agreement, people, message=message, **_membership(rest), by=by.user_id)


def invite_again(tale: Tale, by: Member, *, address: str) -> None:
    require("member.manage", by)
    members.invite_again(_invitation(tale, address), by=by.user_id)


def withdraw_invitation(tale: Tale, by: Member, *, address: str) -> None:
    require("member.manage", by)
    members.withdraw(_invitation(tale, address), by=by.user_id)


def join(tale: Tale, _by: Member, *, whom: str) -> None:
    """Somebody opens the letter and joins."""
    user = tale.people[whom]
    secret = members.make_invitation_link(_invitation(tale, user.address))
    assert secret is not None, "the invitation is open"
    tale.members[whom] = members.join(secret, name=user.name)


def _invitation(tale: Tale, address: str) -> Invitation:
    return next(each for each in members.waiting(tale.agreement) if each.address == address)


def change_member(tale: Tale, by: Member, *, whom: str, **rest: Any) -> None:
    require("member.manage", by)
    members.change(tale.members[whom], **_membership(rest), by=by.user_id)


def hand_over(tale: Tale, by: Member, *, whom: str, heir: str) -> None:
    require("member.manage", by)
    handover.give(tale.members[whom], tale.members[heir], makes_coordinator=False, by=by.user_id)


def mute(tale: Tale, by: Member, *, question: int = 0) -> None:
    """Choose not to be told of a question, or of the whole agreement."""
    place = [tale.questions[question].id] if question else []
    notifications.choose(by.user, tale.agreement, [*place, tale.agreement.id], is_muted=True)


def follow(tale: Tale, by: Member, *, clause: str) -> None:
    """Choose to be told of a clause."""
    place = tale.clauses[clause]
    around = [place.section_id, tale.agreement.id]
    notifications.choose(by.user, tale.agreement, [place.id, *around], is_muted=False)


def end_member(tale: Tale, by: Member, *, whom: str) -> None:
    require("member.manage", by)
    members.end(tale.members[whom], by=by.user_id)


def disable(tale: Tale, _by: Member, *, whom: str) -> None:
    accounts.disable(tale.people[whom], by=None)


def _membership(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": Role(facts["role"]),
        "side": Side(facts["side"]) if "side" in facts else None,
        "is_approver": facts.get("is_approver", False),
        "organisation": facts.get("organisation", ""),
    }
