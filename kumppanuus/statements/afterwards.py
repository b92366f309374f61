"""What happens to an answer that was sent: its giver confirms it, a coordinator hides it, its wordings are proposed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kumppanuus import agreements, ledger, suggestions
from kumppanuus.db import SHORT, db, now, written
from kumppanuus.members import Member
from kumppanuus.statements.events import GiverErased, RemarkHidden, RemarkTakenOver, StatementConfirmed, StatementHidden
from kumppanuus.statements.refusals import Hidden, NotSent
from kumppanuus.statements.tables import (
    Remark,
    Statement,
)
from kumppanuus.statements.writing import hold, name_of
from kumppanuus.suggestions import Suggestion


def confirm(statement: Statement) -> bool:
    """The giver says that what was written down is what they meant. Returns whether it was not confirmed before.

    Refuses `NotSent` and `rounds.RoundClosed`.
    """
    hold(statement.round)
    _require_sent(statement)
    if statement.confirmed_at is not None:
        return False
    statement.confirmed_at = now()
    event = StatementConfirmed(**_named(statement))
    ledger.record(event, statement, chain=statement.round.agreement_id, by=None)
    return True


def hide(statement: Statement, *, reason: str, by: UUID) -> None:
    """Hide what an answer says, with everything in it. That it was given, and why it is hidden, is shown.

    Refuses `NotSent`, `Hidden` and a missing reason. A round that was closed does not hinder it.
    """
    reason = written(reason, "reason", SHORT)
    _begin(statement)
    if statement.hidden_at is not None:
        raise Hidden()
    statement.hidden_at, statement.hidden_by_id, statement.hidden_reason = now(), by, reason
    ledger.record(StatementHidden(**_named(statement)), statement, chain=statement.round.agreement_id, by=by)


def hide_remark(remark: Remark, *, reason: str, by: UUID) -> None:
    """Hide one remark of an answer. Refuses like `hide`."""
    reason = written(reason, "reason", SHORT)
    statement = remark.statement
    _begin(statement)
    db.session.refresh(remark)
    if remark.sent_at is None:
        raise NotSent()
    if remark.hidden_at is not None or remark.withdrawn_at is not None:
        raise Hidden()
    remark.hidden_at, remark.hidden_by_id, remark.hidden_reason = now(), by, reason
    event = RemarkHidden(**_named(statement), remark_id=remark.id)
    ledger.record(event, remark, chain=statement.round.agreement_id, by=by)


def erase_giver(statement: Statement, *, by: UUID) -> None:
    """Erase the name and address of the giver, which stand outside the seal. What was said stays. Refuses `NotSent`."""
    _begin(statement)
    if not (statement.giver_name or statement.giver_address):
        return
    statement.giver_name, statement.giver_address, statement.shows_name = "", "", False
    ledger.record(GiverErased(**_named(statement)), statement, chain=statement.round.agreement_id, by=by)


def take_over(remark: Remark, *, reason: str, by: Member) -> Suggestion:
    """Make the wording a remark suggests a suggestion on its clause, written on the wording the round asked about.

    One that was taken over already gives the suggestion it became. `reason` says whose it was. Refuses what
    `suggestions.write` refuses, and `NotSent`.
    """
    agreements.lock(remark.statement.round.agreement_id)
    db.session.refresh(remark)
    if remark.suggestion is not None:
        return remark.suggestion
    if remark.sent_at is None or remark.clause is None or not remark.suggested_text:
        raise NotSent()
    suggestion = suggestions.write(
        remark.clause,
        title=remark.suggested_title or "",
        text=remark.suggested_text,
        reason=reason,
        base=remark.version,
        by=by,
    )
    remark.suggestion_id = suggestion.id
    event = RemarkTakenOver(**_named(remark.statement), suggestion_id=suggestion.id, suggestion=suggestion.number)
    ledger.record(event, remark, chain=suggestion.agreement_id, by=by.user_id)
    return suggestion


def _begin(statement: Statement) -> None:
    agreements.lock(statement.round.agreement_id)
    db.session.refresh(statement)
    _require_sent(statement)


def _require_sent(statement: Statement) -> None:
    if not statement.is_sent:
        raise NotSent()


def _named(statement: Statement) -> dict[str, Any]:
    return {"statement_id": statement.id, "round": statement.round.number, "name": name_of(statement)}
