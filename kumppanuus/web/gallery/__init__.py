"""The gallery: every small part of every screen in every state, on one page; in debug and tests only.

Everything on it is made up here and nothing is read. The forms lead nowhere.
"""

from __future__ import annotations

from kumppanuus.web.gallery import (
    answers,
    asking,
    drafting,
    feedback,
    files,
    people,
    proposals,
    records,
    register,
    responding,
    service,
    small,
    talk,
    telling,
    text,
)
from kumppanuus.web.gallery.shelf import Section
from kumppanuus.web.screen import Screen, show

screen = Screen("gallery", __name__)


@screen.page("/galleria", may="page.read", endpoint="show")
def page() -> str:
    """All of it."""
    return show("gallery/page.html", sections=sections())


def sections() -> list[Section]:
    """Every part in its section, the small ones first."""
    shelves = (
        small,
        records,
        text,
        proposals,
        talk,
        drafting,
        files,
        people,
        register,
        asking,
        feedback,
        answers,
        responding,
        service,
        telling,
    )
    return [section for shelf in shelves for section in shelf.sections()]
