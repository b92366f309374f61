"""What people say, and the open questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from markupsafe import Markup

from kumppanuus.questions import Status
from kumppanuus.web.comments import (
    Act,
    AnswerView,
    CommentForm,
    NewView,
    ReplyForm,
    SaidView,
    SupportView,
    TalkView,
    UnderView,
)
from kumppanuus.web.gallery.shelf import CLAUSE, KINDS, Section, Shown, Specimen, somebody, specimen
from kumppanuus.web.questions.editing import ChapterChoices
from kumppanuus.web.questions.frame import LinkedClause
from kumppanuus.web.questions.moving import MoveForm, Offer
from kumppanuus.web.questions.page import TellForm
from kumppanuus.web.questions.register import Group, Row

comments, questions = Shown("comments/parts.html"), Shown("questions/parts.html")


def sections() -> list[Section]:
    """Comments and questions."""
    return [Section("Kommentit", _comments()), Section("Avoimet kysymykset", _questions())]


# ---------------------------------------------------------------- comments


def said(number: int = 100, kind: str = "worry", **more: Any) -> SaidView:
    """A comment."""
    view = SaidView(
        id=UUID(int=number),
        name="Pertti Oksanen",
        voice="Selkäjärven Eläkkeensaajat ry",
        at="2026-03-17T13:10:00+00:00",
        when="Eilen klo 15.10",
        edited="",
        kind=kind,
        icon={"yes": "tick", "ask": "q", "worry": "warn"}.get(kind, ""),
        kind_words=KINDS.get(kind, ""),
        html=Markup("<p>Kuka korvaa matkakulut? Pitkät matkat estävät muuten osallistumisen.</p>"),
    )
    return view._replace(**more)


def _support(number: int, **more: Any) -> SupportView:
    whose = "Pertti Oksasen kommenttia"
    view = SupportView(UUID(int=number), "5 kannattaa tätä", False, "#", "Kannatan tätä (5)", whose)
    return view._replace(**more)


def _comments() -> list[Specimen]:
    acts = (
        Act("vastaa-1", "#", "Vastaa", "Pertti Oksasen kommenttiin"),
        Act("vastine-1", "#", "Kirjoita vastine", "kommenttiin"),
    )
    answer = AnswerView("Vastine", "Mikko Saarela, 12.3.2026", Markup("<p>Lisättiin kohtaan 3.5.</p>"))
    reply = said(102, kind="", name="Aino Heikkilä", voice="oma näkemys", edited="Muokattu")
    since = {"since": "Teksti on muuttunut kommentin jälkeen.", "since_url": "#", "since_link": "Vertaa"}
    mine = _support(104, is_mine=True, button="Peru kannatus", words="Kannatat tätä")
    listed = "div.sheet ol.comments"
    full = said(105, kind="ask", acts=acts, support=_support(105), answer=answer, replies=(reply,), **since)
    with somebody():
        plain, wrong = CommentForm(formdata=None), CommentForm(formdata=None)
        reply_form = ReplyForm(formdata=None)
    wrong.text.errors, wrong.kind.errors = ["Kirjoita kommentti"], ["Valitse, millainen kommenttisi on"]
    hints = {"support": "Olen samaa mieltä", "question": "Haluan tietää lisää", "concern": "Tässä on ongelma"}
    new = NewView(plain, "#", "#", hints, 0)
    talk = TalkView(
        "Kommentoi kohtaa",
        new,
        "",
        [said(106), said(107, kind="yes")],
        12,
        1,
        [("#", "Näytä vain avoimet")],
        ("#", "Näytä vanhemmat"),
        "",
        "",
    )
    empty = replace(
        talk, heading="Kommentoi kysymystä", new=None, said=[], total=0, empty="Kukaan ei ole vielä kommentoinut."
    )
    handled = replace(
        empty,
        total=3,
        nothing_open="Kaikki kommentit on käsitelty.",
        more=None,
        closed="Kohta on poistettu sopimuksesta. Voit lukea kommentit.",
    )
    under = UnderView(
        "vastaus-1",
        "vastaa-1",
        "Vastaa kommenttiin",
        "Vastausta ei ole vielä lähetetty",
        reply_form,
        [reply_form.speaks_for],
        [reply_form.text],
        {},
        "#",
        "#x",
        "Lähetä vastaus",
        "#",
        "#",
        True,
    )
    return [
        specimen("Huoli", comments.comment(said()), inside=listed),
        specimen("Kysymys, vastaus, vastine ja teot", comments.comment(full), inside=listed),
        specimen("Kannatan itse", comments.support(mine)),
        specimen("Kannatus vain kerrotaan", comments.support(_support(108, action=""))),
        specimen("Lomake kommentin alla", comments.under(under)),
        specimen(
            "Lomake omalla sivullaan",
            comments.under_form(replace(under, draft_action="", is_restored=False), by_htmx=False),
        ),
        specimen("Puhe ja lomake", comments.talk(talk)),
        specimen("Lomake ja virheet", comments.new(replace(new, form=wrong, shows_errors=True, is_restored=True))),
        specimen("Ei vielä kommentteja", comments.talk(empty)),
        specimen("Kaikki on käsitelty, kohta poistettu", comments.talk(handled)),
        specimen("Uusi kommentti luetteloon", comments.added(said(109)), inside=listed),
        specimen("Ensimmäinen kommentti", comments.whole(replace(talk, said=[said(110)], total=1))),
    ]


# ---------------------------------------------------------------- questions


def _questions() -> list[Specimen]:
    clauses = [
        LinkedClause(CLAUSE, "3.4", "Kokoukset", "Sovittu", "agreed"),
        LinkedClause(UUID(int=41), "4.1", "Valmistelu", "Luonnos", "draft"),
    ]
    rows = [
        Row(
            5,
            "Hallintosäännön kirjaukset",
            "Luonnos on lakimiehellä.",
            True,
            "Myöhässä 3 päivää",
            True,
            "Riikka Lehto",
            "15.3.2026",
            clauses,
        ),
        Row(9, "Tilat ja verkkoalustat", "", False, "", False, "", "", []),
    ]
    heads, missing = ("Vastuussa", "Kohdat", "Kysymys"), ("Ei vielä nimetty", "Ei vielä sovittu", "Ei kohtia")
    tell, wrong = TellForm(formdata=None), TellForm(formdata=None)
    wrong.text.errors = ["Kirjoita, mitä on tapahtunut"]
    chapters = [
        ChapterChoices("3 Yhteistyörakenne", [("a", "3.4 Kokoukset", True), ("b", "3.5 Kulut", False)]),
        ChapterChoices("4 Osallistuminen", [("c", "4.1 Valmistelu", False)]),
    ]
    proposed = [("#", "Vapaaehtoisten vakuutukset", "Ehdotti Pertti Oksanen 12.3.2026")]
    return [
        specimen(
            "Ryhmä luettelossa",
            questions.group(
                Group("in_preparation", "Valmistelussa", "Määräpäivä", rows), "#", None, heads, missing, "Odottaa sinua"
            ),
        ),
        specimen("Ehdotetut, kun koordinaattori päättää", questions.waiting(proposed, None, True, "Odottaa sinua")),
        specimen(
            "Ehdotetut, kun muut odottavat",
            questions.waiting([*proposed, ("#", "Kylätalot", "Ehdotti Veikko Hämäläinen")], None, False, ""),
        ),
        specimen("Kerro tilanne", questions.tell(tell, "#", False)),
        specimen("Tilanne ja virhe", questions.tell(wrong, "#", True, is_alone=True)),
        specimen(
            "Siirto yhdellä painalluksella",
            questions.move(_offer(Status.OPEN, "Siirrä aloittamattomiin", ()), "#"),
            inside="div.btns",
        ),
        specimen(
            "Siirto lomakkeen takana",
            questions.move(_offer(Status.DEFERRED, "Siirrä myöhemmäksi", ("next_on", "reason")), "#"),
            inside="div.btns",
        ),
        specimen(
            "Siirto ja virhe",
            questions.move(
                _offer(Status.PROPOSED, "Esitä ratkaisua", ("solution",), "Kirjoita ehdotus ratkaisuksi"),
                "#",
                is_alone=True,
            ),
            inside="div.btns",
        ),
        specimen("Kohdat, jotka vastaavat kysymykseen", questions.clause_choices(chapters, "clauses")),
    ]


def _offer(to: Status, said_on_it: str, names: tuple[str, ...], error: str = "") -> Offer:
    form = MoveForm(formdata=None, data={"to": to.value})
    fields = [(form[name], name == "reason") for name in names]
    if error:
        fields[0][0].errors = [error]
    return Offer(to.value, said_on_it, form, fields, bool(error))
