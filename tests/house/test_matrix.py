"""Who gets through which door: every route × every role, against one table; and no door takes another method."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from kumppanuus.policy import LAW
from kumppanuus.web.screen import ROUTES
from tests.databases import POSTGRESQL, SQLITE, Browsers, Databases
from tests.house import roles
from tests.house.access import ACCESS, DEMO_ONLY
from tests.house.addresses import contents, paths
from tests.house.roles import COORDINATOR, DISABLED, EVERYBODY, MEMBERS, STRANGERS, VISITOR

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
OWN = {"archive", "intake", "job", "takeback"}  # of one person: for all others there is no such page
INSIDE = {"agreement", "clause", "section", "comment", "member", "question", "candidate", "suggestion"} | {
    "organisation",
    "round",
    "sector",
    "body",
    "seat",
    "term",
    "invitation",
    "invitee",
    "answer",
    "statement",
    "remark",
    "response",
    "link",
}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_has_a_kind_a_permission_of_the_law_and_a_row_and_every_permission_is_used(
    databases: Databases,
) -> None:
    endpoints = {rule.endpoint for rule in rules(databases.app)}
    assert endpoints == set(ROUTES), "a route that is no page, piece or deed"
    asked_in_code = {"question.agree", "organisation.contact"}
    assert {permission for _kind, permission in ROUTES.values()} | asked_in_code == set(LAW)
    assert endpoints == set(ACCESS), "tests/house/access.py has a row for each route, and for nothing else"


def test_ids_in_addresses_have_a_type(databases: Databases) -> None:
    plain = {"agreement", "chapter", "form", "label", "name", "published", "slug"}
    plain |= {"calendar", "letter", "secret", "token"}  # what opens something by itself
    for rule in rules(databases.app):
        untyped = {
            name for name, converter in rule._converters.items() if type(converter).__name__ == "UnicodeConverter"
        }
        assert untyped <= plain, f"{rule}: {untyped - plain}"


@pytest.fixture(scope="module")
def stage(databases: Databases) -> tuple[roles.Cast, dict[str, Any]]:
    """Everybody, and something behind every door; made once, and copied for each role."""
    world = databases.world()
    with databases.template("stage", of="world"):
        cast = roles.cast(databases.app, world)
        return cast, roles.things(databases.app, cast.slug, author=world.aino, by=world.mikko)


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_matrix(role: str, databases: Databases, stage: tuple[roles.Cast, dict[str, Any]]) -> None:
    with databases.lend("stage"):
        wrong = trespasses(role, databases, *stage)
    assert not wrong, "\n".join(wrong)


def trespasses(role: str, databases: Databases, cast: roles.Cast, values: dict[str, Any]) -> list[str]:
    """Answers of every route to somebody that are not what the table says; and whether looking at the pages changed a
    row.

    Each is asked by its own method. HEAD is GET without its body, whoever asks: one who is led to the door and one who
    may see all stand for the others. The gallery asks nobody who they are. A refusal is one page, linted elsewhere.
    SQLite is asked everything. PostgreSQL is asked whatever lets somebody in, and of the refusals of a role a fifth, of
    each stranger others: what refuses is Python, and what it reads are the few queries that find who asks and what
    about, which are the same for all routes of a noun.
    """
    browser, person = Browsers(databases.app), cast.people[role]
    client = browser(person)
    if role == DISABLED and person is not None:
        roles.close_account(databases.app, person)
    token = client.token()["csrf_token"]
    addresses = {endpoint: path.split("?")[0] for endpoint, path in paths(databases.app, values).items()}
    arguments_of = {rule.endpoint: rule.arguments for rule in rules(databases.app)}
    wrong = []
    before: dict[str, str] | None = contents(databases.app)
    # Deeds last: even an empty form ends a membership.
    deeds_last = sorted(addresses.items(), key=lambda each: (ROUTES[each[0]][0] == "deed", each[0]))
    for number, (endpoint, path) in enumerate(deeds_last, EVERYBODY.index(role)):
        kind = ROUTES[endpoint][0]
        if kind == "deed" and before is not None:
            after = contents(databases.app)
            wrong += [f"{role}: GET and HEAD changed {table}" for table in after if after[table] != before[table]]
            before = None
        arguments = arguments_of[endpoint]
        is_inside, is_own = bool(INSIDE & arguments), bool(OWN & arguments)
        expected = _expected(role, endpoint, kind, is_inside=is_inside, is_own=is_own)
        if endpoint == "gallery.show" and role != VISITOR:
            continue
        if databases.kind == POSTGRESQL and role not in ACCESS[endpoint] and number % 5:
            continue
        methods = ["POST"] if kind == "deed" else ["GET", "HEAD"] if role in (VISITOR, COORDINATOR) else ["GET"]
        for method in methods:
            data = {"csrf_token": token} if method == "POST" else None
            response = client.open(path, method=method, data=data, lint=method != "HEAD" and role in ACCESS[endpoint])
            if response.status_code not in expected:
                wrong.append(f"{role}: {method} {endpoint} {path}: {response.status_code}, not {sorted(expected)}")
        if kind == "deed" and endpoint.partition(".")[0] in ("account", "invitations", "signin"):
            client = browser(None if role == DISABLED else person)
            token = client.token()["csrf_token"]
    return wrong


@pytest.mark.parametrize("databases", [SQLITE], indirect=True)  # an address is found before anything is read
def test_no_address_takes_a_method_that_no_route_of_it_has(
    databases: Databases, stage: tuple[roles.Cast, dict[str, Any]]
) -> None:
    """Methods are told apart by the address alone, before it is known who asks: a visitor asks for all of them, and the
    one who may do all for each that could be taken for the right one."""
    own = {"deed": {"POST"}, "page": {"GET", "HEAD"}, "piece": {"GET", "HEAD"}}
    assert [str(rule) for rule in rules(databases.app) if rule.methods != own[ROUTES[rule.endpoint][0]]] == []
    cast, values = stage
    adapter, browser = databases.app.url_map.bind("localhost"), Browsers(databases.app)
    addresses = sorted({path.split("?")[0] for path in paths(databases.app, values).values()})
    with databases.lend("stage"):
        for role, methods in ((VISITOR, METHODS), (COORDINATOR, ("GET", "POST"))):
            client = browser(cast.people[role])
            token, before = client.token(), contents(databases.app)
            answers = {
                (method, path): client.open(path, method=method, data=token if method == "POST" else None).status_code
                for path in addresses
                for method in methods
                if method not in adapter.allowed_methods(path)
            }
            assert {each: status for each, status in answers.items() if status != 405} == {}, role
            assert len(answers) > len(addresses) / 2
            assert contents(databases.app) == before


def _expected(role: str, endpoint: str, kind: str, *, is_inside: bool, is_own: bool) -> set[int]:
    if endpoint in DEMO_ONLY:
        return {404}
    let_in = ACCESS[endpoint]
    if role in let_in:
        # An empty form is refused at its fields, or there is nothing to do; never a 403, never a 5xx.
        return {200, 204, 302, 303} if kind != "deed" else {200, 204, 303, 400, 404, 409, 410, 422}
    if role in (VISITOR, DISABLED):
        return {303}
    if is_own or (is_inside and role in STRANGERS):
        return {404}
    assert not is_inside or role in MEMBERS
    return {403}
