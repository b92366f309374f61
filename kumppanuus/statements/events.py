"""What the record tells of statements. `round` is the number of the round, `name` the organisation or body whose answer
it is; empty for a person of none."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kumppanuus import ledger
from kumppanuus.statements.tables import Channel


@dataclass(frozen=True)
class StatementSent(ledger.Event, kind="statement.sent", about="statement_id"):
    statement_id: UUID
    round: int
    name: str
    late: bool


@dataclass(frozen=True)
class StatementRecorded(ledger.Event, kind="statement.recorded", about="statement_id"):
    """Somebody wrote down what was said by another channel."""

    statement_id: UUID
    round: int
    name: str
    channel: Channel


@dataclass(frozen=True)
class StatementCorrected(ledger.Event, kind="statement.corrected", about="statement_id"):
    statement_id: UUID
    round: int
    name: str


@dataclass(frozen=True)
class WholeSetApart(ledger.Event, kind="statement.whole-set-apart", about="statement_id"):
    """What an answer says of the whole became a remark, so that it is answered like any other: an upgrade did it."""

    statement_id: UUID
    round: int
    name: str


@dataclass(frozen=True)
class StatementConfirmed(ledger.Event, kind="statement.confirmed", about="statement_id"):
    statement_id: UUID
    round: int
    name: str


@dataclass(frozen=True)
class StatementHidden(ledger.Event, kind="statement.hidden", about="statement_id"):
    statement_id: UUID
    round: int
    name: str


@dataclass(frozen=True)
class RemarkHidden(ledger.Event, kind="remark.hidden", about="statement_id"):
    statement_id: UUID
    round: int
    name: str
    remark_id: UUID


@dataclass(frozen=True)
class RemarkTakenOver(ledger.Event, kind="remark.taken-over", about="statement_id"):
    statement_id: UUID
    round: int
    name: str
    suggestion_id: UUID
    suggestion: int


@dataclass(frozen=True)
class GiverErased(ledger.Event, kind="statement.giver-erased", about="statement_id"):
    statement_id: UUID
    round: int
    name: str
