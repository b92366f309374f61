"""The sectors of an agreement: the list, and for its coordinators the changing of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, StringField

from kumppanuus import organisations
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.organisations import Sector
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.organisations.frame import address, parts, screen, sector_name, views
from kumppanuus.web.screen import may, me, reply, retry, say, show

_l = lazy_gettext


class SectorForm(Form):
    """The names of a sector."""

    name_fi = StringField(_l("Nimi suomeksi"), [Written(_l("Kirjoita nimi"))])
    name_sv = StringField(_l("Nimi ruotsiksi"))
    name_en = StringField(_l("Nimi englanniksi"))
    drawn_from = HiddenField()


@dataclass(frozen=True)
class SectorRow:
    """A sector in the list."""

    id: UUID
    name: str
    organisations: str
    organisations_url: str
    voices: str
    url: str


@screen.page("/sopimukset/<agreement>/toimialat", may="agreement.read")
def sectors(agreement: Agreement) -> str:
    """The sectors, how many organisations each has and who speaks for it."""
    return _page(agreement, SectorForm(formdata=None) if may("sector.manage") else None)


@screen.deed("/sopimukset/<agreement>/toimialat/valmiit", may="sector.manage")
def list_sectors(agreement: Agreement) -> Response:
    """Take the ready list of twenty into use."""
    made = organisations.list_sectors(agreement, by=me().id)
    say(ngettext("Käytössä on nyt %(num)s toimiala.", "Käytössä on nyt %(num)s toimialaa.", len(made)))
    return reply(otherwise=address(agreement, "toimialat"))


@screen.deed("/sopimukset/<agreement>/toimialat", may="sector.manage")
def add_sector(agreement: Agreement) -> Response:
    form = SectorForm()

    def part() -> str:
        return parts.add_sector(form, address(agreement, "toimialat"))

    def page() -> str:
        return _page(agreement, form)

    if not form.validate():
        return retry(part, page)
    try:
        sector = organisations.add_sector(agreement, **_names(form), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Toimiala %(name)s on lisätty.", name=sector_name(sector)))
    return reply(otherwise=address(agreement, "toimialat"))


@screen.page("/sopimukset/<agreement>/toimialat/<uuid:sector>", may="sector.manage")
def sector(agreement: Agreement, sector: Sector) -> str:
    """The page where a sector is renamed or removed."""
    names = {"name_fi": sector.name_fi, "name_sv": sector.name_sv, "name_en": sector.name_en}
    return _sector_page(agreement, sector, SectorForm(formdata=None, **names, drawn_from=sector.state))


@screen.deed("/sopimukset/<agreement>/toimialat/<uuid:sector>/muutos", may="sector.manage")
def rename_sector(agreement: Agreement, sector: Sector) -> Response:
    form, meanwhile = SectorForm(), list[str]()

    def part() -> str:
        return parts.rename_sector(form, address(agreement, "toimialat", sector.id), ", ".join(meanwhile))

    def page() -> str:
        return _sector_page(agreement, sector, form, ", ".join(meanwhile))

    if not form.validate():
        return retry(part, page)
    try:
        organisations.rename_sector(sector, **_names(form), drawn_from=form.drawn_from.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, organisations.SectorChangedMeanwhile):
            form.drawn_from.data = sector.state
            meanwhile += sector.names
        return retry(part, page, refusal)
    say(gettext("Toimialan nimi on nyt %(name)s.", name=sector_name(sector)))
    return reply(otherwise=address(agreement, "toimialat"))


@screen.deed("/sopimukset/<agreement>/toimialat/<uuid:sector>/poisto", may="sector.manage")
def remove_sector(agreement: Agreement, sector: Sector) -> Response:
    name = sector_name(sector)
    organisations.remove_sector(sector, by=me().id)
    say(gettext("Toimiala %(name)s on poistettu.", name=name))
    return reply(otherwise=address(agreement, "toimialat"))


# ---------------------------------------------------------------- views


def _names(form: SectorForm) -> dict[str, str]:
    return {name: getattr(form, name).data or "" for name in ("name_fi", "name_sv", "name_en")}


def _page(agreement: Agreement, form: SectorForm | None) -> str:
    found = organisations.coverage(agreement)
    counts = organisations.count_by_sector(agreement)
    return show(
        "organisations/sectors.html",
        section="agreement",
        agreement=agreement,
        address=address(agreement, "toimialat"),
        views=views(agreement, "toimialat"),
        form=form,
        list_form=Form(formdata=None),
        rows=[
            SectorRow(
                id=each.id,
                name=sector_name(each),
                organisations=_count_words(counts.get(each.id, 0)),
                organisations_url=f"{address(agreement, 'jarjestot')}?toimiala={each.id}",
                voices=", ".join(dict.fromkeys(term.user.name for term in found.voices.get(each.id, []))),
                url=address(agreement, "toimialat", each.id) if form else "",
            )
            for each in found.sectors
        ],
    )


def _count_words(count: int) -> str:
    if not count:
        return gettext("Ei järjestöjä")
    return ngettext("%(num)s järjestö", "%(num)s järjestöä", count)


def _sector_page(agreement: Agreement, sector: Sector, form: SectorForm, meanwhile: str = "") -> str:
    return show(
        "organisations/sector.html",
        section="agreement",
        agreement=agreement,
        name=sector_name(sector),
        sectors_url=address(agreement, "toimialat"),
        address=address(agreement, "toimialat", sector.id),
        form=form,
        is_used=sector.id in organisations.used_sectors(agreement.id),
        remove_form=Form(formdata=None),
        meanwhile=meanwhile,
    )
