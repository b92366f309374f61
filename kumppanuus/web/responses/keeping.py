"""What is typed at the desk and not stored yet: kept for its writer, who finds it again; others see that somebody is
writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, make_response
from flask_babel import ngettext

from kumppanuus import accounts, drafts
from kumppanuus.responses import Item
from kumppanuus.web.forms import Form
from kumppanuus.web.language import listed
from kumppanuus.web.screen import me

_TYPED, _CHOSEN = ("reason", "title", "text", "note"), ("disposition", "official")


def place_of(items: Iterable[Item]) -> str:
    """Where an unfinished response to some remarks is kept: at the first that came, so that it is found when more
    people have said the same by then, and when somebody else has begun the response. Empty if there are none."""
    first = min((row for item in items for row in item.rows), key=lambda row: (row.sent_at, row.id), default=None)
    return f"response:{first.id}" if first else ""


def find(place: str) -> drafts.Kept | None:
    """What the reader has typed at a place."""
    return drafts.find(place, by=me().id) if place else None


def keep(place: str, *forms: Form, extra: Mapping[str, str] | None = None) -> None:
    """Keep the words of the forms at a place and what was chosen with them; forget both once the words are wiped
    out."""
    fields = {name: str(form[name].data or "") for form in forms for name in (*_TYPED, *_CHOSEN) if name in form}
    if place and any(fields[name].strip() for name in _TYPED if name in fields):
        drafts.keep(place, {**fields, **(extra or {})}, by=me().id)
    else:
        forget(place)


def kept_by_script(place: str, *forms: Form) -> Response:
    """Keep what is being typed; the page stays as it is."""
    keep(place, *forms)
    return make_response("", 204)


def forget(place: str) -> None:
    """Drop what was kept: it was stored."""
    if place:
        drafts.forget(place, by=me().id)


def data_of(kept: drafts.Kept | None) -> dict[str, Any]:
    """What was chosen and the words, as fields of the form."""
    return {name: text for name, text in kept.fields.items() if text} if kept else {}


def others(place: str) -> str:
    """Who else has typed there lately, in a sentence."""
    names = sorted(accounts.names(drafts.others(place, by=me().id)).values()) if place else []
    told = ngettext(
        "%(names)s on kirjoittanut tähän vastinetta äsken.",
        "%(names)s ovat kirjoittaneet tähän vastinetta äsken.",
        len(names),
        names=listed(names),
    )
    return told if names else ""
