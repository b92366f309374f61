"""The security log: who did what and when, one JSON object a line; ids only, never a text, an address or a secret."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Flask, g, has_request_context, request
from sqlalchemy import event

from kumppanuus import ledger
from kumppanuus.db import db, now

log = logging.getLogger("kumppanuus.security")

# Beginnings of the kinds of entries that are told here, too: getting in and out, rights, what is taken out, erasing.
_TOLD = ("person.", "member.", "export.", "statement.giver-erased", "statement.hidden", "agreement.started")


def note(what: str, *, who: UUID | None, **facts: str | int | None) -> None:
    """Write one line. `facts` are identifiers of ours: an endpoint, a permission, a status; nothing that was typed."""
    line: dict[str, Any] = {"at": now().isoformat(timespec="milliseconds"), "what": what, "who": who, **facts}
    if has_request_context():
        line |= {"request": request_id(), "from": request.remote_addr}
    log.info("%s", json.dumps(line, default=str, sort_keys=True))  # JSON escapes line breaks


def request_id() -> str:
    """A number for the request at hand: the same in this log, in that of failures, and on the page that tells one."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4)
    number: str = g.request_id
    return number


def init_app(app: Flask) -> None:
    """Tell what the record tells of people and rights, once it is committed; and write to the standard error."""
    if not event.contains(db.session, "after_commit", _tell):
        event.listen(db.session, "after_commit", _tell)
        event.listen(db.session, "after_rollback", _forget)
    if not app.testing and not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
        log.propagate = False
    log.setLevel(logging.INFO)


@contextmanager
def unwatched() -> Iterator[None]:
    """Nothing that happens inside is told: what is made up happened to nobody."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def _tell(session: Any) -> None:
    for kind, by, subject in session.info.pop(ledger.RECORDED, ()):
        if kind.startswith(_TOLD):
            note(kind, who=by, about=str(subject) if subject else None)


def _forget(session: Any) -> None:
    session.info.pop(ledger.RECORDED, None)
