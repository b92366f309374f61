"""Tokens, headers, and requests nobody's browser would send."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kumppanuus.web import CSP
from tests.databases import Browsers, Databases
from tests.house import roles
from tests.house.addresses import contents, paths
from tests.payloads import INERT, NAUGHTY, UNWRITABLE, XSS

# Pressed by mail programs, which have no session: the link of a letter is the key (RFC 8058).
ONE_CLICK = {"mailing.stop"}


def test_no_change_without_a_token_of_ones_own_session(databases: Databases, world: Any, browser: Browsers) -> None:
    deeds = paths(databases.app, roles.things(databases.app, world.slug), "deed")
    client, ended = browser(world.mikko), browser(world.mikko)
    tokens = {
        "none": None,
        "empty": "",
        "of another session": browser(world.riikka).token()["csrf_token"],
        "of a visitor": browser().token()["csrf_token"],
        "made up": "IjAwIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb",
    }
    old = ended.token()["csrf_token"]
    ended.send("/uloskirjautuminen", page="/oma-sivu")
    before = contents(databases.app)
    for path in (path for endpoint, path in deeds.items() if endpoint not in ONE_CLICK):
        for what, token in tokens.items():
            data = {"text": "Tämä ei saa kadota", **({"csrf_token": token} if token is not None else {})}
            response = client.post(path, data=data, lint=what == "none")  # the page is the same for all
            assert response.status_code == 400, f"{path} with the token {what}: {response.status_code}"
            assert "Tämä ei saa kadota" in response.text
        assert ended.post(path, data={"csrf_token": old}).status_code in (303, 400)
    assert contents(databases.app) == before


@pytest.mark.parametrize(
    "address",
    ["/", "/ohjeet", "/kirjautuminen", "/ei-ole", "/static/kumppanuus.css", "/static/fonts/ei-ole?v=1", "/healthz"],
)
def test_the_headers_of_every_answer(address: str, databases: Databases, world: Any, browser: Browsers) -> None:
    response = browser(world.aino).get(address, lint=False)
    response.close()
    kept = {
        name: response.headers.get(name)
        for name in (
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
        )
    }
    assert kept == {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Server" not in response.headers
    is_static = address == "/static/kumppanuus.css"  # a page that says there is no such file names who looks
    assert response.headers["Cache-Control"] == ("public, max-age=3600" if is_static else "no-store")


def test_the_policy_of_scripts_and_styles() -> None:
    rules = dict(part.strip().split(" ", 1) for part in CSP.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
    }


def test_a_host_that_is_not_ours_is_refused(databases: Databases, world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"}
    response = browser().get("/", headers=forged)
    assert (response.status_code, response.location) == (303, "/kirjautuminen?next=/")


def test_strange_requests_get_an_answer_in_words_and_never_a_failure(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    chance = random.Random(f"2026-03-18 {databases.kind}")  # other requests to each of the two databases
    things = roles.things(databases.app, world.slug, author=world.aino, by=world.mikko)
    real = list(paths(databases.app, things).values())
    client = browser(world.mikko)
    token = client.token()["csrf_token"]
    texts = [
        *XSS[:20],
        *INERT[:20],
        *NAUGHTY[:20],
        *UNWRITABLE,
        "-1",
        "0",
        "99999999999999999999",
        "1e9",
        "٣",
        "",
        "a" * 70_000,
    ]
    names = [
        "text",
        "title",
        "base",
        "fingerprint",
        "revision",
        "kind",
        "role",
        "nayta",
        "sivu",
        "ennen",
        "a",
        "b",
        "kuka",
        "to",
        "side",
        "due_on",
        "next_on",
        "form_key",
        "speaks_for",
        "next",
        "reason",
        "luonnos",
        "address",
        "language",
        "v",
        "luku",
        "haku",
        "toimiala",
        "name",
        "name_fi",
        "municipality",
        "business_id",
        "main_sector",
        "sectors",
        "sector",
        "holder",
        "begins_on",
        "drawn_from",
        "seen",
        "approve",
        "counter",
        "place",
        "remark",
        "jalkeen",
        "vastaehdotus",
        "p0-text",
        "p0-choice",
        "p0-seen",
        "p1-wording",
        "p1-title",
        "esikatselu",
        "channel",
        "invitee",
        "named",
        "people",
        "shows_name",
        "section",
        "section_questions",
        "questions",
        "last_day",
        "jarjesto",
        "toimielin",
        "kaikki",
        "ehdotus",
        "headline",
    ]
    databases.app.config["RAISE_FAILURES"] = False
    failures = []
    try:
        for turn in range(400):
            path = chance.choice(real)
            if chance.random() < 0.15:
                path = path.rstrip("/") + "/" + chance.choice(["..", "%00", "%ff", "x" * 3000, "%2e%2e", "é", "0"])
            fields = [(chance.choice(names), chance.choice(texts)) for _ in range(chance.randint(0, 6))]
            method = chance.choice(["GET", "POST", "POST", "HEAD", "PUT", "TRACE", "BREW"])
            headers = {}
            if chance.random() < 0.2:
                name = chance.choice(
                    ["HX-Target", "HX-Current-URL", "Accept-Language", "Cookie", "Referer", "If-None-Match"]
                )
                headers[name] = chance.choice(["\x7f", "x" * 3000, "kieli=%00", "://", "🦉".encode().decode("latin-1")])
            if chance.random() < 0.3:
                headers["HX-Request"] = "true"
            options: dict[str, Any] = {"headers": headers, "lint": False}
            if method in ("POST", "PUT"):
                options["data"] = (
                    b"\xff\xfe=\xff&text=%ff" if chance.random() < 0.1 else _multi([*fields, ("csrf_token", token)])
                )
                options["content_type"] = "application/x-www-form-urlencoded"
            else:
                options["query_string"] = _multi(fields)
            response = client.open(path, method=method, **options)
            if response.status_code >= 500:
                failures.append(
                    f"{turn} {method} {path} {[(name, text[:30]) for name, text in fields]}: {response.status_code}"
                )
            if turn % 50 == 49:
                client = browser(world.mikko)  # a request may have signed out or worked up a limit
                token = client.token()["csrf_token"]
    finally:
        databases.app.config["RAISE_FAILURES"] = True
    assert not failures, "\n".join(failures)


def test_whoever_is_signed_in_is_known_at_an_address_that_leads_nowhere(browser: Browsers, world: Any) -> None:
    own, door = "/oma-sivu", "/kirjautuminen"
    mine = browser(world.aino).page("/ei-ole-mitaan", status=404).links()
    assert own in mine
    assert not any(link.startswith(door) for link in mine)
    theirs = browser().page("/ei-ole-mitaan", status=404).links()
    assert own not in theirs
    assert any(link.startswith(door) for link in theirs)


def test_a_slash_too_many_at_the_end_of_an_address_is_forgiven(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    for address in ("/vastaa", f"/sopimukset/{world.slug}", f"/kohdat/{world.clauses['3.5']}"):
        assert client.page(f"{address}/").h1 == client.page(address).h1


def test_a_page_leads_to_no_other_host_by_the_address_it_was_asked_at(world: Any, browser: Browsers) -> None:
    for client in (browser(), browser(world.aino)):
        links = client.page("/", status=404, environ_overrides={"PATH_INFO": "//evil.example/"}).links()
        assert "/evil.example/?kieli=sv" in links
        assert all(link.startswith(("/", "#", "mailto:", "tel:")) and not link.startswith("//") for link in links)


def test_an_address_to_go_back_to_that_cannot_be_one_is_none(world: Any, browser: Browsers) -> None:
    client, clause = browser(world.aino), world.clauses["3.5"]
    form = client.page(f"/kohdat/{clause}").form(f"/kohdat/{clause}/kommentit")
    strange = {"Referer": "http://[", "HX-Current-URL": "http://["}
    for text in ("Ensimmäinen", "Toinen"):
        data = {**form, "text": text, "kind": "support", "shown": "1"}
        said = client.post(f"/kohdat/{clause}/kommentit", data=data, headers={**strange, "HX-Request": "true"})
        assert said.status_code == 200
    form = client.page(f"/kohdat/{clause}").form(f"/kohdat/{clause}/hyvaksynnat")
    given = client.post(f"/kohdat/{clause}/hyvaksynnat", data=form, headers=strange)
    assert (given.status_code, given.location) == (303, f"/kohdat/{clause}")


def test_five_thousand_parameters_are_answered(databases: Databases, world: Any, browser: Browsers) -> None:
    many = "&".join(f"p{number}=1" for number in range(5_000))
    assert browser(world.aino).get(f"/?{many}").status_code in (200, 400, 414)


def _multi(fields: list[tuple[str, str]]) -> str:
    from urllib.parse import quote

    return "&".join(f"{quote(name)}={quote(text, errors='surrogatepass')}" for name, text in fields)
