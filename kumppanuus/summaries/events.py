"""What the record tells of summaries."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kumppanuus import ledger


@dataclass(frozen=True)
class SummaryPublished(ledger.Event, kind="summary.published", about="round_id"):
    """The summary of a round was published, for the `number`-th time; `left` remarks had no answer."""

    round_id: UUID
    round: int
    number: int
    left: int


@dataclass(frozen=True)
class SummaryWithdrawn(ledger.Event, kind="summary.withdrawn", about="round_id"):
    """The summary that was published was taken from the public."""

    round_id: UUID
    round: int
    number: int


@dataclass(frozen=True)
class RespondentsThanked(ledger.Event, kind="summary.thanked", about="round_id"):
    """Those who had answered were told what came of it, by so many letters."""

    round_id: UUID
    round: int
    letters: int
