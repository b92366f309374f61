"""Deeds: each in one transaction, and once, however often its form is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, g, make_response, request
from flask_babel import gettext

from kumppanuus import drafts, jobs
from kumppanuus.db import db
from kumppanuus.errors import Refused
from kumppanuus.web import errors, processes
from kumppanuus.web.screen.answers import back, htmx, lead
from kumppanuus.web.screen.notices import say

View = Callable[..., Any]

# How long the same words of one person at one place are taken for a resending.
SAME_WORDS = timedelta(hours=1)


def run_deed(view: View, *, keeps_key: bool, once: tuple[str, ...]) -> Response:
    """Do a deed in its transaction, and commit it. `keeps_key` and `once` are those of its route."""
    if keeps_key or not request.form.get("form_key"):
        return _deed(view, "")
    if once and "luonnos" not in request.form:  # the button that only keeps what is typed
        return _deed(view, _key_of_words(once), SAME_WORDS)
    return _deed(view, _form_key())


def _form_key() -> str:
    """What a form spends: a digest of its key and of all that was sent with it.

    The same form with other words in it, after the back button or another of its buttons, is another sending: to call
    it sent already would lose those words.
    """
    sent = sorted(each for each in request.form.items(multi=True) if each[0] != "csrf_token")
    return _digest(request.path, sent)


def _key_of_words(once: tuple[str, ...]) -> str:
    """What a form spends that makes something: a digest of who sends what to where, whichever form it is sent by."""
    sent = [(name, request.form.get(name, "").strip()) for name in once]
    return _digest(request.path, [("by", str(g.user.id)), *sent])


def _digest(path: str, sent: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr([path, *sent]).encode(errors="surrogatepass")).hexdigest()


def _deed(view: View, key: str, within: timedelta = drafts.KEY_LIVES) -> Response:
    g.form_key = key
    jobs.added()  # those of a transaction that came to nothing
    try:
        if key:
            drafts.spend(key, within=within)
        response = make_response(view(**g.things))
    except drafts.AlreadySent as refusal:
        db.session.rollback()
        return _sent_before(refusal, is_same_words=within is SAME_WORDS)
    except Refused as refusal:
        db.session.rollback()
        return errors.refused(refusal)
    if key and response.status_code >= 400:
        drafts.unspend(key)
    db.session.commit()
    processes.start_added()
    return response


def _sent_before(refusal: drafts.AlreadySent, *, is_same_words: bool) -> Response:
    target = refusal.facts["led_to"] or back()
    if is_same_words:
        say(gettext("Lähetit samat sanat tähän jo hetki sitten. Tallensimme ne vain kerran."))
    else:
        say(gettext("Lomake on jo lähetetty. Lähetimme sen vain kerran."))
    if htmx:
        return make_response("", 204, {"HX-Redirect": target})
    return lead(target)
