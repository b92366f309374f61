"""The record: what happened, one chain per agreement and one for the installation, which cannot be altered unnoticed.

Each entry holds the digest of the one before it and the digests of the rows it sealed. `verify` reads it all again: the
chain, every sealed row, and that no row of a sealed table stands without a seal. Ids only; names of people live
outside.
"""

from __future__ import annotations

from kumppanuus.ledger.digests import canonical
from kumppanuus.ledger.reads import (
    Recent,
    Since,
    Told,
    actors,
    count_since,
    entries,
    head,
    heads,
    history,
    last_digest,
    last_things,
    newest,
    sealed_rows,
    since,
    whole,
)
from kumppanuus.ledger.recording import RECORDED, Happening, Recorded, lock, note_head, record, record_all
from kumppanuus.ledger.tables import INSTALLATION, Chain, Entry, Event, Sealed, event_fields
from kumppanuus.ledger.verifying import Flaw, verify

__all__ = [
    "INSTALLATION",
    "RECORDED",
    "Chain",
    "Entry",
    "Event",
    "Flaw",
    "Happening",
    "Recent",
    "Recorded",
    "Sealed",
    "Since",
    "Told",
    "actors",
    "canonical",
    "count_since",
    "entries",
    "event_fields",
    "head",
    "heads",
    "history",
    "last_digest",
    "last_things",
    "lock",
    "newest",
    "note_head",
    "record",
    "record_all",
    "sealed_rows",
    "since",
    "verify",
    "whole",
]
