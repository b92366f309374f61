"""One's own page: settings, one's sessions and their ends, and a cookie that changes with one's rights."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from kumppanuus import accounts, agreements, members
from kumppanuus.accounts import User
from kumppanuus.db import db, writing
from kumppanuus.members import Role
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases

Clock = Callable[[datetime], AbstractContextManager[None]]


def is_in(client: LintingClient) -> bool:
    return client.get("/oma-sivu/osoite").status_code == 200  # the lightest page for somebody who is signed in


def cookie(client: LintingClient) -> str:
    found = client.get_cookie("kumppanuus")
    assert found
    return found.value


def twin(browser: Browsers, client: LintingClient) -> LintingClient:
    """A browser with a copy of the cookie as it is now."""
    other = browser()
    other.set_cookie("kumppanuus", cookie(client))
    return other


def test_the_page_tells_who_one_is_and_where_one_takes_part(browser: Browsers, world: Any) -> None:
    page = browser(world.aino).page("/oma-sivu")
    assert "Kirjaudut osoitteella aino.heikkila@kumppanuus.example." in page.text
    part = [words_of(each) for each in page.one("aside").iter("li")]
    assert part == [
        "Määräpäivät omaan kalenteriin",
        "Vaihda sähköpostiosoite",
        "Mitä palvelu tietää sinusta",
        "Poista tietosi",
        "KumppanuussopimusJärjestön edustajaJärvi-Suomen Omaishoitajat ryOmais- ja läheistyön verkosto"
        "Hyväksyy järjestöjen puolesta",
    ]
    assert f"/sopimukset/{world.slug}" in page.links()
    assert "Et osallistu vielä sopimukseen." in browser(world.eero).page("/oma-sivu").text


def test_a_stranger_is_led_to_the_door(browser: Browsers) -> None:
    answer = browser().get("/oma-sivu")
    assert (answer.status_code, answer.location) == (303, "/kirjautuminen?next=/oma-sivu")


def test_settings_are_saved_and_show_at_once(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    wanted = {"name": " Aino  Heikkilä-Virtanen ", "language": "sv", "theme": "dark", "text_size": "l"}
    answer = client.send("/oma-sivu/asetukset", wanted, page="/oma-sivu")
    assert answer.location == "/oma-sivu"
    page = client.page("/oma-sivu")
    html = page.one("html")
    assert (html.get("lang"), html.get("data-theme"), html.get("data-text")) == ("sv", "dark", "l")
    form = page.form("/oma-sivu/asetukset")
    assert {name: form[name] for name in wanted} == {**wanted, "name": "Aino Heikkilä-Virtanen"}
    # Elsewhere one is met in the chosen language too.
    assert browser(world.aino).page("/oma-sivu").one("html").get("lang") == "sv"


def test_what_cannot_be_set_is_refused_in_words_and_kept(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    for wrong, words in [
        ({"name": " "}, "Kirjoita nimi"),
        ({"name": "a\x00b"}, "Tekstissä on merkkejä, joita ei voi tallentaa."),
        ({"name": "a" * 301}, "Teksti on liian pitkä: 301 merkkiä. Enintään 300 mahtuu."),
        ({"language": "de"}, "Valitse yksi vaihtoehto"),
        ({"theme": None}, "Valitse yksi vaihtoehto"),
        ({"text_size": "xl"}, "Valitse yksi vaihtoehto"),
    ]:
        answer = client.send(
            "/oma-sivu/asetukset",
            {"name": "Toinen", **wrong},
            page="/oma-sivu",
            status=422,
            lint=wrong != {"name": "a\x00b"},  # no page may hold it
        )
        page = Page(answer.text)
        assert words in page.text, wrong
        assert page.title.startswith("Virhe:")
    assert client.page("/oma-sivu").form("/oma-sivu/asetukset")["name"] == "Aino Heikkilä"


def test_nobody_raises_oneself_by_fields_that_are_not_in_the_form(
    browser: Browsers, world: Any, databases: Databases
) -> None:
    extra = {"may_start_agreements": "1", "is_demo": "0", "address": "toinen@example.fi", "id": str(world.mikko)}
    extra |= {"rights_number": "9", "disabled_at": "2026-01-01", "user_id": str(world.mikko)}
    browser(world.aino).send("/oma-sivu/asetukset", extra, page="/oma-sivu")
    with databases.app.app_context():
        user = db.session.get_one(User, world.aino)
        kept = user.may_start_agreements, user.is_demo, user.address, user.disabled_at
    assert kept == (False, True, "aino.heikkila@kumppanuus.example", None)


# ---------------------------------------------------------------- sessions


def test_sessions_are_listed_and_each_but_this_one_can_be_ended(browser: Browsers, world: Any) -> None:
    here, there = browser(world.aino), browser(world.aino)
    page = here.page("/oma-sivu")
    rows = [words_of(each) for each in page.all("li") if (each.get("id") or "").startswith("istunto-")]
    assert sorted(rows) == [
        "Chromium Kirjauduttu: Tänään klo 12 Käytetty viimeksi: Tänään klo 12 "
        "Päätä kirjautuminen: Chromium, Tänään klo 12",
        "Chromium Tämä laite Kirjauduttu: Tänään klo 12 Käytetty viimeksi: Tänään klo 12",
    ]
    ends = [each.get("action") for each in page.all("form") if (each.get("action") or "").endswith("/paattaminen")]
    assert len(ends) == 1
    here.send(ends[0], page="/oma-sivu")
    assert "Kirjautuminen on päätetty." in here.page("/oma-sivu").text
    assert not is_in(there)


def test_nobody_ends_the_session_of_somebody_else(browser: Browsers, world: Any) -> None:
    aino, riikka = browser(world.aino), browser(world.riikka)
    browser(world.riikka)
    form = next(each for each in riikka.page("/oma-sivu").all("form") if "/istunnot/" in (each.get("action") or ""))
    for path in (form.get("action"), f"/oma-sivu/istunnot/{world.aino}/paattaminen"):
        aino.send(path, aino.page("/oma-sivu").form("/oma-sivu/asetukset"), status=404)
    assert is_in(riikka)


def test_ending_everywhere_ends_every_session_of_one_person(browser: Browsers, world: Any) -> None:
    mine, other = [browser(world.aino) for _each in range(3)], browser(world.riikka)
    answer = mine[0].send("/oma-sivu/uloskirjautuminen", page="/oma-sivu")
    assert answer.location == "/kirjautuminen"
    assert "Olet kirjautunut ulos kaikilta laitteilta." in mine[0].page("/kirjautuminen").text
    assert [is_in(each) for each in mine] == [False, False, False]
    assert is_in(other)


def test_closing_an_account_ends_its_sessions(browser: Browsers, world: Any, databases: Databases) -> None:
    client = browser(world.aino)
    with databases.app.app_context(), writing():
        accounts.disable(db.session.get_one(User, world.aino), by=None)
        db.session.commit()
    assert not is_in(client)


def test_a_session_ends_after_eight_idle_hours(browser: Browsers, world: Any, clock: Clock) -> None:
    client = browser(world.aino)
    moment = NOW
    for _each in range(3):  # each use makes it last on
        moment += timedelta(hours=7, minutes=59)
        with clock(moment):
            assert is_in(client)
    with clock(moment + timedelta(hours=8, seconds=1)):
        assert not is_in(client)
    with clock(moment + timedelta(hours=1)):
        assert is_in(client)


def test_a_session_ends_after_seven_days_however_much_it_is_used(browser: Browsers, world: Any, clock: Clock) -> None:
    client = browser(world.aino)
    for hours in range(6, 7 * 24, 6):
        with clock(NOW + timedelta(hours=hours)):
            assert is_in(client)
    with clock(NOW + timedelta(days=7)):
        assert not is_in(client)


def test_a_clock_set_back_makes_no_session_last_longer(browser: Browsers, world: Any, clock: Clock) -> None:
    with clock(NOW):
        client = browser(world.aino)
    for moment in (NOW - timedelta(minutes=10), NOW + timedelta(days=365)):
        with clock(moment):
            assert not is_in(client)


# ---------------------------------------------------------------- a change of rights


def change_role(databases: Databases, world: Any, role: Role) -> None:
    with databases.app.app_context(), writing():
        member = members.by_id(world.members["aino"])
        assert member
        members.change(member, role=role, side=member.side, is_approver=False, by=world.mikko)
        db.session.commit()


@pytest.mark.parametrize("role", [Role.READER, Role.COORDINATOR])
def test_a_change_of_rights_gives_each_session_a_new_cookie(
    role: Role, browser: Browsers, world: Any, databases: Databases
) -> None:
    clients = [browser(world.aino), browser(world.aino)]
    assert all(is_in(each) for each in clients)
    before = [cookie(each) for each in clients]
    copies = [twin(browser, each) for each in clients]
    change_role(databases, world, role)
    for client, old in zip(clients, before, strict=True):
        assert client.get("/ohjeet").status_code == 200
        assert cookie(client) != old
        now = cookie(client)
        assert is_in(client)
        assert cookie(client) == now
    assert [is_in(each) for each in copies] == [False, False]


def test_a_deed_under_way_is_not_lost_to_a_change_of_rights(
    browser: Browsers, world: Any, databases: Databases
) -> None:
    client = browser(world.aino)
    form = client.page("/oma-sivu").form("/oma-sivu/asetukset")
    change_role(databases, world, Role.READER)
    before = cookie(client)
    client.send("/oma-sivu/asetukset", {**form, "name": "Aino H."})
    assert "Aino H." in client.page("/oma-sivu").text
    assert cookie(client) != before


def test_a_right_taken_away_bites_on_the_next_request(browser: Browsers, world: Any, databases: Databases) -> None:
    client = browser(world.mikko)
    form = client.page(f"/sopimukset/{world.slug}/osallistujat").form("/osallistujat/kutsut")
    with databases.app.app_context(), writing():
        member = members.by_id(world.members["mikko"])
        assert member
        members.change(member, role=Role.READER, side=None, is_approver=False, by=world.tuula)
        db.session.commit()
    path = f"/sopimukset/{world.slug}/osallistujat"
    assert client.post(f"{path}/kutsut", data={**form, "addresses": "uusi@example.fi"}).status_code == 403
    assert not [each for each in client.page(path).all("form") if path in (each.get("action") or "")]
    with databases.app.app_context(), writing():
        found = members.by_id(world.members["mikko"])
        assert found
        members.end(found, by=world.tuula)
        db.session.commit()
    assert client.get(path).status_code == 404


def test_a_right_given_bites_on_the_next_request(browser: Browsers, world: Any, databases: Databases) -> None:
    client = browser(world.eero)
    path = f"/sopimukset/{world.slug}/osallistujat"
    assert client.get(path).status_code == 404
    with databases.app.app_context(), writing():
        agreement = agreements.by_slug(world.slug)
        assert agreement
        members.add(
            agreement,
            address="eero.laaksonen@kumppanuus.example",
            name="x",
            role=Role.READER,
            side=None,
            by=world.mikko,
        )
        db.session.commit()
    assert client.get(path).status_code == 200


def test_strange_keys_and_addresses_are_no_failure(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    form = client.page("/oma-sivu").form("/oma-sivu/asetukset")
    for key in ("a\x00b", "ä" * 5000, "", "{{7*7}}"):
        assert client.post("/oma-sivu/asetukset", data={**form, "form_key": key}).status_code == 303, key[:9]
    for path in ("/sopimukset/%00", "/sopimukset/%00/osallistujat", "/sopimukset/%ED%A0%80", "/oma-sivu/istunnot/x"):
        assert client.get(path).status_code == 404, path
