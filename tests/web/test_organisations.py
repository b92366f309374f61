"""The pages of the register: organisations, sectors, bodies, seats, who is missing, tables in and out."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kumppanuus import agreements, ledger, organisations
from kumppanuus.db import db, writing
from kumppanuus.organisations import Body, Details, Organisation, Search, Seat, Sector, Term
from tests.client import Page, words_of
from tests.databases import Browsers, Databases, Queries

TABLE = "nimi;kunta;toimiala\nKuulo ry;Selkäjärvi;Vammaisuus\n;Selkäjärvi;\nNäkö ry;;Kalastus\n"


@pytest.fixture
def path(world: Any) -> str:
    return f"/sopimukset/{world.slug}"


class Reader:
    """Reads the register of the demo world in a context of its own."""

    def __init__(self, databases: Databases, world: Any) -> None:
        self._databases, self._world = databases, world

    def names(self, words: str = "") -> list[str]:
        with self._databases.app.app_context():
            agreement = agreements.by_id(self._world.agreement)
            assert agreement is not None
            return [each.name for each in organisations.search(agreement, Search(words)).rows]

    def id_of(self, table: Any, **wanted: Any) -> UUID:
        with self._databases.app.app_context():
            if table is not Term and table is not Seat:
                wanted["agreement_id"] = self._world.agreement
            found = db.session.scalars(select(table).filter_by(**wanted)).first()
            assert found is not None
            key: UUID = found.id
            return key

    def details(self, organisation: UUID) -> Details:
        with self._databases.app.app_context():
            return organisations.details_of(db.session.get_one(Organisation, organisation))

    def kinds(self, most: int = 1) -> list[str]:
        with self._databases.app.app_context():
            return [entry.kind for entry in ledger.entries(self._world.agreement, most=most)]


@pytest.fixture
def register(databases: Databases, world: Any) -> Reader:
    return Reader(databases, world)


def rows(page: Page) -> list[str]:
    return [words_of(each) for item in page.all("li") if "-" in (item.get("id") or "") for each in item.iter("b")]


# ---------------------------------------------------------------- organisations


def test_the_list_is_searched_without_scripts_and_leads_to_each(browser: Browsers, world: Any, path: str) -> None:
    client = browser(world.aino)
    everything = client.page(f"{path}/jarjestot")
    assert (everything.h1, len(rows(everything))) == ("Järjestöt", 44)
    sector = next(each.get("value") for each in everything.all("option") if words_of(each) == "Vammaisuus")
    found = client.page(f"{path}/jarjestot?toimiala={sector}&laji=association&kunta=Selkäjärvi&haku=näkö")
    assert rows(found) == ["Järvi-Suomen Näkövammaiset ry"]
    assert "Näytetään 1 järjestö" in found.text
    assert "Näillä rajauksilla ei löydy järjestöjä." in client.page(f"{path}/jarjestot?haku=olematon").text
    for strange in ("%00", "%25", "_", "' OR 1=1"):
        assert client.get(f"{path}/jarjestot?haku={strange}&toimiala=x&laji=x&sivu=-1").status_code == 200


def test_the_list_costs_the_same_however_long(
    browser: Browsers, world: Any, path: str, register: Reader, databases: Databases,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:  # fmt: skip
    client, spent = browser(world.aino), []
    for more in (0, 300):
        with databases.app.app_context(), writing():
            agreement = agreements.by_id(world.agreement)
            assert agreement is not None
            text = "\n".join(["nimi", *(f"Uusi {number} ry" for number in range(more))])
            if more:
                table = organisations.spreadsheet.read(text, [])
                organisations.spreadsheet.store(agreement, table, by=world.mikko)
            db.session.commit()
        with queries() as found:
            page = client.page(f"{path}/jarjestot")
        spent.append(len(found))
    assert len(rows(page)) == 50
    assert "sivu=2" in page.html
    assert spent[0] == spent[1] <= 8, spent


def test_contacts_are_shown_to_coordinators_only(browser: Browsers, world: Any, path: str, register: Reader) -> None:
    home = f"{path}/jarjestot/{register.id_of(Organisation, name='Nuorten Tupa ry')}"
    seen = {who: browser(getattr(world, who)).page(home).text for who in ("mikko", "riikka", "aino", "outi")}
    shown = {who: "sari.makela@kumppanuus.example" in text for who, text in seen.items()}
    assert shown == {"mikko": True, "riikka": False, "aino": False, "outi": False}
    assert all("EdustajatSari Mäkelä" in text for text in seen.values())
    everywhere = browser(world.aino).get(f"{path}/jarjestot").text + browser(world.aino).get(f"{path}/tapahtumat").text
    assert "000 123 45" not in everywhere


def test_a_coordinator_adds_changes_and_removes_an_organisation(
    browser: Browsers, world: Any, path: str, register: Reader
) -> None:
    client, home = browser(world.mikko), f"{path}/jarjestot"
    wrong = {"name": "Kuulo ry", "business_id": "1234567-2", "contact_address": "kuulo"}
    refused = Page(client.send(home, {**wrong, "contact_address": ""}, page=f"{home}/uusi", status=422).text)
    assert "Tarkista Y-tunnus. Se on muotoa 1234567-1." in refused.text
    assert refused.form("/jarjestot")["name"] == "Kuulo ry"
    sector = str(register.id_of(Sector, name_fi="Vammaisuus"))
    wanted = {"name": "Kuulo ry", "kind": "foundation", "main_sector": sector, "is_employer": "y"}
    page = str(client.send(home, wanted, page=f"{home}/uusi").location)
    assert "Säätiö" in client.page(page).text
    assert register.kinds() == ["organisation.added"]
    client.send(f"{page}/muutos", {"municipality": "Kuusiniemi"}, page=f"{page}/muutos")
    kept = register.details(UUID(page.rpartition("/")[2]))
    assert (kept.municipality, kept.is_employer, str(kept.main_sector_id)) == ("Kuusiniemi", True, sector)
    client.send(f"{page}/poisto", page=page)
    assert "Kuulo ry" not in register.names()
    assert client.get(page).status_code == 404
    client.send(home, {"name": "nuorten tupa RY", "municipality": "Selkäjärvi"}, page=f"{home}/uusi", status=422)


def test_two_coordinators_at_once_see_each_other(browser: Browsers, world: Any, path: str, register: Reader) -> None:
    home = f"{path}/jarjestot/{register.id_of(Organisation, name='Perhekeidas ry')}/muutos"
    first, second = browser(world.mikko), browser(world.tuula)
    drawn = second.page(home).form("/muutos")
    first.send(home, {"municipality": "Honkavesi"}, page=home)
    answer = second.post(home, data={**drawn, "contact_phone": "123"})
    assert answer.status_code == 409
    refused = Page(answer.text)
    assert "KotikuntaHonkavesi" in refused.text
    assert refused.form("/muutos")["contact_phone"] == "123"
    second.post(home, data=refused.form("/muutos"))
    kept = register.details(register.id_of(Organisation, name="Perhekeidas ry"))
    assert (kept.municipality, kept.contact_phone) == ("Lehtoranta", "123")
    for drawn_from in (None, "", "0", "x" * 5000, "\x00"):
        first.send(home, {"drawn_from": drawn_from, "name": "Muu"}, page=home, status=409)


# ---------------------------------------------------------------- sectors


def test_sectors_are_taken_into_use_renamed_and_removed(
    browser: Browsers, world: Any, path: str, register: Reader
) -> None:
    outi, town = browser(world.outi), f"/sopimukset/{world.town.slug}/toimialat"
    outi.send(f"{town}/valmiit", page=town)
    assert len(rows(outi.page(town))) == 20
    client, home = browser(world.mikko), f"{path}/toimialat"
    part = Page(client.send(home, {"name_fi": "VAMMAISUUS"}, page=home, status=422, htmx=True).text)
    assert "Tämän niminen toimiala on jo olemassa. Kirjoita toinen nimi." in part.text
    client.send(home, {"name_fi": "Digituki", "name_sv": "Digistöd"}, page=home)
    assert "Digistöd" in browser(world.mikko).page(f"{home}?kieli=sv").text
    page = f"{home}/{register.id_of(Sector, name_fi='Digituki')}"
    client.send(f"{page}/muutos", {"name_fi": "Digiapu"}, page=page)
    client.send(f"{page}/poisto", page=page)
    assert register.kinds(3) == ["sector.removed", "sector.renamed", "sector.added"]
    used = f"{home}/{register.id_of(Sector, name_fi='Vammaisuus')}"
    assert "poisto" not in client.page(used).html
    refused = client.send(f"{used}/poisto", status=422)
    assert "Toimialalla on järjestöjä tai paikkoja." in Page(refused.text).text


# ---------------------------------------------------------------- bodies and seats


def test_a_seat_is_made_given_and_taken_and_the_right_goes_with_it(
    browser: Browsers, world: Any, path: str, register: Reader
) -> None:
    client, home = browser(world.mikko), f"{path}/yhteistyoelimet"
    body = str(client.send(home, {"name": "Kuuloverkosto", "kind": "sector_network"}, page=home).location)
    client.send(f"{body}/paikat", {"role": "representative"}, page=body)
    seat = f"{path}/paikat/{register.id_of(Seat, body_id=UUID(body.rpartition('/')[2]))}"
    assert "Ei haltijaa" in browser(world.aino).page(body).text
    clause = f"/kohdat/{world.examples['draft']}"
    veikko, voice = browser(world.veikko), 'value="network"'
    assert voice not in veikko.page(clause).html
    assert "Valitse osallistuja" in Page(client.send(f"{seat}/kaudet", page=seat, status=422).text).text
    wrong = {"holder": str(world.members["veikko"]), "begins_on": "2026-03-20", "ends_on": "19.3.2026"}
    refused = Page(client.send(f"{seat}/kaudet", wrong, page=seat, status=422, htmx=True).text)
    assert "Viimeinen päivä on ennen ensimmäistä. Korjaa päivät." in refused.text
    assert refused.form("/kaudet")["ends_on"] == "19.3.2026"
    client.send(f"{seat}/kaudet", {**wrong, "begins_on": "", "ends_on": "31.12.2027"}, page=seat)
    assert "Veikko Hämäläinen 18.3.2026–31.12.2027" in browser(world.aino).page(body).text
    assert voice in veikko.page(clause).html
    term = f"{path}/kaudet/{register.id_of(Term, seat_id=UUID(seat.rpartition('/')[2]))}/paattaminen"
    client.send(f"{seat}/poisto", status=422)
    client.send(term, page=seat)
    assert voice not in veikko.page(clause).html
    sent = {"kind": "concern", "text": "Vanhasta lomakkeesta.", "speaks_for": "network"}
    kept = veikko.send(f"{clause}/kommentit", sent, page=clause, status=422)
    assert "Vanhasta lomakkeesta." in kept.text
    assert register.kinds(2) == ["term.ended", "term.begun"]
    client.send(f"{seat}/poisto", page=seat)
    client.send(f"{body}/poisto", page=f"{body}/muutos")
    assert client.get(body).status_code == 404


def test_a_body_is_changed_and_two_at_once_see_each_other(
    browser: Browsers, world: Any, path: str, register: Reader
) -> None:
    home = f"{path}/yhteistyoelimet/{register.id_of(Body, name='Avustustyöryhmä')}/muutos"
    first, second = browser(world.mikko), browser(world.tuula)
    drawn = second.page(home).form("/muutos")
    first.send(home, {"name": "Avustusryhmä"}, page=home)
    answer = second.post(home, data={**drawn, "kind": "forum"})
    assert (answer.status_code, "Nyt tallennettu: Avustusryhmä, Työryhmä" in Page(answer.text).text) == (409, True)
    taken = Page(first.send(home, {"name": "kumppanuuspöytä"}, page=home, status=422).text)
    assert "Tämän niminen toimielin on jo olemassa. Kirjoita toinen nimi." in taken.text


def test_coverage_tells_in_words_what_has_nobody(browser: Browsers, world: Any, path: str) -> None:
    page = browser(world.outi).page(f"{path}/edustus")
    assert page.h1 == "2 toimialaa on ilman edustajaa"
    silent = [words_of(each) for each in page.all("b")][:2]
    assert silent == ["Luonto ja ympäristö", "Sukupuoli- ja seksuaalivähemmistöt"]
    assert "Kumppanuuspöytä" in page.text
    assert "%" not in page.text
    assert browser(world.outi).page(f"/sopimukset/{world.town.slug}/edustus").h1 == "Edustus"


def test_nothing_of_another_agreement_is_found_by_its_id(
    browser: Browsers, world: Any, path: str, register: Reader
) -> None:
    outi, town = browser(world.outi), f"/sopimukset/{world.town.slug}"
    seat = register.id_of(Seat)
    known = {
        "jarjestot": register.id_of(Organisation, name="Nuorten Tupa ry"), "toimialat": register.id_of(Sector),
        "yhteistyoelimet": register.id_of(Body), "paikat": seat,
    }  # fmt: skip
    for place, key in known.items():
        never = outi.get(f"{town}/{place}/{uuid4()}")
        foreign = outi.get(f"{town}/{place}/{key}")
        assert (foreign.status_code, Page(foreign.text).text) == (404, Page(never.text).text)
    outi.send(f"{town}/kaudet/{register.id_of(Term)}/paattaminen", status=404)
    sector = {"main_sector": str(known["toimialat"]), "name": "Vieras ry"}
    outi.send(f"{town}/jarjestot", sector, page=f"{town}/jarjestot/uusi", status=422)


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("way", ["pasted", "uploaded"])
def test_a_table_is_looked_at_before_it_is_stored(
    browser: Browsers, world: Any, path: str, register: Reader, way: str
) -> None:
    client, home, before = browser(world.mikko), f"{path}/jarjestot/tuonti", register.names()
    sent: dict[str, Any] = {"text": TABLE} if way == "pasted" else {}
    if way == "uploaded":
        sent["file"] = (io.BytesIO(TABLE.encode("cp1252")), "järjestöt.csv")
    review = client.send(home, sent, page=home, content_type="multipart/form-data").location
    page = client.page(str(review))
    assert "1 uusi järjestö Kuulo ry, Selkäjärvi" in page.text
    assert "Rivi 3 Nimi puuttuu." in page.text
    assert "Rivi 4 Toimialaa ei ole tässä sopimuksessa. Kalastus" in page.text
    assert register.names() == before
    client.send(f"{home}/tallennus", page=str(review))
    assert set(register.names()) - set(before) == {"Kuulo ry"}
    said = "Luetteloon lisättiin 1 järjestö. 2 riviä jäi pois."
    assert said in client.page(f"{path}/jarjestot").text
    assert register.kinds() == ["organisation.imported"]
    assert "Tarkistettavaa taulukkoa ei ole." in client.page(str(review)).text


def test_a_table_that_was_not_looked_at_is_not_stored(
    browser: Browsers, world: Any, path: str, register: Reader
) -> None:
    client, home, before = browser(world.mikko), f"{path}/jarjestot/tuonti", register.names()
    client.send(home, {"text": TABLE}, page=home)
    drawn = client.page(f"{home}/tarkistus").form("/tallennus")
    client.send(home, {"text": TABLE.replace("Kuulo", "Toinen")}, page=home)
    for drawn_from in (drawn["drawn_from"], "", "x"):
        answer = client.post(f"{home}/tallennus", data={**drawn, "drawn_from": drawn_from})
        assert answer.status_code == 409
    assert register.names() == before
    assert "Toinen ry" in client.page(f"{home}/tarkistus").text
    assert "Toinen ry" not in browser(world.tuula).page(f"{home}/tarkistus").text


@pytest.mark.parametrize("text", ["", "Kuulo ry;Selkäjärvi", "nimi", "\x00", "nimi\n" + "a" * 900_001])
def test_what_is_no_table_is_refused_and_stays_in_the_box(browser: Browsers, world: Any, path: str, text: str) -> None:
    client, home = browser(world.mikko), f"{path}/jarjestot/tuonti"
    answer = client.send(home, {"text": text}, page=home, status=422)
    kept = Page(answer.text).form("/tuonti")["text"]
    assert kept == text.replace("\x00", "\ufffd")


def test_the_register_leaves_as_a_table(browser: Browsers, world: Any, path: str) -> None:
    home = f"{path}/jarjestot"
    answer = browser(world.mikko).send(f"{home}/taulukko", page=home, status=200)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={world.slug}-jarjestot.csv"
    text = answer.data.decode("utf-8-sig")
    assert (answer.data[:3], len(text.splitlines())) == (b"\xef\xbb\xbf", 45)
    assert "Nuorten Tupa ry;yhdistys;Selkäjärvi;;" in text
