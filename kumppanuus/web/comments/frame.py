"""What the pages and deeds of comments share: in whose name, and keeping what is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext
from wtforms.fields import SelectChoice

from kumppanuus import drafts
from kumppanuus.comments import CommentKind
from kumppanuus.errors import Empty, Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.web import words
from kumppanuus.web.forms import Form, new_key
from kumppanuus.web.screen import Parts, Screen, htmx, me, my_member, reply, retry, say

screen = Screen("comments", __name__)
parts = Parts("comments/parts.html")

AT_ONCE = 30  # comments on one page

# What makes two sendings one: the same person says the same at the same place, of the same version.
SAID = ("kind", "speaks_for", "text", "seen")


def ask_voice(form: Form) -> None:
    """Offer the names the member may speak in, or ask nothing of those who have only their own."""
    voices = words.voices(my_member())
    if len(voices) > 1:
        form.speaks_for.choices = [SelectChoice(value, said) for value, said in voices]
    else:
        del form.speaks_for


def hints() -> dict[str, str]:
    """What each kind of comment means, by its value."""
    return {
        CommentKind.SUPPORT.value: gettext("Olen samaa mieltä"),
        CommentKind.QUESTION.value: gettext("Haluan tietää lisää"),
        CommentKind.CONCERN.value: gettext("Tässä on ongelma"),
    }


def voice_chosen(form: Form) -> SpeaksFor:
    """In whose name something was written in a form."""
    return SpeaksFor(form.speaks_for.data) if "speaks_for" in form else SpeaksFor.SELF


def keep(place: str) -> Response:
    """Keep what is being typed, and forget it once it is wiped out; the page stays as it is."""
    typed = _typed()
    if typed["text"].strip():
        drafts.keep(place, typed, by=me().id)
    else:
        drafts.forget(place, by=me().id)
    return make_response("", 204)


def keep_by_button(form: Form, place: str, part: Callable[[], str], home: str, page: Callable[[], Any]) -> Response:
    """Keep what is typed at a press of the button, and give the form again."""
    typed = _typed()
    try:
        if not typed["text"].strip():
            raise Empty(field="text")
        drafts.keep(place, typed, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Teksti on tallessa. Voit jatkaa myöhemmin."))
    form.form_key.data = new_key()
    return reply(part() if htmx else "", otherwise=home, focus=f"#{form.text.id}")


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("kind", "speaks_for", "text")}
