"""Files that came with an answer: PDF and Word, kept as they came and given out only as attachments."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from kumppanuus.db import db, line
from kumppanuus.statements.refusals import FileTooLarge, NotAFile, SentAlready
from kumppanuus.statements.tables import Statement, StatementFile
from kumppanuus.statements.writing import hold

LARGEST = 10 * 2**20  # bytes
MOST = 3  # files of one answer

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SUFFIXES = {PDF: ".pdf", WORD: ".docx"}


def attach(statement: Statement, name: str, content: bytes, *, by: UUID) -> StatementFile:
    """Keep a file beside an answer that is being written down. What it is, its content tells, whatever its name.

    Refuses `NotAFile`, `FileTooLarge`, `SentAlready` and `rounds.RoundClosed`.
    """
    file = read(name, content)
    hold(statement.round)
    db.session.refresh(statement)
    if statement.is_sent:
        raise SentAlready(field="file")
    same = next((each for each in statement.files if each.digest == file.digest), None)
    if same is not None:
        return same
    if len(statement.files) >= MOST:
        raise FileTooLarge(field="file", files=MOST)
    statement.files.append(file)
    db.session.flush()
    return file


def file_of(statement: Statement, file_id: UUID) -> StatementFile | None:
    """One file of an answer, with its bytes."""
    query = select(StatementFile).where(StatementFile.id == file_id, StatementFile.statement_id == statement.id)
    return db.session.scalar(query.options(undefer(StatementFile.content)))


def read(name: str, content: bytes) -> StatementFile:
    """A file as it is kept beside an answer. What it is, its content tells. Refuses `NotAFile`, `FileTooLarge`."""
    kind = _kind_of(content)
    if kind is None:
        raise NotAFile(field="file")
    if len(content) > LARGEST:
        raise FileTooLarge(field="file", most=LARGEST)
    return StatementFile(
        name=_name_of(name, _SUFFIXES[kind]),
        media_type=kind,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _kind_of(content: bytes) -> str | None:
    """PDF or Word by the first bytes; of a package only its list of parts is read, nothing is unpacked."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return PDF
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return WORD if "word/document.xml" in package.NameToInfo else None
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None


def _name_of(name: str, suffix: str) -> str:
    """The name as it is shown: without a folder and without signs that could mislead, with the suffix it really is."""
    stem = re.split(r"[\\/]", name)[-1].rpartition(".")[0] or name
    plain = re.sub(r"[^\w .()-]", "", stem)
    return f"{line(plain, 'file', 10_000, needed=False)[:100].strip(' .') or 'liite'}{suffix}"
