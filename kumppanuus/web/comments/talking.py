"""The talk about something: the form of a new comment, the comments, and the ways to look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext, ngettext
from markupsafe import Markup

from kumppanuus import comments
from kumppanuus.agreements import ClauseVersion
from kumppanuus.comments import Talk
from kumppanuus.web.comments.form import NewView, begun_form, empty_form
from kumppanuus.web.comments.frame import AT_ONCE
from kumppanuus.web.comments.looks import SaidView, drawn, views
from kumppanuus.web.screen import may, me


@dataclass(frozen=True)
class TalkView:
    """The whole talk: the form (or why there is none), the list, and the ways to look at it."""

    heading: str
    new: NewView | None
    closed: str
    said: list[SaidView]
    total: int
    open: int
    ways: list[tuple[str, str]]
    more: tuple[str, str] | None
    empty: str
    nothing_open: str
    blank: Markup | None = None  # in the place of `new` the empty form, as it was drawn before

    @property
    def list_html(self) -> Markup:
        """The comments as HTML."""
        return drawn(self.said)


def talk(
    thread_id: UUID | None,
    *,
    owner: UUID,
    action: str,
    here: str,
    current: ClauseVersion | None = None,
    heading: str = "",
    forms: Mapping[str, Any] | None = None,
) -> TalkView:
    """The talk about something whose id is `owner`, as ?nayta=avoimet, ?jarjestys=vanhin and ?sivu=2 ask for it.

    For a clause give no thread: it is found by its owner in the same query. `action` is where the form of a new comment
    goes, `here` the address of the page, `current` the wording in force of the clause, `heading` what stands over the
    form; `forms` may hold a bound `comment_form`.
    """
    only_open = request.args.get("nayta") == "avoimet"
    oldest_first = request.args.get("jarjestys") == "vanhin"
    number = request.args.get("sivu", "")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
    page = max(page, 1)
    found = comments.talk(
        thread_id=thread_id,
        clause_id=owner if thread_id is None else None,
        me=me().id,
        current=current,
        only_open=only_open,
        oldest_first=oldest_first,
        most=AT_ONCE,
        skip=(page - 1) * AT_ONCE,
    )
    is_closed = current is not None and current.is_removal
    form = (forms or {}).get("comment_form")
    new, blank = None, None
    if not is_closed and may("comment.write"):
        seen = current.number if current else 0
        new = begun_form(owner, action, form, found.total, seen)
        # Nothing was kept and nothing refused: the form is the same for all who have the same voices.
        blank = None if new else empty_form(action, found.total, seen)
    return TalkView(
        heading=heading,
        new=new,
        closed=gettext("Kohta on poistettu sopimuksesta. Voit lukea kommentit.") if is_closed else "",
        said=views(found.said, current=current),
        total=found.total,
        blank=blank,
        open=found.open,
        ways=_ways(here, found, only_open=only_open, oldest_first=oldest_first),
        more=_more(here, found, page, only_open=only_open, oldest_first=oldest_first),
        empty=gettext("Kukaan ei ole vielä kommentoinut."),
        nothing_open=gettext("Kaikki kommentit on käsitelty."),
    )


def _ways(here: str, found: Talk, *, only_open: bool, oldest_first: bool) -> list[tuple[str, str]]:
    if found.total < 2:
        return []
    ways = []
    if only_open:
        ways.append((_address(here, False, oldest_first), gettext("Näytä kaikki (%(n)s)", n=found.total)))
    elif 0 < found.open < found.total:
        ways.append((_address(here, True, oldest_first), gettext("Näytä vain avoimet (%(n)s)", n=found.open)))
    words_of_order = gettext("Uusimmat ensin") if oldest_first else gettext("Vanhimmat ensin")
    ways.append((_address(here, only_open, not oldest_first), words_of_order))
    return ways


def _more(here: str, found: Talk, page: int, *, only_open: bool, oldest_first: bool) -> tuple[str, str] | None:
    left = (found.open if only_open else found.total) - page * AT_ONCE
    if left <= 0:
        return None
    if oldest_first:
        told = ngettext("Näytä %(num)s uudempi kommentti", "Näytä %(num)s uudempaa kommenttia", left)
    else:
        told = ngettext("Näytä %(num)s vanhempi kommentti", "Näytä %(num)s vanhempaa kommenttia", left)
    return _address(here, only_open, oldest_first, page + 1), told


def _address(here: str, only_open: bool, oldest_first: bool, page: int = 1) -> str:
    asked = [
        "nayta=avoimet" if only_open else "",
        "jarjestys=vanhin" if oldest_first else "",
        f"sivu={page}" if page > 1 else "",
    ]
    query = "&".join(filter(None, asked))
    return f"{here}{'?' if query else ''}{query}#puhe"
