"""The tables of the record, and what a concept declares of its own: its events, and which of its rows are sealed."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base

# Chain of what belongs to no agreement: accounts, and the starting of agreements.
INSTALLATION = UUID(int=0)
GENESIS = "0" * 64


class Event:
    """Base of all events. A concept declares its own as frozen dataclasses of ids, numbers and words, with a `kind`.

    `about` names the field with the id of the thing the event belongs to (a clause, a question), for its history.
    """

    kind: ClassVar[str]
    about: ClassVar[str | None]
    kinds: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, kind: str, about: str | None = None, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.kind, cls.about = kind, about
        Event.kinds[kind] = cls


class Sealed:
    """Mixin of a table whose rows are sealed. `seal` names the columns that count; ids and moments count as text.

    `sealed_from` names the moment from which a row counts, where it is a draft before: while that column is empty, the
    row stands without a seal. Once sealed it stays so; the moment is among the columns of its seal.
    """

    seal: ClassVar[tuple[str, ...]]
    sealed_from: ClassVar[str] = ""
    private: ClassVar[tuple[str, ...]] = ()  # columns outside every seal that leave the database in no archive
    tables: ClassVar[dict[str, type[Any]]] = {}

    def __init_subclass__(cls, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        Sealed.tables[cls.__tablename__] = cls  # type: ignore[attr-defined]  # every Sealed class is also a table


class Chain(Base):
    """The head of one chain: how long it is and the digest of its last entry. Locking this row puts writers in
    order."""

    __tablename__ = "ledger_chain"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=GENESIS)


class Entry(Base):
    """One thing that happened. Never updated, never deleted."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.Index("ix_ledger_entry_chain_id_kind_number", "chain_id", "kind", "number"),
        sa.Index("ix_ledger_entry_subject_id", "subject_id"),
    )

    chain_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID | None]
    data: Mapped[str]  # canonical JSON of the event; text, so that the bytes that were hashed are the bytes kept
    seals: Mapped[str]  # canonical JSON: {"table:id": {"columns": […], "digest": "…"}}
    previous: Mapped[str]
    digest: Mapped[str]

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the event as plain values."""
        facts: dict[str, Any] = json.loads(self.data)
        return facts


def event_fields(kind: str) -> set[str]:
    """Names of the fields of an event, for the sentences that tell it."""
    return {field.name for field in fields(Event.kinds[kind])}  # type: ignore[arg-type]  # every event is a dataclass
