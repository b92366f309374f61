"""The draft goes to Word, a board writes into it, and what it wrote comes back to its clauses."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect

from kumppanuus import agreements
from tests.databases import SQLITE
from tests.documents import libreoffice_returned
from tests.documents.pdf_reader import Reader
from tests.documents.reading import W, part
from tests.journeys.conftest import Site, Visit

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]


def test_what_a_board_wrote_in_word_becomes_suggestions_that_are_accepted(
    site: Site, visit: Visit, tmp_path: Path
) -> None:
    world, home = site.world, f"/sopimukset/{site.world.slug}"
    clause = world.examples["draft"]
    first = _first_line(site, clause)

    mikko = visit()
    mikko.become(site.databases, site.world.mikko)
    mikko.page.goto(f"{home}/viennit")
    mikko.page.get_by_label("Luonnos, muutosehdotukset ja kommentit").check()
    with mikko.page.expect_download() as download:
        mikko.press("Tee asiakirja")
    exported = Path(download.value.path()).read_bytes()
    assert list(part(exported, "word/document.xml").iter(f"{W}ins")), "open suggestions are tracked"

    # In place of the live edit, the file that LibreOffice saved: its ids stand for those of any copy of the demo world.
    with site.databases.app.app_context():
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        own = {made_up: each for each, made_up in libreoffice_returned.stand_ins(agreement).items()}
    file = tmp_path / "hallituksen-muutokset.docx"
    file.write_bytes(libreoffice_returned.with_ids(libreoffice_returned.SAVED_DEMO.read_bytes(), own))

    aino = visit(width=360)
    aino.become(site.databases, site.world.aino)
    aino.page.goto(f"{home}/tuonnit")
    aino.hold()
    aino.page.get_by_label("Tiedosto").set_input_files(file)
    aino.press("Lue tiedosto")
    # Reading is the work of a process of its own, which a busy machine takes its time to start.
    expect(aino.heading()).to_have_text("Tiedostosta löytyi", timeout=90_000)
    aino.see("Tiedostossa on uutta: 1 muutosehdotus ja 1 kommentti.", "Muutos: Kaarina Nieminen")
    aino.hold()
    aino.press("Kirjaa valitut")
    expect(aino.heading()).to_have_text("Muutosehdotukset")
    aino.see("Tiedostosta kirjattiin 1 muutosehdotus ja 1 kommentti.")

    mikko.page.goto(f"/kohdat/{clause}")
    mikko.see("Muutosmerkintä tuodussa tiedostossa. Tekijä: Kaarina Nieminen")
    mikko.see("Kaarina Nieminen 20.3.2026 kommentoi tuodussa tiedostossa sanoja ”tehtävänkuviin”", "Kuka vastaa?")
    mikko.press("Hyväksy ehdotus")
    agreed = first.replace("varataan työaikaa", "varataan riittävästi työaikaa")
    expect(mikko.page.get_by_text(agreed).first).to_be_visible()
    assert _first_line(site, clause) == agreed != first

    mikko.page.goto(f"{home}/viennit")
    mikko.page.get_by_label("PDF").check()
    with mikko.page.expect_download() as download:
        mikko.press("Tee asiakirja")
    printed = [words for _tag, words in Reader(Path(download.value.path()).read_bytes()).lines()]
    assert any("Siihen varataan riittävästi työaikaa" in words for words in printed)


def _first_line(site: Site, clause: UUID) -> str:
    with site.databases.app.app_context():
        found = agreements.clause_by_id(clause)
        assert found is not None
        return found.current.text.split("\n")[0]
