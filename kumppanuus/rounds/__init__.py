"""Comment rounds and consultations: what is asked about a frozen text, of whom, until which day, and by which links."""

from kumppanuus.rounds.reads import by_id, invitee_by_id, invitees, numbered, of_agreement, open_rounds
from kumppanuus.rounds.tables import (
    Invitee,
    LinkKind,
    Round,
    RoundKind,
    RoundLink,
    RoundQuestion,
    RoundSection,
    RoundState,
)

__all__ = [
    "Invitee",
    "LinkKind",
    "Round",
    "RoundKind",
    "RoundLink",
    "RoundQuestion",
    "RoundSection",
    "RoundState",
    "by_id",
    "invitee_by_id",
    "invitees",
    "numbered",
    "of_agreement",
    "open_rounds",
]
