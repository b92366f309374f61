"""Answering what was said in a round."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from wtforms.fields import SelectChoice

from kumppanuus.db import now
from kumppanuus.web.drafting.ground import difference
from kumppanuus.web.gallery.shelf import Section, Shown, Specimen, specimen
from kumppanuus.web.responses.desk import Entry
from kumppanuus.web.responses.form import Answering, AskForm, ResponseForm
from kumppanuus.web.responses.frame import Progress
from kumppanuus.web.responses.releasing import Ready
from kumppanuus.web.responses.showing import SaidView
from kumppanuus.web.responses.told import CameOf, Line, RoundTold, Spoken
from kumppanuus.web.responses.wording import Offered, Wording, WordingForm

parts = Shown("responses/parts.html")

PEOPLE = [("#", "Kuusiniemen Kisa ry"), ("#", "Lehtorannan Seniorit ry")]
SAID = SaidView("Huoli", ("worry", "warn"), "Matkakulut puuttuvat.", "fi", None, PEOPLE)
LISTED = "ul.sheet"


def sections() -> list[Section]:
    """The list, the form in its states, and what can be released."""
    return [Section("Vastineet", [*_rows(), *_forms(), *_wording(), *_told()])]


def _rows() -> list[Specimen]:
    old = SimpleNamespace(title="Kokoukset", text="Elin kokoontuu neljä kertaa vuodessa.")
    suggested = replace(SAID, changes=difference(old, old.title, old.text.replace("neljä", "kuusi")))
    many = replace(SAID, people=[("#", f"Yhdistys {number} ry") for number in range(1, 6)])
    waits = Entry("1", SAID, "Vastaamatta", "comment", "", can_answer=True)
    ready = Entry("2", suggested, "Vastine luonnoksena: otetaan huomioon", "change", "#", can_answer=False)
    told = Entry("3", many, "Vastine julkaistu: ei vaadi toimia", "agreed", "#", can_answer=False)
    drafted = Ready("1:1", "Otetaan huomioon", "Lisätään matkakulut.", "2 kommenttia: 3.4 Kokoukset.", "#", True)
    return [
        specimen("Paljonko on jäljellä", parts.progress(_progress())),
        specimen("Kommentti odottaa vastinetta", parts.entry(waits, "#"), inside=LISTED),
        specimen("Kommentilla on luonnos", parts.entry(ready, "#"), inside=LISTED),
        specimen("Vastine on julkaistu monelle", parts.entry(told, "#"), inside=LISTED),
        specimen("Vastine julkaistavana", parts.ready(drafted), inside=LISTED),
    ]


def _wording() -> list[Specimen]:
    old = SimpleNamespace(title="Kokoukset", text="Elin kokoontuu neljä kertaa vuodessa.")
    changes = difference(old, old.title, old.text.replace("neljä", "kuusi"))
    form = WordingForm(formdata=None, data={"title": old.title, "text": old.text, "earlier": "Oma."})
    suggested = replace(SAID, changes=changes, suggestion=("#", "Muutosehdotus 12"))
    offered = [Offered("1", True, suggested, changes, "1", closes=True), Offered("2", False, SAID, None, "")]
    theirs = ("Ei oteta huomioon. Kahdesti riittää.", "Leena", "#")
    view = Wording("#", "Muotoile 3.4 Kokoukset", "fi", form, offered, _progress(), "#", changes, theirs, [])
    return [specimen("Yksi teksti monesta ehdotuksesta", parts.wording(view))]


def _told() -> list[Specimen]:
    line = Line("Huoli", ("worry", "warn"), "Matkakulut puuttuvat.", True, PEOPLE)
    came = [CameOf("Otetaan huomioon", "Lisätään matkakulut.", [line]), CameOf("Vastinetta ei ole vielä", "", [line])]
    view = Spoken("4 kommenttia kierroksilta", [RoundTold("Kierros 2", "#", came), RoundTold("Kierros 1", "#", came)])
    return [specimen("Mitä kierrokset sanoivat kohdasta", parts.told(view))]


def _progress() -> Progress:
    return Progress("Vastaamatta 212 kommenttia, yhteensä 300", "luonnoksena 40, julkaistu 48", "#", 12)


def _forms() -> list[Specimen]:
    form, refused = ResponseForm(formdata=None), ResponseForm(formdata=None, data={"reason": "Kerran riittää."})
    refused.form_errors.append("Vastinetta on muutettu sillä välin. Molemmat tekstit ovat alla.")
    ask = AskForm(formdata=None)
    ask.official.choices = [SelectChoice("1", "Riikka Lehtonen")]
    view = Answering(
        url="#", heading="Vastine 2 kommenttiin", where="3.4 Kokoukset", said=[("3.4 Kokoukset", SAID)], form=form,
        progress=_progress(), back="#", skip="#", next_words="Tallenna ja siirry seuraavaan", lang="fi", ask=ask,
        ask_url="#",
    )  # fmt: skip
    typed = ResponseForm(formdata=None, data={"disposition": "accepted", "reason": "Lisätään matkak"})
    unfinished = replace(view, form=typed, kept_at=now(), others="Leena on kirjoittanut tähän vastinetta äsken.")
    clash = replace(view, form=refused, theirs="Ei oteta huomioon. Kahdesti riittää.", theirs_by="Leena", ask=None)
    asked = replace(view, progress=None, ask=None, note="Onko tähän rahaa?", written="Kirjoitti Riikka to 9.4.2026.")
    released = replace(view, ask=None, progress=None, released="Julkaistu to 9.4.2026.", replaces="#")
    return [
        specimen("Vastineen kirjoittaminen", parts.answering(view)),
        specimen("Vastine: oma teksti jäi kesken", parts.answering(unfinished)),
        specimen("Vastine: toinen ehti ensin", parts.answering(clash)),
        specimen("Vastine: viranhaltijalta pyydetty", parts.answering(asked)),
        specimen("Vastine: julkaistu", parts.answering(released)),
    ]
