"""The summary of a round: writing its texts, the document as a part of a page, who is told."""

from __future__ import annotations

from datetime import UTC, datetime

from kumppanuus.documents.model import Clause, Document, Fact, Language
from kumppanuus.documents.model import Section as Chapter
from kumppanuus.text import markup
from kumppanuus.text.markup import Paragraph, Run, Table
from kumppanuus.web.gallery.shelf import Section, Shown, Specimen, specimen
from kumppanuus.web.summaries.page import Editor, TextForm

parts, export = Shown("summaries/parts.html"), Shown("export/parts.html")

WRITTEN = (
    "Sopimusta pidetään **tarpeellisena**.\n\n- Pienet yhdistykset pelkäävät jäävänsä jalkoihin.\n- Tilat puuttuvat."
)


def sections() -> list[Section]:
    """What came of a round, and telling it."""
    return [Section("Yhteenveto", _telling())]


def _telling() -> list[Specimen]:
    told = [("Nuorten Tupa ry", True), ("Järvi-Suomen Martat ry", False)]
    letters = [("Selkäjärven Ruokakassi", "#", "x"), ("Rantakylän asukasyhdistys ry", "#", "y")]
    return [
        specimen("Tekstin kirjoittaminen", parts.editor(_editor("", "Kirjoita teksti"), "#", "e1")),
        specimen(
            "Teksti: joku muu ehti ensin", parts.editor(_editor(WRITTEN, "Muokkaa tekstiä", "Toisin."), "#", "e2")
        ),
        specimen("Yhteenveto sivun osana", export.article(_document()), inside="div.read"),
        specimen("Kenelle kerrotaan", parts.told(told)),
        specimen("Tulostettavat kirjeet", parts.letters(letters)),
    ]


def _editor(text: str, words: str, theirs: str = "") -> Editor:
    form = TextForm(formdata=None, data={"key": "observations", "text": text})
    form.text.label.text = "Yleiset huomiot"
    if theirs:
        form.text.errors = ["Joku muu kirjoitti tämän tekstin samaan aikaan. Molemmat tekstit ovat alla."]
    hint = "Tekstisi säilyy, vaikka luvut muuttuvat."
    standing = "Tuula Rantanen, 17.3.2026" if text else ""
    return Editor(form, words, "Yleiset huomiot", hint, False, standing, theirs, bool(theirs))


def _document() -> Document:
    was, now = Run("hyvissä ajoin", is_removed=True), Run("kaksi viikkoa ennen", is_added=True)
    beside = Table(
        ((Run("Luonnos 0.7"),), (Run("Nykyinen teksti"),)),
        (((Run("Kutsu lähetetään "), was, Run(".")), (Run("Kutsu lähetetään "), now, Run("."))),),
        (1, 1),
    )
    said = Table(
        ((Run("Vastaaja"),), (Run("Kommentti"),)), (((Run("Nuorten Tupa ry"),), (Run("Liian epätarkka."),)),), (1, 3)
    )
    return Document(
        language=Language.FI,
        title="Avustukset ja työryhmät herättävät eniten huolta",
        subtitle="Kommenttien yhteenveto: Mitä luonnoksesta puuttuu?",
        status="Julkaistu 17.3.2026.",
        header="",
        footer="",
        page_words="",
        author="",
        made_at=datetime(2026, 3, 17, tzinfo=UTC),
        facts=(Fact("Vastauksia", "29"), Fact("Kommentteja", "53")),
        contents_title="Sisällys",
        sections=(
            Chapter("observations", "luku-3", "3", "Yleiset huomiot", (_piece("a", markup.blocks(WRITTEN)),)),
            Chapter("changes", "luku-5", "5", "Tehdyt muutokset", (_piece("b", (beside,), "3.3 Työryhmät"),)),
        ),
        annexes=(Chapter("said", "liite-1", "Liite 1", "Kommentit", (_piece("c", (_intro(), said)),), is_wide=True),),
    )


def _piece(key: str, blocks: tuple[markup.Block, ...], title: str = "") -> Clause:
    return Clause(key, f"kohta-{key}", "", title, blocks)


def _intro() -> Paragraph:
    return Paragraph((Run("Jokainen kommentti on omalla rivillään."),))
