"""Links by which the giver of an answer comes back to it; a letter makes its own when it is sent."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kumppanuus.db import db
from kumppanuus.rounds import Round, RoundLink
from kumppanuus.statements.tables import Statement, StatementLink
from kumppanuus.statements.writing import begin, hold


def make_link(statement: Statement, secret: str = "") -> str:
    """Make a link to an answer. Returns its secret, which is kept nowhere; it lives until the round closes."""
    secret = secret or secrets.token_urlsafe(32)
    db.session.add(StatementLink(statement_id=statement.id, secret_hash=_hashed(secret)))
    db.session.flush()
    return secret


def begin_by_link(link: RoundLink, secret: str) -> Statement:
    """The answer of somebody who came by the link of a network: a new one with this secret as its own link, or the one
    that was begun with it before. Refuses `rounds.RoundClosed`."""
    hold(link.round)
    statement = by_link(secret)
    if statement is None:
        statement = begin(link.round, link=link)
        make_link(statement, secret)
    return statement


def by_link(secret: str) -> Statement | None:
    """The answer a link leads to; None if the link was never given or was revoked."""
    to_round = joinedload(StatementLink.statement).joinedload(Statement.round).joinedload(Round.agreement)
    query = select(StatementLink).where(
        StatementLink.secret_hash == _hashed(secret), StatementLink.revoked_at.is_(None)
    )
    found = db.session.scalar(query.options(to_round))
    return found.statement if found else None


def _hashed(secret: str) -> str:
    return hashlib.sha256(f"kumppanuus statement link\n{secret}".encode(errors="surrogatepass")).hexdigest()
