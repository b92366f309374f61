"""Sign-in by the provider of the county: all that must hold, and what is said where something does not."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from kumppanuus import accounts, agreements, ledger, limits, members
from kumppanuus.accounts import Identity, Session, User
from kumppanuus.db import db, writing
from kumppanuus.members import Guest, Role
from kumppanuus.notifications import Outgoing
from tests import provider
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases
from tests.house.addresses import contents
from tests.provider import Provider

Clock = Callable[[datetime], AbstractContextManager[None]]

RIIKKA = "riikka.lehto@kumppanuus.example"
PERSON = {"sub": "r-1", "email": RIIKKA, "email_verified": True, "name": "Riikka Lehto"}
THERE, BACK = "/kirjautuminen/tunnuksilla", "/kirjautuminen/paluu"


@pytest.fixture(scope="session")
def process() -> Iterator[Provider]:
    with provider.running() as found:
        yield found


class Office:
    """The provider, and the settings that name it."""

    def __init__(self, databases: Databases, found: Provider) -> None:
        self.app, self.found = databases.app, found
        self.settings = self.app.extensions["settings"]
        self.set()

    def set(self, **more: Any) -> None:
        self.app.extensions["settings"] = replace(
            self.settings,
            oidc_issuer=self.found.issuer,
            oidc_client_id=provider.CLIENT,
            oidc_client_secret=provider.SECRET,
            oidc_name="Alue",
            oidc_domains="kumppanuus.example, alue.example",
            **more,
        )

    def scene(self, *, person: dict[str, Any] | None = None, **told: Any) -> None:
        self.found.scene(**{"now": NOW.timestamp(), "person": PERSON | (person or {}), **told})

    def lead(self, client: LintingClient, door: str = "/kirjautuminen", **fields: Any) -> str:
        """Set out from the door, sign in at the provider, and be led back: to this path."""
        set_out(client, door, **fields)
        return self.found.sign_in(way_of(client))


def set_out(client: LintingClient, door: str = "/kirjautuminen", **fields: Any) -> None:
    """Press the button of the provider at the door or on the page of an invitation."""
    path = door.partition("?")[0]
    client.send(f"{path}/tunnuksilla", {**client.page(door).form(path), **fields})


def way_of(client: LintingClient) -> str:
    """Where the page leads that leads on, by its link and by itself."""
    answer = client.get(THERE)
    there = Page(answer.text).one("a", class_="btn").get("href")
    assert answer.headers["Refresh"] == f"0; url={there}"
    return str(there)


def enter(client: LintingClient, path: str, status: int = 303) -> Any:
    """Open the page the provider led back to and press its button."""
    return client.send(BACK, client.page(path).form(BACK), status=status)


@pytest.fixture
def office(databases: Databases, world: Any, process: Provider) -> Iterator[Office]:
    made = Office(databases, process)
    made.scene()
    yield made
    databases.app.extensions["settings"] = made.settings


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[Any]]:
    """What the security log has told since it was asked last: what, and how or why."""
    caplog.set_level(logging.INFO, logger="kumppanuus.security")

    def lines() -> list[Any]:
        found = [record.getMessage() for record in caplog.records if record.name == "kumppanuus.security"]
        assert not [line for line in found if "@" in line or "eyJ" in line]
        caplog.clear()
        return [(line["what"], line.get("why")) for line in map(json.loads, found)]

    return lines


def count(databases: Databases, table: Any) -> int:
    with databases.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def is_in(client: LintingClient) -> bool:
    return client.get("/oma-sivu/osoite").status_code == 200  # the lightest page for somebody who is signed in


# ---------------------------------------------------------------- in


def test_an_official_comes_in_by_the_provider_and_is_known_again_whatever_the_address(
    office: Office, browser: Browsers, world: Any, databases: Databases, told: Any, clock: Clock
) -> None:
    wanted = f"/sopimukset/{world.slug}?nayta=teksti"
    client = browser()
    page = client.page(client.get(wanted).location)
    assert "Kirjaudu Alue-tunnuksilla" in page.text
    path = office.lead(client, door=client.get(wanted).location, is_remembered="y")
    before, cookie = contents(databases.app), client.get_cookie("kumppanuus")
    assert "Alue-tunnuksesi on tarkistettu." in client.page(path).text
    client.page(path)  # drawn anew, it asks nobody again
    assert contents(databases.app) == before
    assert not is_in(client)
    answer = enter(client, path)
    assert (answer.location, "Expires=" in answer.headers["Set-Cookie"]) == (wanted, True)
    assert is_in(client)
    assert client.get_cookie("kumppanuus") != cookie
    assert told() == [("sign-in.by-provider", None), ("person.identity-tied", None), ("person.signed-in", None)]

    office.scene(person={"email": "riikka.virtanen@alue.example"})
    again = browser()
    enter(again, office.lead(again))
    page = again.page("/oma-sivu")
    rows = [words_of(each) for each in page.all("li") if (each.get("id") or "").startswith("tunnukset-")]
    assert "Riikka Lehto" in page.text
    assert rows == ["Kirjaudut myös Alue-tunnuksilla. Liitetty: Tänään klo 12 Irrota tunnukset: Alue"]
    untie = next(each.get("action") for each in page.all("form") if (each.get("action") or "").endswith("/irrotus"))
    other = browser(world.aino)
    other.send(untie, other.page("/oma-sivu").form("/oma-sivu/asetukset"), status=404)
    assert "Irrota" in again.page("/oma-sivu").text
    out, warning = f"{THERE}/ulos", "Alue-tunnuksesi ovat vielä auki muualla."
    office.scene(described={"end_session_endpoint": f"{office.found.issuer}/logout?realm=alue"})
    assert again.send("/uloskirjautuminen", page="/oma-sivu").location == out
    seen = again.page(out)
    [link] = [each for each in seen.links() if each.startswith(office.found.issuer)]
    assert (warning in seen.text, office.found.sign_in(link)) == (True, "/kirjautuminen?")
    office.scene()  # a provider without such an address
    seen = again.page(out)
    assert (warning in seen.text, [each for each in seen.links() if "://" in each]) == (True, [])
    assert browser().get(out).location == "/kirjautuminen", "asks the provider for nobody who has not just left"
    client.send(untie, page="/oma-sivu")
    assert "Irrota" not in client.page("/oma-sivu").text
    assert count(databases, Identity) == 0
    with databases.app.app_context():
        assert ledger.verify() is None


def test_a_provider_may_want_the_secret_in_the_form_and_tell_the_address_elsewhere(
    office: Office, browser: Browsers
) -> None:
    hidden = {"email": None, "email_verified": None, "name": None}
    office.scene(
        person=hidden,
        userinfo={**PERSON, "sub": "r-1"},
        described={"token_endpoint_auth_methods_supported": ["client_secret_post"]},
    )
    client = browser()
    enter(client, office.lead(client))
    assert "Riikka Lehto" in client.page("/oma-sivu").text


# ---------------------------------------------------------------- what does not hold

UNTRUSTED: list[tuple[str, dict[str, Any]]] = [
    ("the token is of another sign-in", {"claims": {"nonce": "toinen"}}),
    ("the token is of another sign-in", {"claims": {"nonce": None}}),
    ("the token is for another client", {"claims": {"aud": "toinen"}}),
    ("the token is for another client", {"claims": {"aud": [provider.CLIENT, "toinen"]}}),
    ("the token is for another client", {"claims": {"azp": "toinen"}}),
    ("the token is from another issuer", {"claims": {"iss": "https://toinen.example"}}),
    ("the answer is from another issuer", {"answer": {"iss": "https://toinen.example"}}),
    ("the answer is from another issuer", {"answer": {"iss": ""}}),
    ("the token has expired", {"claims": {"exp": NOW.timestamp() - 60}}),
    ("the token has no exp", {"claims": {"exp": None}}),
    ("the token has no exp", {"claims": {"exp": True}}),
    ("the token is of the future", {"claims": {"iat": NOW.timestamp() + 61}}),
    ("the token names nobody", {"claims": {"sub": ""}}),
    ("the signature does not hold", {"signed": "none"}),
    ("the signature does not hold", {"signed": "by a shared secret"}),
    ("the signature does not hold", {"signed": "by the public key as a secret"}),
    ("the signature does not hold", {"signed": "by a stranger"}),
    ("there is no token", {"given": {"id_token": None}}),
    ("the signature does not hold", {"given": {"id_token": "a.b.c"}}),
    ("it answered with status 400", {"status": 400}),
    ("userinfo is of another subject", {"claims": {"email": None}, "userinfo": {**PERSON, "sub": "toinen"}}),
]


def test_nobody_comes_in_by_an_answer_that_does_not_hold(
    office: Office, browser: Browsers, databases: Databases, told: Any
) -> None:
    sessions = count(databases, Session)
    for why, scene in UNTRUSTED:
        office.scene(**scene)
        client = browser()
        page = client.page(office.lead(client, address="riikka"), status=422)
        assert "Tunnuksiasi ei voitu tarkistaa." in page.text, scene
        assert page.one("input", name="address").get("value") == "riikka"
        assert told() == [("sign-in.failed", why)], scene
        client.send(BACK, status=422)
        assert told() == [("sign-in.failed", "NotBegun")]
    assert (count(databases, Session), count(databases, Identity)) == (sessions, 0)


ELSEWHERE: list[tuple[str, dict[str, Any]]] = [
    ("its discovery document names another issuer", {"issuer": "https://toinen.example"}),
    ("it does not know PKCE with S256", {"code_challenge_methods_supported": ["plain"]}),
    ("it does not know the code flow", {"response_types_supported": ["id_token"]}),
    ("it does not take a client by its secret", {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}),
    ("its jwks_uri is no https address", {"jwks_uri": "http://toinen.example/keys"}),
    ("its authorization_endpoint is no https address", {"authorization_endpoint": "javascript:alert(1)"}),
    ("its token_endpoint is no https address", {"token_endpoint": "https://[alue.example"}),
    ("its jwks_uri is no https address", {"jwks_uri": "https://alue.example/\r\nX: 1"}),
]


def test_a_provider_that_is_not_as_it_must_be_is_told_to_who_keeps_the_service(
    office: Office, browser: Browsers, told: Any
) -> None:
    client = browser()
    runner = office.app.test_cli_runner()
    assert "It must lead back to http://127.0.0.1" in runner.invoke(args=["check"]).output
    set_out(client)
    for why, described in ELSEWHERE:
        office.scene(described=described)
        checked = runner.invoke(args=["check"])
        assert (checked.exit_code, f"cannot be used: {why}" in checked.output) == (1, True), checked.output
        assert "Tunnuksiasi ei voitu tarkistaa." in client.page(THERE, status=422).text
        assert told() == [("sign-in.failed", why)]


def test_a_provider_that_is_away_or_sends_the_person_back_loses_nothing(office: Office, browser: Browsers) -> None:
    client = browser()
    path = office.lead(client, address=RIIKKA)
    office.scene(status=500)
    page = client.page(path, status=422)
    assert "Tunnusten tarkistus ei vastaa. Yritä uudelleen hetken kuluttua." in page.text
    assert page.one("input", name="address").get("value") == RIIKKA
    office.scene(answer={"error": "access_denied"})
    page = client.page(office.lead(client, address=RIIKKA), status=422)
    assert "Kirjautuminen tunnuksilla jäi kesken. Yritä uudelleen." in page.text
    office.scene()
    set_out(client, address=RIIKKA)
    settings = office.app.extensions["settings"]
    office.app.extensions["settings"] = replace(settings, oidc_issuer="http://127.0.0.1:9")
    assert "Tunnusten tarkistus ei vastaa." in client.page(THERE, status=422).text
    checked = office.app.test_cli_runner().invoke(args=["check"])
    assert "the provider http://127.0.0.1:9 does not answer" in checked.output


def test_a_way_back_is_used_once_in_its_own_browser_and_in_time(
    office: Office, browser: Browsers, databases: Databases, clock: Clock
) -> None:
    mine, other = browser(), browser()
    path = office.lead(mine)
    stale = "Kirjautuminen on vanhentunut tai jo käytetty. Aloita alusta."
    assert stale in other.page(path, status=422).text
    office.lead(other)
    assert stale in other.page(path, status=422).text
    form = mine.page(path).form(BACK)
    copy = browser()
    copy.set_cookie("kumppanuus", mine.get_cookie("kumppanuus").value)  # type: ignore[union-attr]  # it is there
    mine.send(BACK, form)
    assert is_in(mine)
    # What the copied cookie still holds is spent.
    enter(copy, path)
    assert not is_in(copy)
    assert mine.get(path).location == "/"
    late = browser()
    path = office.lead(late)
    with clock(NOW + timedelta(minutes=10)):
        assert stale in late.page(path, status=422).text
    late = browser()
    form = late.page(office.lead(late)).form(BACK)
    with clock(NOW + timedelta(minutes=10)):
        assert stale in Page(late.send(BACK, form, status=422).text).text
    assert browser().get(BACK).location == "/kirjautuminen"


# ---------------------------------------------------------------- who it is

OTHERS: list[tuple[dict[str, Any], str]] = [
    ({"email_verified": False}, "Tunnuksista ei selvinnyt osoitteesi."),
    ({"email_verified": None}, "Tunnuksista ei selvinnyt osoitteesi."),
    ({"email_verified": "true"}, "Tunnuksista ei selvinnyt osoitteesi."),
    ({"email": "riikka.lehto@muualla.example"}, "Tunnuksista ei selvinnyt osoitteesi."),
    ({"email": "tuntematon@alue.example"}, "Osoitteella tuntematon@alue.example ei ole tiliä."),
    ({"email": "timo.heino@kumppanuus.example"}, "Tili on suljettu."),
    ({"email": "ei osoite@alue.example"}, "Kirjoita sähköpostiosoite näin: nimi@esimerkki.fi"),
    ({"sub": "r-2"}, "Tiliisi on liitetty toiset tunnukset."),
]


def test_only_a_proven_address_leads_to_an_account_and_only_for_the_first_identity(
    office: Office, browser: Browsers, databases: Databases
) -> None:
    client = browser()
    enter(client, office.lead(client))
    sessions = count(databases, Session)
    for person, sentence in OTHERS:
        office.scene(person={"sub": "toinen", **person})
        client = browser()
        assert sentence in Page(enter(client, office.lead(client), 422).text).text, person
        assert not is_in(client)
    assert (count(databases, Session), count(databases, Identity)) == (sessions, 1)
    with databases.app.app_context(), writing():
        accounts.disable(db.session.get_one(User, db.session.scalars(select(Identity.user_id)).one()), by=None)
        db.session.commit()
    office.scene()
    client = browser()
    assert "Tili on suljettu." in Page(enter(client, office.lead(client), 422).text).text


def test_a_provider_that_vouches_for_its_domains_needs_to_say_nothing_of_addresses(
    office: Office, browser: Browsers
) -> None:
    office.set(oidc_vouches=True)
    office.scene(person={"email_verified": False})
    client = browser()
    enter(client, office.lead(client), 422)
    office.scene(person={"email_verified": None})
    enter(client, office.lead(client))
    assert is_in(client)


def test_who_must_use_the_provider_gets_no_letter_known_or_not(
    office: Office, browser: Browsers, databases: Databases
) -> None:
    office.set(oidc_required=True)
    answers = []
    for address in (RIIKKA, "tuntematon@kumppanuus.example"):
        answer = browser().send("/kirjautuminen", {"address": address}, page="/kirjautuminen", status=422)
        page = Page(answer.text)
        assert page.one("input", name="address").get("value") == address
        answers.append(page.text)
    assert "Osoitteella @kumppanuus.example kirjaudutaan Alue-tunnuksilla." in answers[0]
    assert answers[0] == answers[1]
    assert count(databases, Outgoing) == 0
    browser().send("/kirjautuminen", {"address": "aino@muualla.example"}, page="/kirjautuminen")
    client = browser()
    enter(client, office.lead(client))
    page = client.page("/oma-sivu")
    assert "Kirjaudut Alue-tunnuksilla." in page.text
    assert "Irrota" not in page.text
    with databases.app.app_context():
        untie = f"/oma-sivu/tunnukset/{db.session.scalars(select(Identity.id)).one()}/irrotus"
    answer = client.send(untie, page.form("/oma-sivu/asetukset"), status=422)
    assert "Osoitteellasi kirjaudutaan vain näillä tunnuksilla." in Page(answer.text).text
    with databases.app.app_context():
        assert "1 untied." in office.app.test_cli_runner().invoke(args=["untie", RIIKKA]).output
    assert count(databases, Identity) == 0


# ---------------------------------------------------------------- joining


def invited(databases: Databases, world: Any, *addresses: str) -> list[str]:
    """Ask people into the agreement; the paths of their links."""
    with databases.app.app_context(), writing():
        agreement = agreements.by_slug(world.slug)
        assert agreement
        guests = [Guest(address, "") for address in addresses]
        made = members.invite(agreement, guests, role=Role.READER, side=None, by=world.mikko)
        paths = [f"/kutsut/{members.make_invitation_link(each)}" for each in made]
        db.session.commit()
        return paths


def test_an_invitation_is_joined_by_the_provider_by_the_one_it_is_for(
    office: Office, browser: Browsers, databases: Databases, world: Any
) -> None:
    office.set(oidc_required=True)
    [link, other, foreign] = invited(
        databases, world, "uusi@alue.example", "toinen@alue.example", "kolmas@muualla.example"
    )
    assert "tunnuksilla" not in browser().page(foreign).text
    client = browser()
    fields = client.page(link).form(link)
    refused = client.send(link, {**fields, "name": "Uusi Ihminen"}, status=422)
    assert "Osoitteella @alue.example kirjaudutaan Alue-tunnuksilla." in Page(refused.text).text
    assert "Kirjoita nimi" in Page(client.send(f"{link}/tunnuksilla", {**fields, "name": ""}, status=422).text).text

    def join(path: str, status: int) -> Any:
        set_out(client, path, name="Uusi Ihminen")
        return enter(client, office.found.sign_in(way_of(client)), status)

    office.scene(person={"sub": "u-1", "email": "uusi@alue.example"})
    answer = join(other, 422)
    assert "Kutsu on toiseen osoitteeseen kuin tunnuksesi." in Page(answer.text).text
    assert other in Page(answer.text).links()
    assert join(link, 303).location == f"/sopimukset/{world.slug}"
    assert "Tervetuloa! Osallistut nyt sopimukseen" in client.page(f"/sopimukset/{world.slug}").text
    assert "Uusi Ihminen" in client.page("/oma-sivu").text
    assert client.get(link).location == f"/sopimukset/{world.slug}"
    browser().page(link, status=404)
    # Who has an account that is tied joins as that one, and for nobody else.
    assert "Kutsu on toiseen osoitteeseen" in Page(join(other, 422).text).text
    assert (count(databases, Identity), browser().page(other).h1) == (1, "Mikko Saarela kutsuu sinut mukaan")


def test_joining_holds_the_record_of_the_agreement_before_that_of_the_installation(
    office: Office, browser: Browsers, databases: Databases, world: Any
) -> None:
    with office.app.app_context():
        address, engine = db.session.get_one(User, world.eero).address, db.engine
    [link] = invited(databases, world, address)
    office.scene(person={"sub": "e-1", "email": address})
    client, held = browser(), []
    set_out(client, link)
    back = office.found.sign_in(way_of(client))

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "ledger_chain" in statement and ("UPDATE" in statement or "FROM ledger_chain" in statement):
            held.append(str(ledger.INSTALLATION.hex) in str(values).replace("-", ""))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert enter(client, back).location == f"/sopimukset/{world.slug}"
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # As everybody does who adds a person: the other way round, both wait for ever.
    assert list(dict.fromkeys(held)) == [False, True]


def test_setting_out_too_often_has_to_wait_and_loses_nothing(office: Office, browser: Browsers) -> None:
    with office.app.app_context(), writing():
        for _each in range(60):
            limits.spend("provider from 127.0.0.1", limits.LINK_PER_IP)
        db.session.commit()
    client = browser()
    form = {**client.page("/kirjautuminen").form("/kirjautuminen"), "address": RIIKKA}
    page = Page(client.send(THERE, form, status=429).text)
    assert "Yritä uudelleen 16 minuutin kuluttua." in page.text
    assert page.one("input", name="address").get("value") == RIIKKA


def test_without_a_provider_there_is_no_such_way(browser: Browsers) -> None:
    client = browser()
    assert "tunnuksilla" not in client.page("/kirjautuminen").text
    client.send(THERE, client.page("/kirjautuminen").form("/kirjautuminen"), status=404)
    assert [client.get(path).location for path in (THERE, f"{BACK}?code=x&state=x")] == ["/kirjautuminen"] * 2
