"""Letters: what is to be sent waits in the outbox, in the transaction that wished for it; a worker writes and sends
it."""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.config import Settings
from kumppanuus.db import Base, Identified, Word, db, now, writing
from kumppanuus.jobs import Job
from kumppanuus.notifications import letters
from kumppanuus.notifications.letters import AddressOf, Letter, Written, preview

log = logging.getLogger("kumppanuus.mail")

LONG_WAIT = timedelta(seconds=10)  # after which people have gone on to something else

# How long to wait after each failure; three days in all, then it is given up and told.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, *(360,) * 11))


class Outgoing(Identified, Base):
    """A letter that is to be sent: what it is about, not its words. A sign-in link is made when its letter is sent."""

    __tablename__ = "outbox"

    letter: Mapped[Letter] = mapped_column(Word(Letter))
    subject_id: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime | None] = mapped_column(default=now, index=True)  # none once sent, dropped or given up
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


def wish(letter: Letter, subject_id: UUID) -> Outgoing:
    """Wish for a letter, in the transaction of the request."""
    outgoing = Outgoing(letter=letter, subject_id=subject_id)
    db.session.add(outgoing)
    db.session.flush()
    return outgoing


def wish_all(letter: Letter, subject_ids: Iterable[UUID]) -> None:
    """Wish for a letter about each of some things."""
    db.session.add_all([Outgoing(letter=letter, subject_id=each) for each in subject_ids])
    db.session.flush()


def tell_of_job(job: Job) -> None:
    """Wish for a letter about a job that has just ended, if it took long. Whoever stopped it knows already."""
    if now() - job.made_at >= LONG_WAIT:
        wish(Letter.JOB_ENDED, job.id)


def send_due(address_of: AddressOf) -> int:
    """Send every letter that is due, the oldest first. Returns how many left.

    A letter is written in one transaction and its fate noted in another,
    so that a slow mail server keeps nobody from writing. Whoever dies in between leaves it to be sent again.
    """
    sent = 0
    while (taken := _take(address_of)) is not None:
        outgoing_id, written = taken
        error = _deliver(written, outgoing_id) if written else None
        with writing():
            outgoing = db.session.get_one(Outgoing, outgoing_id)
            if error is None:
                outgoing.sent_at, outgoing.next_try_at = (now() if written else None), None
                sent += written is not None
            elif outgoing.tries > len(WAITS):
                outgoing.given_up_at, outgoing.next_try_at = now(), None
            db.session.commit()
    return sent


def _take(address_of: AddressOf) -> tuple[UUID, Written | None] | None:
    """The next letter that is due, with its words if anybody is to get it. Its next try is put off."""
    with writing():
        outgoing = db.session.scalar(
            select(Outgoing)
            .where(Outgoing.next_try_at <= now())
            .order_by(Outgoing.next_try_at, Outgoing.made_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if outgoing is None:
            db.session.rollback()
            return None
        outgoing.tries += 1
        outgoing.next_try_at = now() + WAITS[min(outgoing.tries, len(WAITS)) - 1]
        taken = outgoing.id, letters.write(outgoing.letter, outgoing.subject_id, address_of)
        db.session.commit()
        return taken


def watch(address_of: AddressOf, stop: threading.Event, seconds: float = 2) -> None:
    """Send what is due, again and again, until `stop` is set. A database that is away is waited for."""
    while not stop.is_set():
        try:
            send_due(address_of)
        except Exception as error:  # noqa: BLE001 - the sender must outlive whatever happens to one look
            db.session.rollback()
            log.error("letters wait: %s", type(error).__name__)
        db.session.remove()
        stop.wait(seconds)


def _deliver(written: Written, outgoing_id: UUID) -> str | None:
    """Hand a letter to the mail server, or write it into the folder of letters. Returns what went wrong, if anything
    did."""
    settings: Settings = current_app.extensions["settings"]
    message = EmailMessage()
    message["Subject"] = written.subject
    message["From"] = Address("kumppanuus", addr_spec=settings.mail_from)
    # What looks like an encoded word is taken apart, or the reader's program would decode what it hides.
    name = " ".join(written.name.replace("=?", "= ?").split())
    message["To"] = Address(name, addr_spec=written.address)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(idstring=str(outgoing_id), domain=settings.mail_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    try:
        if settings.smtp_host:
            _send(message, settings)
        else:
            _keep(message, f"{now():%Y%m%dT%H%M%S%f}-{outgoing_id}.eml", settings)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("letter %s was not taken: %s", outgoing_id, type(error).__name__)
        return type(error).__name__
    return None


def _send(message: EmailMessage, settings: Settings) -> None:
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=30) as server:
        if settings.smtp_tls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def _keep(message: EmailMessage, name: str, settings: Settings) -> None:
    folder = mail_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(message.as_bytes())


@dataclass(frozen=True)
class Kept:
    """A letter in the folder of letters."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str


def kept(settings: Settings, most: int = 50) -> list[Kept]:
    """The letters that were written into the folder, the newest first, at most `most`."""
    files = sorted(mail_folder(settings).glob("*.eml"), key=lambda file: file.name, reverse=True)
    return [_read(file) for file in files[:most]]


def _read(file: Path) -> Kept:
    message = message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default)
    body = message.get_body(("plain",))
    return Kept(
        name=file.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=parsedate_to_datetime(str(message["Date"])),
        text=str(body.get_content()) if body is not None else "",
    )


def mail_folder(settings: Settings) -> Path:
    """Where letters go without a mail server."""
    return settings.folder / "mail"


__all__ = [
    "LONG_WAIT",
    "WAITS",
    "AddressOf",
    "Kept",
    "Letter",
    "Outgoing",
    "Written",
    "kept",
    "mail_folder",
    "preview",
    "send_due",
    "tell_of_job",
    "watch",
    "wish",
]
