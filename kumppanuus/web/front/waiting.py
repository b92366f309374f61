"""How much waits for a person: the number after Etusivu."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kumppanuus import ledger, questions
from kumppanuus.db import today
from kumppanuus.kept import Kept
from kumppanuus.ledger import Recent
from kumppanuus.members import Member, Role
from kumppanuus.progress import Progress, Task, kept, tasks
from kumppanuus.web.front.frame import screen
from kumppanuus.web.screen import Parts, my_agreements

# How much waits for a member, by all that it follows from: the member, the last digest of the agreement's record, and
# the day. What is here is never wrong, only left over, and is thrown away when there is much of it.
_counted: Kept[tuple[UUID, str, date], int] = Kept(5_000)


@screen.piece("/odottaa", may="page.read")
def waiting() -> str | tuple[str, int]:
    """The number after Etusivu, for pages that have not read what waits. Nothing for a visitor."""
    own = my_agreements()
    heads = ledger.heads(member.agreement_id for member in own)
    found = sum(_count(member, heads.get(member.agreement_id, "")) for member in own)
    return Parts("front/parts.html").waiting(found) if found else ("", 204)


def _count(member: Member, head: str) -> int:
    known = _counted.get((member.id, head, today()))
    if known is not None:
        return known
    _found, rows = tasks_of(member, head)
    return remember(member, head, len(rows))


def remember(member: Member, head: str, count: int) -> int:
    _counted[member.id, head, today()] = count
    return count


def tasks_of(member: Member, head: str, newest: Sequence[Recent] = ()) -> tuple[Progress, list[Task]]:
    """What waits for a member, with what it was read from; `head` is the last digest of the agreement's record, and
    its newest entries, if they are at hand, save reading."""
    found = kept(member.agreement, head, newest)
    proposed = questions.waiting_room(member.agreement) if member.role is Role.COORDINATOR else []
    return found, tasks(member, found, proposed)
