"""An answer to a round as a document: whose it is, how it came, and what it says, section by section.

It is written in the language of the agreement, a letter in that of its receiver, and shows what members see of an
answer: nothing that was hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import force_locale, gettext, lazy_gettext

from kumppanuus import statements
from kumppanuus.agreements import Placed
from kumppanuus.comments import CommentKind
from kumppanuus.db import now
from kumppanuus.documents import model
from kumppanuus.documents.assemble import File, Format, write
from kumppanuus.documents.days import plain_day
from kumppanuus.documents.model import Document, Fact
from kumppanuus.rounds import RoundKind
from kumppanuus.statements import Channel, Disposition, On, Part, Place, Remark, Said, Stance, Statement
from kumppanuus.text import markup
from kumppanuus.text.markup import Block, Paragraph, Run
from kumppanuus.text.numbering import slugify

_l = lazy_gettext

CHANNELS: dict[Channel, Any] = {
    Channel.WEB: _l("Verkossa"),
    Channel.EMAIL: _l("Sähköpostilla"),
    Channel.PHONE: _l("Puhelimessa"),
    Channel.PAPER: _l("Paperilla"),
    Channel.MEETING: _l("Kokouksessa"),
}

STANCES: dict[Stance, Any] = {
    Stance.SUPPORTS: _l("Kannatan"),
    Stance.SUPPORTS_WITH_REMARKS: _l("Kannatan huomautuksin"),
    Stance.OPPOSES: _l("En kannata"),
    Stance.NOTHING_TO_STATE: _l("Ei lausuttavaa"),
}

DISPOSITIONS: dict[Disposition, Any] = {
    Disposition.ACCEPTED: _l("Otetaan huomioon"),
    Disposition.ACCEPTED_IN_PART: _l("Otetaan osittain huomioon"),
    Disposition.NOT_ACCEPTED: _l("Ei oteta huomioon"),
    Disposition.NO_ACTION_NEEDED: _l("Ei vaadi toimia"),
}

_KINDS: dict[CommentKind, Any] = {
    CommentKind.SUPPORT: _l("Kannatan"),
    CommentKind.QUESTION: _l("Kysymys"),
    CommentKind.CONCERN: _l("Huoli"),
}


def make(statement: Statement, form: Format) -> File:
    """An answer that was sent as a file. Records nothing: it changes nothing and shows what its page shows."""
    language = model.Language(statement.round.agreement.language.value)
    with force_locale(language.value):
        mimetype, content = write(_document(statement, language), form)
        name = slugify("", f"{_kind(statement)} {whose_is(statement)}") or "vastaus"
        return File(f"{name[:80].rstrip('-')}.{form.value}", mimetype, content)


def told(statement: Statement, language: model.Language, parts: Sequence[Part] | None = None) -> Document:
    """An answer with what came of each thing it says, also where that is nothing yet, for a letter. `parts` are those
    of its round, where they were read already."""
    return _document(statement, language, parts, is_letter=True)


def _document(
    statement: Statement, language: model.Language, parts: Sequence[Part] | None = None, *, is_letter: bool = False
) -> Document:
    whose = whose_is(statement)
    round_ = statement.round
    agreement, title = round_.agreement, f"{_kind(statement)}: {round_.title}"
    return Document(
        language=language,
        title=title,
        subtitle=whose,
        status=agreement.title,
        header=title,
        footer=whose,
        page_words=gettext("Sivu {page}/{pages}"),
        author=whose,
        made_at=now(),
        sections=tuple(_sections(statement, parts or statements.parts_of(round_), is_letter=is_letter)),
        facts=tuple(_facts(statement)),
    )


def _kind(statement: Statement) -> str:
    is_consultation = statement.round.kind is RoundKind.CONSULTATION
    return str(gettext("Lausunto") if is_consultation else gettext("Vastaus"))


def whose_is(statement: Statement) -> str:
    """Whose answer it is, in words."""
    return statements.name_of(statement) or statement.giver_name or str(gettext("Nimetön vastaaja"))


def _facts(statement: Statement) -> Iterator[Fact]:
    yield Fact(gettext("Sopimus"), statement.round.agreement.title)
    if statement.round.edition is not None:
        yield Fact(gettext("Luonnos"), statement.round.edition.name)
    if statement.sent_at is not None:
        yield Fact(gettext("Annettu"), plain_day(statement.sent_at))
    if statement.corrected_at is not None:
        yield Fact(gettext("Korjattu"), plain_day(statement.corrected_at))
    if statement.channel is not Channel.WEB:
        yield Fact(gettext("Kanava"), str(CHANNELS[statement.channel]))
    if statement.people:
        yield Fact(gettext("Ihmisiä vastauksen takana"), str(statement.people))


def _sections(statement: Statement, parts: Sequence[Part], *, is_letter: bool) -> Iterator[model.Section]:
    if statement.hidden_at is not None:
        return
    said = {
        statements.place_of(each): each
        for each in statement.remarks
        if each.sent_at is not None and each.withdrawn_at is None and each.hidden_at is None
    }
    for part in parts:
        places = [place for place in part.places if place in said]
        clauses = tuple(_clause(part, place, said[place], is_letter=is_letter) for place in places)
        if clauses:
            yield _section(part, clauses)


def _section(part: Part, clauses: tuple[model.Clause, ...]) -> model.Section:
    chapter = part.chapter
    if chapter is None:
        return model.Section("whole", "koko-sopimus", "", gettext("Koko sopimus"), clauses)
    number = gettext("Liite %(number)s", number=chapter.label) if chapter.is_annex else chapter.label
    anchor = f"liite-{chapter.label}" if chapter.is_annex else f"luku-{chapter.label}"
    return model.Section(chapter.id.hex, anchor, number, chapter.title, clauses)


def _clause(part: Part, place: Place, remark: Remark, *, is_letter: bool) -> model.Clause:
    placed = next((each for each in part.clauses if each.id == place.id), None)
    question = next((each.text for each in part.questions if each.id == place.id), "")
    whole = gettext("Koko luku") if part.chapter else gettext("Koko sopimuksesta")
    title = placed.title if placed else question or whole
    return model.Clause(
        id=remark.id.hex,
        anchor=f"vastaus-{remark.id.hex}",
        number=placed.label if placed and place.on is On.CLAUSE else "",
        title=title,
        blocks=tuple(_blocks(statements.said_in(remark), placed)),
        notes=tuple(_outcome(remark, is_letter=is_letter)),
    )


def _outcome(remark: Remark, *, is_letter: bool) -> Iterator[model.Note]:
    """What came of a remark, once that is released; a letter says so too where nothing has."""
    if remark.disposition is not None:
        words = gettext("Ratkaisu: %(words)s.", words=DISPOSITIONS[remark.disposition])
        yield model.Note(words, gettext("Perustelu: %(reason)s", reason=remark.reason))
    elif is_letter:
        yield model.Note(gettext("Tähän ei ole vielä vastattu."), "")


def _blocks(said: Said, placed: Placed | None) -> Iterator[Block]:
    chosen = STANCES[said.stance] if said.stance else _KINDS[said.kind] if said.kind else None
    if chosen is not None:
        yield Paragraph((Run(str(chosen), is_bold=True),))
    yield from _paragraphs(said.text)
    if said.wording and placed is not None:
        yield Paragraph((Run(gettext("Ehdotus uudeksi tekstiksi:"), is_italic=True),))
        if said.title and said.title != placed.title:
            yield Paragraph((Run(said.title, is_bold=True),))
        yield from markup.blocks(said.wording)


def _paragraphs(text: str) -> Iterator[Block]:
    """What a person wrote, as it was typed: it is no markup."""
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield Paragraph((Run(paragraph.strip()),))
