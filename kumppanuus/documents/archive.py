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
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kumppanuus import accounts, agreements, ledger, organisations, progress
from kumppanuus.agreements import Agreement, EditionClause
from kumppanuus.db import Base, db, helsinki_day, table_of
from kumppanuus.documents import assemble
from kumppanuus.documents.assemble import File
from kumppanuus.ledger import Entry, Recorded

FORMAT = 1
INDEX, MANIFEST, VERIFIER = "index.html", "manifest.json", "verify.py"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ArchiveMade(ledger.Event, kind="export.archived"):
    """An archive was made, of everything up to this entry and with it."""


@dataclass(frozen=True)
class Archive:
    """What an archive holds. `tables` are rows by name of table, their values plain; `documents` files by name.

    `entries` is the whole record, the first entry first; the last one is `head`, which tells of this archive.
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


def make(agreement: Agreement, *, page: Callable[[Archive], str], by: UUID | None) -> File:
    """Record that an archive was made, and make it. `page` draws the page that opens without the service.

    The documents show the final text if it is ready to sign, else the draft with the standing of its clauses.
    """
    agreements.lock(agreement.id)
    head = ledger.record(ArchiveMade(), chain=agreement.id, by=by)
    archive = _gathered(agreement, head)
    return File(
        f"{agreement.slug}-{helsinki_day(head.at).isoformat()}.zip", "application/zip", _packed(archive, page(archive))
    )


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
