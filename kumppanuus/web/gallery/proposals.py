"""Suggestions: under their clause, answered, in lists, and the forms to write and edit one."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from wtforms.fields import SelectChoice

from kumppanuus.text.diff import diff
from kumppanuus.text.merge import merge
from kumppanuus.web.drafting import desk
from kumppanuus.web.drafting.ground import Difference
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, somebody, specimen
from kumppanuus.web.reading import clause_html
from kumppanuus.web.suggestions.answering import EditForm, Editing, Merging
from kumppanuus.web.suggestions.panels import Answering, Mark, OutcomeView, PanelView, SuggestionLine
from kumppanuus.web.suggestions.placing import NewClauseForm
from kumppanuus.web.suggestions.writing import WordingForm, Writing

parts = Shown("suggestions/parts.html")

OLD = (
    "Hyvinvointialue pyrkii nimeämään järjestöyhteistyölle yhteyshenkilön. Yhteyshenkilö vastaa järjestöjen "
    "kysymyksiin ja kokoaa palautetta tarpeen mukaan."
)
NEW = (
    "Hyvinvointialue nimeää järjestöyhteistyölle yhteyshenkilön ja hänelle sijaisen. Yhteyshenkilö vastaa järjestöjen "
    "kysymyksiin kymmenen arkipäivän kuluessa ja kokoaa palautteen kumppanuuspöydälle kaksi kertaa vuodessa."
)
WHY = "Järjestöt toivoivat ensimmäisellä kierroksella sitovampaa tekstiä."


def sections() -> list[Section]:
    """Suggestions in every state."""
    return [
        Section("Muutosehdotus kohdan alla", _panels()),
        Section("Ehdotusten luettelo ja ratkaisu", _decided()),
        Section("Ehdotuksen kirjoittaminen", _forms()),
    ]


def _panels() -> list[Specimen]:
    answering = Answering(
        UUID(int=14), "#", "muutosehdotus 14, kohta 3.2", "x", accept="press", seen="x", counter="#", can_reject=True
    )
    ways = [("#", "Muutokset", True), ("#", "Uusi teksti", False)]
    plain = PanelView(
        id=UUID(int=14),
        number=14,
        heading="Muutosehdotus 14 odottaa järjestöjen vastausta",
        of="muutosehdotus 14, kohta 3.2",
        by="Riikka Lehto, Järvi-Suomen hyvinvointialue.",
        when="Ma 16.3.",
        kind_words="",
        reason=WHY,
        lang=None,
        ways=ways,
        title_changes=[],
        changes=[Mark(each.kind, each.text) for each in diff(OLD, NEW)],
        answering=answering,
        links=(("#", "Avaa ehdotus"), ("#", "Muokkaa ennen hyväksymistä")),
    )
    rival = replace(
        plain,
        number=15,
        heading="Muutosehdotus 15 odottaa hyvinvointialueen vastausta",
        by="Aino Heikkilä, Järvi-Suomen Omaishoitajat ry.",
        changes=[
            Mark(each.kind, each.text, each.kind != "equal") for each in diff(OLD, OLD.replace("pyrkii", "koettaa"))
        ],
        title_changes=[Mark("delete", "Yhteyshenkilö"), Mark("insert", "Yhteyshenkilöt")],
        counter_to=("#", "Vastaehdotus ehdotukselle 14"),
        rivals=(("#", "Kilpailee ehdotuksen 14 kanssa.", "Kumpikin muuttaa sanoja ”pyrkii nimeämään”."),),
        answering=replace(answering, accept="", can_reject=False, counter="", can_withdraw=True),
    )
    as_text = replace(
        plain,
        html=clause_html(NEW),
        title="Yhteyshenkilö",
        ways=[(url, said, not is_now) for url, said, is_now in ways],
    )
    moved = replace(
        plain,
        standing=("tick", "Tekstiä on muutettu ehdotuksen jälkeen. Ehdotus sopii silti siihen."),
        answering=replace(answering, accept="look"),
    )
    clash = replace(
        plain,
        standing=("warn", "Samoja sanoja on muutettu ehdotuksen jälkeen. Tekstit pitää yhdistää käsin."),
        answering=replace(answering, accept="merge"),
    )
    gone = replace(
        plain,
        kind_words="Koko kohta poistetaan.",
        ways=[],
        changes=[Mark("delete", OLD)],
        standing=("warn", "Kohta on poistettu sopimuksesta. Ehdotusta ei voi enää hyväksyä."),
        answering=replace(
            answering, accept="", counter="", can_reject=False, who="Ehdotukseen vastaa koordinaattori tai hyväksyjä."
        ),
    )
    return [
        specimen("Vastaajalle", parts.panel(plain)),
        specimen("Kaksi vierekkäin", parts.panels([plain, rival])),
        specimen("Uusi teksti", parts.panel(as_text)),
        specimen(
            "Hyväksyjälle",
            parts.panel(
                replace(
                    plain,
                    answering=replace(
                        answering,
                        approve="Hyväksy ehdotus järjestöjen puolesta",
                        warning="Kohta on sovittu. Kummankin osapuolen pitää hyväksyä uusi teksti.",
                    ),
                )
            ),
        ),
        specimen("Sopii muuttuneeseen tekstiin", parts.panel(moved)),
        specimen("Pitää yhdistää", parts.panel(clash)),
        specimen("Poistoehdotus, jota ei voi enää hyväksyä", parts.panel(gone)),
        specimen(
            "Hylkääminen ilman perustelua",
            parts.panel(replace(plain, answering=replace(answering, target="#x", errors=("Kirjoita perustelu",)))),
        ),
    ]


def _decided() -> list[Specimen]:
    accepted = OutcomeView(
        "Aino Heikkilä hyväksyi ehdotuksen muokattuna ti 17.3.2026.",
        "Sijainen mainitaan jo kohdassa 3.1.",
        ("#", "Katso, mitä tekstissä muuttui"),
        "#",
        "x",
    )
    rejected = OutcomeView("Aino Heikkilä hylkäsi ehdotuksen ti 17.3.2026.", "Liian tiukka aika.", None, "", "x")
    lines = [
        SuggestionLine(
            "#",
            "Muutosehdotus 14",
            "3.2 Yhteyshenkilö",
            "fi",
            "",
            "Riikka Lehto, Järvi-Suomen hyvinvointialue, ma 16.3.2026",
            rejected.sentence,
            "Perustelu: Liian tiukka aika.",
        ),
        SuggestionLine(
            "#", "Muutosehdotus 15 odottaa vastausta", "", None, "Uusi kohta.", "Sari Mäkelä, ma 16.3.2026", "", ""
        ),
    ]
    return [
        specimen("Hyväksytty muokattuna", parts.outcome(accepted)),
        specimen("Hylätty", parts.outcome(rejected)),
        specimen("Luettelo", parts.lines(lines), inside="div.sheet"),
    ]


def _forms() -> list[Specimen]:
    steps = ["Ehdotus näkyy kaikille heti", "Toinen osapuoli vastaa siihen", "Hyväksytty ehdotus siirtyy sopimukseen"]
    with somebody():
        form = WordingForm(formdata=None, data={"title": "Yhteyshenkilö", "text": NEW, "reason": WHY})
        wrong = WordingForm(formdata=None, data={"title": "Yhteyshenkilö", "text": OLD})
        adding = NewClauseForm(formdata=None)
    wrong.reason.errors = ["Kirjoita perustelu"]
    adding.place.choices = [SelectChoice("first", "Luvun alkuun"), SelectChoice("x", "Kohdan 3.1 jälkeen")]
    writing = Writing(
        url="#",
        counter="",
        heading="Ehdota muutosta kohtaan 3.2 Yhteyshenkilö",
        lead="Muuta tekstiä suoraan kentässä. Palvelu merkitsee muutokset puolestasi.",
        language="fi",
        form=form,
        back="#",
        steps=steps,
        notices=[("Kohdalle on jo tehty 2 muutosehdotusta.", ("#", "Lue ensin, mitä muut ehdottavat"))],
        others="Sari Mäkelä on kirjoittanut tähän kohtaan äsken.",
        changes=Difference([], diff(OLD, NEW), "2 poistoa ja 4 lisäystä"),
        removal="#",
    )
    edit = EditForm(formdata=None, data={"title": "Yhteyshenkilö", "text": NEW})
    editing = Editing("#", "Muokkaa ja hyväksy: Muutosehdotus 14", "fi", edit, "#", "")
    moved = replace(
        editing,
        approve="Hyväksy ehdotus järjestöjen puolesta",
        refusal="Tuula Rantanen muutti kohtaa samaan aikaan.",
        merged="Kentässä on ehdotettu teksti yhdistettynä nykyiseen. Tarkista se ja hyväksy.",
        changes=writing.changes,
    )
    now = OLD.replace("pyrkii nimeämään", "voi nimetä")
    table = desk.desk((merge("", "", ""), merge(OLD, NEW, now)), own="Ehdotettu teksti", language="fi")
    merging = Merging(
        "#", "Yhdistä tekstit: Muutosehdotus 14", "fi", edit, "#", Difference([], diff(OLD, now), "1 poisto"), table
    )
    return [
        specimen("Ehdota muutosta", parts.writer(writing)),
        specimen(
            "Ehdota muutosta: virhe ja kesken jäänyt teksti", parts.writer(replace(writing, form=wrong, kept_at=AT))
        ),
        specimen("Ehdota uutta kohtaa", parts.writer(replace(writing, form=adding, notices=[], has_preview=False))),
        specimen("Muokkaa ennen hyväksymistä", parts.editor(editing)),
        specimen("Joku muutti tekstiä samaan aikaan", parts.editor(moved)),
        specimen("Tekstien yhdistäminen", parts.merging(merging)),
        specimen(
            "Tekstien yhdistäminen: joku muutti samaan aikaan",
            parts.merging(replace(merging, refusal="Tuula Rantanen muutti kohtaa samaan aikaan.")),
        ),
    ]
