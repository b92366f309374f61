"""Writing down what came by mail, telephone, paper or in a meeting, for whoever gave it."""

from __future__ import annotations

from uuid import UUID

from kumppanuus.db import db
from kumppanuus.rounds import Invitee, Round
from kumppanuus.statements import files
from kumppanuus.statements.tables import Channel, Statement
from kumppanuus.statements.writing import Giver, begin, facts_of


def record(
    round_: Round,
    giver: Giver,
    *,
    channel: Channel,
    invitee: Invitee | None = None,
    brought: tuple[str, bytes] | None = None,
    by: UUID,
) -> Statement:
    """Begin to write down an answer that came by another channel: whose it is, who gave it, and the file it came in,
    as its name and content. What it says is kept next, and then it is sent.

    Refuses what `begin` and `attach` refuse and what `send` refuses of a giver, and then nothing is begun.
    """
    facts = facts_of(round_, giver, is_known=invitee is not None)
    file = files.read(*brought) if brought else None
    statement = begin(round_, invitee=invitee, channel=channel, by=by)
    for name, value in facts.items():
        setattr(statement, name, value)
    if file is not None:
        statement.files.append(file)
    db.session.flush()
    return statement
