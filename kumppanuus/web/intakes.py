"""Screen: an agreement from a file, which is read, looked through and corrected before anything is started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import BooleanField

from kumppanuus import agreements, limits
from kumppanuus.agreements import AgreementKind, Side, TextLanguage
from kumppanuus.documents import intake as intakes
from kumppanuus.documents import parts as file_parts
from kumppanuus.documents.intake import Facts, Found, Intake
from kumppanuus.documents.parts import Part, Reason, Row
from kumppanuus.documents.source import Paragraph, Role, Why, final, original, stands
from kumppanuus.errors import Refused
from kumppanuus.text.diff import Change, Kind
from kumppanuus.web import errors
from kumppanuus.web.drafting.starting import NEITHER, StartForm
from kumppanuus.web.forms import FileForm, Form
from kumppanuus.web.language import listed
from kumppanuus.web.screen import Parts, Screen, me, reply, retry, say, show

screen = Screen("intakes", __name__)
parts = Parts("intakes/parts.html")

_l = lazy_gettext

SHORT = 120  # longer words are no heading
LONG_LIST = 12  # more rows than this push the form out of sight

PARTS: dict[Part, Any] = {
    Part.TITLE: _l("Otsikko"),
    Part.SECTION: _l("Tee luvun otsikoksi"),
    Part.ANNEX: _l("Tee liitteeksi"),
    Part.HEADING: _l("Tee kohdan otsikoksi"),
    Part.CLAUSE: _l("Tee omaksi kohdaksi"),
    Part.TEXT: _l("Yhdistä edelliseen"),
    Part.LEFT: _l("Jätä pois"),
}
SPLIT = _l("Jaa tästä")

REASONS: dict[Reason | Why, Any] = {
    Reason.CONTENTS: _l("Sisällysluettelo tehdään uudelleen."),
    Reason.COVER: _l("Tämä kuuluu kanteen, ei sopimustekstiin."),
    Reason.ASIDE: _l("Tämä kertoo kohdan tilanteen. Se ei ole sopimustekstiä."),
    Reason.BEFORE: _l("Tämä on ennen ensimmäistä lukua."),
    Reason.BY_HAND: _l("Jätit tämän pois."),
    Why.HEADER: _l("Tämä on sivun ylä- tai alatunnisteessa."),
    Why.PICTURE: _l("Kuvia ei tuoda."),
    Why.EMBEDDED: _l("Upotettuja osia ei tuoda."),
    Why.HIDDEN: _l("Tämä on piilotettu Wordissa, mutta se luettiin silti. Tarkista se."),
}


class BeginForm(StartForm):
    """What an agreement needs that the file does not tell."""

    source = origin = None
    with_questions = BooleanField(
        _l("Ota mukaan 13 avointa kysymystä"),
        description=_l("Ne ovat asioita, jotka osapuolten pitää yhdessä ratkaista."),
    )


@dataclass(frozen=True)
class RowView:
    """A row of the file: its words, or its changes where it has some, and what it can be made."""

    at: int
    words: str
    changes: list[Change]
    choices: list[tuple[str, str]]
    why: str = ""


@dataclass(frozen=True)
class ClauseView:
    """A clause that was found: number, title and rows, and how much was changed and said in it."""

    number: str
    heading: RowView | None
    rows: list[RowView]
    news: str


@dataclass(frozen=True)
class SectionView:
    """A chapter or an annex that was found; without a row of its own it begins with the text."""

    label: str
    heading: RowView | None
    clauses: list[ClauseView]


@dataclass(frozen=True)
class View:
    """All that was found in a file."""

    url: str
    language: str
    found: str
    title: RowView | None
    sections: list[SectionView]
    signatures: list[RowView]
    left: list[RowView]
    notes: list[tuple[str, str]]
    is_long: bool
    form: Form = field(default_factory=Form)


# ---------------------------------------------------------------- the file


@screen.page("/tuonnit/uusi", may="agreement.start")
def new() -> str:
    return _new(FileForm(formdata=None))


@screen.deed("/tuonnit", may="agreement.start", takes_file=True)
def receive() -> Response:
    """Take a file and have it read; the page of that job leads on to what was found."""
    form = FileForm()
    if not form.validate():
        return retry(lambda: _new(form), lambda: _new(form))
    try:
        limits.spend(f"upload:{me().id}", limits.UPLOAD)
        _intake, job = intakes.receive(*form.brought, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _new(form), lambda: _new(form), refusal)
    return reply(otherwise=f"/tyot/{job.id}")


def _new(form: FileForm) -> str:
    return show("intakes/new.html", section="agreement", form=form)


# ---------------------------------------------------------------- what was found


@screen.page("/tuonnit/<uuid:intake>", may="intake.write")
def review(intake: Intake) -> Any:
    """What was found. A file that has become an agreement leads to it, one that was not read to the choice of a
    file."""
    if intake.agreement_id is not None:
        begun = agreements.by_id(intake.agreement_id)
        return make_response(redirect(f"/sopimukset/{begun.slug}" if begun else "/sopimukset", 303))
    if not intake.is_read:
        return make_response(redirect("/tuonnit/uusi", 303))
    return _review(intake, None)


@screen.deed("/tuonnit/<uuid:intake>/korjaukset", may="intake.write")
def correct(intake: Intake) -> Response:
    """Make a row another part: the button that was pressed says which row and what."""
    at, part = _asked(request.form.get("korjaus", ""))
    try:
        if part is None:
            raise intakes.NoRow()
        intakes.correct(intake, at, part)
    except intakes.NoRow as refusal:
        return errors.refused(refusal)
    say(gettext("Korjaus on tehty."))
    here = f"#rivi-{at}"
    return reply(
        parts.outline(view_of(intake, intakes.find(intake))), otherwise=f"/tuonnit/{intake.id}{here}", focus=here
    )


@screen.deed("/tuonnit/<uuid:intake>/sopimus", may="intake.write")
def begin(intake: Intake) -> Response:
    """Have the agreement started; the page of that job leads on to it."""
    form = BeginForm()
    if not form.validate():
        return retry(lambda: _review(intake, form), lambda: _review(intake, form))
    facts = Facts(
        title=form.title.data,
        kind=AgreementKind(form.kind.data),
        language=TextLanguage(form.language.data),
        authority_name=form.authority_name.data,
        body_name=form.body_name.data,
        case_number=form.case_number.data or "",
        side=None if form.side.data == NEITHER else Side(form.side.data),
        with_questions=bool(form.with_questions.data),
    )
    try:
        job = intakes.confirm(intake, facts, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _review(intake, form), lambda: _review(intake, form), refusal)
    return reply(otherwise=f"/tyot/{job.id}")


@screen.deed("/tuonnit/<uuid:intake>/poisto", may="intake.write")
def discard(intake: Intake) -> Response:
    intakes.discard(intake)
    say(gettext("Tuonti on poistettu. Mitään ei tallennettu."))
    return reply(otherwise="/sopimukset")


def _asked(value: str) -> tuple[int, Part | None]:
    """Row and part that the value of a button names, as "12-clause"."""
    row, _dash, part = value.partition("-")
    is_known = row.isascii() and row.isdigit() and len(row) < 7 and part in {each.value for each in PARTS}
    return (int(row), Part(part)) if is_known else (-1, None)


def _review(intake: Intake, form: BeginForm | None) -> str:
    found = intakes.find(intake)
    if form is None:
        usual = {
            "kind": AgreementKind.PARTNERSHIP_AGREEMENT.value,
            "language": found.language.value,
            "title": found.title,
        }
        form = BeginForm(formdata=None, data=usual)
    return show(
        "intakes/review.html", section="agreement", view=view_of(intake, found), form=form, name=intake.file_name
    )


def view_of(intake: Intake, found: Found) -> View:
    """What was found in a file as its page shows it."""
    return _Drawing(intake, found).view()


class _Drawing:
    """Draws what was found. Words of buttons are looked up once: there may be thousands."""

    def __init__(self, intake: Intake, found: Found) -> None:
        self._intake, self._found = intake, found
        self._words = {part: str(words) for part, words in PARTS.items()}
        self._split = str(SPLIT)
        self._said: dict[int, int] = {}
        places = [(row.start, row.stop, at) for at, row in enumerate(found.rows)]
        for comment in found.read.comments:
            where = comment.paragraph
            row = next((at for start, stop, at in places if where is not None and start <= where < stop), None)
            if row is not None:
                self._said[row] = self._said.get(row, 0) + 1

    def view(self) -> View:
        reading = self._found.reading
        sections = [self._section(each, is_annex=False) for each in reading.sections]
        sections += [self._section(each, is_annex=True) for each in reading.annexes]
        left = [self._row(at, str(REASONS[reason])) for at, reason in reading.left]
        return View(
            url=f"/tuonnit/{self._intake.id}",
            language=self._found.language.value,
            found=self._counts(),
            title=None if reading.title is None else self._row(reading.title),
            sections=sections,
            signatures=[self._row(at) for at in reading.signatures],
            left=left,
            notes=[(each.text, str(REASONS[each.why])) for each in self._found.read.left_over],
            is_long=len(self._found.rows) > LONG_LIST,
            form=Form(formdata=None),
        )

    def _counts(self) -> str:
        reading = self._found.reading
        clauses = sum(len(each.clauses) for each in reading.sections)
        said = [
            ngettext("%(num)s luku", "%(num)s lukua", len(reading.sections)),
            ngettext("%(num)s kohta", "%(num)s kohtaa", clauses),
        ]
        if reading.annexes:
            said.append(ngettext("%(num)s liite", "%(num)s liitettä", len(reading.annexes)))
        changed = sum(any(map(self._is_changed, clause.rows)) for _section, clause in reading.clauses())
        if changed:
            said.append(ngettext("%(num)s kohta muutosmerkinnöin", "%(num)s kohtaa muutosmerkinnöin", changed))
        if self._found.read.comments:
            count = len(self._found.read.comments)
            said.append(ngettext("%(num)s kommentti", "%(num)s kommenttia", count))
        return gettext("Tiedostosta löytyi %(what)s.", what=listed(said))

    def _section(self, section: file_parts.Section, *, is_annex: bool) -> SectionView:
        number = section.number
        label = gettext("Liite %(number)s", number=number).strip() if is_annex else number
        heading = None if section.row is None else self._row(section.row)
        return SectionView(label, heading, [self._clause(each) for each in section.clauses])

    def _clause(self, clause: file_parts.Clause) -> ClauseView:
        rows = [self._row(at) for at in clause.rows]
        news = []
        if any(map(self._is_changed, clause.rows)):
            news.append(gettext("Muutosmerkinnöistä tulee muutosehdotuksia."))
        said = sum(self._said.get(at, 0) for at in clause.rows)
        if said:
            news.append(ngettext("%(num)s kommentti.", "%(num)s kommenttia.", said))
        heading = rows.pop(0) if clause.has_title else None
        return ClauseView(clause.number, heading, rows, " ".join(news))

    def _is_changed(self, at: int) -> bool:
        row = self._found.rows[at]
        return any(each.is_changed for each in self._found.read.paragraphs[row.start : row.stop])

    def _row(self, at: int, why: str = "") -> RowView:
        row = self._found.rows[at]
        own = self._found.read.paragraphs[row.start : row.stop]
        changes = list(_changes(own)) if any(each.is_changed for each in own) else []
        notes = ["".join(piece.text for piece in each.pieces) for each in own if each.role is Role.NOTE]
        words = "\n".join([row.words, *notes])
        return RowView(at, words, changes, self._choices(at, row), why)

    def _choices(self, at: int, row: Row) -> list[tuple[str, str]]:
        """What a row can be made with one press, the likeliest first."""
        part = self._found.choices[at][0]
        is_short = len(row.words) <= SHORT and not row.is_table
        choices = self._found.choices
        goes_on = at + 1 < len(choices) and choices[at + 1][0] is Part.TEXT
        wanted: Sequence[Part]
        match part:
            case Part.SECTION:
                wanted = (Part.ANNEX, Part.TEXT, Part.HEADING, Part.LEFT)
            case Part.ANNEX:
                wanted = (Part.SECTION, Part.TEXT, Part.HEADING, Part.LEFT)
            case Part.HEADING:
                wanted = (Part.TEXT, Part.SECTION, Part.CLAUSE, Part.LEFT)
            case Part.CLAUSE:
                wanted = (Part.TEXT, Part.SECTION, *[Part.HEADING] * goes_on, Part.LEFT)
            case Part.TEXT:
                wanted = (Part.CLAUSE, Part.SECTION, *[Part.HEADING] * goes_on, Part.LEFT)
            case _:
                wanted = (Part.CLAUSE, Part.TEXT, Part.SECTION)
        heads = (Part.SECTION, Part.ANNEX, Part.HEADING)
        made = [each for each in wanted if is_short or each not in heads]
        return [
            (f"{at}-{each.value}", self._split if (part, each) == (Part.TEXT, Part.CLAUSE) else self._words[each])
            for each in made
        ]


def _changes(paragraphs: Sequence[Paragraph]) -> Any:
    """The words of some paragraphs with their changes, as pages mark them."""
    last: Paragraph | None = None
    for paragraph in paragraphs:
        if last is not None:
            is_beside = last.cell and paragraph.cell and last.cell.row == paragraph.cell.row
            yield Change("equal", " | " if is_beside else "\n")
        last = paragraph
        for piece in paragraph.pieces:
            before = stands(piece.inserted, piece.deleted, original)
            after = stands(piece.inserted, piece.deleted, final)
            if piece.text and (before or after):
                kind: Kind = "equal" if before and after else "delete" if before else "insert"
                yield Change(kind, piece.text)
