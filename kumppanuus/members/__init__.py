"""Members: a person in one agreement, with a role, a side, perhaps the right to approve, and whom they speak for."""

from __future__ import annotations

from kumppanuus.members.joining import (
    MemberAdded,
    MemberChanged,
    MemberEnded,
    add,
    begin,
    change,
    end,
)
from kumppanuus.members.reads import (
    all_of,
    approvers,
    at,
    at_clause,
    by_id,
    everyone,
    first_of,
    of,
    pulse,
    users_of,
)
from kumppanuus.members.refusals import (
    AlreadyMember,
    ChangedMeanwhile,
    Ended,
    LastCoordinator,
    NotYourOwnRight,
    SideNeeded,
    WrongSide,
)
from kumppanuus.members.tables import (
    Member,
    Role,
    SpeaksFor,
)

__all__ = [
    "AlreadyMember",
    "ChangedMeanwhile",
    "Ended",
    "LastCoordinator",
    "Member",
    "MemberAdded",
    "MemberChanged",
    "MemberEnded",
    "NotYourOwnRight",
    "Role",
    "SideNeeded",
    "SpeaksFor",
    "WrongSide",
    "add",
    "all_of",
    "approvers",
    "at",
    "at_clause",
    "begin",
    "by_id",
    "change",
    "end",
    "everyone",
    "first_of",
    "of",
    "pulse",
    "users_of",
]
