"""Screen: what an agreement still misses before it can be signed, and the making of documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import force_locale, gettext, lazy_gettext, ngettext
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice

from kumppanuus import accounts, agreements, ledger, limits, progress
from kumppanuus.agreements import Agreement, Chapter, Placed
from kumppanuus.db import helsinki_day
from kumppanuus.documents import assemble, comparison
from kumppanuus.documents.archive import ArchiveMade
from kumppanuus.documents.assemble import Contents, ExportMade, Format
from kumppanuus.errors import Refused
from kumppanuus.progress import ClauseStanding, Readiness
from kumppanuus.web import language, words
from kumppanuus.web.forms import Chosen, Form
from kumppanuus.web.reading import address, text_language
from kumppanuus.web.screen import Screen, attachment, may, me, retry, show

screen = Screen("documents", __name__)

_l = lazy_gettext

EARLIER = 10  # documents the page tells of
LONG_LIST = 12  # more clauses than this push the form out of sight


class ExportForm(Form):
    """What goes into a document, and in which form it is written."""

    contents = RadioField(
        _l("Mitä asiakirjaan tulee?"),
        [Chosen(_l("Valitse, mitä asiakirjaan tulee"))],
        choices=[
            SelectChoice(Contents.STATUS.value, _l("Luonnos ja kohtien tilanne")),
            SelectChoice(Contents.REDLINE.value, _l("Luonnos, muutosehdotukset ja kommentit")),
            SelectChoice(Contents.CLEAN.value, _l("Pelkkä teksti")),
            SelectChoice(Contents.FINAL.value, _l("Lopullinen sopimus allekirjoitettavaksi")),
        ],
    )
    format = RadioField(
        _l("Tiedostomuoto"),
        [Chosen(_l("Valitse tiedostomuoto"))],
        choices=[
            SelectChoice(Format.WORD.value, _l("Word")),
            SelectChoice(Format.PDF.value, _l("PDF")),
            SelectChoice(Format.HTML.value, _l("Verkkosivu")),
            SelectChoice(Format.MARKDOWN.value, _l("Markdown")),
        ],
    )


class ChangesForm(Form):
    """The two states of the text between which changes are marked."""

    since = SelectField(_l("Vanhempi teksti"), [Chosen(_l("Valitse vanhempi teksti"))])
    until = SelectField(_l("Uudempi teksti"), [Chosen(_l("Valitse uudempi teksti"))])

    def __init__(self, agreement: Agreement, **rest: Any) -> None:
        super().__init__(**rest)
        self.since.choices = self.until.choices = _states(agreement)

    @property
    def is_offered(self) -> bool:
        """Whether there is more than one state to choose from."""
        return sum(map(len, self.since.choices.values())) > 1


@dataclass(frozen=True)
class ClauseLink:
    """A clause by its number and title, with how it stands as a glyph and in hidden words."""

    url: str
    key: str
    name: str
    standing: str
    lang: str | None


@dataclass(frozen=True)
class Check:
    """One row of what is missing: whether it is in order, in words, and what it is about."""

    is_ok: bool
    words: str
    more: str = ""
    clauses: list[ClauseLink] = field(default_factory=list)
    link: tuple[str, str] | None = None


@dataclass(frozen=True)
class Made:
    """A document that was made earlier."""

    at: datetime
    when: str
    words: str
    who: str


@screen.page("/sopimukset/<agreement>/viennit", may="agreement.read")
def index(agreement: Agreement) -> str:
    return _page(agreement)


@screen.deed("/sopimukset/<agreement>/viennit", may="export.make", keeps_key=True)
def make(agreement: Agreement) -> Response:
    """Answer the file itself. The key of the form stays good: another press makes another file, which harms nobody."""
    form = ExportForm()
    if not form.validate():
        return _again(agreement, form)
    wanted = {"form": Format(form.format.data), "contents": Contents(form.contents.data)}
    return _made(agreement, form, wanted)


@screen.deed("/sopimukset/<agreement>/viennit/muutokset", may="export.make", keeps_key=True)
def compare(agreement: Agreement) -> Response:
    """Answer a Word file in which what changed between two states of the text is tracked."""
    form = ChangesForm(agreement)
    if not form.validate():
        return _again(agreement, form)
    states = {"since": form.since.data, "until": form.until.data}
    return _made(agreement, form, {"form": Format.WORD, "contents": Contents.CHANGES, **states})


def _made(agreement: Agreement, form: Form, wanted: dict[str, Any]) -> Response:
    try:
        limits.spend(f"export:{me().id}", limits.EXPORT)
        file = assemble.make(agreement, by=me().id, **wanted)
    except Refused as refusal:
        form.refuse(refusal)
        return _again(agreement, form, refusal)
    return attachment(file.name, file.mimetype, file.content)


def refused(agreement: Agreement, refusal: Refused) -> Response:
    """The page again, when something beside its forms was refused."""
    form = ExportForm(formdata=None, data={"contents": Contents.STATUS.value, "format": Format.WORD.value})
    form.refuse(refusal)
    return _again(agreement, form, refusal)


def _again(agreement: Agreement, form: Form, refusal: Refused | None = None) -> Response:
    # Never by htmx, which cannot take a file.
    return retry(lambda: _page(agreement, form), lambda: _page(agreement, form), refusal)


def _page(agreement: Agreement, refused: Form | None = None) -> str:
    found = progress.readiness(agreement)
    if isinstance(refused, ExportForm):
        form = refused
    else:
        usual = Contents.FINAL if found.is_final else Contents.STATUS
        form = ExportForm(formdata=None, data={"contents": usual.value, "format": Format.WORD.value})
    if isinstance(refused, ChangesForm):
        changes = refused
    else:
        changes = ChangesForm(agreement, formdata=None)
        older = [key for choices in changes.since.choices.values() for key, _words in choices if key != comparison.NOW]
        changes.since.data, changes.until.data = next(iter(older), comparison.NOW), comparison.NOW
    tally = found.progress.tally()
    left = len(found.not_agreed)
    return show(
        "documents/page.html",
        section="agreement",
        address=address(agreement),
        heading=gettext("Tee asiakirja") if may("export.make") else gettext("Sopimuksen valmius"),
        news=ngettext("%(num)s kohta on vielä sopimatta", "%(num)s kohtaa on vielä sopimatta", left) if left else "",
        lead=_lead(found),
        tally=tally,
        tally_words=language.count_of(tally.agreed, tally.total),
        checks=list(_checks(agreement, found)),
        form=form,
        changes=changes,
        refused=refused or form,
        is_final=found.is_final,
        is_long=left > LONG_LIST,
        earlier=_earlier(agreement),
    )


def _states(agreement: Agreement) -> dict[str, list[tuple[str, str]]]:
    """The states of the text by what they are: today's, editions, documents made of it, days on which it changed."""
    with force_locale(agreement.language.value):  # editions are named in the language of the text
        named = [(each, comparison.edition_words(each)) for each in agreements.editions(agreement)]
    editions = [(str(each.id), f"{name}, {language.plain_day(helsinki_day(each.frozen_at))}") for each, name in named]
    made = ledger.entries(agreement.id, kinds=[ExportMade.kind], most=EARLIER)
    documents = [
        (str(each.number), f"{words.document(each.facts)}, {language.plain_day(helsinki_day(each.at))}")
        for each in made
        if each.facts["contents"] != Contents.CHANGES
    ]
    days = [(str(day.number), language.day(helsinki_day(day.at))) for day in comparison.days(agreement)]
    groups = {
        gettext("Nyt"): [(comparison.NOW, gettext("Nykyinen teksti"))],
        gettext("Nimetyt luonnokset"): editions,
        gettext("Teksti päivän lopussa"): days,
        gettext("Teksti, josta asiakirja tehtiin"): documents,
    }
    return {group: choices for group, choices in groups.items() if choices}


def _lead(found: Readiness) -> str:
    if found.is_final:
        return gettext("Sopimus on valmis allekirjoitettavaksi.")
    missing = gettext("Sopimus ei ole vielä valmis allekirjoitettavaksi.")
    return f"{missing} {gettext('Voit tehdä luonnoksen jo nyt.')}" if may("export.make") else missing


# ---------------------------------------------------------------- what is missing


def _checks(agreement: Agreement, found: Readiness) -> Iterable[Check]:
    yield _clauses_check(agreement, found)
    if found.progress.outline.annexes:
        yield _annexes_check(agreement, found)
    if found.removals:
        yield _removals_check(agreement, found)
    yield _blanks_check(agreement, found)
    yield from _structure_checks(agreement, found)
    yield _facts_check(agreement, found)
    yield _suggestions_check(agreement, found)
    yield _questions_check(agreement, found)


def _clauses_check(agreement: Agreement, found: Readiness) -> Check:
    missing = [each for each in found.not_agreed if not each.placed.is_annex]
    if missing:
        said = ngettext("%(num)s kohta on sopimatta", "%(num)s kohtaa on sopimatta", len(missing))
        return Check(False, said, clauses=_links(agreement, missing))
    if not found.progress.tally().total:
        return Check(False, gettext("Sopimuksessa ei ole vielä kohtia"))
    return Check(True, gettext("Kaikki kohdat on sovittu"))


def _annexes_check(agreement: Agreement, found: Readiness) -> Check:
    missing = [each for each in found.not_agreed if each.placed.is_annex]
    if missing:
        said = ngettext("Liitteistä %(num)s kohta on sopimatta", "Liitteistä %(num)s kohtaa on sopimatta", len(missing))
        return Check(False, said, clauses=_links(agreement, missing))
    return Check(True, gettext("Liitteet on sovittu"))


def _removals_check(agreement: Agreement, found: Readiness) -> Check:
    said = ngettext(
        "%(num)s kohdan poistaminen odottaa hyväksyntää.",
        "%(num)s kohdan poistaminen odottaa hyväksyntää.",
        len(found.removals),
    )
    more = gettext("Siihen tarvitaan molempien osapuolten hyväksyntä.")
    return Check(False, said, more, clauses=_links(agreement, found.removals, _titles_of(found.removals, found)))


def _titles_of(removed: Iterable[ClauseStanding], found: Readiness) -> dict[UUID, str]:
    """The titles that removed clauses had when a side approved them."""
    return {
        each.id: approval.version.title
        for each in removed
        for approval in found.progress.approvals.get(each.id, ())
        if not approval.version.is_removal
    }


def _blanks_check(agreement: Agreement, found: Readiness) -> Check:
    count = len(found.blanks)
    if not count:
        return Check(True, gettext("Tekstistä ei puutu tietoja"))
    said = ngettext("%(num)s tieto puuttuu tekstistä", "%(num)s tietoa puuttuu tekstistä", count)
    link = (f"{address(agreement)}/taytettavat", gettext("Täytä puuttuvat tiedot")) if may("clause.write") else None
    return Check(False, said, link=link)


def _structure_checks(agreement: Agreement, found: Readiness) -> Iterable[Check]:
    link = (f"{address(agreement)}/muokkaus", gettext("Muokkaa rakennetta")) if may("clause.write") else None
    if found.blank_titles:
        count = len(found.blank_titles)
        said = ngettext("%(num)s otsikosta puuttuu tieto", "%(num)s otsikosta puuttuu tieto", count)
        names = [
            words.section_title(part) if isinstance(part, Chapter) else words.clause_title(part)
            for part in found.blank_titles
        ]
        yield Check(False, said, ", ".join(names), link=link)
    if found.empty:
        names = [words.section_title(chapter) for chapter in found.empty]
        yield Check(False, gettext("Luvusta tai liitteestä puuttuu teksti"), ", ".join(names), link=link)


def _facts_check(agreement: Agreement, found: Readiness) -> Check:
    link = (f"{address(agreement)}/tiedot", gettext("Muuta sopimuksen tietoja")) if may("agreement.write") else None
    if found.blank_facts:
        return Check(False, gettext("Osapuolten tiedoista puuttuu jotakin"), link=link)
    if not agreement.case_number:
        said = gettext("Asianumeroa ei ole annettu. Se ei ole pakollinen.")
        return Check(True, gettext("Osapuolten tiedot on täytetty"), said, link=link)
    return Check(True, gettext("Osapuolten tiedot on täytetty"))


def _suggestions_check(agreement: Agreement, found: Readiness) -> Check:
    count = len(found.open_suggestions)
    if not count:
        return Check(True, gettext("Kaikkiin muutosehdotuksiin on vastattu"))
    said = ngettext("%(num)s muutosehdotus odottaa vastausta.", "%(num)s muutosehdotusta odottaa vastausta.", count)
    harmless = gettext("Ne eivät estä allekirjoittamista.")
    link = (f"{address(agreement)}/muutosehdotukset", gettext("Avaa muutosehdotukset"))
    return Check(False, said, harmless, link=link)


def _questions_check(agreement: Agreement, found: Readiness) -> Check:
    count, late = len(found.open_questions), found.late_questions
    if not count:
        return Check(True, gettext("Avoimia kysymyksiä ei ole"))
    said = ngettext("%(num)s kysymys on avoinna.", "%(num)s kysymystä on avoinna.", count)
    more = ngettext("Niistä yksi on myöhässä.", "Niistä %(num)s on myöhässä.", late) if late else ""
    harmless = gettext("Ne eivät estä allekirjoittamista.")
    link = (f"{address(agreement)}/kysymykset", gettext("Avaa kysymykset"))
    return Check(False, said, f"{more} {harmless}".strip(), link=link)


def _links(
    agreement: Agreement, standings: Iterable[ClauseStanding], titles: Mapping[UUID, str] | None = None
) -> list[ClauseLink]:
    """Links by number and title; by one of `titles`, where the clause is out of the text."""
    known, lang = words.standings(agreement), text_language(agreement)
    return [
        ClauseLink(
            url=f"/kohdat/{each.id}",
            key=each.standing.value,
            name=(titles or {}).get(each.id) or _name(each.placed),
            standing=known[each.standing],
            lang=lang,
        )
        for each in standings
    ]


def _name(placed: Placed) -> str:
    # The number of a clause without a title says little; the title of its section tells what it is about.
    name = words.clause_title(placed)
    return name if placed.title or not placed.label else f"{name} ({placed.section.title})"


def _earlier(agreement: Agreement) -> list[Made]:
    entries = ledger.entries(agreement.id, kinds=[ExportMade.kind, ArchiveMade.kind], most=EARLIER)
    names = accounts.names({entry.actor_id for entry in entries if entry.actor_id})
    made = []
    for entry in entries:
        when = language.full_moment(entry.at)
        who = names.get(entry.actor_id, "") if entry.actor_id else ""
        said = gettext("Arkisto") if entry.kind == ArchiveMade.kind else words.document(entry.facts)
        made.append(Made(entry.at, f"{when[:1].upper()}{when[1:]}", said, who))
    return made
