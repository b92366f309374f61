"""The events of rounds. `round` is the number of the round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kumppanuus import ledger


@dataclass(frozen=True)
class RoundMade(ledger.Event, kind="round.made", about="round_id"):
    round_id: UUID
    round: int


@dataclass(frozen=True)
class RoundChanged(ledger.Event, kind="round.changed", about="round_id"):
    """The draft of the request, or the list of whom it goes to, before it is opened."""

    round_id: UUID
    round: int


@dataclass(frozen=True)
class RoundDiscarded(ledger.Event, kind="round.discarded", about="round_id"):
    round_id: UUID
    title: str


@dataclass(frozen=True)
class RoundOpened(ledger.Event, kind="round.opened", about="round_id"):
    """`edition` is the name of what is asked about; `invitees` how many it was sent to."""

    round_id: UUID
    round: int
    edition_id: UUID
    edition: str
    last_day: date
    invitees: int


@dataclass(frozen=True)
class RoundExtended(ledger.Event, kind="round.extended", about="round_id"):
    round_id: UUID
    round: int
    from_day: date
    last_day: date


@dataclass(frozen=True)
class RoundClosed(ledger.Event, kind="round.closed", about="round_id"):
    round_id: UUID
    round: int


@dataclass(frozen=True)
class NewsWritten(ledger.Event, kind="round.news-written", about="round_id"):
    round_id: UUID
    round: int


@dataclass(frozen=True)
class Invited(ledger.Event, kind="round.invited", about="round_id"):
    """Organisations and bodies that were added to an open round, by their ids."""

    round_id: UUID
    round: int
    invited_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Reminded(ledger.Event, kind="round.reminded", about="round_id"):
    round_id: UUID
    round: int
    reminded_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Declined(ledger.Event, kind="round.declined", about="round_id"):
    """`name` is that of the organisation or body."""

    round_id: UUID
    round: int
    name: str


@dataclass(frozen=True)
class LinkMade(ledger.Event, kind="round.link-made", about="round_id"):
    round_id: UUID
    round: int
    link_id: UUID


@dataclass(frozen=True)
class LinksRevoked(ledger.Event, kind="round.links-revoked", about="round_id"):
    """`name` is whose personal links they were; "" for the link of a section."""

    round_id: UUID
    round: int
    link_ids: tuple[UUID, ...]
    name: str = ""


@dataclass(frozen=True)
class LettersPrinted(ledger.Event, kind="round.letters-printed", about="round_id"):
    """Letters on paper, each with a new code; those printed before for the same invitees ended. `name` is that of a
    single one; "" for many."""

    round_id: UUID
    round: int
    invitee_ids: tuple[UUID, ...]
    name: str = ""
