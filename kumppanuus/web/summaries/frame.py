"""What the pages of summaries share: the screen and the addresses."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from kumppanuus.documents.summary import Form as FileForm
from kumppanuus.rounds import Round
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.rounds.frame import summary_at as public
from kumppanuus.web.screen import Parts, Screen

_l = lazy_gettext

screen = Screen("summaries", __name__)
parts = Parts("summaries/parts.html")

ROUND = "/sopimukset/<agreement>/kierrokset/<int:round>"

# The forms as they are called.
FORM_WORDS: dict[str, Any] = {
    FileForm.WORD.value: "Word",
    FileForm.PDF.value: "PDF",
    FileForm.HTML.value: _l("Verkkosivu"),
    FileForm.CSV.value: _l("Taulukko (CSV)"),
    FileForm.TEXT.value: _l("Teksti verkostolle"),
}


def here(about: Round, *rest: object) -> str:
    """An address of the summary of a round, for its coordinators."""
    return at(about, "yhteenveto", *rest)


__all__ = ["FORM_WORDS", "ROUND", "here", "parts", "public", "screen"]
