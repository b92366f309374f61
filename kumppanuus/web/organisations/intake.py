"""A table of organisations in, looked at before anything is stored; and the register out as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext, ngettext
from wtforms import FileField, HiddenField, TextAreaField

from kumppanuus import drafts, limits, organisations
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Conflict, Empty, Refused
from kumppanuus.organisations import spreadsheet
from kumppanuus.organisations.spreadsheet import HEADINGS, BadRow, Fault, Plan
from kumppanuus.web import errors
from kumppanuus.web.forms import Form
from kumppanuus.web.organisations.frame import address, screen
from kumppanuus.web.screen import attachment, me, reply, retry, say, show

_l = lazy_gettext

SHOWN = 100  # rows of each kind on the page that is looked at before storing

FAULTS: dict[Fault, Any] = {
    Fault.NO_NAME: _l("Nimi puuttuu."),
    Fault.TOO_LONG: _l("Teksti on liian pitkä."),
    Fault.TOO_MANY_CELLS: _l("Rivillä on enemmän soluja kuin otsikoita."),
    Fault.UNKNOWN_KIND: _l("Lajia ei tunneta."),
    Fault.UNKNOWN_SECTOR: _l("Toimialaa ei ole tässä sopimuksessa."),
    Fault.NEITHER_YES_NOR_NO: _l("Solussa pitää olla kyllä tai ei."),
    Fault.BAD_BUSINESS_ID: _l("Y-tunnus ei ole oikea."),
    Fault.BAD_ADDRESS: _l("Sähköpostiosoite ei ole oikea."),
    Fault.UNWRITABLE: _l("Tekstissä on merkkejä, joita ei voi tallentaa."),
    Fault.TWICE: _l("Sama järjestö on jo aiemmalla rivillä."),
    Fault.TWO_IN_REGISTER: _l("Rivi sopii kahteen luettelon järjestöön."),
}


class TableForm(Form):
    """A table, pasted or as a file."""

    text = TextAreaField(_l("Liitä taulukko"), description=_l("Ensimmäisellä rivillä ovat otsikot."))
    file = FileField(
        _l("Tai valitse tiedosto"), description=_l("CSV-tiedosto taulukkolaskennasta, enintään 5\u00a0000 riviä.")
    )


class StoreForm(Form):
    """The table that was looked at, by its digest: another one that was pasted meanwhile is not stored unseen."""

    drawn_from = HiddenField()


class OtherTable(Conflict):
    """The table that was looked at is not the one that is kept."""


@dataclass(frozen=True)
class Problem:
    """A row that is not taken."""

    line: int
    words: str
    cell: str


@dataclass(frozen=True)
class Look:
    """What storing a table would do, in words."""

    new: list[str]
    changed: list[str]
    problems: list[Problem]
    new_words: str
    changed_words: str
    same_words: str
    problems_words: str
    more_new: str
    more_changed: str
    more_problems: str
    ignored: str


@screen.page("/sopimukset/<agreement>/jarjestot/tuonti", may="organisation.manage", endpoint="intake")
def intake_page(agreement: Agreement) -> str:
    return _page(agreement, TableForm(formdata=None))


@screen.deed("/sopimukset/<agreement>/jarjestot/tuonti", may="organisation.manage", keeps_key=True)
def read(agreement: Agreement) -> Response:
    """Read a table and keep it as the person's draft, to be looked at; nothing of the register changes."""
    form = TableForm()
    uploaded = request.files.get("file")
    text = form.text.data or ""

    def page() -> str:
        return _page(agreement, form)

    if not form.validate():
        return retry(page, page)
    try:
        if uploaded is not None and uploaded.filename:
            limits.spend(f"upload:{me().id}", limits.UPLOAD)
            text = spreadsheet.decode(uploaded.read())
        if not text.strip():
            raise Empty(field="text")
        spreadsheet.read(text, organisations.sectors_of(agreement))
        drafts.keep(_place(agreement), {"text": text}, by=me().id, most=spreadsheet.MOST_CHARACTERS)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(page, page, refusal)
    return reply(otherwise=address(agreement, "jarjestot", "tuonti", "tarkistus"))


@screen.page("/sopimukset/<agreement>/jarjestot/tuonti/tarkistus", may="organisation.manage")
def review(agreement: Agreement) -> str:
    """What storing the table would do: rows that are new, rows that change something, and rows that are not taken."""
    return _review(agreement)


@screen.deed("/sopimukset/<agreement>/jarjestot/tuonti/tallennus", may="organisation.manage")
def store(agreement: Agreement) -> Response:
    """Take the good rows into the register."""
    form = StoreForm()
    text = _kept(agreement)
    try:
        if not text or form.drawn_from.data != _digest(text):
            raise OtherTable()
        done = spreadsheet.store(agreement, spreadsheet.read(text, organisations.sectors_of(agreement)), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _review(agreement, form), lambda: _review(agreement, form), refusal)
    drafts.forget(_place(agreement), by=me().id)
    say(" ".join(_done_words(done)))
    return reply(otherwise=address(agreement, "jarjestot"))


@screen.deed("/sopimukset/<agreement>/jarjestot/taulukko", may="organisation.manage", keeps_key=True)
def table(agreement: Agreement) -> Response:
    """Answer the register as a file for spreadsheets. It holds contacts, so it is asked for like a document."""
    limits.spend(f"export:{me().id}", limits.EXPORT)
    content = f"\ufeff{spreadsheet.as_csv(agreement)}".encode()
    return attachment(f"{agreement.slug}-jarjestot.csv", "text/csv; charset=utf-8", content)


# ---------------------------------------------------------------- views


def _place(agreement: Agreement) -> str:
    return f"organisations:{agreement.id}"


def _kept(agreement: Agreement) -> str:
    draft = drafts.find(_place(agreement), by=me().id)
    return str(draft.fields.get("text", "")) if draft else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _page(agreement: Agreement, form: TableForm) -> str:
    return show(
        "organisations/intake.html",
        section="agreement",
        agreement=agreement,
        register=address(agreement, "jarjestot"),
        action=address(agreement, "jarjestot", "tuonti"),
        form=form,
        headings=[names[0] for names in HEADINGS.values()],
        sectors_url=address(agreement, "toimialat"),
        waits=bool(_kept(agreement)),
    )


def _review(agreement: Agreement, refused: StoreForm | None = None) -> str:
    text, look = _kept(agreement), None
    if text:
        try:
            look = _look(spreadsheet.plan(agreement, spreadsheet.read(text, organisations.sectors_of(agreement))))
        except Refused as refusal:  # it could be read when it was kept, but the rules may be newer
            refused = refused or StoreForm(formdata=None)
            refused.form_errors.append(errors.sentence(refusal))
    form = StoreForm(formdata=None, data={"drawn_from": _digest(text)})
    return show(
        "organisations/review.html",
        section="agreement",
        agreement=agreement,
        register=address(agreement, "jarjestot"),
        intake=address(agreement, "jarjestot", "tuonti"),
        form=form,
        refused=refused,
        look=look,
    )


def _look(found: Plan) -> Look:
    new, changed, bad = found.new[:SHOWN], found.changes[:SHOWN], found.bad[:SHOWN]
    return Look(
        new=[_named(row.details) for row in new],
        changed=[_named(row.details) for _id, row in changed],
        problems=[_problem(each) for each in bad],
        new_words=ngettext("%(num)s uusi järjestö", "%(num)s uutta järjestöä", len(found.new)),
        changed_words=ngettext(
            "%(num)s järjestö, jonka tiedot muuttuvat", "%(num)s järjestöä, joiden tiedot muuttuvat", len(found.changes)
        ),
        same_words=ngettext("%(num)s rivi ei muuta mitään.", "%(num)s riviä ei muuta mitään.", found.same)
        if found.same
        else "",
        problems_words=ngettext("%(num)s rivi jää pois", "%(num)s riviä jää pois", len(found.bad)),
        more_new=_more(len(found.new) - len(new)),
        more_changed=_more(len(found.changes) - len(changed)),
        more_problems=_more(len(found.bad) - len(bad)),
        ignored=", ".join(found.ignored),
    )


def _named(details: organisations.Details) -> str:
    return ", ".join(filter(None, (details.name, details.municipality)))


def _more(count: int) -> str:
    return ngettext("Ja vielä %(num)s.", "Ja vielä %(num)s.", count) if count > 0 else ""


def _problem(row: BadRow) -> Problem:
    return Problem(row.line, str(FAULTS[row.fault]), row.cell)


def _done_words(done: Plan) -> Iterable[str]:
    yield ngettext("Luetteloon lisättiin %(num)s järjestö.", "Luetteloon lisättiin %(num)s järjestöä.", len(done.new))
    if done.changes:
        yield ngettext(
            "%(num)s järjestön tiedot muuttuivat.", "%(num)s järjestön tiedot muuttuivat.", len(done.changes)
        )
    if done.bad:
        yield ngettext("%(num)s rivi jäi pois.", "%(num)s riviä jäi pois.", len(done.bad))
