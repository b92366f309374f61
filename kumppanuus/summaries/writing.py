"""What a person writes of a round's summary, beside all that is counted: kept apart, so that counting anew loses no
word of it. It is a draft until the summary is published, and leaves no entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import agreements, rounds
from kumppanuus.accounts import User
from kumppanuus.db import LINE, LONG, Base, Identified, db, line, now, read, written
from kumppanuus.rounds import Round
from kumppanuus.statements import PersonalCode
from kumppanuus.summaries.refusals import NoSuchPart, PartChanged
from kumppanuus.text import markup
from kumppanuus.text.identity import identity_codes

HEADING = "heading"
# The texts by which a person introduces what is counted, in the order they stand in.
REQUEST, RESPONDENTS, OBSERVATIONS, SECTIONS, CHANGES, REJECTED = INTRODUCTIONS = (
    "request",
    "respondents",
    "observations",
    "sections",
    "changes",
    "rejected",
)


def of_section(section_id: UUID) -> str:
    """The key of the main lines of what was said of a section."""
    return f"section-{section_id.hex}"


class SummaryPart(Identified, Base):
    """One text of a summary. `text` is a line in the heading, else the subset of Markdown that clauses know."""

    __tablename__ = "summary_part"
    __table_args__ = (sa.UniqueConstraint("round_id", "key"),)

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    key: Mapped[str]
    text: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))

    changed_by: Mapped[User] = relationship()


@dataclass(frozen=True)
class Written:
    """A text as it stands; version 0 is one that nobody has written."""

    text: str = ""
    version: int = 0
    at: datetime | None = None
    by: str = ""


_TEXTS = (
    select(SummaryPart.key, SummaryPart.text, SummaryPart.version, SummaryPart.changed_at, User.name)
    .join(User, User.id == SummaryPart.changed_by_id)
    .where(SummaryPart.round_id == sa.bindparam("round"))
)


def texts(about: Round) -> dict[str, Written]:
    """What was written of a summary, by its keys; one query."""
    return {key: Written(*row) for key, *row in read(_TEXTS, {"round": about.id})}


def write(about: Round, key: str, text: str, *, version: int, sections: Iterable[UUID], by: UUID) -> None:
    """Write one text; an empty one takes it away. `version` is the one that the form showed, `sections` those of the
    summary.

    Refuses `NoSuchPart`, `PartChanged` (another text stands there by now), `rounds.NotOpened`, `PersonalCode`,
    `TooLong`, `Unwritable` and `agreements.TooComplex`.
    """
    if key not in {HEADING, *INTRODUCTIONS, *map(of_section, sections)}:
        raise NoSuchPart(field="text")
    kept = line(text, "text", LINE, needed=False) if key == HEADING else _prose(text)
    if identity_codes(kept):
        raise PersonalCode(field="text")
    rounds.hold(about)
    if about.is_draft:
        raise rounds.NotOpened()
    query = select(SummaryPart).where(SummaryPart.round_id == about.id, SummaryPart.key == key)
    part = db.session.scalar(query.execution_options(populate_existing=True))
    standing = (part.text, part.version) if part else ("", 0)
    if kept == standing[0]:
        return
    if version != standing[1]:
        raise PartChanged(field="text", text=standing[0], version=standing[1])
    if part is None:
        part = SummaryPart(round_id=about.id, key=key, version=0)
        db.session.add(part)
    part.text, part.version = kept, standing[1] + 1
    part.changed_at, part.changed_by_id = now(), by
    db.session.flush()


def _prose(text: str) -> str:
    kept = written(text, "text", LONG, needed=False)
    try:
        markup.check(kept)
    except markup.TooComplex:
        raise agreements.TooComplex(field="text") from None
    return kept
