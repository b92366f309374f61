"""An agreement as one zip that outlives the service: the text in every format, all its data, its record, and the means
to check them.

What lies in it and in which form stands in `docs/archive.md`. Of people it holds the names that members see, never an
address. Which rows belong to an agreement is told by its record: those that the record seals.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import force_locale
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus import accounts, agreements, jobs, ledger, organisations, progress
from kumppanuus.agreements import Agreement, EditionClause
from kumppanuus.db import Base, Identified, db, helsinki_day, hold_still, now, table_of, writing
from kumppanuus.documents import assemble
from kumppanuus.documents.assemble import File
from kumppanuus.jobs import Job, Report
from kumppanuus.ledger import Entry, Recorded

FORMAT = 1
INDEX, MANIFEST, VERIFIER = "index.html", "manifest.json", "verify.py"

MAKE = "archive.make"
LIVES = timedelta(days=7)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ArchiveMade(ledger.Event, kind="export.archived"):
    """An archive was made, of everything up to this entry at least."""


@dataclass(frozen=True)
class Archive:
    """What an archive holds. `tables` are rows by name of table, their values plain; `documents` files by name.

    `entries` is the whole record, the first entry first; the last one is `head`. It or one before it tells of this
    archive.
    """

    agreement: Agreement
    is_final: bool
    head: Recorded
    entries: Sequence[Entry]
    tables: Mapping[str, Sequence[Row]]
    sealed: Sequence[str]
    documents: Mapping[str, bytes]

    def rows(self, table: str) -> Sequence[Row]:
        """The rows of a table; none if nothing of its kind was ever written."""
        return self.tables.get(table, ())


Page = Callable[[Archive], str]  # draws the page that opens without the service


class KeptArchive(Identified, Base):
    """An archive, or another large file, that a job made: kept until whoever asked for it has taken it, at most
    `LIVES`. `size` is in bytes."""

    __tablename__ = "archive"

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    file_name: Mapped[str]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(default=now)


def order(agreement: Agreement, *, by: UUID) -> Job:
    """Have an archive made by a job."""
    return jobs.add(MAKE, {"agreement": str(agreement.id), "slug": agreement.slug, "by": str(by)}, steps=3, by=by)


def make(agreement: Agreement, *, page: Page) -> File:
    """Record that an archive was made, and make it: for the administrator. `page` draws the page that opens without
    the service.

    The documents show the final text if it is ready to sign, else the draft with the standing of its clauses.
    """
    _record(agreement, by=None)
    return _made(agreement, page)


def work(facts: Mapping[str, Any], report: Report, page: Page) -> Callable[[], dict[str, Any]]:
    """What the job does: record that an archive is made, in a moment; make it from one state of the database, while
    others write; keep it. A final text is frozen as an edition first."""
    agreement_id, by = UUID(facts["agreement"]), UUID(facts["by"])
    with writing():
        _record(db.session.get_one(Agreement, agreement_id), by=by)
        db.session.commit()
    report(1)
    hold_still()
    agreement = db.session.get_one(Agreement, agreement_id)
    file = _made(agreement, page)
    db.session.rollback()
    report(2)

    def keep() -> dict[str, Any]:
        return keep_file(file.name, file.content, agreement_id=agreement_id, by=by)

    return keep


def keep_file(name: str, content: bytes, *, agreement_id: UUID, by: UUID) -> dict[str, Any]:
    """Keep a large file for whoever had it made; gives what the job that made it tells: the id."""
    kept = KeptArchive(agreement_id=agreement_id, user_id=by, file_name=name, content=content, size=len(content))
    db.session.add(kept)
    db.session.flush()
    return {"archive": str(kept.id)}


def by_id(archive_id: UUID) -> KeptArchive | None:
    return db.session.get(KeptArchive, archive_id)


def forget_old() -> int:
    """Delete archives that were made long ago; returns how many."""
    gone = db.session.execute(delete(KeptArchive).where(KeptArchive.made_at <= now() - LIVES)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)


def _record(agreement: Agreement, *, by: UUID | None) -> None:
    agreements.lock(agreement.id)
    found = progress.readiness(agreement)
    if by is not None and found.is_final:
        with force_locale(agreement.language.value):
            assemble.final_edition(found.progress.outline, by=by)
    ledger.record(ArchiveMade(), chain=agreement.id, by=by)


def _made(agreement: Agreement, page: Page) -> File:
    last = ledger.head(agreement.id)
    assert last is not None, "that it was made is recorded"
    archive = _gathered(agreement, ledger.Recorded(last.length, last.head, now()))
    name = f"{agreement.slug}-{helsinki_day(archive.head.at).isoformat()}.zip"
    return File(name, "application/zip", _packed(archive, page(archive)))


def _gathered(agreement: Agreement, head: Recorded) -> Archive:
    entries = ledger.whole(agreement.id)
    sealed = ledger.sealed_rows(entries)
    tables: dict[str, list[dict[str, Any]]] = {**sealed}
    clauses = table_of(EditionClause)
    named = select(clauses).where(clauses.c.edition_id.in_([each.id for each in agreements.editions(agreement)]))
    order = (clauses.c.edition_id, clauses.c.place)
    tables[clauses.name] = [dict(row) for row in db.session.execute(named.order_by(*order)).mappings()]
    people = _referred(tables, "user") | {entry.actor_id for entry in entries if entry.actor_id}
    tables["person"] = _named(accounts.names(people))
    for table in ("organisation", "body"):
        tables[table] = _named(organisations.named(list(_referred(tables, table))))
    return Archive(
        agreement=agreement,
        is_final=progress.readiness(agreement).is_final,
        head=head,
        entries=entries,
        tables={name: json.loads(ledger.canonical(rows)) for name, rows in sorted(tables.items())},
        sealed=sorted(sealed),
        documents={f"sopimus{suffix}": assemble.export(agreement, suffix) for suffix in assemble.FORMATS},
    )


def _referred(tables: Mapping[str, Sequence[Row]], target: str) -> set[UUID]:
    """The ids of rows of a table that some rows refer to."""
    found = set()
    for name, rows in tables.items():
        table = Base.metadata.tables.get(name)
        columns = [] if table is None else [key.parent.name for key in table.foreign_keys if _target(key) == target]
        found |= {row[column] for row in rows for column in columns if row[column]}
    return found


def _target(key: Any) -> str:
    return str(key.column.table.name)


def _named(names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    return [{"id": key, "name": name} for key, name in sorted(names.items())]


# ---------------------------------------------------------------- the file


def _packed(archive: Archive, index: str) -> bytes:
    files = {INDEX: index.encode(), VERIFIER: _verifier()}
    files |= {f"documents/{name}": content for name, content in archive.documents.items()}
    files["data/ledger.jsonl"] = _lines({name: getattr(entry, name) for name in _COLUMNS} for entry in archive.entries)
    files |= {f"data/{name}.jsonl": _lines(rows) for name, rows in archive.tables.items()}
    manifest = json.dumps(_manifest(archive, files), ensure_ascii=False, indent=1).encode()
    files |= {MANIFEST: manifest, "manifest.sha256": hashlib.sha256(manifest).hexdigest().encode() + b"\n"}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in sorted(files.items(), key=lambda file: (file[0] != INDEX, file[0])):
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


_COLUMNS = [column.name for column in table_of(Entry).columns]


def _manifest(archive: Archive, files: Mapping[str, bytes]) -> dict[str, Any]:
    agreement = archive.agreement
    return {
        "format": "kumppanuus archive",
        "version": FORMAT,
        "agreement": str(agreement.id),
        "slug": agreement.slug,
        "title": agreement.title,
        "language": agreement.language.value,
        "is_final": archive.is_final,
        "made_at": archive.head.at.isoformat(),
        "head": {"number": archive.head.number, "digest": archive.head.digest},
        "sealed": list(archive.sealed),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }


def _lines(rows: Iterator[Row] | Sequence[Row]) -> bytes:
    return b"".join(ledger.canonical(row).encode() + b"\n" for row in rows)


def _verifier() -> bytes:
    return (Path(__file__).parent / "zip" / VERIFIER).read_bytes()
