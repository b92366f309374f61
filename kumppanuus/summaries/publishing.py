"""Publishing the summary of a round: frozen as it was shown, read without an account, withdrawn with a mark; and
telling those who had answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kumppanuus import ledger, members, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.db import SHORT, Base, Identified, db, now, written
from kumppanuus.members import Member, Role
from kumppanuus.rounds import Round
from kumppanuus.statements import Statement
from kumppanuus.summaries.events import RespondentsThanked, SummaryPublished, SummaryWithdrawn
from kumppanuus.summaries.refusals import NotPublished, StillOpen, Unanswered


class Publication(ledger.Sealed, Identified, Base):
    """A summary as it was published: never changed. The newest one of a round is the one that is shown, unless it was
    withdrawn."""

    __tablename__ = "summary_publication"
    __table_args__ = (sa.UniqueConstraint("round_id", "number"),)
    seal: ClassVar = (
        "id",
        "round_id",
        "number",
        "title",
        "page",
        "left",
        "reason",
        "published_at",
        "published_by_id",
        "withdrawn_at",
        "withdrawn_by_id",
        "withdrawn_reason",
    )

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    number: Mapped[int]
    title: Mapped[str]
    page: Mapped[str] = mapped_column(deferred=True)  # HTML, safe by its making
    left: Mapped[int]  # remarks that had no answer
    reason: Mapped[str]  # why it was published nevertheless
    published_at: Mapped[datetime] = mapped_column(default=now)
    published_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    withdrawn_reason: Mapped[str] = mapped_column(default="")

    round: Mapped[Round] = relationship()
    files: Mapped[list[PublishedFile]] = relationship(order_by="PublishedFile.form", back_populates="publication")

    @property
    def is_shown(self) -> bool:
        return self.withdrawn_at is None


class PublishedFile(ledger.Sealed, Identified, Base):
    """A publication as a file. Its digest is sealed; bytes that are no longer those are not given out."""

    __tablename__ = "summary_file"
    __table_args__ = (sa.UniqueConstraint("publication_id", "form"),)
    seal: ClassVar = ("id", "publication_id", "form", "name", "media_type", "size", "digest")
    private: ClassVar = ("content",)

    publication_id: Mapped[UUID] = mapped_column(sa.ForeignKey("summary_publication.id"))
    form: Mapped[str]  # "docx", "pdf", "html", "csv", "txt"
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    digest: Mapped[str]  # SHA-256 of the bytes
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)

    publication: Mapped[Publication] = relationship(back_populates="files")


class Thanks(Identified, Base):
    """A letter that tells somebody once what came of a round: the giver of an answer, or a member who forwards it."""

    __tablename__ = "summary_thanks"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "statement_id"),
        sa.UniqueConstraint("round_id", "member_id"),
        sa.CheckConstraint("(statement_id IS NULL) != (member_id IS NULL)", name="either"),
    )

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    statement_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("statement.id"))
    member_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    thanked_at: Mapped[datetime] = mapped_column(default=now)

    round: Mapped[Round] = relationship()
    statement: Mapped[Statement | None] = relationship()
    member: Mapped[Member | None] = relationship()


@dataclass(frozen=True)
class Made:
    """A file that is to be published."""

    form: str
    name: str
    media_type: str
    content: bytes


def publish(
    about: Round, *, title: str, page: str, files: Iterable[Made], left: int, reason: str, by: UUID
) -> Publication:
    """Publish a summary as it was made: `page` as safe HTML and some files. One that was published before is replaced.

    `left` is how many remarks have no answer; if there are any, `reason` says why it is published so. Refuses
    `rounds.NotOpened`, `StillOpen`, `Unanswered`, `TooLong` and `Unwritable`.
    """
    reason = written(reason, "reason", SHORT, needed=False)
    require_publishable(about, left=left, reason=reason)
    newest = db.session.scalar(select(func.max(Publication.number)).where(Publication.round_id == about.id))
    made = Publication(
        round_id=about.id,
        number=(newest or 0) + 1,
        title=title,
        page=page,
        left=left,
        reason=reason if left else "",
        published_at=now(),
        published_by_id=by,
    )
    made.round = about
    made.files = [
        PublishedFile(
            form=each.form,
            name=each.name,
            media_type=each.media_type,
            size=len(each.content),
            digest=_digest(each.content),
            content=each.content,
        )
        for each in files
    ]
    db.session.add(made)
    db.session.flush()
    event = SummaryPublished(round_id=about.id, round=about.number, number=made.number, left=left)
    ledger.record(event, made, *made.files, chain=about.agreement_id, by=by)
    return made


def require_publishable(about: Round, *, left: int, reason: str) -> None:
    """Be the only writer of the agreement, and refuse what `publish` refuses of the round and its answers."""
    rounds.hold(about)
    if about.is_draft:
        raise rounds.NotOpened()
    if about.closed_at is None:
        raise StillOpen()
    if left and not reason:
        raise Unanswered(field="reason", left=left)


def withdraw(about: Round, *, reason: str, by: UUID) -> None:
    """Take what is published from the public; its address says when and why. Refuses `NotPublished` and a missing
    reason."""
    reason = written(reason, "reason", SHORT)
    rounds.hold(about)
    shown = newest(about)
    if shown is None or not shown.is_shown:
        raise NotPublished()
    shown.withdrawn_at, shown.withdrawn_by_id, shown.withdrawn_reason = now(), by, reason
    event = SummaryWithdrawn(round_id=about.id, round=about.number, number=shown.number)
    ledger.record(event, shown, chain=about.agreement_id, by=by)


_NEWEST = (
    select(Publication)
    .where(Publication.round_id == bindparam("round"))
    .order_by(Publication.number.desc())
    .limit(1)
    .options(joinedload(Publication.round))
)


def newest(about: Round) -> Publication | None:
    """The last publication of a round, shown or withdrawn."""
    return db.session.scalar(_NEWEST, {"round": about.id})


def at(slug: str, number: int) -> Publication | None:
    """The last publication of a round by its public address, with all that is shown of it; one query."""
    query = (
        select(Publication)
        .join(Round, Round.id == Publication.round_id)
        .join(Agreement, Agreement.id == Round.agreement_id)
        .where(Agreement.slug == slug, Round.number == number)
        .order_by(Publication.number.desc())
        .limit(1)
        .options(
            sa.orm.undefer(Publication.page),
            joinedload(Publication.round).joinedload(Round.agreement),
            joinedload(Publication.files),
        )
    )
    return db.session.scalars(query).unique().first() if slug.isprintable() else None


def content_of(publication: Publication, form: str) -> PublishedFile | None:
    """A file of a publication with its bytes, if there is one and they are those that were published."""
    found = next((each for each in publication.files if each.form == form), None)
    return found if found is not None and _digest(found.content) == found.digest else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---------------------------------------------------------------- back to the people


class Audience(NamedTuple):
    """Those who are to be told what came of a round: answers by letter, members who forward it, and answers of those
    who gave no address and get it on paper. `told` are the statements and members that were told before."""

    answers: Sequence[Statement]
    members: Sequence[Member]
    unreached: Sequence[Statement]
    told: frozenset[UUID] = frozenset()

    @property
    def waiting(self) -> int:
        """How many letters are still to leave."""
        ids = [*(each.id for each in self.answers), *(each.id for each in self.members)]
        return sum(each not in self.told for each in ids)


def audience(about: Round) -> Audience:
    """Everybody who is to be told what came of a round: each giver whose answer is not hidden, and each
    representative."""
    sent = sorted(
        (each for each in statements.sent(about) if each.hidden_at is None), key=lambda each: statements.name_of(each)
    )
    people = [each for each in members.everyone(about.agreement) if each.role is Role.REPRESENTATIVE]
    query = select(Thanks.statement_id, Thanks.member_id).where(Thanks.round_id == about.id)
    told = {each for row in db.session.execute(query) for each in row if each}
    reached = [each for each in sent if statements.letter_address(each)]
    unreached = [each for each in sent if not statements.letter_address(each)]
    return Audience(reached, people, unreached, frozenset(told))


def thank(about: Round, *, by: UUID) -> list[Thanks]:
    """Note that everybody who was not told yet is told now; the letters are the caller's. Whoever presses twice tells
    nobody twice. Refuses `NotPublished`."""
    rounds.hold(about)
    shown = newest(about)
    if shown is None or not shown.is_shown:
        raise NotPublished()
    found = audience(about)
    made = [Thanks(round_id=about.id, statement_id=each.id) for each in found.answers if each.id not in found.told]
    made += [Thanks(round_id=about.id, member_id=each.id) for each in found.members if each.id not in found.told]
    if made:
        db.session.add_all(made)
        db.session.flush()
        event = RespondentsThanked(round_id=about.id, round=about.number, letters=len(made))
        ledger.record(event, chain=about.agreement_id, by=by)
    return made


def thanks_by_id(thanks_id: UUID) -> Thanks | None:
    return db.session.get(Thanks, thanks_id)
