"""Copies of a whole installation: one file that restores on SQLite and on PostgreSQL alike, made while people write.

The file is a zip with a table in each member, a row a line, and a manifest with the SHA-256 of every member. Not in it
are the secret of the instance, its settings and the letters in its mail folder; nor what ends with a move to elsewhere:
sessions, sign-in letters, letters still to be sent, keys of forms and counters of limits. People sign in anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa

from kumppanuus import ledger
from kumppanuus.accounts import PersonName
from kumppanuus.db import Base, UtcDateTime, db, now, writing
from kumppanuus.errors import Refused

FORMAT = 1
MANIFEST = "manifest.json"
LEFT_OUT = frozenset({"session", "sign_in", "outbox", "form_key", "limit_use"})
BATCH = 500  # rows sent to the database at once
PIECE = 1024 * 1024  # bytes read at once

# What reading a damaged zip or its text may raise.
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)


class Foreign(Refused):
    """The file is no copy of an installation."""


class OtherFormat(Refused):
    """The copy was made by a newer kumppanuus: `format` is the version of its form."""


class OtherRevision(Refused):
    """The copy was made of another revision of the tables: `theirs`, while the database here has `ours`."""


class Damaged(Refused):
    """The copy was cut or changed; `member` names the part that shows it."""


class RecordBroken(Refused):
    """The copy is whole, but the record of what happened does not hold in it; `flaw` tells where."""


class CannotWrite(Refused):
    """The file could not be written; `reason` tells why."""


class CannotRead(Refused):
    """The file could not be read; `reason` tells why."""


SENTENCES: dict[type[Refused], str] = {
    Foreign: "This file is not a copy of a kumppanuus installation. Nothing was changed.",
    OtherFormat: "This copy has format {format}, which this version does not know. "
    "Restore it with a newer version. Nothing was changed.",
    OtherRevision: "This copy is of table revision {theirs}, but the database here has {ours}. "
    "Restore it with the version that made it, then upgrade. Nothing was changed.",
    Damaged: "This copy was cut or changed: {member} is not what was written. Nothing was changed.",
    RecordBroken: "The record of what happened does not hold in this copy ({flaw}). Nothing was changed.",
    CannotWrite: "The copy could not be written: {reason}.",
    CannotRead: "The copy could not be read: {reason}. Nothing was changed.",
}


@dataclass(frozen=True)
class Manifest:
    """What a copy says of itself: when it was made, of which revision of the tables, and the SHA-256 of each member."""

    format: int
    revision: str
    made_at: str
    members: dict[str, str]


def sentence(refusal: Refused) -> str:
    """What a refusal says to the administrator (English, for the command)."""
    return SENTENCES[type(refusal)].format(**refusal.facts)


# ---------------------------------------------------------------- making


def save(target: Path) -> Manifest:
    """Write a copy into a file, which is there whole or not at all, readable by its owner only.

    Everything is read in one transaction that sees one moment, while others go on writing: what was acknowledged before
    is in it. Refuses `CannotWrite`.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as file:
            unfinished = Path(file.name)
            try:
                manifest = _write(file)
                file.flush()
                os.fsync(file.fileno())
                unfinished.replace(target)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(reason=error.strerror or str(error)) from None
    return manifest


def _write(file: IO[bytes]) -> Manifest:
    members: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot() as connection:
        made_at, revision = now(), _revision(connection)
        for table in _tables():
            digest = hashlib.sha256()
            with archive.open(_member(table), "w", force_zip64=True) as member:
                for row in _rows(connection, table):
                    line = ledger.canonical(_plain(row)).encode(errors="surrogatepass") + b"\n"
                    digest.update(line)
                    member.write(line)
            members[_member(table)] = digest.hexdigest()
        manifest = Manifest(FORMAT, revision, made_at.isoformat(), members)
        archive.writestr(MANIFEST, ledger.canonical(vars(manifest)))
    return manifest


@contextmanager
def _snapshot() -> Iterator[sa.Connection]:
    """A connection that sees the database as it is at one moment; an SQLite transaction that only reads does anyway."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def _rows(connection: sa.Connection, table: sa.Table) -> Iterable[Mapping[str, Any]]:
    """The rows of a table in the order of their keys, but none before a row of the same table that it refers to."""
    # A name as it is kept, not as it is read of somebody who was removed.
    kept = {each.name: sa.type_coerce(each, sa.Text()) for each in table.c if isinstance(each.type, PersonName)}
    columns = [kept[each.name].label(each.name) if each.name in kept else each for each in table.c]
    query = sa.select(*columns).order_by(*table.primary_key.columns)
    rows = (dict(row) for row in connection.execution_options(yield_per=_batch(table)).execute(query).mappings())
    return _parents_first(rows, table) if _own_references(table) else rows


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its bytes as text, in base 64."""
    return {name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in row.items()}


def _batch(table: sa.Table) -> int:
    """How many rows are held at once: of those with files, few."""
    return 4 if any(isinstance(column.type, sa.LargeBinary) for column in table.c) else BATCH


def _own_references(table: sa.Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _parents_first(rows: Iterable[dict[str, Any]], table: sa.Table) -> Iterator[dict[str, Any]]:
    (key,), references = (column.name for column in table.primary_key.columns), _own_references(table)
    done: set[Any] = {None}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if all(row[name] in done for name in references)]
        assert ready, "foreign keys within a table go in no circle"
        done.update(row[key] for row in ready)
        yield from ready
        waiting = [row for row in waiting if row[key] not in done]


# ---------------------------------------------------------------- restoring


def load(source: Path) -> Manifest:
    """Put a copy in the place of everything that is here, in one transaction.

    Refuses, with the database unchanged: `CannotRead`, `Foreign`, `OtherFormat`, `OtherRevision`, `Damaged`,
    `RecordBroken`.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _check(archive)
            _replace(archive)
    except OSError as error:
        raise CannotRead(reason=error.strerror or str(error)) from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile):
        raise Foreign() if not _begins_like_ours(source) else Damaged(member="the end of the file") from None
    return manifest


def _check(archive: zipfile.ZipFile) -> Manifest:
    """Read everything once, before anything is replaced."""
    manifest = _manifest(archive)
    with db.engine.connect() as connection:
        ours = _revision(connection)
    if manifest.revision != ours:
        raise OtherRevision(theirs=manifest.revision, ours=ours)
    wanted = {_member(table) for table in _tables()}
    if wanted != manifest.members.keys() or sorted([MANIFEST, *wanted]) != sorted(archive.namelist()):
        raise Damaged(member="the list of its members")
    for name in sorted(wanted):
        digest = hashlib.sha256()
        try:
            with archive.open(name) as member:
                while piece := member.read(PIECE):
                    digest.update(piece)
        except UNREADABLE:
            raise Damaged(member=name) from None
        if digest.hexdigest() != manifest.members[name]:
            raise Damaged(member=name)
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise Foreign()
    try:
        read: Any = json.loads(archive.read(MANIFEST))
        if read["format"] != FORMAT:
            raise OtherFormat(format=read["format"])
        manifest = Manifest(**read)
        texts: list[Any] = [manifest.revision, manifest.made_at, *manifest.members.values()]
    except (*UNREADABLE, KeyError, TypeError, AttributeError):
        raise Damaged(member=MANIFEST) from None
    if not all(isinstance(text, str) for text in texts):
        raise Damaged(member=MANIFEST)
    return manifest


def _replace(archive: zipfile.ZipFile) -> None:
    db.session.rollback()
    with writing():
        try:
            _empty()
            for table in _tables():
                _fill(table, archive)
            db.session.expunge_all()
            flaw = ledger.verify()
            if flaw is not None:
                raise RecordBroken(flaw=str(flaw))
            db.session.commit()
        finally:
            db.session.rollback()


def _empty() -> None:
    tables = Base.metadata.sorted_tables
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        # Whoever writes meanwhile waits, and then finds what the copy holds.
        names = ", ".join(connection.dialect.identifier_preparer.format_table(table) for table in tables)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    for table in reversed(tables):
        connection.execute(table.delete())


def _fill(table: sa.Table, archive: zipfile.ZipFile) -> None:
    connection = db.session.connection()
    try:
        with archive.open(_member(table)) as member:
            rows = (_row(table, line) for line in member)
            while batch := list(islice(rows, _batch(table))):
                connection.execute(table.insert(), batch)
    except (*UNREADABLE, KeyError, TypeError, AttributeError, sa.exc.IntegrityError, sa.exc.DataError):
        raise Damaged(member=_member(table)) from None
    except sa.exc.StatementError as error:
        if isinstance(error, sa.exc.DBAPIError):
            raise  # the database failed, not the copy
        raise Damaged(member=_member(table)) from None


def _row(table: sa.Table, line: bytes) -> dict[str, Any]:
    read = json.loads(line.decode(errors="surrogatepass"))
    if read.keys() != set(table.columns.keys()):
        raise KeyError("columns")
    return {name: _value(table.columns[name].type, value) for name, value in read.items()}


def _value(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    match kind:
        case _ if value is None:
            return None
        case sa.Uuid():
            return UUID(value)
        case UtcDateTime():
            return datetime.fromisoformat(value)
        case sa.Date():
            return date.fromisoformat(value)
        case sa.LargeBinary():
            return b64decode(value, validate=True)
    return value


# ---------------------------------------------------------------- inside


def _tables() -> list[sa.Table]:
    """The tables that are copied, none before one it refers to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def _member(table: sa.Table) -> str:
    return f"tables/{table.name}.jsonl"


def _revision(connection: sa.Connection) -> str:
    version = sa.table("alembic_version", sa.column("version_num"))
    is_there = sa.inspect(connection).has_table(version.name)
    return (connection.scalar(sa.select(version.c.version_num)) if is_there else None) or "none"


def _begins_like_ours(source: Path) -> bool:
    """Whether a file that is no whole zip begins like one."""
    with source.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"
