"""Bringing an edited file back: upload, what was found, and what is filed of it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kumppanuus import agreements, comments, jobs, suggestions
from kumppanuus.agreements import Agreement
from kumppanuus.db import db
from kumppanuus.documents import assemble, takeback
from kumppanuus.documents.assemble import Contents
from kumppanuus.jobs import Job, State
from kumppanuus.suggestions import Status
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases
from tests.documents.test_takeback import edited, run
from tests.payloads import XSS


def export(databases: Databases, world: Any, contents: Contents = Contents.CLEAN) -> bytes:
    with databases.app.app_context():
        return assemble.export(db.session.get_one(Agreement, world.agreement), ".docx", contents=contents)


def wording(databases: Databases, clause: UUID) -> str:
    with databases.app.app_context():
        found = agreements.clause_by_id(clause)
        assert found is not None
        return found.current.text


def bring(databases: Databases, client: LintingClient, here: str, content: bytes, name: str = "sopimus.docx") -> str:
    """Upload a file and let its job run; gives the address of what was found, or of the job if it failed."""
    file = (BytesIO(content), name)
    response = client.send(here, {"file": file}, page=here, status=303)
    job_url = response.headers["Location"]
    with databases.app.app_context():
        jobs.run(UUID(job_url.rpartition("/")[2]))
    led = client.get(job_url)
    return str(led.headers["Location"]) if led.status_code == 303 else job_url


def boxes(page: Page) -> list[str]:
    return [str(each.get("value")) for each in page.all("input") if each.get("name") == "chosen"]


def here(world: Any) -> str:
    return f"/sopimukset/{world.slug}/tuonnit"


def test_an_edited_file_is_looked_through_and_filed_once(world: Any, browser: Browsers, databases: Databases) -> None:
    clause = world.examples["draft"]
    text = wording(databases, clause)
    first = text.split("\n")[0]
    content = export(databases, world)
    content = edited(content, (f">{first}<", f">{first} Tästä kerrotaan kaikille.<"))
    client = browser(world.kaarina)
    address = bring(databases, client, here(world), content)
    assert re.fullmatch(rf"{here(world)}/[0-9a-f-]{{36}}", address)
    page = client.page(address)
    assert page.h1 == "Tiedostosta löytyi"
    assert "Tiedostossa on uutta: 1 muutosehdotus." in page.text
    assert "Muutos: ilman muutosmerkintää" in page.text
    assert boxes(page) == ["0-0"]
    form = page.form("/kirjaus")
    response = client.send(f"{address}/kirjaus", {**form, "chosen": "0-0", "reason": "Hallitus."}, status=303)
    assert response.headers["Location"].endswith("/muutosehdotukset")
    told = client.page(response.headers["Location"])
    assert "Tiedostosta kirjattiin 1 muutosehdotus." in told.text
    with databases.app.app_context():
        filed = suggestions.of_clause(clause)[0]
        assert (filed.author_id, filed.status) == (world.kaarina, Status.OPEN)
        assert filed.text == text.replace(first, f"{first} Tästä kerrotaan kaikille.", 1)
        assert filed.reason == "Hallitus.\n\nMuutettu tuodussa tiedostossa ilman muutosmerkintää."
    done = client.page(address)
    assert "Tämän tiedoston muutokset on jo kirjattu." in done.text
    assert boxes(done) == []
    client.send(f"{address}/kirjaus", {"chosen": "0-0"}, status=409)
    again = client.page(bring(databases, client, here(world), content))
    assert "Tiedostossa ei ole mitään uutta." in again.text
    assert f"Muutosehdotus {filed.number}" in words_of(again.one("details", class_="panel"))


def test_a_redline_of_the_demo_agreement_comes_back_without_anything_new(
    world: Any, browser: Browsers, databases: Databases
) -> None:
    client = browser(world.aino)
    page = client.page(bring(databases, client, here(world), export(databases, world, Contents.REDLINE)))
    assert "Tiedostossa ei ole mitään uutta." in page.text
    assert boxes(page) == []
    assert "Muutosehdotus 1" in words_of(page.one("details", class_="panel"))
    assert "Näitä ei kirjata" not in page.text


def test_nothing_chosen_keeps_what_was_typed(world: Any, browser: Browsers, databases: Databases) -> None:
    first = wording(databases, world.examples["draft"]).split("\n")[0]
    content = edited(export(databases, world), (f">{first}<", f">{first} Lisää.<"))
    client = browser(world.kaarina)
    address = bring(databases, client, here(world), content)
    page = client.send(f"{address}/kirjaus", {"chosen": None, "reason": "Hallitus päätti."}, page=address, status=422)
    assert "Valitse ainakin yksi muutos tai kommentti." in page.text
    assert "Hallitus päätti." in page.text


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    world: Any, browser: Browsers, databases: Databases
) -> None:
    client = browser(world.aino)
    for name, content, sentence in [
        ("a.docx", b"", "Tiedosto on tyhjä. Valitse toinen tiedosto."),
        ("a.pdf", b"%PDF-1.7", "Tiedosto ei ole Word-, Markdown- tai tekstitiedosto. Valitse .docx, .md tai .txt."),
    ]:
        page = client.send(here(world), {"file": (BytesIO(content), name)}, page=here(world), status=422)
        assert sentence in page.text
    missing = client.send(here(world), {}, page=here(world), status=422)
    assert "Valitse tiedosto" in missing.text
    for content, sentence in [
        (b"PK\x03\x04 rikki", "Tiedosto on vioittunut. Avaa se Wordissa ja tallenna uudelleen."),
        (export(databases, world.town), "Tiedosto on viety toisesta sopimuksesta. Tuo se siihen sopimukseen."),
    ]:
        page = client.page(bring(databases, client, here(world), content))
        assert page.h1 == "Tiedostoa ei voitu lukea."
        assert sentence in page.text
        assert here(world) in page.links()


def test_what_is_written_in_a_file_is_only_ever_shown_as_words(
    world: Any, browser: Browsers, databases: Databases
) -> None:
    first = wording(databases, world.examples["draft"]).split("\n")[0]
    payload = XSS[0].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    mark = f'<w:ins w:id="901" w:author="{payload}" w:date="2026-03-20T18:30:00Z">{run(payload)}</w:ins>'
    old = f'<w:t xml:space="preserve">{first}</w:t></w:r>'
    content = edited(export(databases, world), (old, f"{old}{mark}"))
    client = browser(world.aino)
    address = bring(databases, client, here(world), content)
    page = client.page(address)  # the client reads every page as a linter does
    assert words_of(page.one("main")).count(XSS[0].split()[0]) >= 1
    client.send(f"{address}/kirjaus", {"chosen": "0-0"}, page=address, status=303)
    assert client.page(f"/kohdat/{world.examples['draft']}").h1


def test_only_who_brought_a_file_sees_it(world: Any, browser: Browsers, databases: Databases) -> None:
    address = bring(databases, browser(world.aino), here(world), export(databases, world))
    for person in (world.mikko, world.kaarina, world.eero):
        assert browser(person).get(address).status_code == 404
        browser(person).send(f"{address}/kirjaus", {"chosen": "0-0"}, status=404)
    assert browser(world.outi).get(here(world)).status_code == 403


def test_comments_of_the_file_are_what_the_person_says_they_are(
    world: Any, browser: Browsers, databases: Databases
) -> None:
    clause, said = world.examples["draft"], {"Kuka vastaa?": "concern", "Näin on hyvä.": "support"}
    content = export(databases, world, Contents.REDLINE)
    with databases.app.app_context():
        title = agreements.clause_by_id(clause).current.title  # type: ignore[union-attr]  # it is there
    assert title
    at, marked, notes = f"{run(title)}", f"{run(title)}", ""
    for number, text in enumerate(said, start=9077):
        marked = (
            f'<w:commentRangeStart w:id="{number}"/>{marked}<w:commentRangeEnd w:id="{number}"/>'
            f'<w:r><w:commentReference w:id="{number}"/></w:r>'
        )
        notes += f'<w:comment w:id="{number}" w:author="Kaarina" w:initials="K"><w:p>{run(text)}</w:p></w:comment>'
    content = edited(content, (at, marked))
    content = edited(content, ("</w:comments>", f"{notes}</w:comments>"), part="word/comments.xml")
    client = browser(world.aino)
    address = bring(databases, client, here(world), content)
    page = client.page(address)
    numbers = boxes(page)
    assert [page.form("/kirjaus")[f"kind-{number}"] for number in numbers] == ["question", "concern"]
    kinds = {f"kind-{number}": kind for number, kind in zip(numbers, said.values(), strict=True)}
    client.send(f"{address}/kirjaus", {"chosen": numbers, **kinds}, page=address, status=303)
    with databases.app.app_context():
        found = [each.comment for each in comments.talk(clause_id=clause, me=None).said]
        assert {(each.kind, each.author_id, each.text) for each in found if each.author_id == world.aino} == {
            (kind, world.aino, f"Kaarina kommentoi tuodussa tiedostossa sanoja ”{title}”:\n\n{text}")
            for text, kind in said.items()
        }


def test_old_files_are_forgotten(world: Any, browser: Browsers, databases: Databases, clock: Any) -> None:
    address = bring(databases, browser(world.aino), here(world), export(databases, world))
    with clock(NOW + timedelta(days=31)), databases.app.app_context():
        assert takeback.forget_old() == 1
        db.session.commit()
        assert db.session.scalars(select(Job.state)).all() == [State.DONE]
    assert browser(world.aino).get(address).status_code == 404
