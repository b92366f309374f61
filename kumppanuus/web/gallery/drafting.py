"""Drafting: the list of all parts, the editor, two texts side by side, and placeholders."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from wtforms import StringField

from kumppanuus.text.diff import diff
from kumppanuus.text.merge import merge
from kumppanuus.web.drafting import desk
from kumppanuus.web.drafting.blanks import BlanksForm, Filling
from kumppanuus.web.drafting.clauses import Adding, NewClauseForm
from kumppanuus.web.drafting.ground import Difference
from kumppanuus.web.drafting.structure import ClauseRow, GoneRow, MoveView, SectionRow, StructureView
from kumppanuus.web.drafting.wording import ClauseForm, Conflicting, Editing, Meanwhile, Merging
from kumppanuus.web.gallery.shelf import AT, CLAUSE, Section, Shown, Specimen, specimen

parts = Shown("drafting/parts.html")

OLD, NEW = "Elin kokoontuu kaksi kertaa vuodessa.", "Yhteistyöelin kokoontuu neljä kertaa vuodessa."


def sections() -> list[Section]:
    """Structure, wording and placeholders."""
    return [
        Section("Rakenne", _structure()),
        Section("Tekstin muokkaus", _wording()),
        Section("Täytettävät kohdat", _blanks()),
    ]


def _structure() -> list[Specimen]:
    def move(number: int, up: str = "Siirrä ylös", down: str = "Siirrä alas") -> MoveView:
        return MoveView(UUID(int=number), "#", up and f"{up}: {number}", down and f"{down}: {number}")

    first = SectionRow(
        UUID(int=50),
        "1",
        "Osapuolet",
        "luku 1",
        move(50, up=""),
        [
            ClauseRow(UUID(int=51), "1.1", "Osapuolet", "", move(51, up="")),
            ClauseRow(UUID(int=52), "1.2", "", "Sopimuksen osapuolet ovat…", move(52, down="")),
        ],
    )
    only = SectionRow(UUID(int=53), "2", "Tyhjä luku", "luku 2", move(53, up="", down=""), [])
    gone = [GoneRow(UUID(int=54), "Kielet", "Kohta, poistettu 12.3.2026", "#")]
    return [
        specimen("Luvut, kohdat ja poistetut", parts.structure(StructureView("fi", [first, only], gone))),
        specimen(
            "Ei vielä tekstiä, kieltäytyminen", parts.structure(StructureView("fi", [], [], "Luku ei ole tyhjä."))
        ),
    ]


def _form(*, error: str = "") -> ClauseForm:
    form = ClauseForm(formdata=None, data={"title": "Kokoukset", "text": NEW, "reason": "Verkostojen pyynnöstä."})
    if error:
        form.text.errors = [error]
    return form


def _wording() -> list[Specimen]:
    changes = Difference(diff("Kokous", "Kokoukset"), diff(OLD, NEW), "2 sanaa lisätty, 2 poistettu")
    same = Difference([], [], "Teksti on sama kuin nyt.")
    plain = Editing(CLAUSE, "3.4 Kokoukset", "3.4", "fi", _form(), "", "", [])
    busy = replace(
        plain,
        form=_form(error="Kirjoita kohdan teksti"),
        warning="Kohta on sovittu. Muutos poistaa hyväksynnät.",
        others="Tuula Rantanen muokkaa kohtaa juuri nyt.",
        kept_at=AT,
        changes=changes,
    )
    since = [
        Meanwhile("Tuula Rantanen muutti tekstiä", AT, "Luku lisättiin."),
        Meanwhile("Riikka Lehto hyväksyi kohdan", AT, ""),
    ]
    clash = Conflicting(plain, "Tuula Rantanen muutti kohtaa 3.4 samaan aikaan", since, changes, changes, False)
    merged = (
        merge("Kokous", "Kokoukset", "Kokoontuminen"),
        merge(OLD, NEW + " Esityslista tulee ajoissa.", OLD.replace("kaksi", "kolme")),
    )
    table = desk.desk(merged, own="Oma tekstisi", language="fi")
    merging = Merging(plain, "Tuula Rantanen muutti kohtaa 3.4 samaan aikaan", since[:1], changes, table, is_new=True)
    wrong_table = desk.desk(merged, own="Oma tekstisi", language="fi", kept=_half_settled(table))
    wrong_table.form.validate()
    adding = Adding(UUID(int=50), "Luku 3", "Kohta tulee viimeiseksi.", "fi", NewClauseForm(formdata=None), None, "#")
    wrong = NewClauseForm(formdata=None)
    wrong.text.errors = ["Kirjoita kohdan teksti"]
    return [
        specimen("Muokkaus", parts.editor(plain)),
        specimen("Muokkaus: virhe, kesken jäänyt teksti ja muutokset", parts.editor(busy)),
        specimen("Ei eroa", parts.difference(same, "fi")),
        specimen("Kaksi kirjoitti samaan aikaan", parts.conflict(clash, is_part=False)),
        specimen(
            "Kohta poistettiin sillä välin", parts.conflict(replace(clash, theirs=None, is_removed=True), is_part=False)
        ),
        specimen("Kaksi muutti samoja sanoja", parts.merging(merging, is_part=False)),
        specimen(
            "Kaksi muutti samoja sanoja: valinta puuttuu",
            parts.merging(replace(merging, desk=wrong_table, is_new=False), is_part=False),
        ),
        specimen("Yhdistetty teksti", parts.editor(replace(plain, changes=changes, merged="Tekstit on yhdistetty."))),
        specimen("Uusi kohta", parts.adding(adding)),
        specimen("Uusi kohta ja virhe", parts.adding(replace(adding, form=wrong, kept_at=AT))),
    ]


def _half_settled(table: desk.Desk) -> dict[str, str]:
    """Words of one's own at the first clash without the choice of them, and nothing at the second."""
    first = table.clashes[0]
    return {first.choice.name: desk.MINE, first.written.name: "Kokouksista"}


class TwoBlanks(BlanksForm):
    """A clause with two placeholders."""

    value_0 = StringField("Elimessä on [lukumäärä] jäsentä", description="lukumäärä")
    value_1 = StringField("Kokouksia on [neljä] vuodessa", default="neljä")


def _blanks() -> list[Specimen]:
    form, wrong = TwoBlanks(formdata=None), TwoBlanks(formdata=None)
    wrong.value_0.errors = ["Kirjoita lukumäärä"]
    plain = Filling(UUID(int=60), "3.2 Kokoonpano", form, [form.value_0, form.value_1])
    bad = Filling(UUID(int=61), "3.3 Kulut", wrong, [wrong.value_0])
    clash = replace(
        plain,
        clause_id=UUID(int=62),
        name="3.4 Kokoukset",
        clash="Joku muu muutti kohtaa samaan aikaan",
        lost=["kaksitoista"],
    )
    return [
        specimen("Jäljellä", parts.left([(UUID(int=60), "3.2 Kokoonpano", 2), (UUID(int=61), "3.3 Kulut", 1)])),
        specimen("Kaikki on täytetty", parts.left([])),
        specimen("Kohdan tiedot", parts.filling(plain)),
        specimen("Kohdan tiedot ja virhe", parts.filling(bad)),
        specimen("Joku muu ehti ensin", parts.filling(clash)),
        specimen("Valmis kohta", parts.filling(Filling(UUID(int=63), "3.5 Kutsut", None, []))),
    ]
