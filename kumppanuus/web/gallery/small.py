"""The small parts every screen is made of: statuses, buttons, notices, fields, lists."""

from __future__ import annotations

from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from kumppanuus.text.diff import Change, diff
from kumppanuus.web import words
from kumppanuus.web.forms import DayField, Form
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, agreement, specimen
from kumppanuus.web.reading import SignLine
from kumppanuus.web.screen import Flash

ui = Shown("ui/parts.html")

ICONS = [
    "draft",
    "comment",
    "change",
    "half-l",
    "half-r",
    "agreed",
    "reopen",
    "arrow",
    "chev",
    "clock",
    "warn",
    "q",
    "tick",
    "doc",
    "up",
    "down",
]


class EveryField(Form):
    """A field of each kind."""

    title = StringField("Otsikko", description="Muutama sana riittää.")
    text = TextAreaField("Kohdan teksti")
    answer = TextAreaField("Vastine", description="Vastine näkyy kaikille.")
    code = StringField("Koodi", description="Viestissä on kuusi numeroa.")
    day = DayField("Määräpäivä")
    owner = SelectField(
        "Vastuuhenkilö", choices=[SelectChoice("", "Ei vielä nimetty"), SelectChoice("a", "Aino Heikkilä")]
    )
    kind = RadioField(
        "Millainen kommenttisi on?",
        choices=[SelectChoice("yes", "Kannatan"), SelectChoice("ask", "Kysymys"), SelectChoice("worry", "Huoli")],
    )
    contents = RadioField(
        "Mitä asiakirjaan tulee?",
        choices=[SelectChoice("draft", "Luonnos"), SelectChoice("final", "Lopullinen sopimus")],
        default="draft",
    )
    right = BooleanField("Saa hyväksyä kohtia", description="Kukaan ei anna tätä oikeutta itselleen.")


def sections() -> list[Section]:
    """Small parts by what they are for."""
    return [
        Section("Tilat ja merkit", _states()),
        Section("Painikkeet ja linkit", _buttons()),
        Section("Ilmoitukset ja virheet", _notices()),
        Section("Lomakkeen kentät", _fields()),
        Section("Luettelot ja laatikot", _boxes()),
        Section("Muutokset tekstissä", _changes()),
    ]


def _states() -> list[Specimen]:
    known = {state.value: said for state, said in words.standings(agreement()).items()}
    pills = [ui.status(key, said) for key, said in known.items()]
    signed = SignLine("Hyvinvointialue", "Riikka Lehto", "Hyväksynyt 12.3.2026", True)
    other = SignLine("Järjestöt", "Aino Heikkilä", "Hyväksyneet 17.3.2026", True)
    missing = [SignLine(label, "", "Ei vielä hyväksytty", False) for label in ("Hyvinvointialue", "Järjestöt")]
    return [
        specimen("Kohdan tila", *pills, ui.status("late", words.days_late(3)), ui.flag("Odottaa sinua"), inside="p"),
        specimen("Kukaan ei ole allekirjoittanut", ui.signs(missing), inside="div.sheet"),
        specimen("Toinen on allekirjoittanut", ui.signs([signed, missing[1]]), inside="div.sheet"),
        specimen("Molemmat ovat allekirjoittaneet", ui.signs([signed, other]), inside="div.sheet"),
        specimen("Merkit ilman sanoja", ui.dots(Markup("").join(ui.glyph(key) for key in [*known, "late"]))),
        specimen("Merkkien selitykset", ui.legend(known)),
        specimen("Kuinka paljon on sovittu", ui.bar(9, 2, 10), ui.bar(21, 0, 0), ui.bar(120, 40, 140), ui.bar(0, 0, 3)),
        specimen("Montako asiaa odottaa", Markup("<p>Etusivu{}{}</p>").format(ui.count(4), ui.count(0))),
        specimen("Aika", Markup("<p>{} {}</p>").format(ui.when(AT), ui.on_day(AT.date()))),
        specimen("Kuvakkeet ja tunnus", *(ui.icon(name) for name in ICONS), inside="p"),
    ]


def _buttons() -> list[Specimen]:
    kinds = [ui.button(said, kind=kind) for said, kind in _BUTTONS]
    links = [ui.link_button("#", said, "kohtaan 3.4", kind=kind) for said, kind in _BUTTONS[:3]]
    return [
        specimen("Painike", *kinds, ui.button("Hyväksy", "kohta 3.4", icon="tick", name="hyvaksy"), inside="div.btns"),
        specimen("Linkki painikkeena", *links, ui.link_button("#", "Muokkaa", icon="change"), inside="div.btns"),
        specimen("Lue lisää", ui.more("#", "Kaikki tapahtumat"), inside="p"),
        specimen("Polku", ui.crumbs([("#", "Sopimus"), ("#", "3 Yhteistyörakenne"), (None, "3.4 Kokoukset")])),
        specimen("Näkymät", ui.seg([("#", "Teksti", True), ("#", "Tilanne", False)], "Näkymä")),
        specimen(
            "Edellinen ja seuraava",
            ui.pager(("#", "Edellinen luku", "2 Tarkoitus"), ("#", "Seuraava luku", "4 Osallistuminen"), "Luvut"),
        ),
        specimen("Vain seuraava", ui.pager(None, ("#", "Seuraava luku", "2 Tarkoitus"), "Luvut")),
    ]


_BUTTONS = [("Pääpainike", ""), ("Toissijainen", "alt"), ("Hiljainen", "plain"), ("Kuin linkki", "linkbtn")]


def _notices() -> list[Specimen]:
    undo = Flash("Hyväksyit kohdan 3.4. Kohta on nyt sovittu.", "#", "", {"kohta": "3.4"})
    lines = [("f1", "Kirjoita kommentti"), (None, "Valitse, millainen kommenttisi on")]
    form = _form()
    form.title.errors = ["Kirjoita otsikko"]
    form.form_errors.append("Joku muu ehti ensin.")
    return [
        specimen("Ilmoitus", ui.flash(Flash("Kommentti on lähetetty."))),
        specimen("Ilmoitus, jonka asian voi kumota", ui.flash(undo)),
        specimen("Ilmoitusten paikka", ui.notices([Flash("Tiedot on tallennettu.")], oob=True)),
        specimen("Yhteenveto virheistä", ui.errors(lines)),
        specimen("Yhteenveto lomakkeen virheistä", ui.errors(form, "Kohtaa ei ole vielä tallennettu")),
        specimen("Ei virheitä", ui.errors([]), "<p>Tyhjää.</p>"),
        specimen(
            "Joku muu ehti ensin",
            ui.refusal(
                "Riikka Lehto muutti kohtaa 3.2 samaan aikaan", "Oma tekstisi on tallessa.", ("#", "Vertaa tekstejä")
            ),
        ),
        specimen("Kieltäytyminen ilman linkkiä", ui.refusal("Rakenne ei muuttunut")),
        specimen(
            "Huomautus",
            ui.notice(caller=lambda: Markup("<p>Keskeneräinen tekstisi on tallessa. Voit jatkaa siitä.</p>")),
        ),
        specimen(
            "Tyhjä näkymä",
            ui.empty(
                "agreed", "Kiitos! Mikään ei odota sinua juuri nyt.", "Voit lukea sopimusta.", ("#", "Lue sopimusta")
            ),
        ),
        specimen("Tyhjä ilman muuta", ui.empty(None, "Sivua ei löydy.")),
    ]


def _form() -> EveryField:
    return EveryField(formdata=None)


def _fields() -> list[Specimen]:
    plain, wrong = _form(), _form()
    wrong.title.errors, wrong.kind.errors, wrong.right.errors = (
        ["Kirjoita otsikko"],
        ["Valitse yksi"],
        ["Nimeä osapuoli"],
    )
    plain.text.data = "Yhteistyöelin kokoontuu vähintään neljä kertaa vuodessa."
    off = {"final": "Sopimus ei ole vielä valmis allekirjoitettavaksi."}
    return [
        specimen("Rivi", ui.field(plain.title)),
        specimen("Rivi, joka ei ole pakollinen", ui.field(plain.title, optional=True, hint="Toinen ohje")),
        specimen("Rivi ja virhe", ui.field(wrong.title)),
        specimen("Sopimusteksti", ui.field(plain.text, kind="doc", attrs={"rows": 4, "lang": "fi"})),
        specimen("Matala laatikko", ui.field(plain.answer, kind="short")),
        specimen("Koodi", ui.field(plain.code, kind="code")),
        specimen("Päivä", ui.field(plain.day)),
        specimen("Valikko", ui.field(plain.owner)),
        specimen("Valinnat rivissä", ui.choices(plain.kind, row=True, hints={"ask": "Haluan tietää lisää"})),
        specimen("Valinnat ja virhe", ui.choices(wrong.kind)),
        specimen("Valinta, jota ei voi tehdä", ui.choices(plain.contents, off=off, as_heading=True)),
        specimen("Rasti", ui.check(plain.right)),
        specimen("Rasti ja virhe", ui.check(wrong.right)),
        specimen(
            "Lomake",
            ui.post(
                "#",
                plain,
                target="#x",
                cls="sheet",
                caller=lambda: Markup("{}{}").format(ui.autosave("#"), ui.button("Lähetä")),
            ),
        ),
    ]


def _boxes() -> list[Specimen]:
    inside = Markup("<p>Mikko Saarela muutti tekstiä 12.3.2026.</p>")
    task = [
        ui.task(
            "late",
            "#",
            "Kysymys 5 on myöhässä 3 päivää",
            "Hallintosäännön kirjaukset",
            late="Myöhässä 3 päivää",
            is_first=True,
        ),
        ui.task("warn", "#", "Kysymys 6 on myöhässä 1 päivän", due="Määräpäivä oli ti 17.3."),
        ui.task(
            "half_authority",
            "#",
            "Hyväksy kohta tai kerro, mitä siitä puuttuu",
            "Kohta 3.4 Kokoukset",
            "Hyvinvointialue on jo hyväksynyt kohdan.",
            minutes=3,
        ),
        ui.task("q", "#", "Kerro, missä vaiheessa kysymys 11 on", due="Viimeistään ti 31.3."),
        ui.task("doc", "#", "Lue luonnos"),
    ]
    steps = ["Uusi teksti näkyy heti", "Vanha jää historiaan", "Osapuolet hyväksyvät uuden"]
    return [
        specimen("Tehtävät", *task, inside="div.sheet ol.tasks"),
        specimen("Paneeli kiinni", ui.panel("3 kommenttia", "comment", caller=lambda: inside)),
        specimen("Paneeli auki", ui.panel("Historia", open=True, id="historia", caller=lambda: inside)),
        specimen(
            "Lomake painikkeen takana",
            ui.folded("Avaa kohta uudelleen", "3.4", caller=lambda: inside),
            inside="div.btns",
        ),
        specimen(
            "Lomake avattuna", ui.folded("Siirrä", open=True, id="siirto", caller=lambda: inside), inside="div.btns"
        ),
        specimen(
            "Historia", ui.history(["Versio 2", "Versio 1"], caller=lambda item: Markup("<b>{}</b>").format(item))
        ),
        specimen(
            "Tiedot",
            ui.facts(
                [("Vastuuhenkilö", "Aino Heikkilä"), ("Tyhjä jää pois", ""), ("Määräpäivä", ui.on_day(AT.date()))]
            ),
        ),
        specimen("Vaiheet", ui.steps(steps)),
        specimen("Vaiheet ja missä ollaan", ui.steps(steps, now=2, label="Vaiheet", flow=True)),
    ]


def _changes() -> list[Specimen]:
    old = "Elin kokoontuu kaksi kertaa vuodessa. Kuluja ei korvata.\n\nKutsu lähetetään viikkoa ennen."
    new = (
        "Yhteistyöelin kokoontuu neljä kertaa vuodessa. Matkakulut korvataan.\n\nKutsu lähetetään kahta viikkoa ennen."
    )
    blanks = [
        Change("equal", "Kulut"),
        Change("delete", " "),
        Change("equal", "korvataan."),
        Change("insert", "\n\n"),
        Change("equal", "Kutsu lähetetään."),
    ]
    return [
        specimen("Sanat vaihtuvat", ui.diff(diff(old, new)), inside="div.sheet"),
        specimen("Vain lisätään", ui.diff(diff("", new)), inside="div.sheet"),
        specimen("Vain poistetaan", ui.diff(diff(old, "")), inside="div.sheet"),
        specimen("Väli ja rivin vaihto", ui.diff(blanks), inside="div.sheet"),
    ]
