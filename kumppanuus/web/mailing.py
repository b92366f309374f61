"""Screen: letters about what happened: how often they come, and stopping them by the link in one."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, make_response, url_for
from flask_babel import gettext, lazy_gettext

from kumppanuus import accounts, notifications
from kumppanuus.accounts import User
from kumppanuus.notifications import Rhythm
from kumppanuus.web import account, digests
from kumppanuus.web.forms import Form
from kumppanuus.web.screen import Screen, me, reply, retry, say, show

screen = Screen("mailing", __name__)

_l = lazy_gettext


@screen.deed("/oma-sivu/sahkopostit", may="account.use")
def choose() -> Response:
    """Choose how often letters come; what waits leaves by the new rhythm."""
    form = account.RhythmForm()
    if not form.validate():
        return retry(lambda: account.page(rhythm_form=form), lambda: account.page(rhythm_form=form))
    notifications.choose_rhythm(me(), Rhythm(form.rhythm.data))
    say(gettext("Sähköpostien asetus on tallennettu."))
    return reply(otherwise=url_for("account.show"))


@screen.page("/koosteet/<letter>", may="mailing.stop")
def ask_to_stop(letter: str) -> str:
    """What a person is led to by a letter: one press stops such letters. To look at it changes nothing."""
    user = _whose(letter)
    has_stopped = notifications.rhythm_of(user) is Rhythm.NEVER
    return show("mailing/stop.html", form=Form(formdata=None), action=f"/koosteet/{letter}", has_stopped=has_stopped)


@screen.deed("/koosteet/<letter>", may="mailing.stop")
def stop(letter: str) -> Response:
    """Stop letters about what happened, for whom the link was sent to. A mail program presses without a session."""
    notifications.choose_rhythm(_whose(letter), Rhythm.NEVER)
    return make_response(show("mailing/stop.html", form=None, action="", has_stopped=True))


def _whose(letter: str) -> User:
    user_id: UUID | None = digests.stopped_by(letter)
    user = accounts.person(user_id) if user_id else None
    if user is None:
        abort(404)
    return user
