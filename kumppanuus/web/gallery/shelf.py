"""What stands in the gallery: a part in one state, drawn so that many of them fit on one page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask import g
from markupsafe import Markup

from kumppanuus.agreements import Agreement, AgreementKind, TextLanguage
from kumppanuus.members import Member, Role
from kumppanuus.organisations import Body, Organisation
from kumppanuus.web.screen import Parts

# Parts that were drawn, as (template, macro): the tests of the house ask whether any was forgotten.
drawn: set[tuple[str, str]] = set()

AT = datetime(2026, 3, 17, 13, 10, tzinfo=UTC)
CLAUSE = UUID(int=34)
KINDS = {"yes": "Kannatan", "ask": "Kysymys", "worry": "Huoli"}


class Shown(Parts):
    """The macros of a template, each noted when it is drawn."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        drawn.add((self._template, name))
        return super().__getattr__(name)


@dataclass(frozen=True)
class Specimen:
    """A part in one state."""

    number: int
    name: str
    html: Markup


@dataclass(frozen=True)
class Section:
    """The parts of one template, or of one kind."""

    name: str
    specimens: list[Specimen]


_NAMES = re.compile(r' (id|for|list|aria-labelledby|aria-describedby|data-opener)="([^"]+)"')
_LINKS = re.compile(r' href="#(?!i-)([^"]+)"')
_LABELS = re.compile(r'(<(?:nav|aside|section|div|ul|ol) [^>]*?aria-label="[^"]+)"')
_REGIONS = re.compile(r'(<section [^>]*?aria-labelledby="[^"]+)"')
_DEEDS = re.compile(r'\s(?:hx-[\w:-]+="[^"]*"|hx-preserve|autofocus)|</?hx-partial[^>]*>')


def specimen(name: str, *parts: str, inside: str = "") -> Specimen:
    """Parts in one state. `inside` is what stands around them on a page, such as `ol.comments` or `div.sheet`.

    A page has each of them once: here ids and landmarks get a number of their own, headings of pages become those of
    sections, and nothing is fetched or sent by itself.
    """
    number = g.specimens = getattr(g, "specimens", 0) + 1
    html = _DEEDS.sub("", "\n".join(str(part) for part in parts))
    html = _NAMES.sub(lambda found: f' {found[1]}="{_numbered(found[2], number)}"', html)
    html = _REGIONS.sub(lambda found: f'{found[1]} osa-{number}"', html)
    html = _LINKS.sub(lambda found: f' href="#{_numbered(found[1], number)}"', html)
    html = _LABELS.sub(lambda found: f'{found[1]} {number}"', html)
    html = re.sub(r"(</?)h1\b", r"\1h2", html)
    for element in reversed(inside.split()):
        tag, _dot, classes = element.partition(".")
        role = ' role="list"' if tag in ("ol", "ul") else ""
        html = f'<{tag} class="{classes.replace(".", " ")}"{role}>{html}</{tag}>'
    return Specimen(number, name, Markup(html))  # noqa: S704 - drawn by macros, which escape what they are given


def _numbered(names: str, number: int) -> str:
    return " ".join(f"{name}-{number}" for name in names.split())


def agreement() -> Agreement:
    """An agreement that stands in no database."""
    return Agreement(
        id=UUID(int=1),
        slug="malli",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        title="Kumppanuussopimus",
        language=TextLanguage.FI,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        case_number="JSHVA/1024",
        signature_text="",
    )


@contextmanager
def somebody() -> Iterator[None]:
    """Be a representative while forms are made that ask who is at them."""
    before = getattr(g, "member", None)
    organisation = Organisation(id=UUID(int=2), name="Järvi-Suomen Omaishoitajat ry")
    network = Body(id=UUID(int=3), name="Omais- ja läheistyön verkosto")
    g.member = Member(role=Role.REPRESENTATIVE, organisation_id=organisation.id)
    g.member.organisation, g.member.networks = organisation, [network]
    try:
        yield
    finally:
        g.member = before
