"""Editions: the whole text frozen under a name, so that a page, a file or a round can say which draft it means."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kumppanuus import ledger
from kumppanuus.agreements.outline import Outline, outline
from kumppanuus.agreements.tables import Agreement, ClauseVersion, Edition, EditionClause, EditionFrozen
from kumppanuus.agreements.wording import lock
from kumppanuus.db import db, line
from kumppanuus.errors import Refused


class NameTaken(Refused):
    """An edition of this agreement has the name already; `field` is the name."""


def freeze(agreement: Agreement, name: str, *, by: UUID) -> Edition:
    """Freeze the text as it is under a name. Refuses `NameTaken`, `Empty`, `TooLong`, `Unwritable`."""
    name = line(name, "name", 40)
    lock(agreement.id)
    if _named(agreement, name):
        raise NameTaken(field="name", name=name)
    edition = _freeze(agreement, name, outline(agreement), by)
    ledger.record(EditionFrozen(edition_id=edition.id, name=name), edition, chain=agreement.id, by=by)
    return edition


def put_edition(agreement: Agreement, name: str, *, by: UUID) -> Edition:
    """Like `freeze`, for a verb that records it with its own event; an edition of this name that holds this very text
    is the one. Refuses `NameTaken` if it holds another, `Empty`, `TooLong`, `Unwritable`."""
    name = line(name, "name", 40)
    lock(agreement.id)
    whole, known = outline(agreement), _named(agreement, name)
    if known and known.content_digest != content_digest(whole):
        raise NameTaken(field="name", name=name)
    return known or _freeze(agreement, name, whole, by)


def _named(agreement: Agreement, name: str) -> Edition | None:
    return db.session.scalar(select(Edition).where(Edition.agreement_id == agreement.id, Edition.name == name))


def _freeze(agreement: Agreement, name: str, whole: Outline, by: UUID) -> Edition:
    edition = Edition(agreement_id=agreement.id, name=name, frozen_by_id=by, content_digest=content_digest(whole))
    db.session.add(edition)
    db.session.flush()
    for place, each in enumerate(whole.clauses(), start=1):
        db.session.add(
            EditionClause(
                edition_id=edition.id,
                place=place,
                section_kind=each.section.kind,
                label=each.label,
                section_label=each.section.label,
                section_title=each.section.title,
                version_id=each.version.id,
            )
        )
    return edition


def content_digest(whole: Outline) -> str:
    """Stands for the whole text: an edition that has another digest was frozen from another text."""
    content = ledger.canonical([[each.label, each.section.title, str(each.version.id)] for each in whole.clauses()])
    return hashlib.sha256(f"kumppanuus edition 1\n{content}".encode()).hexdigest()


def editions(agreement: Agreement) -> Sequence[Edition]:
    """Every edition of an agreement, the newest first."""
    query = (
        select(Edition)
        .where(Edition.agreement_id == agreement.id)
        .order_by(Edition.frozen_at.desc(), Edition.name.desc())
    )
    return db.session.scalars(query).all()


def latest_edition(agreement: Agreement) -> Edition | None:
    """The edition frozen last, if any."""
    query = (
        select(Edition)
        .where(Edition.agreement_id == agreement.id)
        .order_by(Edition.frozen_at.desc(), Edition.name.desc())
    )
    return db.session.scalar(query.limit(1))


def clauses_of(edition: Edition) -> Sequence[EditionClause]:
    """The clauses of an edition in order, with their wording."""
    query = select(EditionClause).where(EditionClause.edition_id == edition.id).order_by(EditionClause.place)
    whole = joinedload(EditionClause.version).joinedload(ClauseVersion.clause)
    return db.session.scalars(query.options(whole)).all()
