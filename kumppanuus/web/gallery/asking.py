"""Rounds in a list, the request of one, and the forms a coordinator runs it with."""

from __future__ import annotations

from uuid import UUID

from markupsafe import Markup

from kumppanuus.web.forms import Form
from kumppanuus.web.gallery.shelf import Section, Shown, Specimen, specimen
from kumppanuus.web.rounds.drafting import Shown as Request
from kumppanuus.web.rounds.index import RoundRow
from kumppanuus.web.rounds.inviting import Candidate, DeclineForm, InviteeRow
from kumppanuus.web.rounds.printing import PaperRow
from kumppanuus.web.rounds.running import ExtensionForm, OpeningForm

parts = Shown("rounds/parts.html")


def sections() -> list[Section]:
    """What is asked of whom."""
    return [Section("Kierros: pyyntö ja kutsut", _asking())]


def _asking() -> list[Specimen]:
    listed = [
        RoundRow(3, "#", "Lausu luonnoksesta", "Lausuntokierros", "draft", "Ei vielä avattu"),
        RoundRow(
            2, "#", "Kommentoi luonnosta", "Kommentointikierros, luonnos 0.8", "comment", "Vastaa viimeistään 15.5.2026"
        ),
        RoundRow(
            1,
            "#",
            "Mitä pitäisi sopia?",
            "Kommentointikierros, luonnos 0.5",
            "late",
            "Viimeinen vastauspäivä oli 15.3.2026. Voit vielä vastata.",
        ),
    ]
    request = Request(
        texts=[
            ("Tausta", Markup("<p>Sopimus uudistuu vuoden 2027 alusta.</p>")),
            ("Tavoitteet", Markup("<ul><li>selkeät vastuut</li><li>yhteiset rakenteet</li></ul>")),
        ],
        scope="koko sopimus",
        questions=[("Koko sopimus", ["Mitä puuttuu?", "Kuka seuraa toteutumista?"])],
    )
    form, taken = OpeningForm(formdata=None, data={"name": "0.9"}), OpeningForm(formdata=None, data={"name": "0.8"})
    taken.name.errors = ["Tämän niminen luonnos on jo olemassa. Kirjoita toinen nimi."]
    sooner = ExtensionForm(formdata=None)
    sooner.last_day.errors = ["Valitse päivä, joka on nykyisen viimeisen päivän 15.5.2026 jälkeen."]
    over = DeclineForm(formdata=None)
    over.form_errors.append("Tämä kutsuttu on jo ilmoittanut, ettei vastaa.")
    written = InviteeRow(UUID(int=60), "#", "Omaishoitajat ry", "Kutsuttu ti 17.3. klo 12.", "#")
    unreached = InviteeRow(UUID(int=61), "#", "Selkäjärven Sekakuoro ry", "Ei sähköpostiosoitetta.")
    reached = Candidate(UUID(int=62), "Nuorten Tupa ry", "Selkäjärvi, Lapset, nuoret ja perheet", has_address=True)
    bare = Candidate(UUID(int=63), "Kylätalo", "", has_address=False)
    return [
        specimen("Kierrokset", *map(parts.round, listed), inside="div.sheet ul.rows"),
        specimen("Pyyntö", parts.request(request), inside="div.sheet"),
        specimen("Vaikea aika", parts.warnings(["Vastausaika osuu heinäkuuhun. Moni järjestö on silloin tauolla."])),
        specimen(
            "Kutsutut",
            parts.invitee(written, Form(formdata=None)),
            parts.invitee(unreached, Form(formdata=None)),
            inside="div.sheet ul.rows",
        ),
        specimen(
            "Paperilla",
            parts.on_paper(PaperRow(UUID(int=64), "Kylätalo", "", "#", "#"), Form(formdata=None)),
            parts.on_paper(
                PaperRow(UUID(int=65), "Sekakuoro ry", "Kirje 482 913 tulostettu 17.3.2026.", "#", ""),
                Form(formdata=None),
            ),
            inside="div.sheet ul.rows",
        ),
        specimen(
            "Kutsuttavat",
            parts.candidate(reached, "jarjesto", True),
            parts.candidate(bare, "jarjesto"),
            inside="div.choices",
        ),
        specimen("Avaaminen", parts.opening(form, "#")),
        specimen("Avaaminen: virhe", parts.opening(taken, "#")),
        specimen("Jatkoaika", parts.extension(ExtensionForm(formdata=None), "#")),
        specimen("Jatkoaika: virhe", parts.extension(sooner, "#")),
        specimen("Vastausta ei tule", parts.decline(DeclineForm(formdata=None), "#")),
        specimen("Vastausta ei tule: virhe", parts.decline(over, "#")),
    ]
