"""Answers to a round: the page of a chapter, what is said, and who gives it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from wtforms.fields import SelectChoice

from kumppanuus.agreements import Wording
from kumppanuus.statements import WHOLE, On, Place, Said
from kumppanuus.web import words
from kumppanuus.web.drafting.ground import difference
from kumppanuus.web.forms import Form
from kumppanuus.web.gallery.shelf import CLAUSE, Section, Shown, Specimen, specimen
from kumppanuus.web.reading import clause_html
from kumppanuus.web.statements.answering import GiverForm, PartLine, PartView
from kumppanuus.web.statements.bycode import LetterForm
from kumppanuus.web.statements.pieces import PieceForm, PieceView
from kumppanuus.web.statements.said import Hiding, SaidPart, SaidView

parts = Shown("statements/parts.html")

TEXT = "Hyvinvointialue kutsuu järjestöt mukaan työryhmiin. Kutsu lähetetään hyvissä ajoin."
NEW = TEXT.replace("hyvissä ajoin", "vähintään kaksi viikkoa ennen kokousta")
CHANGES = difference(Wording(CLAUSE, 1, "Työryhmät", TEXT, False, ""), "Työryhmät", NEW)


def sections() -> list[Section]:
    """Answering a round, and reading an answer."""
    return [Section("Vastaaminen", _writing()), Section("Vastaus luettuna", _reading())]


def _form(key: str, **data: str) -> PieceForm:
    form = PieceForm(formdata=None, prefix=f"{key}-", data=data)
    kinds = [SelectChoice(kind.value, said) for kind, said in words.COMMENT_KINDS.items()]
    form.choice.choices = [SelectChoice("", "Ei valittu"), *kinds]
    form.choice.label.text, form.text.label.text = "Millainen vastauksesi on?", "Kommentti kohtaan 3.3"
    return form


def _clause(key: str, **rest: object) -> PieceView:
    form = _form(key, choice="concern", text="”Hyvissä ajoin” on liian epätarkka.", title="Työryhmät", wording=NEW)
    told = {"html": clause_html(TEXT), "has_choice": True, "has_wording": True, **rest}
    return PieceView(Place(On.CLAUSE, CLAUSE), key, "3.3 Työryhmät", "", form, "x", **told)  # type: ignore[arg-type]  # made up


def _writing() -> list[Specimen]:
    wrong = LetterForm(formdata=None, data={"number": "482 913", "code": "k7m4xr"})
    wrong.code.errors = ["Numero tai koodi ei täsmää. Tarkista ne kirjeestä ja yritä uudelleen."]
    whole = PieceView(WHOLE, "p9", "Koko sopimus", "", _form("p9"), "x")
    asked = PieceView(
        Place(On.QUESTION, UUID(int=7)), "p0", "Kysymys", "Miten järjestöt saadaan mukaan?", _form("p0"), "x"
    )
    theirs = Said(text="Kutsu pitää lähettää kuukautta ennen.", wording=NEW)
    view = PartView(
        url="#",
        home="#",
        heading="3 Yhteistyörakenne",
        lead="Luku 3/12. Vastaa vain niihin kohtiin, joista haluat sanoa jotakin.",
        language="fi",
        pieces=[asked, _clause("p1", changes=CHANGES, is_open=True), whole],
        form=Form(formdata=None),
        errors=[("p1-text", "3.3 Työryhmät: Tässä näyttää olevan henkilötunnus.")],
        next_words="Tallenna ja jatka",
        keeps=True,
        in_name="Nuorten Tupa ry",
        notice="Korjaat lähetettyä vastausta. Muutokset tulevat voimaan, kun lähetät ne.",
    )
    lines = [PartLine("#", "1 Osapuolet", "2 vastausta", True), PartLine("#", "2 Tarkoitus", "Ei vastausta", False)]
    return [
        specimen("Luvun sivu", parts.part(view)),
        specimen("Kohta: toinen kirjoitti samaan aikaan", parts.piece(_clause("p1", theirs=theirs), "fi")),
        specimen("Kohta: toinen on kirjoittanut", parts.piece(_clause("p1", by="Aino Heikkilä kirjoitti."), "fi")),
        specimen("Mistä lomake on piirretty", parts.seen("p1", "x", oob=True)),
        specimen("Kirjeen koodi", parts.letter(LetterForm(formdata=None))),
        specimen("Kirjeen koodi: virhe", parts.letter(wrong)),
        specimen("Luvut ja vastaukset", parts.lines(lines), inside="div.sheet"),
        specimen("Kuka vastaa", parts.giver(GiverForm(formdata=None))),
    ]


def _reading() -> list[Specimen]:
    hide = Hiding("#", "piilota-1", errors=["Kirjoita perustelu"])
    said = SaidView("3.3 Työryhmät", "Huoli", ("worry", "warn"), "Liian epätarkka.", "fi", CHANGES, id="1", hide=hide)
    plain = SaidView("3.4 Kokoukset", "", ("", "comment"), "Hyvä.", "fi")
    hidden = replace(plain, hidden="Koordinaattori on piilottanut tämän.")
    mine = replace(plain, by="Kirjoittanut Aino", is_unsent=True)
    answered = replace(plain, id="2", came="Otetaan osittain huomioon", why="Kokouksia on kaksi vuodessa.")
    return [
        specimen("Mitä sanotaan", parts.said(said), inside="ul.comments"),
        specimen("Luvuittain", parts.whole([SaidPart("3 Yhteistyörakenne", [hidden, mine, answered], "#")])),
        specimen("Piilottaminen", parts.hide(Hiding("#", "piilota-4"))),
    ]
