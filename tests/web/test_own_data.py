"""One's own address, what the service knows of one, and leaving."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from kumppanuus import accounts, ledger, notifications
from kumppanuus.db import writing
from kumppanuus.web import public_address
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases

Clock = Callable[[datetime], AbstractContextManager[None]]
OLD, NEW = "aino.heikkila@kumppanuus.example", "aino@uusi.example.fi"
PAGE = "/oma-sivu/osoite"


@pytest.fixture
def letters(databases: Databases, world: Any) -> Iterator[Callable[[], list[tuple[str, str]]]]:
    """`letters()` sends what waits and gives the address and the text of each letter that left, the newest first."""
    settings = databases.app.extensions["settings"]

    def send() -> list[tuple[str, str]]:
        for each in notifications.mail_folder(settings).glob("*.eml"):
            each.unlink()
        with databases.app.app_context():
            notifications.send_due(public_address)
        return [(each.to, each.text) for each in notifications.kept(settings)]

    yield send
    for each in notifications.mail_folder(settings).glob("*.eml"):
        each.unlink()


def link_in(text: str) -> str:
    found = re.search(r"(/osoitteet/\S+)", text)
    assert found
    return found[1]


def refuses(client: LintingClient, link: str) -> bool:
    """Whether a link says at once that it is spent, and refuses whoever presses all the same."""
    says = "Linkki on jo käytetty tai vanhentunut" in client.page(link).text
    return says and client.post(link, data=client.token()).status_code == 422


def test_an_address_changes_when_the_new_one_confirms_it_and_the_old_one_is_told(
    browser: Browsers, world: Any, letters: Callable[[], list[tuple[str, str]]], databases: Databases
) -> None:
    client = browser(world.aino)
    client.send(PAGE, {"address": " Aino@UUSI.example.fi "}, page=PAGE)
    page = client.page("/oma-sivu")
    assert "Vahvista osoite linkistä, jonka lähetämme siihen." in page.text
    assert f"Kirjaudut osoitteella {OLD}." in page.text
    [(to, text)] = letters()
    assert to.endswith(f"<{NEW}>")
    link = link_in(text)
    elsewhere = browser()
    for _ in range(3):
        opened = elsewhere.get(link)  # mail scanners open it first
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert elsewhere.send(link, page=link).location == "/oma-sivu"
    assert f"Kirjaudut osoitteella {NEW}." in client.page("/oma-sivu").text
    [(to, text)] = letters()
    assert to.endswith(f"<{OLD}>")
    assert "Etkö vaihtanut sitä itse?" in text
    assert NEW not in text
    assert refuses(elsewhere, link)
    with databases.app.app_context(), writing():
        assert accounts.find(OLD) is None
        assert ledger.verify() is None
        assert ledger.entries(ledger.INSTALLATION, most=1)[0].kind == "person.address-changed"


def test_only_the_newest_link_works_for_a_day_and_never_for_somebody_elses_address(
    browser: Browsers,
    world: Any,
    letters: Callable[[], list[tuple[str, str]]],
    clock: Clock,
    databases: Databases,
) -> None:
    client = browser(world.aino)
    refused = client.send(PAGE, {"address": OLD.upper()}, page=PAGE, status=422)
    assert "Tämä on jo osoitteesi." in refused.text
    client.send(PAGE, {"address": NEW}, page=PAGE)
    [(_to, text)] = letters()
    first = link_in(text)
    with clock(NOW + timedelta(minutes=1)):
        client.send(PAGE, {"address": "aino2@uusi.example.fi"}, page=PAGE)
        [(_to, text)] = letters()
        second = link_in(text)
        assert refuses(browser(), first)
    with clock(NOW + timedelta(days=1, minutes=1)):
        assert refuses(browser(), second)
    # The answer is the same for an address that somebody has, but nothing leaves.
    with clock(NOW + timedelta(minutes=20)):
        told = client.send(PAGE, {"address": "mikko.saarela@kumppanuus.example"}, page=PAGE)
        assert told.location == "/oma-sivu"
        assert letters() == []
    with databases.app.app_context():
        assert accounts.find(OLD) is not None


def test_what_is_known_can_be_read_and_taken_along(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    page = client.page("/oma-sivu/tiedot")
    headings = [" ".join("".join(each.itertext()).split()).rsplit(" ", 1)[0] for each in page.root.iter("h2")]
    assert headings[:3] == ["Tilisi", "Kirjautumiset ja osoitteen vaihdot", "Osallistumiset, kutsut ja paikat"]
    rows = [words_of(each) for each in page.all("li")]
    [supported] = [each for each in rows if each.startswith("Kannatit kommenttia")]
    assert re.fullmatch(r"Kannatit kommenttia \d+ kertaa [\d.]+–[\d.]+ Kumppanuussopimus", supported)
    assert f"/sopimukset/{world.slug}" in page.links()
    assert not [each for each in rows if re.fullmatch(r"[\d.]+", each)], "a day alone tells nothing"
    assert "Järjestön edustaja" in page.text
    assert not re.search(r"[a-z]+\.[a-z]+-[a-z]+ |comment\.added|representative", page.text)
    file = client.get("/oma-sivu/tiedot.json")
    assert file.headers["Content-Disposition"] == 'attachment; filename="kumppanuus-omat-tiedot.json"'
    told = json.loads(file.text)
    assert told["address"] == OLD
    assert told["tables"]["user"][0]["name"] == "Aino Heikkilä"
    assert "Mikko Saarela" not in file.text


def test_somebody_leaves_and_what_they_said_stays_without_their_name(
    browser: Browsers, world: Any, databases: Databases
) -> None:
    client, page = browser(world.aino), "/oma-sivu/poistaminen"
    members = f"/sopimukset/{world.slug}/osallistujat"
    history = f"/sopimukset/{world.slug}/tapahtumat?kuka={world.aino}"
    assert "Aino Heikkilä" in browser(world.mikko).page(history).text
    refused = client.send(page, page=page, status=422)
    assert "Merkitse, että ymmärrät" in refused.text
    answer = client.send(page, {"is_sure": "y"}, page=page)
    assert answer.location == "/kirjautuminen"
    assert "Tietosi on poistettu." in client.page("/kirjautuminen").text
    assert client.get("/oma-sivu").status_code == 303
    mikko = browser(world.mikko)
    told = mikko.page(history)
    assert "Aino Heikkilä" not in told.text
    assert "poistettu henkilö 1 hyväksyi kohdan" in told.text
    assert "removed person 1 approved clause" in mikko.page(f"{history}&kieli=en").text
    assert "Aino" not in mikko.page(f"{members}?kieli=fi").text
    with databases.app.app_context(), writing():
        assert ledger.verify() is None


def test_the_only_coordinator_is_told_to_hand_over_first(browser: Browsers, world: Any) -> None:
    client, page = browser(world.outi), "/oma-sivu/poistaminen"
    refused = Page(client.send(page, {"is_sure": "y"}, page=page, status=422).text)
    assert "Olet ainoa koordinaattori:" in refused.text
    assert "Luovuta tehtäväsi ensin toiselle." in refused.text
    assert client.page("/oma-sivu").h1 == "Oma sivu"
