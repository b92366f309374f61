"""Digests: one text for one value, and what is hashed of an entry and of a sealed row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kumppanuus.ledger.tables import Sealed


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: one text for one value. Ids, days, moments and words become strings."""
    return _encoder.encode(value)


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case set() | frozenset() | tuple():
            return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    raise TypeError(f"{type(value).__name__} cannot be recorded")


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _sha256(scope: str, text: str) -> str:
    # The scope keeps a digest of one kind from ever standing for another.
    return hashlib.sha256(f"kumppanuus {scope} 1\n{text}".encode()).hexdigest()


CHAINED = ("chain_id", "number", "kind", "at", "actor_id", "subject_id", "data", "seals", "previous")


def entry_digest(row: Mapping[str, Any]) -> str:
    return _sha256("entry", canonical({name: row[name] for name in CHAINED}))


def name_of(row: Sealed) -> str:
    return f"{row.__tablename__}:{row.id}"  # type: ignore[attr-defined]  # every Sealed class is a table with an id


def row_digest(row: Any) -> str:
    return digest_of({column: getattr(row, column) for column in row.seal})


def digest_of(values: dict[str, Any]) -> str:
    return _sha256("row", canonical(values))
