"""The list of members, and what a coordinator does with it."""

from typing import Any

import pytest

from kumppanuus import ledger, members
from kumppanuus.agreements import Agreement, Side
from kumppanuus.db import db, writing
from kumppanuus.members import Member, Role
from tests.client import Page, words_of
from tests.databases import Browsers, Databases

NEW = {
    "addresses": "Uusi Ihminen <uusi.ihminen@example.fi>",
    "role": "representative",
    "side": "organisations",
    "organisation": "Uusi Yhdistys ry",
    "network": "",
    "message": "",
}


@pytest.fixture
def path(world: Any) -> str:
    return f"/sopimukset/{world.slug}/osallistujat"


def rows(page: Page) -> dict[str, list[str]]:
    """Names in each group, in order."""
    return {
        words_of(group.find("h2")).rsplit(" ", 1)[0]: [
            words_of(row.find("div/b")) for row in group.iter("li") if (row.get("id") or "").startswith("osallistuja-")
        ]
        for group in page.all("section", class_="group")
    }


def state(databases: Databases, member_id: Any) -> tuple[Any, ...]:
    with databases.app.app_context():
        found = db.session.get_one(Member, member_id)
        return (
            found.role,
            found.side,
            found.is_approver,
            found.organisation.name if found.organisation else None,
            found.network.name if found.network else None,
            found.ended_at is None,
        )


def test_members_are_listed_by_side_with_coordinators_first(browser: Browsers, world: Any, path: str) -> None:
    page = browser(world.aino).page(path)
    assert rows(page) == {
        "Koordinaattorit": ["Mikko Saarela", "Tuula Rantanen"],
        "Hyvinvointialue": ["Hannu Korpela", "Marja Ahonen", "Riikka Lehto"],
        "Järjestöt": [
            "Aino Heikkilä",
            "Amina Hassan",
            "Anneli Kettunen",
            "Jari Lindholm",
            "Kaarina Nieminen",
            "Pertti Oksanen",
            "Sari Mäkelä",
            "Veikko Hämäläinen",
        ],
        "Lukijat": ["Outi Salonen"],
    }
    assert "Järjestön edustaja, Järvi-Suomen Omaishoitajat ry, Omais- ja läheistyön verkosto" in page.text
    assert page.text.count("Hyväksyy hyvinvointialueen puolesta") == 2
    assert "Sopimukseen osallistuu 14 henkilöä." in page.text


def test_only_a_coordinator_sees_addresses_and_forms(browser: Browsers, world: Any, path: str) -> None:
    for person in (world.aino, world.riikka, world.outi):
        page = browser(person).page(path)
        assert "@kumppanuus.example" not in page.html
        assert not [each for each in page.all("form") if path in (each.get("action") or "")]
        assert browser(person).get(f"{path}/{world.members['aino']}").status_code == 403
    page = browser(world.tuula).page(path)
    assert "aino.heikkila@kumppanuus.example" in page.text
    assert f"{path}/{world.members['aino']}" in page.links()


def test_outsiders_and_members_of_other_agreements_find_nothing(browser: Browsers, world: Any, path: str) -> None:
    for person in (world.eero, world.pirjo):
        assert browser(person).get(path).status_code == 404
    # Its own coordinator, but the member belongs to the other agreement.
    foreign = f"/sopimukset/{world.town.slug}/osallistujat/{world.members['aino']}"
    assert browser(world.outi).get(foreign).status_code == 404


def test_the_list_costs_the_same_however_many_there_are(
    browser: Browsers, world: Any, path: str, queries: Any, databases: Databases
) -> None:
    client = browser(world.mikko)
    with queries() as before:
        client.get(path)
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        for number in range(5):
            address, name = f"uusi{number}@example.fi", f"Yhdistys {number}"
            of = {"role": Role.REPRESENTATIVE, "side": Side.ORGANISATIONS, "organisation": name, "by": world.mikko}
            members.add(agreement, address=address, name=name, **of)
            members.invite(agreement, members.guests(f"toinen{number}@example.fi"), **of)
        db.session.commit()
    with queries() as after:
        client.get(path)
    assert len(after) == len(before)


def test_coordinators_see_when_somebody_was_last_here(browser: Browsers, world: Any, path: str) -> None:
    browser(world.aino).page(path)
    assert "Kirjautuneena viimeksi" not in browser(world.aino).page(path).text
    row = browser(world.mikko).page(path).one("li", id=f"osallistuja-{world.members['aino']}")
    assert words_of(row.findall("div/p")[-1]) == "Kirjautuneena viimeksi 18.3.2026."


# ---------------------------------------------------------------- inviting


def test_organisations_and_networks_in_use_are_offered(browser: Browsers, world: Any, path: str) -> None:
    page = browser(world.mikko).page(path)
    offered = [each.get("value") for each in page.one("datalist", id="tutut-jarjestot").iter("option")]
    assert "Järvi-Suomen Omaishoitajat ry" in offered
    assert offered == sorted(set(offered), key=offered.index)


REFUSED = [
    ({"addresses": "a@example.fi, ei osoite, @b; c@d"}, "addresses", "Korjaa nämä osoitteet: ei osoite, @b, c@d"),
    ({"addresses": ""}, "addresses", "Kirjoita ainakin yksi sähköpostiosoite"),
    ({"addresses": ";,\n"}, "addresses", "Kirjoita ainakin yksi sähköpostiosoite"),
    (
        {"addresses": "\n".join(f"a{number}@example.fi" for number in range(101))},
        "addresses",
        "Osoitteita on liikaa. Enintään 100 mahtuu kerralla.",
    ),
    ({"role": None}, "role", "Valitse rooli"),
    ({"role": "owner"}, "role", "Valitse rooli"),
    ({"side": None}, "side", "Valitse osapuoli"),
    ({"side": "both"}, "side", "Valitse osapuoli"),
    ({"side": ""}, "side", "Valitse osapuoli"),
    ({"side": "authority"}, "side", "Rooli ja osapuoli eivät sovi yhteen."),
    ({"role": "official"}, "side", "Rooli ja osapuoli eivät sovi yhteen."),
    ({"role": "reader", "is_approver": "y"}, "is_approver", "Rooli ja osapuoli eivät sovi yhteen."),
    ({"addresses": "aino.heikkila@kumppanuus.example"}, "addresses", "Tämä henkilö on jo kutsuttu tai mukana."),
    (
        {"addresses": "Aino.heikkila@kumppanuus.example lea.ranta@kumppanuus.example".replace(" ", ",")},
        "addresses",
        "Kaikki 2 on jo kutsuttu tai mukana.",
    ),
    (
        {"addresses": "timo.heino@kumppanuus.example"},
        "addresses",
        "Tili on suljettu: timo.heino@kumppanuus.example",
    ),
    ({"organisation": "x" * 301}, "organisation", "Teksti on liian pitkä: 301 merkkiä. Enintään 300 mahtuu."),
    ({"network": "x" * 301}, "network", "Teksti on liian pitkä: 301 merkkiä. Enintään 300 mahtuu."),
]


def test_what_cannot_be_invited_is_refused_at_its_field_and_leaves_nothing(
    browser: Browsers, world: Any, path: str, databases: Databases
) -> None:
    client = browser(world.mikko)
    form = client.page(path).form("/kutsut")
    for wrong, field, words in REFUSED:
        page = Page(client.send(f"{path}/kutsut", {**form, **NEW, **wrong}, status=422).text)
        assert words in words_of(page.one("p", id=f"{field}-v")), wrong
        assert f"#{field}" in page.links(), wrong
        assert page.one("details", class_="form").get("open") is not None
        kept = page.form("/kutsut")
        assert {name: kept.get(name) for name in ("addresses", "organisation") if name not in wrong} == {
            name: NEW[name] for name in ("addresses", "organisation") if name not in wrong
        }
    assert "uusi.ihminen@example.fi" not in client.page(path).text


def test_under_htmx_a_refused_invitation_comes_back_as_the_form(browser: Browsers, world: Any, path: str) -> None:
    client = browser(world.mikko)
    part = Page(client.send(f"{path}/kutsut", {**NEW, "role": None}, page=path, status=422, htmx=True).text)
    assert not part.is_whole
    assert part.one("div", id="kutsuminen") is not None
    done = client.send(f"{path}/kutsut", NEW, page=path, status=204, htmx=True)
    assert done.headers["HX-Redirect"] == path


# ---------------------------------------------------------------- changing and ending


def test_a_coordinator_changes_a_member(browser: Browsers, world: Any, path: str, databases: Databases) -> None:
    client, hannu = browser(world.mikko), world.members["hannu"]
    page = f"{path}/{hannu}"
    assert client.page(page).h1 == "Hannu Korpela"
    wanted = {"is_approver": "y", "organisation": "Järvi-Suomen Kylät ry"}
    client.send(f"{page}/muutos", wanted, page=page)
    expected = (
        Role.OFFICIAL,
        Side.AUTHORITY,
        True,
        "Järvi-Suomen Kylät ry",
        None,
        True,
    )
    assert state(databases, hannu) == expected
    assert "Osallistujan Hannu Korpela tiedot on tallennettu." in client.page(path).text
    assert client.page(page).form("/muutos")["is_approver"]


def test_nobody_makes_themselves_an_approver(browser: Browsers, world: Any, path: str, databases: Databases) -> None:
    mikko = world.members["mikko"]
    before = state(databases, mikko)
    page = f"{path}/{mikko}"
    for side in ("organisations", "authority"):
        answer = browser(world.mikko).send(f"{page}/muutos", {"is_approver": "y", "side": side}, page=page, status=422)
        words = "Et voi antaa hyväksymisoikeutta itsellesi. Pyydä toista koordinaattoria."
        assert words in words_of(Page(answer.text).one("p", id="is_approver-v"))
    assert state(databases, mikko) == before
    browser(world.tuula).send(f"{page}/muutos", {"is_approver": "y", "side": "organisations"}, page=page)
    assert state(databases, mikko)[2] is True
    # Who has the right keeps it by saving, but does not carry it to the other side.
    client = browser(world.mikko)
    client.send(f"{page}/muutos", page=page)
    client.send(f"{page}/muutos", {"side": "authority"}, page=page, status=422)
    assert state(databases, mikko)[:3] == (Role.COORDINATOR, Side.ORGANISATIONS, True)


def test_the_last_coordinator_stays(browser: Browsers, world: Any, path: str, databases: Databases) -> None:
    tuula, mikko = (f"{path}/{world.members[who]}" for who in ("tuula", "mikko"))
    client = browser(world.mikko)
    client.send(f"{tuula}/paattaminen", page=tuula)
    answer = client.send(f"{mikko}/muutos", {"role": "reader"}, page=mikko, status=422)
    words = "Sopimuksella pitää olla ainakin yksi koordinaattori."
    assert words in words_of(Page(answer.text).one("p", id="role-v"))
    assert words in client.send(f"{mikko}/paattaminen", page=mikko, status=422).text
    assert state(databases, world.members["mikko"])[0] is Role.COORDINATOR
    assert state(databases, world.members["mikko"])[-1] is True


def test_an_ended_member_sees_nothing_and_can_be_invited_again(
    browser: Browsers, world: Any, path: str, databases: Databases
) -> None:
    client, page = browser(world.mikko), f"{path}/{world.members['sari']}"
    form = client.page(page).form("/muutos")
    client.send(f"{page}/paattaminen", page=page)
    assert "Sari Mäkelä ei enää osallistu sopimukseen." in client.page(path).text
    assert browser(world.sari).get(path).status_code == 404
    assert client.get(page).status_code == 404
    assert "Osallistuminen on jo päättynyt." in client.post(f"{page}/muutos", data=form).text
    client.send(f"{path}/kutsut", {**NEW, "addresses": "sari.makela@kumppanuus.example"}, page=path)
    assert "sari.makela@kumppanuus.example" in client.page(path).text


def test_duties_are_handed_over_in_one_step(browser: Browsers, world: Any, path: str, databases: Databases) -> None:
    client, mikko, aino = browser(world.mikko), world.members["mikko"], world.members["aino"]
    page = f"{path}/{mikko}"
    register = f"/sopimukset/{world.slug}/kysymykset"
    before = client.page(register).text.count("Mikko Saarela")
    assert before > 1
    assert "Häntä odottaa: 2 avointa kysymystä" in client.page(page).text
    refused = client.send(f"{page}/luovutus", {"heir": ""}, page=page, status=422)
    assert "Valitse, kuka ottaa tehtävät vastaan" in words_of(Page(refused.text).one("p", id="heir-v"))
    answer = client.send(f"{page}/luovutus", {"heir": str(aino), "makes_coordinator": "y"}, page=page)
    told = client.page(answer.location)
    assert "Tehtävät on siirretty: Aino Heikkilä." in told.text
    assert "Häntä ei odota mikään." in told.text
    assert client.page(register).text.count("Mikko Saarela") < before
    assert state(databases, aino)[:3] == (Role.COORDINATOR, Side.ORGANISATIONS, True)
    assert state(databases, mikko)[0] is Role.COORDINATOR
    history = client.page(f"/sopimukset/{world.slug}/tapahtumat").text
    assert "siirsi tehtävät: Mikko Saarela luovutti, Aino Heikkilä otti vastaan. Aino Heikkilä on nyt" in history
    nothing = client.send(f"{page}/luovutus", {"heir": str(aino)}, page=page, status=422)
    assert "Siirrettävää ei ole." in nothing.text
    # A reader takes part in nothing, and somebody of another agreement is nobody here.
    tuula, outi = f"{path}/{world.members['tuula']}", world.members["outi"]
    assert client.send(f"{tuula}/luovutus", {"heir": str(outi)}, page=tuula, status=422)
    town = world.town.members["pirjo"]
    assert client.send(f"{tuula}/luovutus", {"heir": str(town)}, page=tuula, status=422)
    with databases.app.app_context(), writing():
        assert ledger.verify() is None
        assert ledger.entries(world.agreement, most=1)[0].kind == "member.handed-over"


def test_a_coordinator_may_leave_and_is_led_out(browser: Browsers, world: Any, path: str) -> None:
    client, page = browser(world.tuula), f"{path}/{world.members['tuula']}"
    assert client.send(f"{page}/paattaminen", page=page).location == "/"
    assert client.get(path).status_code == 404


def test_two_coordinators_at_once_see_each_other(
    browser: Browsers, world: Any, path: str, databases: Databases
) -> None:
    aino = world.members["aino"]
    page = f"{path}/{aino}"
    first, second = browser(world.mikko), browser(world.tuula)
    drawn = second.page(page).form("/muutos")
    first.send(f"{page}/muutos", {"is_approver": None}, page=page)
    answer = second.post(f"{page}/muutos", data={**drawn, "organisation": "Uusi yhdistys"})
    assert answer.status_code == 409
    refused = Page(answer.text)
    assert "Joku muutti osallistujan tietoja samaan aikaan." in refused.text
    assert (
        "Nyt tallennettu: Järjestön edustaja, Järvi-Suomen Omaishoitajat ry, Omais- ja läheistyön verkosto."
        in refused.text
    )
    assert refused.form("/muutos")["organisation"] == "Uusi yhdistys"
    assert state(databases, aino)[2] is False
    second.post(f"{page}/muutos", data=refused.form("/muutos"))
    assert state(databases, aino)[3] == "Uusi yhdistys"


def test_a_form_drawn_from_nothing_changes_nothing(
    browser: Browsers, world: Any, path: str, databases: Databases
) -> None:
    aino = world.members["aino"]
    before = state(databases, aino)
    page = f"{path}/{aino}"
    client = browser(world.mikko)
    for drawn_from in (None, "", "0", "-1", "x" * 5000, "\x00"):
        wanted = {"drawn_from": drawn_from, "role": "reader", "side": ""}
        client.send(f"{page}/muutos", wanted, page=page, status=409)
        assert state(databases, aino) == before


def test_extra_fields_change_nothing(browser: Browsers, world: Any, path: str, databases: Databases) -> None:
    aino = world.members["aino"]
    before = state(databases, aino)
    page = f"{path}/{aino}"
    extra = {
        "user_id": str(world.mikko),
        "agreement_id": str(world.town.agreement),
        "ended_at": "2026-01-01",
        "joined_at": "2020-01-01",
        "id": str(world.members["mikko"]),
        "address": "toinen@example.fi",
        "name": "Toinen Nimi",
        "is_demo": "1",
    }
    client = browser(world.mikko)
    client.send(f"{page}/muutos", extra, page=page)
    assert state(databases, aino) == before
    assert "Toinen Nimi" not in client.page(path).text


def test_hostile_names_stay_text(browser: Browsers, world: Any, path: str) -> None:
    hostile = '"><script>alert(1)</script>{{7*7}}'
    client = browser(world.mikko)
    wanted = {**NEW, "addresses": f"{hostile} <x@example.fi>", "organisation": hostile, "network": hostile}
    client.send(f"{path}/kutsut", wanted, page=path)
    page = client.page(path)
    assert page.text.count("{{7*7}}") >= 3
    assert "<script>alert" not in page.html


def test_everything_leaves_one_entry_and_the_record_holds(
    browser: Browsers, world: Any, path: str, databases: Databases
) -> None:
    client = browser(world.mikko)
    page = f"{path}/{world.members['sari']}"

    def kinds() -> list[str]:
        with databases.app.app_context():
            return [entry.kind for entry in ledger.entries(world.agreement, most=7)]

    before = kinds()
    client.send(f"{path}/kutsut", {**NEW, "role": None}, page=path, status=422)
    assert kinds() == before
    client.send(f"{path}/kutsut", NEW, page=path)
    client.send(f"{page}/muutos", {"is_approver": "y"}, page=page)
    client.send(f"{page}/paattaminen", page=page)
    assert kinds() == ["member.ended", *["term.ended"] * 4, "member.changed", "member.invited"]
    with databases.app.app_context(), writing():
        assert ledger.verify() is None
