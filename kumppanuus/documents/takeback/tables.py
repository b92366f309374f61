"""Table and verbs of files on their way back: received, read by a job, looked through, filed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus import agreements, jobs
from kumppanuus.agreements import Agreement
from kumppanuus.comments import CommentKind
from kumppanuus.db import Base, Identified, db, line, now
from kumppanuus.documents import reading
from kumppanuus.documents.takeback.filing import Filed, file
from kumppanuus.documents.takeback.finding import find
from kumppanuus.documents.takeback.found import Found, Left, Proposed, Remark, Returned, Sureness, Why
from kumppanuus.errors import Conflict, Refused
from kumppanuus.jobs import Job, Report
from kumppanuus.ledger import canonical
from kumppanuus.members import Member, SpeaksFor
from kumppanuus.suggestions import Kind

READ = "takeback.read"
LIVES = timedelta(days=30)


class Takeback(Identified, Base):
    """A file that somebody brought back to an agreement. `content` is kept until it is read, `found` from then on.

    Nothing of it is part of the agreement before it is filed, so it has no seal.
    """

    __tablename__ = "takeback"

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    found: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, deferred=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    filed_at: Mapped[datetime | None]


class NotRead(Refused):
    """The file has not been read yet."""


class IsFiled(Conflict):
    """What was in the file has been filed already."""


class NothingChosen(Refused):
    """Nothing of the file was chosen. `field` is the choice."""


def receive(agreement: Agreement, file_name: str, content: bytes, *, by: UUID) -> tuple[Takeback, Job]:
    """Keep a file and have it read by a job. Refuses at a glance what `reading.require_readable` refuses."""
    file_name = line(file_name.replace("\x00", " ").rpartition("/")[2].rpartition("\\")[2], "file")
    reading.require_readable(file_name, content)
    takeback = Takeback(agreement_id=agreement.id, user_id=by, file_name=file_name, content=content)
    db.session.add(takeback)
    db.session.flush()
    facts = {"takeback": str(takeback.id), "slug": agreement.slug}
    return takeback, jobs.add(READ, facts, steps=3, by=by)


def found_in(takeback: Takeback) -> Found:
    """What was found in a file. Refuses `NotRead`."""
    if takeback.found is None:
        raise NotRead()
    return _from_data(takeback.found)


def confirm(
    takeback: Takeback,
    *,
    chosen: Collection[str],
    kinds: Mapping[int, CommentKind],
    places: Mapping[int, UUID],
    settles: bool,
    speaks_for: SpeaksFor,
    reason: str,
    by: Member,
) -> Filed:
    """File what was chosen. Refuses `NotRead`, `IsFiled`, `NothingChosen`; see `filing.file` for what it leaves out."""
    found = found_in(takeback)
    agreement = agreements.by_id(takeback.agreement_id)
    assert agreement is not None
    agreements.lock(agreement.id)
    db.session.refresh(takeback, ["filed_at"])
    if takeback.filed_at is not None:
        raise IsFiled()
    if not chosen:
        raise NothingChosen(field="chosen")
    filed = file(
        found,
        agreement,
        chosen=chosen,
        kinds=kinds,
        places=places,
        settles=settles,
        speaks_for=speaks_for,
        reason=reason,
        by=by,
    )
    if filed.suggestions or filed.comments or filed.answers:
        takeback.filed_at = now()
    return filed


def by_id(takeback_id: UUID) -> Takeback | None:
    return db.session.get(Takeback, takeback_id)


def forget_old(after: timedelta = LIVES) -> int:
    """Delete files nobody came back to, and those filed long ago; returns how many."""
    gone = db.session.execute(delete(Takeback).where(Takeback.made_at <= now() - after)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)


@jobs.work(READ)
def _read(facts: dict[str, Any], report: Report) -> Any:
    takeback_id = UUID(facts["takeback"])
    takeback = db.session.get_one(Takeback, takeback_id)
    agreement_id, file_name, content = takeback.agreement_id, takeback.file_name, takeback.content or b""
    db.session.rollback()
    report(1)
    with reading.limited():
        read = reading.read(file_name, content)
        report(2)
        agreement = db.session.get_one(Agreement, agreement_id)
        found = _to_data(find(read, agreement))
        db.session.rollback()

    def keep() -> dict[str, Any]:
        takeback = db.session.get_one(Takeback, takeback_id)
        takeback.found, takeback.content = found, None
        return facts

    return keep


# ---------------------------------------------------------------- as plain data


def _to_data(found: Found) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(canonical(asdict(found)))
    return data


def _from_data(data: dict[str, Any]) -> Found:
    returned = []
    for each in data["returned"]:
        proposed = [
            Proposed(
                kind=Kind(one["kind"]),
                title=one["title"],
                text=one["text"],
                author=one["author"],
                at=_moment(one["at"]),
                **{name: _id(one[name]) for name in ("clause_id", "base_id", "section_id", "after_id")},
            )
            for one in each["proposed"]
        ]
        remarks = [Remark(**{**one, "at": _moment(one["at"])}) for one in each["remarks"]]
        returned.append(Returned(Sureness(each["sureness"]), _id(each["clause_id"]), proposed, remarks))
    left = [Left(each["text"], Why(each["why"])) for each in data["left"]]
    return Found(returned, left, data["is_export"], data["clauses"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
