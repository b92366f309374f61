"""What the modules of this screen stand on: the screen itself, its addresses, and how two wordings differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from flask import Response
from flask_babel import gettext, ngettext
from wtforms import Field

from kumppanuus import agreements
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Outline, Placed, Section
from kumppanuus.errors import Refused
from kumppanuus.text.diff import Change, changed_words, diff
from kumppanuus.web import words
from kumppanuus.web.forms import Form
from kumppanuus.web.language import listed
from kumppanuus.web.screen import Parts, Screen, retry

screen = Screen("drafting", __name__)
parts = Parts("drafting/parts.html")

Crumbs = list[tuple[str | None, str]]


def again(page: Callable[[], str], refusal: Refused | None = None, form: Form | None = None) -> Response:
    """The same page with what was refused; with a form, the refusal stands at its field."""
    if form is not None and refusal is not None:
        form.refuse(refusal)
    return retry(page, page, refusal)


# ---------------------------------------------------------------- things and addresses


def agreement_of(section: Section) -> Agreement:
    """The agreement a section belongs to."""
    found = agreements.by_id(section.agreement_id)
    assert found is not None, "a section belongs to an agreement"
    return found


def living(whole: Outline, clause: Clause) -> Placed | None:
    """A clause in its place, if it is in the text."""
    placed = whole.find(clause.id)
    return placed if placed and placed.label else None


def base_of(clause: Clause, field: Field) -> ClauseVersion | None:
    """The version a form was drawn from, if it is one of this clause."""
    base = agreements.version_by_id(field.data) if field.data else None
    return base if base and base.clause_id == clause.id else None


def agreement_url(agreement: Agreement) -> str:
    return f"/sopimukset/{agreement.slug}"


def structure_url(agreement: Agreement, thing: UUID | None = None) -> str:
    """The list of all parts, at the row of one of them."""
    return f"{agreement_url(agreement)}/muokkaus" + (f"#rivi-{thing}" if thing else "")


def crumbs(agreement: Agreement, last: str) -> Crumbs:
    """The way to a page that belongs to the structure."""
    return [
        (agreement_url(agreement), gettext("Sopimus")),
        (structure_url(agreement), gettext("Rakenne")),
        (None, last),
    ]


def clause_crumbs(agreement: Agreement, placed: Placed | None, last: str) -> Crumbs:
    """The way to a page that belongs to a clause."""
    if placed is None or not placed.label:
        return crumbs(agreement, last)
    url, chapter = agreement_url(agreement), placed.section
    return [
        (url, gettext("Sopimus")),
        (f"{url}/luvut/{chapter.slug}", words.section_title(chapter)),
        (f"/kohdat/{placed.id}", gettext("Kohta %(name)s", name=placed.label)),
        (None, last),
    ]


# ---------------------------------------------------------------- two wordings


@dataclass(frozen=True)
class Difference:
    """What changes from one wording to another. `title` is empty when the title stays; `words` tell how much."""

    title: list[Change]
    text: list[Change]
    words: str

    @property
    def is_none(self) -> bool:
        return not (self.title or self.text)


class Worded(Protocol):
    """A title and a text: a version, a wording in force, or one that is suggested."""

    @property
    def title(self) -> Any: ...

    @property
    def text(self) -> Any: ...


def difference(old: Worded, title: str, text: str) -> Difference:
    """The changes from one wording to another as it was typed."""
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    of_title = diff(old.title, title) if old.title != title else []
    of_text = diff(old.text, text)
    out, into = changed_words([*of_title, *of_text])
    if not (out or into):
        return Difference([], [], gettext("Teksti ei muutu."))
    said = [ngettext("%(num)s poisto", "%(num)s poistoa", out)] if out else []
    said += [ngettext("%(num)s lisäys", "%(num)s lisäystä", into)] if into else []
    return Difference(of_title, of_text, listed(said))


def clash(current: ClauseVersion, name: str, label: str) -> str:
    """Who was first, and that the own text is safe."""
    if current.is_removal:
        return gettext("%(name)s poisti kohdan samaan aikaan. Oma tekstisi on tallessa.", name=name)
    return gettext("%(name)s muutti kohtaa %(label)s samaan aikaan. Oma tekstisi on tallessa.", name=name, label=label)
