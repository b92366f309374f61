"""What a round asks as a letter on paper, in the language of the agreement: until when, how to answer, and what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import force_locale, gettext, lazy_gettext

from kumppanuus import statements
from kumppanuus.db import now
from kumppanuus.documents import model, pdf
from kumppanuus.documents.assemble import File
from kumppanuus.documents.days import plain_day
from kumppanuus.documents.model import Clause, Document, Fact, Section
from kumppanuus.documents.summary.wording import section_title
from kumppanuus.rounds import PaperLetter, Round
from kumppanuus.statements import Part
from kumppanuus.text import markup
from kumppanuus.text.markup import Block, Item, List, Paragraph, Run
from kumppanuus.text.numbering import slugify

_l = lazy_gettext

MANY = 40  # letters in one file: they are made while somebody waits, because no job may keep their codes

# The texts of a request by their columns, in the order they are read.
TEXTS: dict[str, Any] = {
    "background": _l("Tausta"),
    "aims": _l("Tavoitteet"),
    "attention": _l("Mihin toivomme vastausta"),
    "contact": _l("Lisätiedot"),
}


def letters(about: Round, printed: Sequence[PaperLetter], address: str) -> File:
    """Letters to print, one or several in one file. `address` is that of the page that takes number and code."""
    agreement, parts = about.agreement, statements.parts_of(about)
    language = model.Language(agreement.language.value)
    with force_locale(language.value):
        found = [_document(each, parts, address, language) for each in printed]
        if len(found) == 1:
            name = slugify("", f"{gettext('Kirje')} {printed[0].invitee.name}") or "kirje"
            return File(f"{name[:80].rstrip('-')}.pdf", pdf.MEDIA_TYPE, pdf.write(found[0]))
        title = gettext("Kirjeet kutsutuille: %(title)s", title=about.title)
        return File(
            f"kirjeet-{agreement.slug[:60]}-{about.number}.pdf",
            pdf.MEDIA_TYPE,
            pdf.bind(found, title=title, language=language),
        )


def _document(printed: PaperLetter, parts: list[Part], address: str, language: model.Language) -> Document:
    round_, name = printed.invitee.round, printed.invitee.name
    authority = round_.agreement.authority_name
    return Document(
        language=language,
        title=gettext("Pyydämme vastausta"),
        subtitle=name,
        status=gettext("Vastaa viimeistään %(day)s.", day=plain_day(round_.last_day)),
        header=authority,
        footer=gettext("Kirje %(number)s", number=printed.number),
        page_words=gettext("Sivu {page}/{pages}"),
        author=authority,
        made_at=now(),
        facts=(
            Fact(gettext("Mitä kysytään"), round_.title),
            Fact(gettext("Sopimus"), round_.agreement.title),
            *([Fact(gettext("Luonnos"), round_.edition.name)] if round_.edition else []),
        ),
        sections=(
            Section("answer", "nain-vastaat", "", gettext("Näin vastaat"), tuple(_ways(printed, address))),
            Section("request", "pyynto", "", gettext("Mitä pyydetään"), tuple(_request(round_, parts))),
        ),
    )


def _ways(printed: PaperLetter, address: str) -> Iterator[Clause]:
    steps = [
        (gettext("Avaa verkossa osoite"), address.removeprefix("https://")),
        (gettext("Kirjoita kirjeen numero"), printed.number),
        (gettext("Kirjoita koodi"), printed.code),
    ]
    items = tuple(
        Item((Paragraph((Run(f"{words}: "), Run(what, is_bold=True))),), number)
        for number, (words, what) in enumerate(steps, 1)
    )
    own = [
        gettext("Et tarvitse tunnuksia etkä sähköpostia. Pienet kirjaimet käyvät, ja viivat voi jättää pois."),
        gettext("Koodi on vain teille. Sillä voit jatkaa keskeneräistä vastausta ja korjata lähetettyä."),
        gettext("Vastaa vain niihin kohtiin, joista haluat sanoa jotakin."),
    ]
    yield Clause("online", "verkossa", "", gettext("Verkossa"), (List(items, is_ordered=True), *map(_said, own)))
    other = [
        gettext("Voit vastata myös puhelimessa tai paperilla. Vastauksesi kirjataan puolestasi."),
        gettext("Yhteystiedot ovat kohdassa Lisätiedot.") if printed.invitee.round.contact else "",
        gettext("Etkö aio vastata? Kerro sekin, niin emme muistuta."),
    ]
    yield Clause("other", "muuten", "", gettext("Ilman verkkoa"), tuple(map(_said, filter(None, other))))


def _request(round_: Round, parts: list[Part]) -> Iterator[Clause]:
    for column, name in TEXTS.items():
        if text := getattr(round_, column):
            yield Clause(column, column, "", str(name), markup.blocks(text))
    chapters = [section_title(part) for part in parts if part.chapter]
    yield Clause("chapters", "luvut", "", gettext("Mistä luvuista kysytään"), (_list(chapters),))
    for part in parts:
        if part.questions:
            title = gettext("Kysymykset: %(section)s", section=section_title(part))
            yield Clause(f"q{part.number}", f"kysymykset-{part.number}", "", title, (_list(_asked(part)),))


def _asked(part: Part) -> list[str]:
    return [question.text for question in part.questions]


def _list(lines: list[str]) -> Block:
    return List(tuple(Item((_said(each),)) for each in lines), is_ordered=False)


def _said(text: str) -> Block:
    return Paragraph((Run(text),))
