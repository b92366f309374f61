"""What the record tells of responses. `round` is the number of the round, `remarks` how many were answered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kumppanuus import ledger
from kumppanuus.statements import Disposition


@dataclass(frozen=True)
class ResponseAsked(ledger.Event, kind="response.asked", about="response_id"):
    """An official was asked to write a response."""

    response_id: UUID
    member_id: UUID
    round: int
    remarks: int


@dataclass(frozen=True)
class ResponseWritten(ledger.Event, kind="response.written", about="response_id"):
    """What an official was asked for has been written, and waits for a coordinator to release it."""

    response_id: UUID
    round: int


@dataclass(frozen=True)
class ResponseNotNeeded(ledger.Event, kind="response.not-needed", about="response_id"):
    """What an official was asked for, and had not written, was given up."""

    response_id: UUID
    member_id: UUID
    round: int


@dataclass(frozen=True)
class ResponseReleased(ledger.Event, kind="response.released", about="response_id"):
    response_id: UUID
    round: int
    disposition: Disposition
    remarks: int


@dataclass(frozen=True)
class ResponseReplaced(ledger.Event, kind="response.replaced", about="response_id"):
    """One that was released by mistake gave way to another: `replaced_id` names it."""

    response_id: UUID
    replaced_id: UUID
    round: int
    disposition: Disposition
    remarks: int
