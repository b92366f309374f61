"""From an agreement to a document: what is printed of it, in the language of its text whoever reads the pages.

A document names the entry of the record that stands for its moment, by number and digest. `flask ledger verify --head
ADDRESS:NUMBER:DIGEST` tells later whether that still holds. The keywords of a file hold the three in this form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from babel.dates import format_date
from flask_babel import force_locale, get_locale, gettext, ngettext

from kumppanuus import agreements, ledger, progress
from kumppanuus.agreements import Agreement, AgreementKind, Chapter, Edition, Outline, Side, TextLanguage
from kumppanuus.approvals import Given
from kumppanuus.db import HELSINKI, helsinki_day, now, today
from kumppanuus.documents import comparison, docx_out, html, markdown, model, pdf
from kumppanuus.documents.comparison import compared_section, draft_words, is_final_text
from kumppanuus.documents.days import plain_day
from kumppanuus.documents.model import Document, Fact, Signatures, Signer, SignLine
from kumppanuus.documents.proposals import Proposals
from kumppanuus.errors import Refused
from kumppanuus.progress import ClauseStanding, Readiness, Standing
from kumppanuus.text import markup
from kumppanuus.text.numbering import elative, slugify


class Contents(StrEnum):
    """What goes into a document: a draft with the standing of its clauses, with what is proposed and said about it, or
    its bare text; what is signed; or what changed between two states of the text."""

    STATUS = "status"
    REDLINE = "redline"
    CLEAN = "clean"
    FINAL = "final"
    CHANGES = "changes"


class Format(StrEnum):
    """The forms a document is written in, by the suffix of the file."""

    WORD = "docx"
    PDF = "pdf"
    HTML = "html"
    MARKDOWN = "md"


_WRITERS: dict[Format, tuple[str, Callable[[Document], bytes]]] = {
    Format.WORD: ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx_out.write),
    Format.PDF: (pdf.MEDIA_TYPE, pdf.write),
    Format.HTML: ("text/html; charset=utf-8", html.write),
    Format.MARKDOWN: ("text/markdown; charset=utf-8", markdown.write),
}

# Suffix of a file → what it holds, as HTTP says it.
FORMATS: dict[str, str] = {f".{form.value}": mimetype for form, (mimetype, _write) in _WRITERS.items()}


BLANK = "…" * 15  # a line to write on
DIGEST_GROUP = 4
SHORT_DIGEST = 12


@dataclass(frozen=True)
class ExportMade(ledger.Event, kind="export.made"):
    """A document was made. `edition` is the draft it was made of, or the final text; empty if none has a name.

    Of changes, `since` and `edition` are the two states between which they were made, as they are called.
    """

    contents: Contents
    format: Format
    edition: str
    is_changed: bool
    since: str = ""


class NotReady(Refused):
    """A final document was asked for, but something is not agreed or not filled in. `field` is the choice."""


@dataclass(frozen=True)
class File:
    """A document as a file; the name holds ASCII letters, digits, full stops and hyphens only."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True)
class _Version:
    """Which state of the text a document shows."""

    contents: Contents
    edition: str
    is_changed: bool
    since: str = ""

    @property
    def is_final(self) -> bool:
        return self.contents is Contents.FINAL

    @property
    def words(self) -> str:
        if self.is_final:
            return str(gettext("Lopullinen"))
        if self.contents is Contents.CHANGES:
            return changes_words(self.since, self.edition)
        return draft_words(self.edition, is_changed=self.is_changed)


def export(
    agreement: Agreement, suffix: str, *, contents: Contents | None = None, since: str = "", until: str = ""
) -> bytes:
    """The agreement as a file; final if it is ready to sign and nothing else is asked for.

    Records nothing and freezes nothing: for the administrator, who can read the database anyway. The entry the file
    names is the last one there is. Refuses `NotReady`, and for changes `NoSuchState` and `SameState`.
    """
    found = progress.readiness(agreement)
    contents = contents or (Contents.FINAL if found.is_final else Contents.STATUS)
    if contents is Contents.FINAL and not found.is_final:
        raise NotReady(field="contents")
    head = ledger.head(agreement.id)
    assert head is not None, "its start is recorded"
    form = Format(suffix.removeprefix("."))
    with force_locale(agreement.language.value):
        if contents is Contents.CHANGES:
            version, text = _changes(agreement, form, since, until)
        else:
            version = _version(found.progress.outline, contents)
            text = _text(found, form, contents)
        document = _document(found, version, text, ledger.Recorded(head.length, head.head, now()))
        return _WRITERS[form][1](document)


def make(agreement: Agreement, form: Format, *, contents: Contents, by: UUID, since: str = "", until: str = "") -> File:
    """Record that a document was made, and make it. For a final one the text is frozen as an edition first.

    The entry that the file names is the one that records its making. `since` and `until` name the two states between
    which changes are wanted, as `comparison.state` takes them. Refuses like `export`.
    """
    agreements.lock(agreement.id)
    found = progress.readiness(agreement)
    if contents is Contents.FINAL and not found.is_final:
        raise NotReady(field="contents")
    with force_locale(agreement.language.value):
        if contents is Contents.CHANGES:
            version, text = _changes(agreement, form, since, until)
        else:
            text = _text(found, form, contents)
            if contents is Contents.FINAL:
                version = _Version(contents, final_edition(found.progress.outline, by=by).name, is_changed=False)
            else:
                version = _version(found.progress.outline, contents)
        event = ExportMade(
            contents=contents,
            format=form,
            edition=version.edition,
            is_changed=version.is_changed,
            since=version.since,
        )
        recorded = ledger.record(event, chain=agreement.id, by=by)
        mimetype, write = _WRITERS[form]
        document = _document(found, version, text, recorded)
        return File(_file_name(agreement, version, form), mimetype, write(document))


def write(document: Document, form: Format) -> tuple[str, bytes]:
    """A document as HTTP names its format, and its bytes."""
    mimetype, codec = _WRITERS[form]
    return mimetype, codec(document)


def changes_words(since: str, until: str) -> str:
    """A document of changes as it is called in the language in use: "Muutokset: luonnos 0.7 → nykyinen teksti"."""
    return str(gettext("Muutokset: %(since)s → %(until)s", since=since, until=until))


# ---------------------------------------------------------------- versions


def _version(whole: Outline, contents: Contents) -> _Version:
    """The draft that was named last, and whether the text has changed since. Texts that were once final are no
    drafts."""
    named = [each for each in agreements.editions(whole.agreement) if not is_final_text(each)]
    if contents is Contents.FINAL or not named:
        return _Version(contents, "", is_changed=False)
    is_changed = named[0].content_digest != agreements.content_digest(whole)
    return _Version(contents, named[0].name, is_changed=is_changed)


def final_edition(whole: Outline, *, by: UUID) -> Edition:
    """The edition of the final text; a new one unless this very text was frozen as final last."""
    named = agreements.editions(whole.agreement)
    if named and is_final_text(named[0]) and named[0].content_digest == agreements.content_digest(whole):
        return named[0]
    taken = {each.name for each in named}
    name = unnumbered = gettext("lopullinen %(day)s", day=plain_day(today()))
    number = 1
    while name in taken:
        number += 1
        name = f"{unnumbered} ({number})"
    return agreements.freeze(whole.agreement, name, by=by)


def _file_name(agreement: Agreement, version: _Version, form: Format) -> str:
    """A name that says what the file is, in signs every system takes: `kumppanuussopimus-luonnos-0.8.docx`."""
    parts = [slugify("", agreement.title) or "sopimus"]
    if version.contents is Contents.CHANGES:
        parts += [gettext("muutokset"), version.since, version.edition]
    elif version.is_final:
        parts.append(version.edition)
    elif version.edition and not version.is_changed:
        parts.append(draft_words(version.edition, is_changed=False))
    else:
        parts += [gettext("Luonnos"), plain_day(today())]
    if version.contents is Contents.CLEAN:
        parts.append(gettext("teksti"))
    if version.contents is Contents.REDLINE:
        parts.append(gettext("muutosehdotukset"))
    pieces = (".".join(filter(None, (slugify("", piece) for piece in part.split(".")))) for part in parts)
    return f"{'-'.join(filter(None, pieces))}.{form.value}"


# ---------------------------------------------------------------- the tree


@dataclass(frozen=True)
class _Text:
    """The text of a document: its sections and annexes."""

    sections: tuple[model.Section, ...]
    annexes: tuple[model.Section, ...]


def _text(found: Readiness, form: Format, contents: Contents) -> _Text:
    """The text of today, with what else the document is to tell."""
    whole = found.progress.outline
    clauses = _Clauses(found, form, contents)
    return _Text(tuple(map(clauses.section, whole.chapters)), tuple(map(clauses.section, whole.annexes)))


def _changes(agreement: Agreement, form: Format, since: str, until: str) -> tuple[_Version, _Text]:
    """What changed between two states of the text."""
    old, new = comparison.state(agreement, since), comparison.state(agreement, until, field="until")
    compared = comparison.compare(old, new)
    sections = [(each.chapter.is_annex, compared_section(each, is_tracked=form is Format.WORD)) for each in compared]
    text = _Text(
        tuple(section for is_annex, section in sections if not is_annex),
        tuple(section for is_annex, section in sections if is_annex),
    )
    return _Version(Contents.CHANGES, new.name, is_changed=False, since=old.name), text


def _document(found: Readiness, version: _Version, text: _Text, recorded: ledger.Recorded) -> Document:
    agreement = found.progress.agreement
    number, digest, made_at = recorded
    status = f"{version.words}, {_day(made_at)}."
    head = f"{agreement.slug}:{number}:{digest}"
    return Document(
        language=model.Language(agreement.language.value),
        title=agreement.title,
        subtitle=gettext("%(authority)s ja alueen järjestöt", authority=agreement.authority_name),
        status=status if version.is_final else f"{status} {gettext('Ei allekirjoitettavaksi.')}",
        header=f"{agreement.title} – {version.words}",
        footer=gettext(
            "Tapahtuma %(number)s, tiiviste %(digest)s", number=number, digest=_grouped(digest[:SHORT_DIGEST])
        ),
        page_words=gettext("Sivu {page}/{pages}"),
        author=agreement.authority_name,
        made_at=made_at,
        sections=text.sections,
        annexes=text.annexes,
        signatures=_signatures(agreement, is_final=version.is_final),
        facts=tuple(_facts(found, version, number, digest, made_at)),
        contents_title=gettext("Sisällys"),
        mark=None if version.is_final else gettext("LUONNOS"),
        keywords=(head,),
        source=model.Source(agreement.id.hex, head, version.contents.value),
    )


def _facts(found: Readiness, version: _Version, number: int, digest: str, made_at: datetime) -> list[Fact]:
    agreement = found.progress.agreement
    facts = [Fact(gettext("Päiväys"), gettext("%(day)s klo %(time)s", day=_day(made_at), time=_clock(made_at)))]
    if agreement.case_number:
        facts.insert(0, Fact(gettext("Asianumero"), agreement.case_number))
    if version.contents is Contents.STATUS:
        facts.append(Fact(gettext("Tilanne"), _agreed_words(found)))
    facts.append(Fact(gettext("Tapahtuma"), f"{agreement.slug}:{number}"))
    facts.append(Fact(gettext("Tiiviste"), _grouped(digest)))
    return facts


def _agreed_words(found: Readiness) -> str:
    tally = found.progress.tally()
    is_finnish = found.progress.agreement.language is TextLanguage.FI
    facts = {"whole_from": elative(tally.total) if is_finnish else str(tally.total)}
    said = ngettext(
        "%(num)s kohta %(whole_from)s sovittu", "%(num)s kohtaa %(whole_from)s sovittu", tally.agreed, **facts
    )
    return str(said)


class _Clauses:
    """Writes sections and clauses; every word is looked up once, however many clauses there are."""

    def __init__(self, found: Readiness, form: Format, contents: Contents) -> None:
        self._progress = found.progress
        agreement = found.progress.agreement
        self._annex = gettext("Liite %(number)s")
        self._with_status = contents is Contents.STATUS
        self._is_tracked = form is Format.WORD
        self._proposals = Proposals(found.progress) if contents is Contents.REDLINE else None
        self._standings = standing_words(agreement)
        self._sides = side_words(agreement)
        self._given = {
            Side.AUTHORITY: gettext("Hyväksynyt %(day)s"),
            Side.ORGANISATIONS: gettext("Hyväksyneet %(day)s"),
        }
        self._missing = gettext("Ei vielä hyväksytty")

    def section(self, chapter: Chapter) -> model.Section:
        clauses = self._additions(chapter.id)
        for each in self._progress.in_chapter(chapter):
            clauses += [self._clause(each), *self._additions(each.id)]
        return model.Section(
            id=chapter.id.hex,
            anchor=f"liite-{chapter.label}" if chapter.is_annex else f"luku-{chapter.label}",
            number=self._annex % {"number": chapter.label} if chapter.is_annex else chapter.label,
            title=chapter.title,
            clauses=tuple(clauses),
        )

    def _additions(self, place_id: UUID) -> list[model.Clause]:
        return self._proposals.additions(place_id, is_tracked=self._is_tracked) if self._proposals else []

    def _clause(self, each: ClauseStanding) -> model.Clause:
        placed = each.placed
        status = model.Status(each.standing.value, self._standings[each.standing]) if self._with_status else None
        clause = model.Clause(
            id=placed.id.hex,
            anchor=placed.anchor,
            number=placed.label,
            title=placed.title,
            blocks=markup.blocks(placed.version.text),
            status=status,
            sign_lines=tuple(self._line(side, each.approvals.get(side)) for side in Side) if self._with_status else (),
            version=placed.version.id.hex,
        )
        if self._proposals:
            return (self._proposals.tracked if self._is_tracked else self._proposals.noted)(clause, placed)
        return clause

    def _line(self, side: Side, given: Given | None) -> SignLine:
        if given is None:
            return SignLine(self._sides[side], None, self._missing)
        words = self._given[side] % {"day": plain_day(given.given_at)}
        return SignLine(self._sides[side], given.given_by.name, words)


def standing_words(agreement: Agreement) -> Mapping[Standing, str]:
    """How clauses stand, in words of the language in use."""
    is_municipal = agreement.kind is AgreementKind.MUNICIPAL_DOCUMENT
    return {
        Standing.AGREED: gettext("Sovittu"),
        Standing.HALF_AUTHORITY: gettext("Kunta hyväksynyt") if is_municipal else gettext("Hyvinvointialue hyväksynyt"),
        Standing.HALF_ORGANISATIONS: gettext("Järjestöt hyväksyneet"),
        Standing.CHANGE: gettext("Muutosehdotus"),
        Standing.COMMENT: gettext("Kommentoitavana"),
        Standing.REOPENED: gettext("Avattu uudelleen"),
        Standing.DRAFT: gettext("Luonnos"),
    }


def side_words(agreement: Agreement) -> Mapping[Side, str]:
    """The two sides, in words of the language in use."""
    is_municipal = agreement.kind is AgreementKind.MUNICIPAL_DOCUMENT
    authority = gettext("Kunta") if is_municipal else gettext("Hyvinvointialue")
    return {Side.AUTHORITY: authority, Side.ORGANISATIONS: gettext("Järjestöt")}


# ---------------------------------------------------------------- signatures


def _signatures(agreement: Agreement, *, is_final: bool) -> Signatures | None:
    """The signature text of the agreement; of a final one that has none, one line for each side.

    A paragraph that begins with the name of a party begins its signature, and the next one says who signs.
    """
    text = agreement.signature_text
    if is_final:
        text = _blanked(text or _usual_signatures(agreement))
    if not text:
        return None
    parts = [part.strip().split("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    parties = [agreement.authority_name, agreement.body_name]
    above: list[str] = []
    below: list[str] = []
    signers: list[Signer] = []
    while parts:
        first, *names = part = parts.pop(0)
        party = _party(first, parties)
        if party is not None:
            parties.remove(party)
            if not names and parts and _party(parts[0][0], parties) is None:
                names = parts.pop(0)
            signers.append(Signer(first, tuple(names)))
        else:
            (below if signers else above).append("\n".join(part))
    return Signatures(gettext("Allekirjoitukset"), tuple(signers), tuple(above), tuple(below))


def _party(line: str, parties: list[str]) -> str | None:
    return next((party for party in parties if line.casefold().startswith(party.casefold())), None)


def _usual_signatures(agreement: Agreement) -> str:
    who = gettext("[nimi], [tehtävänimike]")
    where = gettext("Paikka ja aika: [paikka], [päivä]")
    return f"{where}\n\n{agreement.authority_name}\n\n{who}\n\n{agreement.body_name}\n\n{who}"


def _blanked(text: str) -> str:
    """The text with a line to write on in the place of each placeholder, and after it what is to be written there."""
    for hole in reversed(markup.placeholders(text)):
        text = f"{text[: hole.start]}{BLANK} ({hole.text}){text[hole.end :]}"
    return text


# ---------------------------------------------------------------- days and digests


def _day(moment: datetime) -> str:
    return format_date(helsinki_day(moment), "ccc d.M.y", locale=get_locale())


def _clock(moment: datetime) -> str:
    local = moment.astimezone(HELSINKI)
    return f"{local.hour}.{local.minute:02d}" if local.minute else f"{local.hour}"


def _grouped(digest: str) -> str:
    """A digest in groups, as people can read it out and compare it."""
    return " ".join(digest[at : at + DIGEST_GROUP] for at in range(0, len(digest), DIGEST_GROUP))
