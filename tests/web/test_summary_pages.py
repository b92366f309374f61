"""The summary of a round on its pages: written by coordinators, published, read by everybody, told to respondents."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import jobs
from kumppanuus.db import db, writing
from kumppanuus.documents import thanks
from kumppanuus.documents.summary import making
from kumppanuus.notifications import Letter, Outgoing
from kumppanuus.rounds import Round
from kumppanuus.statements import Remark, Statement
from tests.client import Page, words_of
from tests.databases import Browsers, Databases, Queries

ROUND = "/sopimukset/{slug}/kierrokset/{number}/yhteenveto"
PUBLIC = "/julkinen/{slug}/kierrokset/{number}/yhteenveto"


def at(world: Any, rest: str = "", *, number: int = 1) -> str:
    return ROUND.format(slug=world.slug, number=number) + rest


def public(world: Any, rest: str = "") -> str:
    return PUBLIC.format(slug=world.slug, number=1) + rest


def test_a_text_is_stored_and_a_clash_shows_both(world: Any, browser: Browsers) -> None:
    mikko, tuula = browser(world.mikko), browser(world.tuula)
    page = mikko.page(at(world))
    fields = {**page.form("/yhteenveto"), "key": "request", "version": "0"}
    assert mikko.post(at(world), data={**fields, "text": "Pyyntö lähti **kaikille**."}).status_code == 303
    late = tuula.post(at(world), data={**fields, **tuula.token(), "text": "Toinen <b>teksti</b>."})
    assert late.status_code == 409
    shown = Page(late.text)
    assert shown.one("textarea", id="t-request").text == "Toinen <b>teksti</b>."
    assert "Pyyntö lähti **kaikille**." in [words_of(each) for each in shown.all("p", class_="words")]
    again = {**shown.form("/yhteenveto"), "key": "request", "version": "1", "text": "Toinen <b>teksti</b>."}
    assert tuula.post(at(world), data=again).status_code == 303
    assert "Toinen <b>teksti</b>." in mikko.page(at(world)).text, "what was typed is text, not markup"
    wrong = mikko.post(at(world), data={**fields, "key": "section-x", "text": "Minne?"})
    assert (wrong.status_code, "Minne?" in wrong.text) == (422, True)


def test_the_page_forgets_a_name_that_goes_with_its_person(databases: Databases, world: Any, browser: Browsers) -> None:
    mikko, name = browser(world.mikko), "Aino Avoin"

    def give(name: str, *, is_shown: bool) -> None:
        with databases.app.app_context(), writing():
            db.session.execute(sa.update(Statement).values(giver_name=name, shows_name=is_shown))
            db.session.commit()

    before = mikko.page(at(world)).text
    give(name, is_shown=True)
    shown = mikko.page(at(world)).text
    give("", is_shown=False)  # as the removal of an account does, which leaves no entry in the agreement
    assert (name in before, name in shown, name in mikko.page(at(world)).text) == (False, True, False)


def test_it_is_published_read_signed_out_and_withdrawn(
    databases: Databases, world: Any, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MANY", 1_000)
    mikko, visitor = browser(world.mikko), browser()
    with databases.app.app_context(), writing():
        db.session.execute(sa.update(Statement).values(giver_name="Salainen Nimi", giver_address="a@salainen.example"))
        said = sa.select(Remark).join(Statement).join(Round).where(Round.number == 1, Remark.text != "")
        unanswered, hidden, *_rest = db.session.scalars(said.order_by(Remark.id))
        unanswered.disposition, hidden.hidden_at, hidden.text = None, hidden.sent_at, "Piilotetut sanat"
        db.session.execute(sa.update(Remark).where(Remark.text.startswith("Hyvä")).values(text="=1+1 on kaava"))
        db.session.commit()
    before = visitor.get(public(world)).text
    page = mikko.page(at(world, "/julkaisu"))
    fields = page.form("/julkaisu")
    assert "1 kommentti on ilman vastausta" in page.text
    refused = mikko.post(at(world, "/julkaisu"), data={**fields, "reason": "Kiire."})
    assert refused.status_code == 422, "who has not said that they know of it publishes nothing"
    assert visitor.get(public(world)).text == before
    sent = mikko.post(at(world, "/julkaisu"), data={**fields, "knows": "y", "reason": "Kiire."})
    assert sent.status_code == 303, Page(sent.text).text
    shown = visitor.page(public(world))
    assert "Julkaisu 2." in shown.text
    for secret in ("Salainen Nimi", "salainen.example", "Piilotetut sanat"):
        assert secret not in shown.html
    table = visitor.get(public(world, "/csv"))
    assert table.headers["Content-Disposition"].startswith("attachment")
    assert table.mimetype == "text/csv"
    assert "'=1+1 on kaava" in table.text
    assert not {row[:1] for row in table.text.splitlines()} & {"=", "+", "-", "@"}
    for form, magic in (("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!doctype")):
        assert visitor.get(public(world, f"/{form}")).data.startswith(magic)
    assert visitor.get(public(world, "/exe")).status_code == 404
    form = mikko.page(at(world, "/julkaisu")).form("/peruminen")
    assert mikko.post(at(world, "/peruminen"), data={**form, "reason": "Taulukossa oli virhe."}).status_code == 303
    for address in (public(world), public(world, "/pdf")):
        gone = visitor.get(address)
        assert (gone.status_code, "Taulukossa oli virhe." in gone.text) == (410, True)


def test_a_large_one_is_made_and_published_by_jobs(
    databases: Databases, world: Any, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MANY", 1)
    mikko = browser(world.mikko)
    page = mikko.page(at(world))
    made = mikko.post(at(world, "/vienti"), data={**page.form("/vienti"), "form": "csv"})
    fields = mikko.page(at(world, "/julkaisu")).form("/julkaisu")
    published = mikko.post(at(world, "/julkaisu"), data={**fields, "knows": "y", "reason": "Kiire."})
    led = []
    for response in (made, published):
        job = response.headers["Location"]
        with databases.app.app_context():
            jobs.run(UUID(job.rpartition("/")[2]))
        led.append(mikko.get(job).headers["Location"])
    ready = mikko.page(led[0])
    assert {at(world)} <= set(ready.links()), "it leads back to where it was ordered"
    file = mikko.post(f"{led[0].partition('?')[0]}/tiedosto", data=ready.form("/tiedosto"))
    assert (file.mimetype, "Tiedosto on valmis") == ("text/csv", ready.h1)
    assert led[1] == at(world)
    assert "Julkaisu 2." in browser().page(public(world)).text


def test_respondents_are_told_once_however_often_it_is_pressed(
    databases: Databases, world: Any, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with databases.app.app_context(), writing():
        db.session.execute(sa.text("DELETE FROM summary_thanks"))
        db.session.commit()
    client = browser(world.mikko)
    page = client.page(at(world, "/kiitos"))
    waiting = int(words_of(page.one("main").find(".//button")).split()[1])
    for key in ("a", "a", "b"):
        assert client.post(at(world, "/kiitos"), data={**page.form("/kiitos"), "form_key": key}).status_code == 303
    with databases.app.app_context():
        kinds = [Letter.OUTCOME, Letter.DIGEST_TO_FORWARD]
        letters = db.session.scalars(sa.select(Outgoing.subject_id).where(Outgoing.letter.in_(kinds))).all()
        assert len(set(letters)) == len(letters) == waiting > 10
    page = client.page(at(world, "/kiitos"))
    assert "Kaikille, joilla on sähköposti, on jo kerrottu." in page.text
    letters, *_each, last = [each.get("action") for each in page.all("form") if "kirje" in each.get("action", "")]
    for printed in (letters, last):
        letter = client.post(printed, data=page.form(printed))
        assert (letter.mimetype, letter.data[:4]) == ("application/pdf", b"%PDF")
    monkeypatch.setattr(thanks, "MANY", 0)
    ordered = client.post(letters, data=page.form(letters)).headers["Location"]
    with databases.app.app_context():
        assert jobs.run(UUID(ordered.rpartition("/")[2])) is jobs.State.DONE
    ready = client.page(client.get(ordered).headers["Location"])
    assert at(world, "/kiitos") in ready.links(), "it leads back to where it was ordered"
    (file,) = [each.get("action") for each in ready.all("form") if each.get("action", "").endswith("/tiedosto")]
    assert client.post(file, data=ready.form(file)).data[:4] == b"%PDF"


def test_it_costs_the_same_however_much_was_said(
    world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    client, costs = browser(world.mikko), []
    client.page(at(world))
    for number in (1, 2):
        with queries() as spent:
            client.page(at(world, number=number))
        costs.append(len(spent))
    assert costs[0] <= costs[1] + 1, "the one that was published reads its publication"
    with queries() as spent:
        browser().page(public(world))
    assert len(spent) <= 2


def test_a_summary_that_was_never_published_is_hidden_from_visitors(world: Any, browser: Browsers) -> None:
    visitor = browser()
    nothing = visitor.get(public(world).replace("kierrokset/1", "kierrokset/99"))
    draft = visitor.get(public(world).replace("kierrokset/1", "kierrokset/2"))
    stranger = visitor.get(public(world).replace(world.slug, "toinen"))
    assert {each.status_code for each in (nothing, draft, stranger)} == {404}
    assert Page(nothing.text).text == Page(draft.text).text == Page(stranger.text).text
