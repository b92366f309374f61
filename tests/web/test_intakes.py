"""An agreement from a file: brought, read by a job, looked through and corrected, and only then started."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kumppanuus import agreements, jobs, suggestions
from kumppanuus.agreements import Agreement
from kumppanuus.comments import Comment
from kumppanuus.db import db
from kumppanuus.documents.intake import Intake
from kumppanuus.jobs import Job, State
from kumppanuus.ledger import Entry
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases
from tests.documents.word import changed, comments, docx, gone, ins, p, r, said_about

TEXT = "# Sopimus\n\n## 1 Osapuolet\n\n### 1.1 Alue\n\nAlue sopii.\n\nJärjestöt sopivat.\n\n## 2 Tilat\n\nSali on auki."
FACTS = {"authority_name": "Koealue", "body_name": "Koepöytä", "side": "neither", "kind": "partnership_agreement"}

REDLINE = docx(
    p(r("Rakenne"), style="Luku")
    + p(
        r("Kokous on "),
        gone("keväällä"),
        ins("syksyllä"),
        changed("ins", r(" kaupungilla"), by="Eero"),
        r("."),
        style="Kohta",
    )
    + p(ins("Uusi kohta."), style="Kohta", end='<w:ins w:id="1" w:author="Aino Mäkelä"/>')
    + p(gone("Poistuva kohta."), style="Kohta", end='<w:del w:id="1" w:author="Aino Mäkelä"/>')
    + p(said_about("1", r("Viimeinen")), said_about("2"), r(" kohta."), style="Kohta"),
    {"word/comments.xml": comments(("1", "Eero", "Miksi?"), ("2", "Unknown Author", "Hyvä."))},
)


@pytest.fixture
def mikko(world: Any, browser: Browsers) -> LintingClient:
    return browser(world.mikko)


def bring(client: LintingClient, databases: Databases, name: str, content: bytes) -> str:
    """Bring a file and have it read; the address its job leads to."""
    sent = {"file": (BytesIO(content), name)}
    job = client.send("/tuonnit", sent, page="/tuonnit/uusi", content_type="multipart/form-data").location
    return follow(client, databases, job)


def follow(client: LintingClient, databases: Databases, job: str) -> str:
    """Do a job, and go where its page leads."""
    with databases.app.app_context():
        assert jobs.run(UUID(job.rpartition("/")[2])) is State.DONE
    led = client.get(job)
    assert led.status_code == 303
    return str(led.location)


def outline(page: Page) -> list[str]:
    """The rows of what was found, in order, by their words."""
    return [words_of(each) for each in page.one("div", id="tuonti").iter() if each.get("class") == "t"]


def stored(databases: Databases) -> tuple[int, int]:
    """How many agreements and how many entries of the record there are."""
    with databases.app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(each)) for each in (Agreement, Entry)]
        return counts[0] or 0, counts[1] or 0


def test_a_file_is_read_shown_and_corrected_before_anything_is_stored(
    mikko: LintingClient, databases: Databases
) -> None:
    before = stored(databases)

    found = bring(mikko, databases, "sopimus.md", TEXT.encode())
    page = mikko.page(found)

    assert outline(page) == [
        *("Sopimus", "1 Osapuolet", "1.1 Alue", "Alue sopii.", "Järjestöt sopivat.", "2 Tilat", "Sali on auki."),
    ]
    assert page.form("/sopimus")["title"] == "Sopimus"
    fix = {"korjaus": "4-clause"}  # split
    assert mikko.send(f"{found}/korjaukset", fix, page=found).location == f"{found}#rivi-4"
    mikko.send(f"{found}/korjaukset", {"korjaus": "5-annex"}, page=found)
    part = mikko.send(f"{found}/korjaukset", {"korjaus": "3-left"}, page=found, status=200, htmx=True)
    assert part.headers["X-Focus"] == "#rivi-3"
    assert outline(mikko.page(found))[:2] == ["Alue sopii.", "Sopimus"]
    assert stored(databases) == before

    job = mikko.send(f"{found}/sopimus", FACTS, page=found).location
    assert follow(mikko, databases, job) == "/sopimukset/koealue-sopimus"

    with databases.app.app_context():
        agreement = agreements.by_slug("koealue-sopimus")
        assert agreement is not None
        whole = agreements.outline(agreement)
        assert [(each.label, each.title, each.version.text) for each in whole.clauses()] == [
            ("1.1", "", "Alue"),
            ("1.2", "", "Järjestöt sopivat."),
            ("L1.1", "", "Sali on auki."),
        ]
    assert mikko.get(found).location == "/sopimukset/koealue-sopimus"
    assert stored(databases)[0] == before[0] + 1


def test_tracked_changes_become_suggestions_and_comments_comments_under_the_names_of_their_authors(
    mikko: LintingClient, databases: Databases
) -> None:
    found = bring(mikko, databases, "luonnos.docx", REDLINE)
    page = mikko.page(found)
    assert "Muutosmerkinnöistä tulee muutosehdotuksia." in page.text
    assert [words_of(each) for each in page.all("ins")][:2] == [
        "Lisätty: syksyllä. Lisäys päättyy.",
        "Lisätty: kaupungilla. Lisäys päättyy.",
    ]

    follow(mikko, databases, mikko.send(f"{found}/sopimus", {**FACTS, "title": "Luonnos"}, page=found).location)

    with databases.app.app_context():
        agreement = agreements.by_slug("koealue-luonnos")
        assert agreement is not None
        texts = [each.version.text for each in agreements.outline(agreement).clauses()]
        assert texts == ["Kokous on keväällä.", "Poistuva kohta.", "Viimeinen kohta."]
        proposed = sorted(suggestions.open_ones(agreement), key=lambda each: each.number)
        assert [(each.kind.value, each.text, each.reason) for each in proposed] == [
            ("rewrite", "Kokous on syksyllä.", "Muutosmerkintä tuodussa tiedostossa. Tekijä: Aino Mäkelä 12.3.2026."),
            (
                "rewrite",
                "Kokous on keväällä kaupungilla.",
                "Muutosmerkintä tuodussa tiedostossa. Tekijä: Eero 12.3.2026.",
            ),
            ("addition", "Uusi kohta.", "Muutosmerkintä tuodussa tiedostossa. Tekijä: Aino Mäkelä 12.3.2026."),
            ("removal", "", "Muutosmerkintä tuodussa tiedostossa. Tekijä: Aino Mäkelä 12.3.2026."),
        ]
        said = db.session.scalars(
            select(Comment)
            .join(Comment.thread)
            .where(Comment.thread.has(agreement_id=agreement.id))
            .order_by(Comment.text)
        ).all()
        assert [each.text for each in said] == [
            "Eero 12.3.2026 kommentoi tuodussa tiedostossa sanoja ”Viimeinen”:\n\nMiksi?",
            "tuntematon 12.3.2026 kommentoi tuodussa tiedostossa:\n\nHyvä.",
        ]
        assert {each.thread.clause.current.text for each in said if each.thread.clause} == {"Viimeinen kohta."}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("", b"", "Valitse tiedosto"),
        ("tyhja.docx", b"", "Tiedosto on tyhjä. Valitse toinen tiedosto."),
        ("kuva.png", b"\x89PNG", "Tiedosto ei ole Word-, Markdown- tai tekstitiedosto. Valitse .docx, .md tai .txt."),
        ("vanha.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Tiedosto on vanhaa Word-muotoa."),
    ],
)
def test_what_cannot_be_read_at_a_glance_is_refused_at_the_field(
    mikko: LintingClient, name: str, content: bytes, sentence: str
) -> None:
    sent = {"file": (BytesIO(content), name)}
    response = mikko.send("/tuonnit", sent, page="/tuonnit/uusi", status=422, content_type="multipart/form-data")

    page = Page(response.text)
    assert sentence in words_of(page.one("p", id="file-v"))
    assert page.title.startswith("Virhe: ")


def test_a_file_that_turns_out_broken_is_told_on_the_page_of_its_job(
    mikko: LintingClient, databases: Databases
) -> None:
    sent = {"file": (BytesIO(b"PK\x03\x04rikki"), "rikki.docx")}
    job = mikko.send("/tuonnit", sent, page="/tuonnit/uusi", content_type="multipart/form-data").location
    waiting = mikko.page(job)
    assert (waiting.h1, "Työ odottaa vuoroaan." in waiting.text) == ("Luemme tiedostoa", True)
    with databases.app.app_context():
        assert jobs.run(UUID(job.rpartition("/")[2])) is State.FAILED

    page = mikko.page(job)

    assert page.h1 == "Tiedostoa ei voitu lukea."
    assert "Tiedosto on vioittunut. Avaa se Wordissa ja tallenna uudelleen. Mitään ei tallennettu." in page.text
    assert mikko.get(f"{job}/tilanne").headers["HX-Redirect"] == job


def test_a_job_can_be_stopped_and_a_file_forgotten(mikko: LintingClient, databases: Databases) -> None:
    sent = {"file": (BytesIO(TEXT.encode()), "sopimus.md")}
    job = mikko.send("/tuonnit", sent, page="/tuonnit/uusi", content_type="multipart/form-data").location

    assert mikko.send(f"{job}/keskeytys", page=job).location == job
    assert mikko.page(job).h1 == "Työ keskeytettiin."

    found = bring(mikko, databases, "sopimus.md", TEXT.encode())
    mikko.send(f"{found}/poisto", page=found)
    mikko.page(found, 404)
    with databases.app.app_context():
        states = [each.state for each in db.session.scalars(select(Job).order_by(Job.made_at))]
        assert sorted(states) == ["cancelled", "done"]
        assert db.session.scalar(select(func.count()).select_from(Intake)) == 1  # the one whose reading was stopped


def test_stopping_after_the_agreement_has_begun_says_that_it_stays(mikko: LintingClient, databases: Databases) -> None:
    found = bring(mikko, databases, "muutokset.docx", REDLINE)
    job = mikko.send(f"{found}/sopimus", {**FACTS, "title": "Luonnos"}, page=found).location
    follow(mikko, databases, job)
    with databases.app.app_context():  # as somebody leaves it who stops it while suggestions are filed
        db.session.get_one(Job, UUID(job.rpartition("/")[2])).state = State.CANCELLED
        db.session.commit()

    page = mikko.page(job)

    assert page.h1 == "Työ keskeytettiin."
    assert "Sopimus on aloitettu. Osa muutosehdotuksista ja kommenteista voi puuttua siitä." in page.text
    assert "Mitään ei tallennettu" not in page.text


def test_a_clause_too_long_to_keep_and_a_file_without_clauses_start_nothing(
    mikko: LintingClient, databases: Databases
) -> None:
    long = bring(mikko, databases, "pitka.md", b"## 1 Luku\n\n1.1 " + b"Sana. " * 4000)
    empty = bring(mikko, databases, "tyhja.md", b"## 1 Luku\n\n## 2 Toinen luku\n")

    refused = mikko.send(f"{long}/sopimus", {**FACTS, "title": "Pitkä"}, page=long, status=422)
    nothing = mikko.send(f"{empty}/sopimus", {**FACTS, "title": "Tyhjä"}, page=empty, status=422)

    assert "Kohta 1.1 on liian pitkä tai monimutkainen. Jaa se useaksi kohdaksi." in Page(refused.text).text
    assert "Tiedostosta ei löytynyt yhtään kohtaa." in Page(nothing.text).text
    with databases.app.app_context():
        assert db.session.scalar(select(func.count()).where(Job.kind == "intake.begin")) == 0


def test_nobody_sees_the_file_or_the_job_of_another(
    mikko: LintingClient, browser: Browsers, world: Any, databases: Databases
) -> None:
    found = bring(mikko, databases, "sopimus.md", TEXT.encode())
    with databases.app.app_context():
        job = db.session.scalar(select(Job.id))

    for address in (found, f"/tyot/{job}", f"/tyot/{job}/tilanne"):
        assert browser(world.aino).get(address).status_code == 404
        assert browser().get(address).status_code == 303
