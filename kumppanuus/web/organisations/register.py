"""The list of organisations with its search, one organisation, and the forms to add and change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from kumppanuus import members, organisations
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.organisations import Details, Organisation, OrganisationKind, Search, Sector
from kumppanuus.web import words
from kumppanuus.web.forms import Chosen, Form, Written
from kumppanuus.web.organisations.frame import address, screen, sector_choices, sector_name, views
from kumppanuus.web.screen import may, me, reply, retry, say, show

_l = lazy_gettext

PAGE = 50


class OrganisationForm(Form):
    """What the register tells of an organisation."""

    name = StringField(_l("Nimi"), [Written(_l("Kirjoita nimi"))])
    kind = SelectField(
        _l("Laji"),
        [Chosen(_l("Valitse laji"))],
        choices=[SelectChoice(kind.value, name) for kind, name in words.ORGANISATION_KINDS.items()],
    )
    municipality = StringField(_l("Kotikunta"))
    business_id = StringField(_l("Y-tunnus"), description=_l("Esimerkiksi 1234567-1."))
    main_sector = SelectField(_l("Toimiala"), description=_l("Se, johon järjestön työ ennen muuta kuuluu."))
    sectors = SelectMultipleField(_l("Muut toimialat"), option_widget=CheckboxInput(), widget=ListWidget())
    is_volunteer_run = BooleanField(_l("Toimii vapaaehtoisvoimin"))
    is_employer = BooleanField(_l("On työnantaja"))
    is_service_provider = BooleanField(_l("Tuottaa palveluja"))
    receives_grants = BooleanField(_l("Saa avustusta"), description=_l("Hyvinvointialueelta tai kunnalta."))
    contact_name = StringField(_l("Yhteyshenkilön nimi"))
    contact_address = EmailField(_l("Sähköpostiosoite"))
    contact_phone = TelField(_l("Puhelinnumero"))
    drawn_from = HiddenField()

    def __init__(self, sectors: Sequence[Sector], *rest: Any, **values: Any) -> None:
        super().__init__(*rest, **values)
        self.main_sector.choices = sector_choices(sectors, gettext("Ei toimialaa"))
        self.sectors.choices = [SelectChoice(str(each.id), sector_name(each)) for each in sectors]

    def details(self) -> Details:
        """What was filled in, as the verbs take it."""
        values: dict[str, Any] = {name: getattr(self, name).data or "" for name in _TYPED}
        values |= {name: getattr(self, name).data for name in _FLAGS}
        return Details(
            **values,
            kind=OrganisationKind(self.kind.data),
            main_sector_id=UUID(self.main_sector.data) if self.main_sector.data else None,
            sector_ids=tuple(UUID(each) for each in self.sectors.data or ()),
        )


_TYPED = ("name", "municipality", "business_id", "contact_name", "contact_address", "contact_phone")
_FLAGS = ("is_volunteer_run", "is_employer", "is_service_provider", "receives_grants")


@dataclass(frozen=True)
class Row:
    """An organisation in the list."""

    id: UUID
    url: str
    name: str
    words: str
    sectors: str


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to, as it stands in the address; an unknown word narrows nothing."""

    words: str
    kind: str
    municipality: str
    sector: str
    page: int

    @classmethod
    def asked(cls) -> Filter:
        asked = {name: request.args.get(name, "") for name in ("haku", "laji", "kunta", "toimiala", "sivu")}
        # PostgreSQL takes no U+0000.
        words, kind, place, sector, page = [each if each.isprintable() else "" for each in asked.values()]
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        return cls(words, kind, place, sector, max(number, 1))

    @property
    def search(self) -> Search:
        """As the verbs take it."""
        return Search(
            words=self.words[:200],
            kind=OrganisationKind(self.kind) if self.kind in set(OrganisationKind) else None,
            municipality=self.municipality[:200],
            sector_id=_uuid(self.sector),
        )

    def at(self, page: int) -> str:
        """The query of another page of the same list."""
        asked = {"haku": self.words, "laji": self.kind, "kunta": self.municipality, "toimiala": self.sector}
        return urlencode({name: value for name, value in {**asked, "sivu": page}.items() if value})


@screen.page("/sopimukset/<agreement>/jarjestot", may="agreement.read")
def index(agreement: Agreement) -> str:
    """The organisations, fifty at a time, narrowed by words, kind, municipality and sector."""
    asked, home = Filter.asked(), address(agreement, "jarjestot")
    found = organisations.search(agreement, asked.search, start=(asked.page - 1) * PAGE, most=PAGE)
    is_filtered = bool(request.args.keys() & {"haku", "laji", "kunta", "toimiala"})
    sectors = organisations.sectors_of(agreement)
    last = max(-(-found.total // PAGE), 1)
    return show(
        "organisations/index.html",
        section="agreement",
        agreement=agreement,
        address=home,
        views=views(agreement, "jarjestot"),
        table_form=Form(formdata=None) if may("organisation.manage") else None,
        asked=asked,
        is_filtered=is_filtered,
        count=ngettext("Näytetään %(num)s järjestö", "Näytetään %(num)s järjestöä", found.total),
        total=found.total,
        rows=[_row(each) for each in found.rows],
        kinds=[("", gettext("Kaikki")), *((kind.value, str(name)) for kind, name in words.ORGANISATION_KINDS.items())],
        municipalities=[("", gettext("Kaikki")), *((each, each) for each in organisations.municipalities(agreement))],
        sectors=[("", gettext("Kaikki")), *((str(each.id), sector_name(each)) for each in sectors)],
        earlier=f"{home}?{asked.at(asked.page - 1)}" if 1 < asked.page <= last else "",
        later=f"{home}?{asked.at(asked.page + 1)}" if asked.page < last else "",
        page_words=gettext("Sivu %(page)s/%(last)s", page=asked.page, last=last),
    )


@screen.page("/sopimukset/<agreement>/jarjestot/uusi", may="organisation.manage", endpoint="new")
def new_organisation(agreement: Agreement) -> str:
    form = OrganisationForm(
        organisations.sectors_of(agreement), formdata=None, data={"kind": OrganisationKind.ASSOCIATION.value}
    )
    return _form_page(agreement, form)


@screen.deed("/sopimukset/<agreement>/jarjestot", may="organisation.manage")
def add(agreement: Agreement) -> Response:
    form = OrganisationForm(organisations.sectors_of(agreement))

    def page() -> str:
        return _form_page(agreement, form)

    if not form.validate():
        return retry(page, page)
    try:
        organisation = organisations.add(agreement, form.details(), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(page, page, refusal)
    say(gettext("%(name)s on nyt luettelossa.", name=organisation.name))
    return reply(otherwise=address(agreement, "jarjestot", organisation.id))


@screen.page("/sopimukset/<agreement>/jarjestot/<uuid:organisation>", may="agreement.read", endpoint="show")
def show_organisation(agreement: Agreement, organisation: Organisation) -> str:
    """What the register tells of an organisation, and who speaks for it. Its contact is for coordinators."""
    people = [each for each in members.everyone(agreement) if each.organisation_id == organisation.id]
    names = [each.user.name for each in people]
    return show(
        "organisations/show.html",
        section="agreement",
        agreement=agreement,
        organisation=organisation,
        register=address(agreement, "jarjestot"),
        address=address(agreement, "jarjestot", organisation.id),
        kind=words.ORGANISATION_KINDS[organisation.kind],
        main_sector=sector_name(organisation.main_sector) if organisation.main_sector else "",
        sectors=", ".join(map(sector_name, organisation.sectors)),
        traits=_traits(organisation),
        names=names,
        sees_contact=may("organisation.contact"),
        end_form=Form(formdata=None) if may("organisation.manage") else None,
    )


@screen.page("/sopimukset/<agreement>/jarjestot/<uuid:organisation>/muutos", may="organisation.manage")
def edit(agreement: Agreement, organisation: Organisation) -> str:
    known = organisations.details_of(organisation)
    values = {name: getattr(known, name) for name in (*_TYPED, *_FLAGS)}
    form = OrganisationForm(
        organisations.sectors_of(agreement),
        formdata=None,
        data={
            **values,
            "kind": known.kind.value,
            "main_sector": str(known.main_sector_id or ""),
            "sectors": [str(each) for each in known.sector_ids],
            "drawn_from": organisation.state,
        },
    )
    return _form_page(agreement, form, organisation)


@screen.deed("/sopimukset/<agreement>/jarjestot/<uuid:organisation>/muutos", may="organisation.manage")
def change(agreement: Agreement, organisation: Organisation) -> Response:
    form, meanwhile = OrganisationForm(organisations.sectors_of(agreement)), list[tuple[str, str]]()

    def page() -> str:
        return _form_page(agreement, form, organisation, meanwhile)

    if not form.validate():
        return retry(page, page)
    try:
        organisations.change(organisation, form.details(), drawn_from=form.drawn_from.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, organisations.OrganisationChangedMeanwhile):
            # Whoever has seen what is saved now may save over it.
            form.drawn_from.data = organisation.state
            meanwhile += _facts(organisation)
        return retry(page, page, refusal)
    say(gettext("Tiedot on tallennettu: %(name)s.", name=organisation.name))
    return reply(otherwise=address(agreement, "jarjestot", organisation.id))


@screen.deed("/sopimukset/<agreement>/jarjestot/<uuid:organisation>/poisto", may="organisation.manage")
def remove(agreement: Agreement, organisation: Organisation) -> Response:
    name = organisation.name
    organisations.remove(organisation, by=me().id)
    say(gettext("%(name)s ei ole enää luettelossa.", name=name))
    return reply(otherwise=address(agreement, "jarjestot"))


# ---------------------------------------------------------------- views


def _row(organisation: Organisation) -> Row:
    said = [str(words.ORGANISATION_KINDS[organisation.kind]), organisation.municipality]
    return Row(
        id=organisation.id,
        url=address(organisation.agreement, "jarjestot", organisation.id),
        name=organisation.name,
        words=", ".join(filter(None, said)),
        sectors=", ".join(map(sector_name, organisation.every_sector)),
    )


def _traits(organisation: Organisation) -> str:
    said = {
        gettext("toimii vapaaehtoisvoimin"): organisation.is_volunteer_run,
        gettext("on työnantaja"): organisation.is_employer,
        gettext("tuottaa palveluja"): organisation.is_service_provider,
        gettext("saa avustusta"): organisation.receives_grants,
    }
    joined = ", ".join(trait for trait, is_so in said.items() if is_so)
    return joined[:1].upper() + joined[1:]


def _facts(organisation: Organisation) -> list[tuple[str, str]]:
    """What is saved now, for the one whose form was drawn from something else."""
    contact = (organisation.contact_name, organisation.contact_address, organisation.contact_phone)
    return [
        (gettext("Nimi"), organisation.name),
        (gettext("Laji"), str(words.ORGANISATION_KINDS[organisation.kind])),
        (gettext("Kotikunta"), organisation.municipality),
        (gettext("Y-tunnus"), organisation.business_id),
        (gettext("Toimialat"), ", ".join(map(sector_name, organisation.every_sector))),
        (gettext("Toiminta"), _traits(organisation)),
        (gettext("Yhteyshenkilö"), ", ".join(filter(None, contact))),
    ]


def _form_page(
    agreement: Agreement,
    form: OrganisationForm,
    organisation: Organisation | None = None,
    meanwhile: list[tuple[str, str]] | None = None,
) -> str:
    home = address(agreement, "jarjestot")
    return show(
        "organisations/edit.html",
        section="agreement",
        agreement=agreement,
        form=form,
        register=home,
        organisation=organisation,
        address=f"{home}/{organisation.id}" if organisation else home,
        action=f"{home}/{organisation.id}/muutos" if organisation else home,
        municipalities=organisations.municipalities(agreement),
        meanwhile=meanwhile or [],
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
