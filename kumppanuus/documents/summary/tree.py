"""A summary as a tree, in the language of the agreement: six sections, and everything that was said as an annex.

What is counted is counted anew each time; what a person wrote stands beside it. Codecs and pages add no word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from flask_babel import get_locale, gettext, ngettext

from kumppanuus import summaries
from kumppanuus.db import now
from kumppanuus.documents import model
from kumppanuus.documents.answers import CHANNELS, DISPOSITIONS
from kumppanuus.documents.comparison import edition_words
from kumppanuus.documents.days import plain_day
from kumppanuus.documents.model import Clause, Document, Fact, Section
from kumppanuus.documents.summary.gathering import Changed, Gathered
from kumppanuus.documents.summary.wording import answer_words, kind_words, place_title, section_title
from kumppanuus.rounds import Round, RoundKind
from kumppanuus.statements import Disposition
from kumppanuus.summaries import Outcome, Place, Told
from kumppanuus.text import markup
from kumppanuus.text.diff import diff
from kumppanuus.text.markup import Block, Item, List, Paragraph, Run, Runs, Table

ANNEX = "said"
ANNEX_WIDTHS = (8, 9, 5, 16, 6, 14)


def document(found: Gathered, *, on: date | None = None, number: int = 1, has_annex: bool = True) -> Document:
    """The summary as a document: published `on` a day for the `number`-th time, or a draft if there is no day.

    Its annex holds everything that was said; a page that does not show it does without.
    """
    about = found.round
    agreement, title = about.agreement, title_of(found)
    if on is None:
        status = gettext("Luonnos. Yhteenvetoa ei ole julkaistu.")
    elif number > 1:
        status = gettext("Julkaistu %(day)s. Julkaisu %(number)s.", day=plain_day(on), number=number)
    else:
        status = gettext("Julkaistu %(day)s.", day=plain_day(on))
    return Document(
        language=model.Language(agreement.language.value),
        title=title,
        subtitle=f"{kind_of(about)}: {about.title}",
        status=status,
        header=f"{agreement.title} – {kind_of(about)}",
        footer=agreement.title,
        page_words=gettext("Sivu {page}/{pages}"),
        author=agreement.authority_name,
        made_at=now(),
        sections=tuple(sections(found)),
        annexes=(_annex(found),) if has_annex else (),
        facts=tuple(_facts(found)),
        contents_title=gettext("Sisällys"),
        mark=gettext("LUONNOS") if on is None else None,
    )


def title_of(found: Gathered) -> str:
    """The heading a coordinator wrote, else the news of the round, else what it is."""
    return found.text(summaries.HEADING) or found.round.headline or kind_of(found.round)


def kind_of(about: Round) -> str:
    """What the summary is: of statements or of comments."""
    if about.kind is RoundKind.CONSULTATION:
        return str(gettext("Lausuntoyhteenveto"))
    return str(gettext("Kommenttien yhteenveto"))


def _facts(found: Gathered) -> Iterator[Fact]:
    about, counts = found.round, found.counts
    yield Fact(gettext("Sopimus"), about.agreement.title)
    if about.agreement.case_number:
        yield Fact(gettext("Asianumero"), about.agreement.case_number)
    if about.opened_at is not None:
        until = plain_day(about.closed_at or about.last_day)
        yield Fact(gettext("Kierros oli avoinna"), f"{plain_day(about.opened_at)}–{until}")
    yield Fact(gettext("Vastauksia"), str(counts.statements))
    yield Fact(gettext("Kommentteja"), str(counts.whole.remarks))
    yield Fact(gettext("Vastaamatta"), str(counts.unanswered))


# ---------------------------------------------------------------- sections


def sections(found: Gathered) -> Iterator[Section]:
    """The six sections. The id of each is the key of what a person writes to introduce it; that of a clause in the
    fourth is the key of its main lines."""
    made = (
        (summaries.REQUEST, gettext("Pyyntö ja aika"), _request(found)),
        (summaries.RESPONDENTS, gettext("Vastaajat"), _respondents(found)),
        (summaries.OBSERVATIONS, gettext("Yleiset huomiot"), _observations(found)),
        (summaries.SECTIONS, gettext("Palaute luvuittain"), _by_section(found)),
        (summaries.CHANGES, gettext("Tehdyt muutokset"), _changes(found)),
        (summaries.REJECTED, gettext("Mitä ei muutettu ja miksi"), _rejected(found)),
    )
    for number, (key, title, clauses) in enumerate(made, start=1):
        yield Section(key, f"luku-{number}", str(number), title, tuple(clauses))


def _piece(key: str, blocks: Iterable[Block], title: str = "") -> Clause:
    return Clause(id=key, anchor=f"kohta-{key}", number="", title=title, blocks=tuple(blocks))


def _introduced(found: Gathered, key: str, blocks: Iterable[Block]) -> Clause:
    """The first piece of a section: what a person wrote, then what is counted."""
    return _piece(key, [*markup.blocks(found.text(key)), *blocks])


def _request(found: Gathered) -> Iterator[Clause]:
    about = found.round
    rows = []
    if about.edition is not None:
        rows.append(
            gettext("Kierroksella pyydettiin vastauksia tekstistä: %(edition)s.", edition=edition_words(about.edition))
        )
    if about.scope:
        asked = [section_title(part) for part in found.parts if part.chapter]
        rows.append(gettext("Pyyntö koski lukuja: %(sections)s.", sections="; ".join(asked)))
    if about.opened_at is not None:
        rows.append(gettext("Kierros avattiin %(day)s.", day=plain_day(about.opened_at)))
    rows.append(gettext("Viimeinen vastauspäivä oli %(day)s.", day=plain_day(about.last_day)))
    if about.closed_at is not None:
        rows.append(gettext("Kierros suljettiin %(day)s.", day=plain_day(about.closed_at)))
    yield _introduced(found, summaries.REQUEST, [_list(rows)])
    texts = ((gettext("Tausta"), about.background), (gettext("Tavoitteet"), about.aims))
    for number, (title, text) in enumerate(texts, start=1):
        if text:
            yield _piece(f"{summaries.REQUEST}-{number}", markup.blocks(text), title)
    if about.questions:
        yield _piece(f"{summaries.REQUEST}-3", [_list(each.text for each in about.questions)], gettext("Kysymykset"))


def _respondents(found: Gathered) -> Iterator[Clause]:
    counts = found.counts
    head = (gettext("Vastaajan laji"), gettext("Kutsuttu"), gettext("Vastannut"), gettext("Kommentteja"))
    rows = [
        (kind_words(kind), each.asked, each.answered + each.uninvited, each.remarks)
        for kind, each in counts.kinds.items()
    ]
    whole = counts.whole
    rows.append((gettext("Kaikki yhteensä"), whole.asked, counts.statements, whole.remarks))
    blocks: list[Block] = [_table(head, rows, (4, 2, 2, 2), is_summed=True)]
    if counts.channels:
        came = ", ".join(f"{str(CHANNELS[each]).lower()} {count}" for each, count in counts.channels.items())
        blocks.append(_words(gettext("Vastaukset tulivat näin: %(came)s.", came=came)))
    if counts.late:
        late = ngettext("Myöhässä tuli %(num)s vastaus.", "Myöhässä tuli %(num)s vastausta.", counts.late)
        blocks.append(_words(late))
    if counts.people:
        blocks.append(_words(gettext("Vastausten takana on kerrottu olevan %(people)s ihmistä.", people=counts.people)))
    yield _introduced(found, summaries.RESPONDENTS, blocks)
    named = [each.name for each in found.respondents if each.name]
    nameless = len(found.respondents) - len(named)
    if named or nameless:
        rest = ngettext("%(num)s yksityishenkilö", "%(num)s yksityishenkilöä", nameless)
        yield _piece(
            f"{summaries.RESPONDENTS}-1", [_list([*named, *([rest] if nameless else [])])], gettext("Vastasivat")
        )
    yield _piece(f"{summaries.RESPONDENTS}-2", _unheard(found), gettext("Ei kuultu"))


def _unheard(found: Gathered) -> Iterator[Block]:
    waiting = [each.name for each in found.silent if each.declined_at is None]
    declined = [each.name for each in found.silent if each.declined_at is not None]
    language = str(get_locale())
    sectors = [each.name(language) for each in found.counts.unheard_sectors]
    if not (waiting or declined or sectors):
        yield _words(gettext("Kaikki kutsutut vastasivat."))
        return
    if waiting:
        yield _words(gettext("Nämä kutsutut eivät vastanneet:"))
        yield _list(waiting)
    if declined:
        yield _words(gettext("Nämä kutsutut ilmoittivat, etteivät vastaa:"))
        yield _list(declined)
    if sectors:
        yield _words(gettext("Näiltä toimialoilta ei tullut vastausta:"))
        yield _list(sectors)
    yield _words(gettext("Hiljaisuus ei ole hyväksyntä."))


def _observations(found: Gathered) -> Iterator[Clause]:
    """What was said of the whole, by whom, and what was answered. Its numbers stand among those of the places."""
    said = found.by_place.get(summaries.WHOLE.id, [])
    nothing = not (said or found.text(summaries.OBSERVATIONS))
    none = [_words(gettext("Koko sopimuksesta ei annettu yleistä palautetta."))] if nothing else []
    yield _introduced(found, summaries.OBSERVATIONS, none)
    if said:
        items = tuple(
            Item((Paragraph((Run(f"{respondent(each.respondent)}: ", is_bold=True), Run(each.text))),)) for each in said
        )
        came = tuple(Item((_outcome(each),)) for each in summaries.outcomes(said))
        blocks = (List(items, is_ordered=False), _words(gettext("Näin vastattiin:")), List(came, is_ordered=False))
        yield _piece(f"{summaries.OBSERVATIONS}-1", blocks, gettext("Koko sopimuksesta sanottiin"))


def _by_section(found: Gathered) -> Iterator[Clause]:
    quiet = found.counts.quiet
    silence = gettext(
        "Näistä kohdista ei tullut palautetta: %(labels)s.", labels=", ".join(each.label for each in quiet)
    )
    nothing = [] if found.by_place else [_words(gettext("Kommentteja ei tullut."))]
    if quiet and found.by_place:
        nothing = [_words(f"{silence} {gettext('Hiljaisuus ei ole hyväksyntä.')}")]
    yield _introduced(found, summaries.SECTIONS, nothing)
    lines = {line.place.id: line for line in found.counts.lines}
    told: set[UUID] = set()
    for part in found.parts:
        ids = {place.id or summaries.WHOLE.id for place in part.places} & lines.keys()
        told |= ids
        key = summaries.of_section(part.chapter.id) if part.chapter else ""
        if ids or (key and found.text(key)):
            own = [line.place for line in found.counts.lines if line.place.id in ids]
            yield _piece(key or "whole", _one_section(found, key, own), section_title(part))
    left = [line.place for line in found.counts.lines if line.place.id not in told]
    if left:
        yield _piece("elsewhere", _one_section(found, "", left), gettext("Muu palaute"))


def _one_section(found: Gathered, key: str, places: Sequence[Place]) -> Iterator[Block]:
    """Main lines of what was said, the numbers, and what was answered."""
    yield from markup.blocks(found.text(key) if key else "")
    counts = {line.place.id: line for line in found.counts.lines}
    answers = found.counts.answers
    head = (gettext("Kohta"), *map(answer_words, answers), gettext("Yhteensä"))
    if places:
        rows = [
            (place_title(each), *(counts[each.id].answers.get(answer, 0) for answer in answers), counts[each.id].total)
            for each in places
        ]
        yield _table(head, rows, (5, *(3 for _answer in answers), 3))
    for place in places:
        items = tuple(Item((_outcome(each),)) for each in summaries.outcomes(found.by_place.get(place.id, [])))
        if items and place is not summaries.WHOLE:  # what was answered to that stands among the observations
            yield Paragraph((Run(place_title(place), is_bold=True),))
            yield List(items, is_ordered=False)


def _outcome(each: Outcome) -> Paragraph:
    """One answer and how many it answers: "Otetaan huomioon (3 kommenttia). Perustelu."."""
    number = ngettext("%(num)s kommentti", "%(num)s kommenttia", each.number)
    if each.disposition is None:
        return _words(gettext("Vielä vastaamatta (%(number)s).", number=number))
    said = f"{DISPOSITIONS[each.disposition]} ({number})."
    return Paragraph((Run(said, is_bold=True), Run(f" {each.reason}")) if each.reason else (Run(said, is_bold=True),))


def _changes(found: Gathered) -> Iterator[Clause]:
    about = found.round
    was = edition_words(about.edition) if about.edition else ""
    if not found.changes:
        words = gettext("Teksti on sama kuin kierroksen alussa: %(edition)s.", edition=was)
    else:
        num = len(found.changes)
        words = ngettext("Muuttunut on %(num)s kohta.", "Muuttunut on %(num)s kohtaa.", num)
        words = f"{words} {gettext('Vasemmalla on teksti, josta kysyttiin, ja oikealla nykyinen teksti.')}"
    yield _introduced(found, summaries.CHANGES, [_words(words)])
    for each in found.changes:
        title = f"{each.placed.label} {each.placed.title}".strip() or gettext("Kohta ilman numeroa")
        yield _piece(f"change-{each.placed.id.hex}", [_beside(each, was), *_heeded(found, each)], title)


def _heeded(found: Gathered, changed: Changed) -> Iterator[Block]:
    """How many of the remarks on a clause were taken into account."""
    taken = (Disposition.ACCEPTED, Disposition.ACCEPTED_IN_PART)
    number = sum(each.disposition in taken for each in found.by_place.get(changed.placed.id, ()))
    if number:
        yield _words(ngettext("Huomioon otettiin %(num)s kommentti.", "Huomioon otettiin %(num)s kommenttia.", number))


def _beside(changed: Changed, was: str) -> Table:
    """Both wordings of a clause beside each other, with the words that differ marked on their own side."""
    old, new = _wording(changed, is_old=True), _wording(changed, is_old=False)
    changes = diff(old, new) if changed.before and changed.after else []
    left = tuple(
        Run(each.text if each.was is None else each.was, is_removed=each.kind == "delete")
        for each in changes
        if each.kind != "insert"
    )
    right = tuple(Run(each.text, is_added=each.kind == "insert") for each in changes if each.kind != "delete")
    if changed.before is None:
        left, right = (Run(gettext("Kohtaa ei ollut."), is_italic=True),), (Run(new),)
    if changed.after is None:
        left, right = (Run(old),), (Run(gettext("Kohta poistettiin."), is_italic=True),)
    return Table(((Run(was),), (Run(gettext("Nykyinen teksti")),)), ((left, right),), (1, 1))


def _wording(changed: Changed, *, is_old: bool) -> str:
    """A wording as it was written; with its title where that has changed too."""
    placed = changed.before if is_old else changed.after
    if placed is None:
        return ""
    titles = {each.version.title for each in (changed.before, changed.after) if each}
    return "\n\n".join(filter(None, [placed.version.title if len(titles) > 1 else "", placed.version.text]))


def _rejected(found: Gathered) -> Iterator[Clause]:
    wanted = (Disposition.NOT_ACCEPTED, Disposition.ACCEPTED_IN_PART)
    pieces = []
    for line in found.counts.lines:
        said = [each for each in found.by_place.get(line.place.id, ()) if each.disposition in wanted]
        items = tuple(Item((_outcome(each),)) for each in summaries.outcomes(said))
        if items:
            key = f"rejected-{line.place.id.hex}"
            pieces.append(_piece(key, [List(items, is_ordered=False)], place_title(line.place)))
    blocks = [] if pieces else [_words(gettext("Yhtään kommenttia ei ole jätetty ottamatta huomioon."))]
    left = found.counts.unanswered
    if left:
        words = ngettext(
            "%(num)s kommentti on vielä ilman vastausta.", "%(num)s kommenttia on vielä ilman vastausta.", left
        )
        blocks.append(_words(words))
    yield _introduced(found, summaries.REJECTED, blocks)
    yield from pieces


def _annex(found: Gathered) -> Section:
    head = tuple((Run(each),) for each in columns())
    rows = tuple(tuple((Run(cell),) if cell else () for cell in row) for row in table(found))
    blocks = (Table(head, rows, ANNEX_WIDTHS),) if rows else (_words(gettext("Kommentteja ei tullut.")),)
    number = gettext("Liite %(number)s", number=1)
    return Section(ANNEX, "liite-1", number, gettext("Kommentit ja vastineet"), (_piece(ANNEX, blocks),), is_wide=True)


# ---------------------------------------------------------------- everything that was said, as a table


def columns() -> tuple[str, ...]:
    """The headings of `table`."""
    return (
        gettext("Vastaaja"), gettext("Kohta"), gettext("Kanta tai laji"), gettext("Kommentti"), gettext("Ratkaisu"),
        gettext("Perustelu"),
    )  # fmt: skip


def table(found: Gathered) -> list[tuple[str, ...]]:
    """Everything that was said, a row each: the one table of the annex and of the file for spreadsheets."""
    return [_row(each) for each in found.told]


def _row(each: Told) -> tuple[str, ...]:
    if each.is_hidden:
        return ("", place_title(each.place), "", gettext("Koordinaattori on piilottanut kommentin."), "", "")
    wording = gettext("Ehdotus uudeksi tekstiksi: %(text)s", text=each.wording) if each.wording else ""
    return (
        respondent(each.respondent),
        place_title(each.place),
        answer_words(each.answer) if each.answer is not None else "",
        "\n\n".join(filter(None, [each.text, wording])),
        str(DISPOSITIONS[each.disposition]) if each.disposition else gettext("Vielä vastaamatta"),
        each.reason,
    )


def respondent(name: str) -> str:
    """Whose answer it is, as everybody may know it."""
    return name or str(gettext("Yksityishenkilö"))


# ---------------------------------------------------------------- pieces


def _words(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def _list(items: Iterable[str]) -> List:
    return List(tuple(Item((_words(each),)) for each in items), is_ordered=False)


def _table(
    head: Sequence[str], rows: Sequence[Sequence[object]], widths: tuple[int, ...], *, is_summed: bool = False
) -> Table:
    """A table of words and numbers; the last row of one that is summed stands in bold."""
    last = len(rows) - 1
    cells: tuple[tuple[Runs, ...], ...] = tuple(
        tuple((Run(str(cell), is_bold=is_summed and place == last),) for cell in row) for place, row in enumerate(rows)
    )
    return Table(tuple((Run(each),) for each in head), cells, widths)
