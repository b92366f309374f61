"""What the pages of rounds share: the screen, the addresses and the request that was written."""

from __future__ import annotations

from uuid import UUID

from flask import request
from markupsafe import Markup

from kumppanuus.documents.asking import TEXTS
from kumppanuus.rounds import Round
from kumppanuus.web.reading import clause_html
from kumppanuus.web.screen import Parts, Screen

screen = Screen("rounds", __name__)
parts = Parts("rounds/parts.html")


def at(round_: Round, *rest: object) -> str:
    """An address of a round: `at(round_, "muistutus")`."""
    return "/".join(["/sopimukset", round_.agreement.slug, "kierrokset", str(round_.number), *map(str, rest)])


def summary_at(round_: Round, *rest: object) -> str:
    """The address at which everybody reads the summary of a round, once it is published."""
    above = ("/julkinen", round_.agreement.slug, "kierrokset", str(round_.number), "yhteenveto")
    return "/".join([*above, *map(str, rest)])


def request_texts(round_: Round) -> list[tuple[str, Markup]]:
    """What was written of a request, as those read it who are asked: the name and the words of each text."""
    return [
        (str(name), clause_html(getattr(round_, column))) for column, name in TEXTS.items() if getattr(round_, column)
    ]


def ids_of(name: str) -> list[UUID]:
    """The ids that stand under a name in the form that was sent; what is no id counts as not there."""
    found = []
    for text in request.form.getlist(name):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


__all__ = ["TEXTS", "at", "ids_of", "parts", "request_texts", "screen", "summary_at"]
