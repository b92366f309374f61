"""Every form: what it does not ask for changes nothing, what is typed is never lost, and it is sent once."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import zip_longest
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from kumppanuus import organisations, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.db import Base, db, today, writing
from kumppanuus.organisations import Search
from kumppanuus.rounds import Request
from kumppanuus.statements import Said, Statement
from kumppanuus.web.screen import ROUTES
from tests.client import LintingClient, Page, fields_of
from tests.databases import READS, SQLITE, Browsers, Databases
from tests.house import roles
from tests.house.addresses import paths

# What differs from one sending to the next without anybody having typed it: ids, digests, secrets, numbers of letters.
MADE_UP = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{64}|\b[\w-]{43}\b|'\d{6}'")
# Written by the frame: the key of the form, counters, the time a session was last used.
FRAME = ("INSERT INTO form_key", "UPDATE form_key", "DELETE FROM form_key", "INSERT INTO limit_use", "UPDATE session")

# What is typed where not any words will do.
TYPING = "Kirjoitettu:"
LINES = {"text", "email"}
OPENING = {"code", "number"}  # what opens something is not shown again
TYPED = {"addresses": "Uusi Ihminen <uusi@kumppanuus.example>", "name": "Uusi nimi", "direction": "down"}

Writes = list[tuple[str, str]]


class Unwanted(Exception):
    """What the database answers instead of committing."""


@contextmanager
def nothing_stays(databases: Databases) -> Iterator[Writes]:
    """Whatever is sent, nothing is committed; gives what would have been: statements with their values."""
    with databases.app.app_context():
        engine = db.engine
    writes: Writes = []

    def note(_connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(READS) and not statement.startswith(FRAME):
            writes.append((statement, str(parameters)))

    def refuse(_connection: sa.Connection) -> None:
        raise Unwanted

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", refuse)
    databases.app.config["RAISE_FAILURES"] = False
    try:
        yield writes
    finally:
        databases.app.config["RAISE_FAILURES"] = True
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", refuse)


def filled(form: Any) -> dict[str, list[str]]:
    """A form as a person sends it who fills in everything: words in empty boxes, the first of each choice."""
    fields = {name: [value] for name, value in fields_of(form).items()}
    for each in form.iter():
        name = each.get("name") if isinstance(each.tag, str) else None
        if not name or each.get("disabled") is not None:
            continue
        kind = each.get("type", "text") if each.tag == "input" else each.tag
        needed = kind == "textarea" or each.get("required") is not None
        if name in TYPED:
            fields[name] = [TYPED[name]]
        elif kind in ("textarea", "text") and needed and not fields[name][0].strip():
            fields[name] = [f"{TYPING} {name}."]
        elif kind == "email" and not fields[name][0]:
            fields[name] = ["joku@kumppanuus.example"]
        elif kind == "date":
            fields[name] = ["2026-12-01"]
        elif kind in ("radio", "checkbox"):
            fields.setdefault(name, [each.get("value", "on")])
        elif kind == "select" and not fields[name][0]:
            fields[name] = [next((one.get("value") for one in each.iter("option") if one.get("value")), "")]
    return fields


def boxes(form: Any) -> set[str]:
    return {each.get("name") for each in form.iter("textarea")}


def written(form: Any) -> dict[str, list[str]]:
    """Words in every box and line of a form."""
    lines = [*form.iter("textarea"), *(each for each in form.iter("input") if each.get("type", "text") in LINES)]
    return {each.get("name"): [f"{TYPING} {each.get('name')}."] for each in lines if each.get("name") not in OPENING}


def kept(client: LintingClient, action: str, fields: dict[str, list[str]]) -> set[str]:
    """What the page that says that a form is too old gives back."""
    response = client.post(action, data={**fields, "csrf_token": []}, lint=False)
    assert response.status_code == 400, action
    return {each.text.strip() for each in Page(response.text).all("textarea")}


def drawn(
    databases: Databases, things: dict[str, Any], pages: Iterable[str], client: LintingClient, of: tuple[str, ...]
) -> dict[str, tuple[str, Any]]:
    """The first form that leads to each deed, on any page of somebody: the address it is sent to, and itself."""
    adapter, found = databases.app.url_map.bind("localhost"), dict[str, tuple[str, Any]]()
    own = paths(databases.app, things).items()
    for path in [
        *pages,
        *(path for endpoint, path in own if ROUTES[endpoint][0] != "deed" and endpoint.startswith(of)),
    ]:
        response = client.get(path, lint=False)
        if response.mimetype != "text/html" or not response.data:
            continue
        for form in Page(response.text).all("form", method="post"):
            buttons = (each.get("formaction") for each in form.iter("button"))
            for address in (form.get("action") or path, *filter(None, buttons)):
                action = address.partition("?")[0]
                try:
                    deed, _values = adapter.match(action, method="POST")
                except HTTPException:
                    continue
                found.setdefault(deed, (action, form))
    return found


# A deed of these may end the session of the one who sends it.
ENDING = ("account", "invitations", "own_data", "signin")

# Deeds of consultations without a form of their own to draw, or that write nothing of what is sent.
WITHOUT = {
    # In the background, with the form of the page.
    *("statements.autosave", "statements.autosave_by_link", "responses.keep", "responses.keep_one"),
    "responses.keep_wording",
    *("statements.begin", "statements.confirm_by_link", "statements.export", "summaries.export", "summaries.letter"),
    "summaries.letters",
    # Nothing is there for them.
    *("rounds.revoke_links", "responses.settle", "responses.release", "statements.enter_by_letter", "summaries.thank"),
}


def stage(databases: Databases, world: Any) -> tuple[dict[str, Any], list[str]]:
    """Something behind every address, and more pages with forms: a request being drafted, the desk, a summary."""
    things = roles.things(databases.app, world.slug, author=world.aino, by=world.mikko)
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        roles.suggest(agreement, world.aino)
        answer = db.session.get_one(Statement, things["answer"])
        (part, *_rest) = statements.parts_of(answer.round)
        statements.keep(answer, {part.places[0]: Said(text="Hyvä.")}, seen={}, parts=[part], by=world.aino)
        draft = rounds.make(agreement, Request("Luonnos", today(), background="Tausta."), by=world.mikko)
        found = organisations.search(agreement, Search()).rows
        rounds.invite(draft, organisations=[found[0].id], by=world.mikko)
        pages = [f"{draft.number}/{page}" for page in ("luonnos", "muutos", "avaaminen", "kutsutut")]
        db.session.commit()
    pages += ["2/muistutus", "2/vastineet/uusi", "2/vastineet/julkaisu", "1/yhteenveto/julkaisu", "1/yhteenveto/kiitos"]
    return things, [f"/sopimukset/{world.slug}/kierrokset/{page}" for page in pages]


@pytest.mark.parametrize("databases", [SQLITE], indirect=True)  # what a form holds does not hang on the database
def test_what_a_form_does_not_ask_for_changes_nothing_and_what_is_typed_is_never_lost(
    databases: Databases, world: Any, browser: Browsers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "kumppanuus")  # each form fails at its commit, which is as it should be
    things, pages = stage(databases, world)
    compared, lost, wrong = set[str](), set[str](), list[str]()
    for person, of in ((world.mikko, ("",)), (world.aino, ("approvals", "comments", "statements", "suggestions"))):
        crowd = [(client, client.token()) for client in (browser(person), browser(person))]
        for deed, (action, form) in drawn(databases, things, pages, crowd[0][0], of).items():
            if deed in compared:
                continue
            asked, sent = filled(form), list[Writes]()
            if words := written(form):
                found = kept(crowd[0][0], action, asked | words)
                lost |= {f"{deed}: {name}" for name, (text,) in words.items() if text not in found}
            more = {name: [*values, *(["Toinen."] if name in boxes(form) else [])] for name, values in asked.items()}
            more |= {name: [value] for name, value in extras(world).items() if name not in asked}
            for (client, token), data in zip(crowd, (asked, more), strict=True):
                with nothing_stays(databases) as writes:
                    client.post(action, data={**data, **token}, lint=False)
                sent.append([(statement, MADE_UP.sub("*", values)) for statement, values in writes])
            if sent[0]:
                compared.add(deed)
            if sent[0] != sent[1]:
                wrong.append(f"{deed}: {[each for each in zip_longest(*sent) if each[0] != each[1]][:1]}")
            if deed.partition(".")[0] in ENDING:
                crowd = [(client, client.token()) for client in (browser(person), browser(person))]
    deeds = {endpoint for endpoint, (kind, _may) in ROUTES.items() if kind == "deed"}
    assert not wrong, "\n".join(wrong)
    assert not lost, lost
    consultation = {each for each in deeds if each.startswith(("rounds.", "statements.", "responses.", "summaries."))}
    assert consultation - compared == WITHOUT, (consultation - compared) ^ WITHOUT
    assert len(compared) > 80


# What is still done once a round is closed: telling what it brought, throwing away what was never sent, and keeping
# from being read what should not be.
AFTER_CLOSING = {
    *("rounds.write_news", "statements.discard", "statements.revoke_link"),
    *("statements.erase_giver", "statements.hide", "statements.hide_remark"),
}


def test_a_closed_round_takes_nothing_more_whoever_sends_it(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    """Forms that were drawn while the round was open are sent after its closing, by those who might before."""
    things, pages = stage(databases, world)
    senders = []
    for person in (world.mikko, world.aino):
        client = browser(person)
        forms = drawn(databases, things, pages, client, ("rounds", "statements"))
        here = (f"/kierrokset/{things['round']}/", str(things["token"]))
        senders += [
            (client, deed, action, filled(form))
            for deed, (action, form) in forms.items()
            if deed.startswith(("rounds.", "statements.")) and any(each in action for each in here)
        ]
    with databases.app.app_context(), writing():
        answer = db.session.get_one(Statement, things["answer"])
        rounds.close(answer.round, by=world.mikko)
        db.session.commit()
    asked, done = set[str](), set[str]()
    for client, deed, action, fields in senders:
        with nothing_stays(databases) as writes:
            client.post(action, data={**fields, **client.token()}, lint=False)
        asked.add(deed)
        done |= {deed} if writes else set()
    assert done == AFTER_CLOSING
    assert len(asked) > 18


def extras(world: Any) -> dict[str, str]:
    """Names of columns with values somebody would like to see there."""
    stranger, town = str(world.eero), world.town
    return {
        **dict.fromkeys(("author_id", "user_id", "by", "given_by_id", "recorded_by_id", "owner_id"), stranger),
        **dict.fromkeys(("created_at", "sent_at", "closed_at", "confirmed_at"), "1999-01-01T00:00:00"),
        **dict.fromkeys(("is_approver", "is_public", "is_remembered", "shows_name"), "y"),
        "agreement_id": str(town.agreement),
        "agreement": str(town.slug),
        "role": "coordinator",
        "side": "authority",
        "state": "agreed",
        "status": "accepted",
        "disposition": "accepted",
        "number": "99",
    }


class Pressing:
    """Somebody presses the button of a form five times at once; tells where that leads and which rows it made."""

    def __init__(self, databases: Databases) -> None:
        self.databases, self.browser = databases, Browsers(databases.app)

    def press(self, who: UUID | None, page: str, address: str, /, **typed: str) -> tuple[str, dict[str, int]]:
        first = self.browser(who)
        fields = {**(first.page(page).form(address)), **{name.replace("__", "-"): said for name, said in typed.items()}}
        crowd = [self.browser() for _ in range(5)]
        with first.session_transaction() as cookie:
            kept = dict(cookie)
        for each in crowd:
            with each.session_transaction() as cookie:
                cookie.update(kept)
        before, start = self.rows(), Barrier(len(crowd))

        def send(client: LintingClient) -> TestResponse:
            start.wait(30)
            return client.post(address, data=fields, lint=False)

        with ThreadPoolExecutor(len(crowd)) as pool:
            answers = list(pool.map(send, crowd))
        assert {each.status_code for each in answers} == {303}, [
            (each.status_code, Page(each.text).text[:300]) for each in answers
        ]
        led = {each.location for each in answers}
        assert len(led) == 1, led
        after = self.rows()
        return led.pop(), {table: after[table] - count for table, count in before.items() if after[table] != count}

    def rows(self) -> dict[str, int]:
        """How many rows each table holds, but for those of the frame."""
        with self.databases.app.app_context():
            counts = [
                sa.select(sa.literal(table.name), sa.func.count()).select_from(table)
                for table in Base.metadata.sorted_tables
                if table.name not in ("form_key", "limit_use", "session")
            ]
            return {row[0]: row[1] for row in db.session.execute(sa.union_all(*counts))}


def test_a_form_that_is_sent_five_times_at_once_is_sent_once(databases: Databases, world: Any) -> None:
    things = roles.things(databases.app, world.slug, author=world.aino, by=world.mikko)
    home, asked = f"/sopimukset/{world.slug}", f"/sopimukset/{world.slug}/kierrokset/{things['round']}"
    press, link, mikko = Pressing(databases).press, f"/vastaukset/{things['token']}", world.mikko
    one = {"ledger_entry": 1}

    _led, made = press(None, "/saavutettavuus", "/saavutettavuus", text="En löydä painiketta.")
    assert made == {"feedback": 1, "outbox": 1, **one}
    _led, made = press(world.aino, f"{home}/seuranta", f"{home}/seuranta")
    assert made == {"following": 1}
    guest = {"addresses": "Uusi Ihminen <uusi@kumppanuus.example>", "role": "representative"}
    guest["side"] = "organisations"
    _led, made = press(mikko, f"{home}/osallistujat", f"{home}/osallistujat/kutsut", **guest)
    assert made == {"invitation": 1, "outbox": 1, **one}

    # An answer by a link: its first page, and sending it.
    _led, made = press(None, f"{link}/luvut/1", f"{link}/luvut/1", p0__text="Linkillä.")
    assert made == {"statement": 1, "remark": 1}
    _led, made = press(None, f"{link}/lahetys", f"{link}/lahetys", address="k@kumppanuus.example")
    assert made == {"outbox": 1, **one}
    # An answer written down for somebody: begun, written, confirmed.
    record = f"{asked}/kirjaus"
    written, made = press(
        mikko, record, record, channel="paper", name="Olga", address="olga@kumppanuus.example", named="Kulmakunta"
    )
    assert made == {"statement": 1}
    _led, made = press(mikko, f"{written}/luvut/1", f"{written}/luvut/1", p0__text="Paperilla.")
    assert made == {"remark": 1}
    _led, made = press(mikko, f"{written}/lahetys", f"{written}/lahetys")
    assert made == {"outbox": 1, **one}
    # A response to all who say the same, and releasing it.
    desk = f"{home}/kierrokset/2/vastineet"
    _led, made = press(mikko, f"{desk}/uusi", desk, disposition="accepted", reason="Lisätään.")
    assert made == {"response": 1, "response_remark": 4, "draft": 1}  # and where the coordinator is at the desk
    _led, made = press(mikko, f"{desk}/julkaisu", f"{desk}/julkaisu")
    assert made == one
    # An official is asked; one text is written for what many said.
    _led, made = press(mikko, f"{desk}/uusi", f"{desk}/pyynnot", note="Onko rahaa?")
    assert made == {"response": 1, "response_remark": 2, **one}
    reader = Browsers(databases.app)(mikko)
    links = reader.page(f"{desk}/uusi").links()
    wording = next(each for each in links if "/muotoilu?" in each).partition("&")[0]
    box = reader.page(wording).all("input", name="r")[-1].get("value")
    typed = {"text": "Uusi teksti.", "disposition": "accepted", "reason": "Näin."}
    _led, made = press(mikko, wording, wording, **typed, r=box)
    assert made == {"clause_version": 1, "response": 1, "response_remark": 1, **one}
    # The summary of the closed round: told to those who answered, published by a job, withdrawn, written on.
    summary = f"{home}/kierrokset/1/yhteenveto"
    with databases.app.app_context(), writing():
        told = db.session.execute(sa.text("DELETE FROM summary_thanks")).rowcount
        db.session.commit()
    _led, made = press(mikko, f"{summary}/kiitos", f"{summary}/kiitos")
    assert made == {"summary_thanks": told, "outbox": told, **one}
    led, made = press(mikko, f"{summary}/julkaisu", f"{summary}/julkaisu", knows="y", reason="Kiire.")
    assert (led.partition("/tyot/")[1], made) == ("/tyot/", {"job": 1})
    _led, made = press(mikko, f"{summary}/julkaisu", f"{summary}/peruminen", reason="Virhe.")
    assert made == one
    _led, made = press(mikko, summary, summary, text="Uutinen.")
    assert made == {"summary_part": 1}
    request = {"title": "Uusi kierros", "background": "Luonnos."}
    _led, made = press(mikko, f"{home}/kierrokset/uusi", f"{home}/kierrokset", **request)
    assert made == {"round": 1, **one}
