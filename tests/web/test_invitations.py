"""Invited by mail: the letter, the page it leads to, joining, and everything that can go otherwise."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from kumppanuus import accounts, ledger, members, notifications
from kumppanuus.agreements import Agreement, Side
from kumppanuus.db import db, writing
from kumppanuus.members import Guest, Role
from kumppanuus.web import public_address
from tests.client import LintingClient, words_of
from tests.databases import NOW, Browsers, Databases
from tests.web.test_members import NEW, rows

Clock = Callable[[datetime], AbstractContextManager[None]]
ADDRESS = "uusi.ihminen@example.fi"


@pytest.fixture
def path(world: Any) -> str:
    return f"/sopimukset/{world.slug}/osallistujat"


@pytest.fixture
def letter(databases: Databases, world: Any, tmp_path: Any) -> Iterator[Callable[[], str]]:
    """`letter()` sends what waits and gives the path of the link in the newest letter."""
    settings = databases.app.extensions["settings"]

    def send() -> str:
        with databases.app.app_context():
            notifications.send_due(public_address)
        newest = notifications.kept(settings)[0]
        found = re.search(r"(/kutsut/\S+)", newest.text)
        assert found
        assert newest.to.endswith(f"<{ADDRESS}>")
        return found[1]

    before = notifications.kept(settings)
    assert before == []
    yield send
    for each in notifications.mail_folder(settings).glob("*.eml"):
        each.unlink()


def invite(client: LintingClient, path: str, **fields: str) -> None:
    client.send(f"{path}/kutsut", {**NEW, **fields}, page=path)


def state(databases: Databases, slug: str) -> tuple[Any, ...] | None:
    """What the invited person is in the agreement."""
    with databases.app.app_context():
        user = accounts.find(ADDRESS)
        found = members.at(slug, user.id) if user else None
        if user is None or found is None or found[1] is None:
            return None
        _agreement, member, _head = found
        return (
            user.name,
            member.role,
            member.side,
            member.is_approver,
            member.organisation.name if member.organisation else None,
            member.network.name if member.network else None,
        )


def test_somebody_invited_reads_why_joins_and_is_in(
    browser: Browsers, world: Any, path: str, letter: Callable[[], str], databases: Databases
) -> None:
    host = browser(world.mikko)
    invite(host, path, is_approver="y", network="Uusi verkosto", message="Tervetuloa mukaan.\n\nHyvä kun tulet.")
    waiting = host.page(path)
    guest_row = next(
        each for each in waiting.all("li") if (each.get("id") or "").startswith("kutsu-") and ADDRESS in words_of(each)
    )
    assert words_of(guest_row.find("div/b")) == "Uusi Ihminen"
    assert "Kutsu on voimassa 1.4.2026 asti." in waiting.text
    assert ADDRESS not in browser(world.aino).page(path).text
    link = letter()
    guest = browser()
    for _ in range(3):  # scanners open it first
        guest.head(link)
        page = guest.page(link)
    assert page.h1 == "Mikko Saarela kutsuu sinut mukaan"
    assert "Järjestön edustaja, Uusi Yhdistys ry, Uusi verkosto, Hyväksyy järjestöjen puolesta" in page.text
    assert "Hyvä kun tulet." in page.text
    assert page.form(link)["name"] == "Uusi Ihminen"
    refused = guest.send(link, {"name": " "}, page=link, status=422)
    assert "Kirjoita nimi" in refused.text
    assert refused.headers["Referrer-Policy"] == "no-referrer"
    answer = guest.send(link, {"name": "Uusi Oma-Nimi"}, page=link)
    assert answer.location == f"/sopimukset/{world.slug}"
    assert "Tervetuloa! Osallistut nyt sopimukseen Kumppanuussopimus." in guest.page(answer.location).text
    assert "Uusi Oma-Nimi" in rows(guest.page(path))["Järjestöt"]
    expected = ("Uusi Oma-Nimi", Role.REPRESENTATIVE, Side.ORGANISATIONS, True, "Uusi Yhdistys ry", "Uusi verkosto")
    assert state(databases, world.slug) == expected
    assert "uusi.ihminen" not in "".join(
        each.text for each in (browser(world.aino).page(path), browser(world.aino).page(f"/sopimukset/{world.slug}"))
    )
    # It worked once, and leads only those who are in to the agreement.
    assert guest.get(link).location == f"/sopimukset/{world.slug}"
    assert [browser(person).get(link).status_code for person in (None, world.eero)] == [404, 404]
    again = browser().send(link, {"name": "Varas"}, status=404)
    assert "Kutsu ei ole enää voimassa." in again.text
    assert state(databases, world.slug) == expected
    with databases.app.app_context(), writing():
        assert ledger.verify() is None
        told = [entry.kind for entry in ledger.entries(world.agreement, most=6)]
    assert [each for each in told if each.startswith("member.")] == ["member.joined", "member.invited"]


def test_an_invitation_lives_fourteen_days_from_its_letter_and_anew_when_sent_again(
    browser: Browsers, world: Any, path: str, letter: Callable[[], str], clock: Clock, databases: Databases
) -> None:
    invite(browser(world.mikko), path)
    with clock(NOW + timedelta(days=2)):
        first = letter()
    with clock(NOW + timedelta(days=16, seconds=-1)):
        browser().page(first)
    with clock(NOW + timedelta(days=16)):
        assert browser().get(first).status_code == 404
        host = browser(world.mikko)
        page = host.page(path)
        assert "Kutsu vanheni 3.4.2026." in page.text
        again = next(each.get("action") for each in page.all("form") if each.get("action").endswith("/lahetys"))
        host.send(again, page=path)
        assert "Kutsu lähetetään uudelleen: Uusi Ihminen." in host.page(path).text
        second = letter()
        assert browser().get(first).status_code == 404
        browser().send(second, page=second)
    assert state(databases, world.slug) is not None


def test_a_withdrawn_invitation_is_worth_nothing_and_forgotten(
    browser: Browsers, world: Any, path: str, letter: Callable[[], str], databases: Databases
) -> None:
    host = browser(world.mikko)
    invite(host, path)
    link = letter()
    page = host.page(path)
    action = next(each.get("action") for each in page.all("form") if each.get("action").endswith("/peruminen"))
    host.send(action, page=path)
    assert browser().get(link).status_code == 404
    assert browser().send(link, status=404).status_code == 404
    assert "Kutsu ei ole enää voimassa." in host.send(action, status=422).text
    assert "uusi.ihminen" not in host.page("/oma-sivu").text
    host.page(path)  # shows the notice
    assert "uusi.ihminen" not in host.page(path).text
    assert state(databases, world.slug) is None


def test_who_has_an_account_joins_under_the_name_of_it_and_leaves_another_session(
    browser: Browsers, world: Any, path: str, letter: Callable[[], str], databases: Databases
) -> None:
    with databases.app.app_context(), writing():
        accounts.find_or_add(ADDRESS, "Vanha Nimi", by=None)
        db.session.commit()
    invite(browser(world.mikko), path)
    link = letter()
    client = browser(world.eero)
    page = client.page(link)
    assert "Liityt nimellä Vanha Nimi." in page.text
    assert "Olet nyt kirjautunut nimellä Eero Laaksonen." in page.text
    assert "name" not in page.form(link)
    client.send(link, {"name": "Huijari"}, page=link)
    assert "Vanha Nimi" in client.page("/oma-sivu").text
    assert state(databases, world.slug)[0] == "Vanha Nimi"  # type: ignore[index]  # a member by now
    with databases.app.app_context():
        assert members.at(world.slug, world.eero)[1] is None  # type: ignore[index]  # the agreement is there


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("aino@example.fi", [Guest("aino@example.fi", "")]),
        ("A@example.fi; b@example.fi,c@example.fi\na@EXAMPLE.fi\n", [Guest(f"{x}@example.fi", "") for x in "abc"]),
        (
            'Heikkilä, Aino <aino@example.fi>; "Lehto Riikka" <riikka@example.fi>\nMatti Meikäläinen\tm@example.fi',
            [
                Guest("aino@example.fi", "Heikkilä, Aino"),
                Guest("riikka@example.fi", "Lehto Riikka"),
                Guest("m@example.fi", "Matti Meikäläinen"),
            ],
        ),
    ],
)
def test_a_list_is_read_as_mail_programs_and_tables_write_it(pasted: str, read: list[Guest]) -> None:
    assert members.guests(pasted) == read


def test_many_are_invited_at_once_and_the_known_are_left_out(
    browser: Browsers, world: Any, path: str, databases: Databases
) -> None:
    client = browser(world.mikko)
    addresses = "yksi@example.fi, kaksi@example.fi; aino.heikkila@kumppanuus.example\nlea.ranta@kumppanuus.example"
    invite(client, path, addresses=addresses)
    page = client.page(path)
    assert "Kutsuttiin 2 henkilöä." in page.text
    assert "2 oli jo kutsuttu tai mukana." in page.text
    with databases.app.app_context():
        found = members.waiting(db.session.get_one(Agreement, world.agreement))
        assert {each.address for each in found} >= {"yksi@example.fi", "kaksi@example.fi"}
        assert ledger.entries(world.agreement, most=1)[0].facts["role"] == "representative"


def test_old_invitations_are_forgotten(inside: None, world: Any, clock: Clock) -> None:
    agreement = db.session.get_one(Agreement, world.agreement)
    waiting = {each.address for each in members.waiting(agreement)}
    assert waiting == {f"{name}@kumppanuus.example" for name in ("hilkka.laine", "lea.ranta", "olli.ojala")}
    with clock(NOW + timedelta(days=43)):
        members.forget_old(timedelta(days=30))
        db.session.expire_all()
        assert {each.address for each in members.waiting(agreement)} < waiting
    with clock(NOW + timedelta(days=45)):
        members.forget_old(timedelta(days=30))
        db.session.expire_all()
        assert members.waiting(agreement) == []
