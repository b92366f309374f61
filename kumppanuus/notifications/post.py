"""Post: a letter goes to the mail server, or into the folder of letters where there is none."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from flask import current_app

from kumppanuus.config import Settings
from kumppanuus.db import now
from kumppanuus.notifications.letters import Written

log = logging.getLogger("kumppanuus.mail")


class Failure(NamedTuple):
    """What went wrong with a letter, and whether the mail server says that nobody has the address."""

    what: str
    is_refused_address: bool


# What a mail server answers for a box that there is not (RFC 5321, 4.2.3).
_NO_SUCH_BOX = (550, 551, 553)


def deliver(written: Written, outgoing_id: UUID) -> Failure | None:
    """Hand a letter to the mail server, or write it into the folder of letters. Returns what went wrong, if anything
    did."""
    settings: Settings = current_app.extensions["settings"]
    message = EmailMessage()
    message["Subject"] = _one_line(written.subject)
    message["From"] = Address("kumppanuus", addr_spec=settings.mail_from)
    message["To"] = Address(_spoken(written.name), addr_spec=written.address)
    message["Date"] = format_datetime(now())
    domain = settings.mail_from.rpartition("@")[2]
    # The same for each try, so that a mail program shows a letter once that was sent twice.
    message["Message-ID"] = f"<{outgoing_id}@{domain}>"
    if written.thread:
        message["References"] = f"<{written.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if written.stop_link:
        message["List-Unsubscribe"] = f"<{written.stop_link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    try:
        if settings.smtp_host:
            _send(message, settings)
        else:
            _keep(message, f"{now():%Y%m%dT%H%M%S%f}-{outgoing_id}.eml", settings)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("letter %s was not taken: %s", outgoing_id, type(error).__name__)
        return Failure(type(error).__name__, any(code in _NO_SUCH_BOX for code in _answers(error)))
    return None


def _answers(error: Exception) -> list[int]:
    """What a mail server answered, as numbers."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _words in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPDataError) else []


def _one_line(text: str) -> str:
    """Words for a header. What looks like an encoded word is taken apart, or it would be decoded to what it hides."""
    return " ".join(text.replace("=?", "= ?").split())


def _spoken(name: str) -> str:
    """A name for a header, without the signs that mean something there: the library folds a long one and then leaves
    out the quotes that would make them harmless."""
    return " ".join(_one_line(_SIGNS.sub(" ", name)).split())


_SIGNS = re.compile(r'[()<>\[\]:;@\\,."]')


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


def forget_letters(addresses: Iterable[str]) -> None:
    """Delete the letters to some addresses from the folder of letters."""
    settings: Settings = current_app.extensions["settings"]
    for file in mail_folder(settings).glob("*.eml"):
        message = message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default)
        to = str(message["To"]).lower()
        if any(f"<{address}>" in to or to == address for address in addresses):
            file.unlink(missing_ok=True)
