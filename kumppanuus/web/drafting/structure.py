"""The parts of an agreement and their order: sections and clauses in a list, moved with buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice

from kumppanuus import accounts, agreements
from kumppanuus.agreements import Agreement, Chapter, Clause, ClauseVersion, Outline, Section, SectionKind
from kumppanuus.errors import Refused
from kumppanuus.text import markup
from kumppanuus.web import errors, words
from kumppanuus.web.drafting import clauses
from kumppanuus.web.drafting.ground import (
    again,
    agreement_of,
    agreement_url,
    crumbs,
    living,
    parts,
    screen,
    structure_url,
)
from kumppanuus.web.forms import Chosen, Form, Written, new_key
from kumppanuus.web.screen import me, reply, retry, say, show

_l = lazy_gettext


@dataclass(frozen=True)
class MoveView:
    """What can be moved one place: the names of its buttons for those who only hear them, empty where it cannot go."""

    id: UUID
    action: str
    up: str
    down: str


@dataclass(frozen=True)
class ClauseRow:
    """A clause in the list; one without a title is told by the beginning of its text."""

    id: UUID
    label: str
    title: str
    excerpt: str
    move: MoveView


@dataclass(frozen=True)
class SectionRow:
    """A section in the list with its clauses; `name` is how a sentence calls it."""

    id: UUID
    label: str
    title: str
    name: str
    move: MoveView
    clauses: list[ClauseRow]


@dataclass(frozen=True)
class GoneRow:
    """A clause or a section that was taken out of the text."""

    id: UUID
    title: str
    what: str
    action: str


@dataclass(frozen=True)
class StructureView:
    """The list of everything, and of what was taken out. The forms of one drawing share a key: what is spent is the key
    with the deed."""

    language: str
    sections: list[SectionRow]
    gone: list[GoneRow]
    refusal: str = ""
    key: str = field(default_factory=new_key)

    def moves(self) -> Iterator[MoveView]:
        """Everything that can be moved."""
        for section in self.sections:
            yield section.move
            yield from (clause.move for clause in section.clauses)


class SectionForm(Form):
    """A new chapter or annex."""

    kind = RadioField(
        _l("Mitä lisäät?"),
        [Chosen(_l("Valitse luku tai liite"))],
        choices=[
            SelectChoice(SectionKind.CHAPTER.value, _l("Luvun")),
            SelectChoice(SectionKind.ANNEX.value, _l("Liitteen")),
        ],
    )
    title = StringField(_l("Otsikko"), [Written(_l("Kirjoita otsikko"))])


@screen.page("/sopimukset/<agreement>/muokkaus", may="clause.write")
def structure(agreement: Agreement) -> str:
    return _page(agreement)


# ---------------------------------------------------------------- one place up or down


@screen.deed("/kohdat/<uuid:clause>/jarjestys", may="clause.write")
def move_clause(clause: Clause) -> Response:
    before, up = agreements.label_of(clause), _is_up()
    try:
        agreements.move_clause(clause, up=up, by=me().id)
    except Refused as refusal:
        return _refused(clause.agreement, refusal)
    _say_moved(before, agreements.label_of(clause))
    return _moved(clause.agreement, clause.id, up=up)


@screen.deed("/luvut/<uuid:section>/jarjestys", may="clause.write")
def move_section(section: Section) -> Response:
    agreement, up = agreement_of(section), _is_up()
    try:
        agreements.move_section(section, up=up, by=me().id)
    except Refused as refusal:
        return _refused(agreement, refusal)
    chapter = agreements.outline(agreement, to_show=True).section(section.id)
    assert chapter is not None, "it was moved just now"
    say(gettext("Siirto on tehty: %(name)s.", name=words.section_title(chapter)))
    return _moved(agreement, section.id, up=up)


def _is_up() -> bool:
    """Whether the button that was pressed moves up. Refuses `NoPlace` if none was pressed."""
    way = request.form.getlist("direction")
    if way not in (["up"], ["down"]):
        raise agreements.NoPlace()
    return way == ["up"]


def _say_moved(before: str, after: str) -> None:
    say(gettext("Siirsit kohdan %(before)s. Sen numero on nyt %(after)s.", before=before, after=after))


def _moved(agreement: Agreement, thing: UUID, *, up: bool) -> Response:
    view = _view(agreements.outline(agreement, to_show=True))
    move = next(each for each in view.moves() if each.id == thing)
    # At the end of its way one button is gone, and the other takes its focus.
    button = "ylos" if (up and move.up) or not move.down else "alas"
    return reply(parts.structure(view), otherwise=structure_url(agreement, thing), focus=f"#{button}-{thing}")


# ---------------------------------------------------------------- sections


@screen.deed("/sopimukset/<agreement>/luvut", may="clause.write")
def add_section(agreement: Agreement) -> Response:
    form = SectionForm()
    if not form.validate():
        return again(lambda: _page(agreement, form))
    try:
        section = agreements.add_section(agreement, title=form.title.data, kind=SectionKind(form.kind.data), by=me().id)
    except Refused as refusal:
        return again(lambda: _page(agreement, form), refusal, form)
    say(gettext("Lisäsit: %(title)s", title=section.title))
    return reply(otherwise=structure_url(agreement, section.id))


@screen.deed("/luvut/<uuid:section>/poisto", may="clause.write")
def remove_section(section: Section) -> Response:
    agreement = agreement_of(section)
    try:
        agreements.remove_section(section, by=me().id)
    except Refused as refusal:
        return _refused(agreement, refusal)
    say(gettext("Poistit: %(title)s", title=section.title))
    return reply(_part(agreement), otherwise=structure_url(agreement), focus=f"#palauta-{section.id}")


@screen.deed("/luvut/<uuid:section>/palautus", may="clause.write")
def restore_section(section: Section) -> Response:
    agreement = agreement_of(section)
    try:
        agreements.restore_section(section, by=me().id)
    except Refused as refusal:
        return _refused(agreement, refusal)
    say(gettext("Palautit: %(title)s", title=section.title))
    return reply(_part(agreement), otherwise=structure_url(agreement, section.id), focus=f"#rivi-{section.id}")


@screen.deed("/kohdat/<uuid:clause>/palautus", may="clause.write")
def restore_clause(clause: Clause) -> Response:
    agreement = clause.agreement
    try:
        agreements.restore(clause, by=me().id)
    except Refused as refusal:
        return _refused(agreement, refusal)
    say(gettext("Palautit kohdan %(label)s.", label=agreements.label_of(clause)))
    return reply(_part(agreement), otherwise=structure_url(agreement, clause.id), focus=f"#rivi-{clause.id}")


class RenameForm(Form):
    """Another title for a section. `base` is the title that was shown."""

    title = StringField(_l("Otsikko"), [Written(_l("Kirjoita otsikko"))])
    base = HiddenField()


@screen.page("/luvut/<uuid:section>/otsikko", may="clause.write")
def edit_section(section: Section) -> str:
    return _rename_page(section, RenameForm(formdata=None, data={"title": section.title, "base": section.title}))


@screen.deed("/luvut/<uuid:section>/otsikko", may="clause.write")
def rename_section(section: Section) -> Response:
    form = RenameForm()
    if not form.validate():
        return again(lambda: _rename_page(section, form))
    try:
        agreements.rename_section(section, title=form.title.data, base=form.base.data or "", by=me().id)
    except agreements.EditedMeanwhile as refusal:
        now = form.base.data = section.title
        return again(lambda: _rename_page(section, form, now), refusal)
    except Refused as refusal:
        return again(lambda: _rename_page(section, form), refusal, form)
    say(gettext("Otsikko on nyt: %(title)s", title=section.title))
    return reply(otherwise=structure_url(agreement_of(section), section.id))


def _rename_page(section: Section, form: RenameForm, now: str = "") -> str:
    agreement = agreement_of(section)
    chapter = agreements.outline(agreement, to_show=True).section(section.id)
    if chapter is None and not form.errors:
        abort(404)
    return show(
        "drafting/rename.html",
        section="agreement",
        name=_called(chapter) if chapter else section.title,
        language=agreement.language.value,
        form=form,
        now=now,
        action=f"/luvut/{section.id}/otsikko",
        back=structure_url(agreement, section.id),
        crumbs=crumbs(agreement, gettext("Nimeä uudelleen")),
    )


# ---------------------------------------------------------------- anywhere in one deed


class PlaceForm(Form):
    """Where a clause is to stand: first in a section, or after another clause."""

    place = SelectField(_l("Uusi paikka"), [Chosen(_l("Valitse paikka"))])


@screen.page("/kohdat/<uuid:clause>/siirto", may="clause.write")
def choose_place(clause: Clause) -> str:
    return _place_page(clause, PlaceForm(formdata=None))


@screen.deed("/kohdat/<uuid:clause>/siirto", may="clause.write")
def place_clause(clause: Clause) -> Response:
    form, whole = PlaceForm(), agreements.outline(clause.agreement)
    form.place.choices = _places(whole, clause)
    if not form.validate():
        return again(lambda: _place_page(clause, form))
    before, (kind, _, wanted) = agreements.label_of(clause), (form.place.data or "").partition(":")
    beside = whole.find(UUID(wanted)) if kind == "kohta" else None
    chapter = beside.section if beside else whole.section(UUID(wanted))
    assert chapter is not None, "the choice was offered"
    try:
        after = beside.clause if beside else None
        agreements.place_clause(clause, section=chapter.section, after=after, by=me().id)
    except Refused as refusal:
        return again(lambda: _place_page(clause, form), refusal, form)
    _say_moved(before, agreements.label_of(clause))
    return reply(otherwise=structure_url(clause.agreement, clause.id))


def _places(whole: Outline, clause: Clause) -> list[SelectChoice]:
    first, after = gettext("Alkuun"), gettext("Kohdan %(name)s jälkeen")
    places = []
    for chapter in whole.sections:
        group = words.section_title(chapter)
        places.append(SelectChoice(f"luku:{chapter.id}", first, optgroup=group))
        for placed in chapter.clauses:
            if placed.id != clause.id:
                name = after % {"name": words.clause_title(placed)}
                places.append(SelectChoice(f"kohta:{placed.id}", name, optgroup=group))
    return places


def _place_page(clause: Clause, form: PlaceForm) -> str:
    whole = agreements.outline(clause.agreement, to_show=True)
    placed = living(whole, clause)
    if placed is None:
        return clauses.removed_page(clause, whole)
    if form.place.choices is None:
        form.place.choices = _places(whole, clause)
        # What stands before it now is chosen at first.
        own, place = placed.section.clauses, placed.section.clauses.index(placed)
        form.place.data = f"kohta:{own[place - 1].id}" if place else f"luku:{placed.section.id}"
    return show(
        "drafting/place.html",
        section="agreement",
        name=words.clause_title(placed),
        form=form,
        action=f"/kohdat/{clause.id}/siirto",
        back=structure_url(clause.agreement, clause.id),
        crumbs=crumbs(clause.agreement, gettext("Siirrä kohta")),
    )


# ---------------------------------------------------------------- views


def _refused(agreement: Agreement, refusal: Refused) -> Response:
    said = errors.sentence(refusal)
    return retry(lambda: _part(agreement, said), lambda: _page(agreement, refusal=said), refusal)


def _part(agreement: Agreement, refusal: str = "") -> str:
    return parts.structure(_view(agreements.outline(agreement, to_show=True), refusal))


def _page(agreement: Agreement, form: SectionForm | None = None, refusal: str = "") -> str:
    whole = agreements.outline(agreement, to_show=True)
    return show(
        "drafting/structure.html",
        section="agreement",
        agreement=agreement,
        view=_view(whole, refusal),
        form=form or SectionForm(formdata=None, data={"kind": SectionKind.CHAPTER.value}),
        blanks=len(agreements.blanks(whole)),
        crumbs=[(agreement_url(agreement), gettext("Sopimus")), (None, gettext("Rakenne"))],
    )


def _view(whole: Outline, refusal: str = "") -> StructureView:
    up, down = gettext("Siirrä kohta %(name)s ylös"), gettext("Siirrä kohta %(name)s alas")
    rows = [_row(chapter, same, up, down) for same in (whole.chapters, whole.annexes) for chapter in same]
    return StructureView(whole.agreement.language.value, rows, _gone(whole), refusal)


def _row(chapter: Chapter, same: Sequence[Chapter], up: str, down: str) -> SectionRow:
    is_first, is_last, name = chapter is same[0], chapter is same[-1], _called(chapter)
    rows = []
    for placed in chapter.clauses:
        move = MoveView(
            placed.id,
            f"/kohdat/{placed.id}/jarjestys",
            "" if is_first and placed is chapter.clauses[0] else up % {"name": placed.label},
            "" if is_last and placed is chapter.clauses[-1] else down % {"name": placed.label},
        )
        excerpt = "" if placed.title else _shortened(markup.plain(placed.version.text))
        rows.append(ClauseRow(placed.id, placed.label, placed.title, excerpt, move))
    move = MoveView(
        chapter.id,
        f"/luvut/{chapter.id}/jarjestys",
        "" if is_first else gettext("Siirrä %(name)s ylös", name=name),
        "" if is_last else gettext("Siirrä %(name)s alas", name=name),
    )
    return SectionRow(chapter.id, words.section_label(chapter), chapter.title, name, move, rows)


def _called(chapter: Chapter) -> str:
    if chapter.is_annex:
        return gettext("liite %(number)s", number=chapter.label)
    return gettext("luku %(number)s", number=chapter.label)


def _gone(whole: Outline) -> list[GoneRow]:
    """Removed sections, then removed clauses with their last words and who removed them; those of a removed section
    come back with it."""
    rows = [
        GoneRow(
            chapter.id,
            chapter.title,
            gettext("Liite") if chapter.is_annex else gettext("Luku"),
            f"/luvut/{chapter.id}/palautus",
        )
        for chapter in whole.removed_sections
    ]
    removed = [placed for chapter in whole.sections for placed in chapter.removed]
    if not removed:
        return rows
    removals = agreements.versions_by_id(placed.version.id for placed in removed)
    last = agreements.versions_by_id(version.base_id for version in removals.values() if version.base_id)
    names = accounts.names(version.author_id for version in removals.values())
    for placed in removed:
        removal = removals[placed.version.id]
        what = gettext(
            "Kohta, %(section)s. Poistaja: %(name)s",
            section=words.section_title(placed.section),
            name=names.get(removal.author_id, ""),
        )
        title = _told(last.get(removal.base_id) if removal.base_id else None)
        rows.append(GoneRow(placed.id, title, what, f"/kohdat/{placed.id}/palautus"))
    return rows


def _told(version: ClauseVersion | None) -> str:
    return (version.title or _shortened(markup.plain(version.text))) if version else ""


def _shortened(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"
