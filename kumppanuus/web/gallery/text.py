"""The text of an agreement: contents, a clause in its chapter, and what can be done about its approval."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from markupsafe import Markup

from kumppanuus.progress import Standing, Tally
from kumppanuus.text.diff import diff
from kumppanuus.web import reading, words
from kumppanuus.web.agreements import ClauseLine, SectionLine
from kumppanuus.web.approvals import ApprovalActions, ChangedView
from kumppanuus.web.gallery.shelf import CLAUSE, Section, Shown, Specimen, agreement, specimen
from kumppanuus.web.gallery.talk import said
from kumppanuus.web.reading import (
    ArticleView,
    ChapterSentence,
    ContentsView,
    LinkButton,
    MarginLink,
    SignLine,
    TalkPanel,
)

contents, clauses, approvals = (
    Shown("agreements/parts.html"),
    Shown("clauses/parts.html"),
    Shown("approvals/parts.html"),
)
ui = Shown("ui/parts.html")

TEXT = """Yhteistyöelin kokoontuu vähintään **neljä** kertaa vuodessa.

- Kutsu lähetetään kahta viikkoa ennen.
- Kulut korvataan, enintään [summa] euroa."""


def sections() -> list[Section]:
    """Text as it is read and approved."""
    return [
        Section("Sisällys", _contents()),
        Section("Kohta luvussaan", _clauses()),
        Section("Hyväksyminen", _approvals()),
    ]


def _contents() -> list[Specimen]:
    state, said_of_it = Standing.AGREED, "Sovittu"
    entries = [
        reading.Entry("#", "2", "Tarkoitus ja periaatteet", "5/5", False),
        reading.Entry(
            "#",
            "3",
            "Yhteistyörakenne",
            "1/7",
            True,
            [
                ("#", "3.1", "Yhteistyöelin", state, said_of_it),
                ("#", "3.2", "Kokoonpano", Standing.COMMENT, "Kommentoitavana"),
            ],
        ),
    ]
    view = ContentsView(
        entries, Tally(6, 2, 12), "6 kohtaa 12:sta sovittu", "6/12 kohtaa sovittu", "Luku 3/7", "sovittu", None
    )
    lines = [
        SectionLine(
            "#",
            "3",
            "Yhteistyörakenne",
            "1/2 sovittu",
            [
                ClauseLine("#", "3.1", "Yhteistyöelin", state, said_of_it),
                ClauseLine("#", "3.2", "Kokoonpano", Standing.DRAFT, "Luonnos"),
            ],
        ),
        SectionLine("#", "Liite 1", "Tilat", "ei kohtia", []),
    ]
    waiting = ("Sinua odottaa 1 kohta:", Markup('<a href="#">3.2</a>'))
    signs = ui.signs([SignLine("Järjestöt", "Aino Heikkilä", "Hyväksyneet 17.3.2026", True)])
    return [
        specimen("Luvun vieressä", contents.beside(view)),
        specimen("Kapeassa ikkunassa", contents.above(view), contents.tocbar(view)),
        specimen("Luvun tilanne", contents.sentence(ChapterSentence("1 kohta 7:stä on sovittu.", None))),
        specimen(
            "Luvun tilanne, kun jokin odottaa", contents.sentence(ChapterSentence("1 kohta 7:stä on sovittu.", waiting))
        ),
        specimen(
            "Uutta sivun avaamisen jälkeen",
            contents.news("#", 9, 3, "Sopimukseen on tullut 3 uutta tapahtumaa.", "#"),
            contents.told("Sopimukseen on tullut 3 uutta tapahtumaa."),
        ),
        specimen("Ei mitään uutta", contents.news("#", 9)),
        specimen("Luvut ja kohdat", contents.sections(lines, None)),
        specimen(
            "Kohta koko tekstissä",
            contents.clause_text(CLAUSE, "kohta-3-4", "3.4 Kokoukset", reading.clause_html(TEXT)),
            inside="div.sheet",
        ),
        specimen(
            "Kohta ja tilanne",
            contents.clause_text(
                CLAUSE,
                "kohta-3-4",
                "3.4 Kokoukset",
                reading.clause_html(TEXT),
                ui.status("half_organisations", "Järjestöt hyväksyneet"),
                signs,
            ),
            inside="div.sheet",
        ),
    ]


def _clauses() -> list[Specimen]:
    known = words.standings(agreement())
    missing = [SignLine(label, "", "Ei vielä hyväksytty", False) for label in ("Hyvinvointialue", "Järjestöt")]
    view = ArticleView(
        id=CLAUSE,
        label="3.4",
        title="Kokoukset",
        anchor="kohta-3-4",
        lang=None,
        html=reading.clause_html(TEXT),
        state=Standing.DRAFT,
        state_words=known[Standing.DRAFT],
        signs=missing,
        margin=[MarginLink("clock", "#", "Historia"), MarginLink("q", "#", "Kysymys 3")],
        reopened=None,
        panel=None,
        suggestions=[],
        actions=ApprovalActions(CLAUSE, ""),
        buttons=[
            LinkButton("#", "Kommentoi kohtaa", ": 3.4 Kokoukset", "comment", is_main=True),
            LinkButton("#", "Muokkaa", "kohtaa 3.4", "change"),
        ],
        of_clause="(kohta 3.4)",
        quiet=[],
    )
    signed = [
        SignLine("Hyvinvointialue", "Riikka Lehto", "Hyväksynyt 12.3.2026", True),
        SignLine("Järjestöt", "Aino Heikkilä", "Hyväksyneet 17.3.2026", True),
    ]
    panel = TalkPanel("puhe", "2 kommenttia, 1 avoin", True, [said()], "#", "Kaikki kommentit")
    agreed = replace(
        view,
        id=UUID(int=35),
        label="3.5",
        title="Kulut",
        state=Standing.AGREED,
        state_words=known[Standing.AGREED],
        signs=signed,
        margin=[],
        buttons=[],
        quiet=[("#", "Kommentoi"), ("#", "Avaa uudelleen")],
    )
    reopened = replace(
        view,
        id=UUID(int=36),
        label="3.6",
        title="Kutsut",
        state=Standing.REOPENED,
        state_words=known[Standing.REOPENED],
        reopened=("Riikka Lehto, 9.3.2026", "Kulut puuttuvat."),
        panel=panel,
        actions=_give(),
        buttons=[LinkButton("#", "Kommentoi", ": 3.6 Kutsut", "comment")],
    )
    closed = replace(panel, id="puhe-2", is_open=False, said=[], summary="Ei vielä kommentteja")
    return [
        specimen("Luonnos, jota voi muokata", clauses.article(view)),
        specimen("Sovittu", clauses.article(agreed)),
        specimen("Avattu uudelleen, kommentti auki, hyväksyttävänä", clauses.article(reopened)),
        specimen("Kommentit kiinni", clauses.panel(closed, "(kohta 3.4)")),
        specimen("Miksi avattiin", clauses.reopened("Riikka Lehto, 9.3.2026", "Kulut puuttuvat.")),
    ]


def _give() -> ApprovalActions:
    return ApprovalActions(CLAUSE, "give", "Hyväksy järjestöjen puolesta", ": 3.4 Kokoukset", "avain", "jälki", "#x")


def _approvals() -> list[Specimen]:
    give = _give()
    withdraw = replace(give, deed="withdraw", words="Peru hyväksyntä")
    reopen = replace(
        give,
        deed="reopen",
        words="Avaa kohta uudelleen",
        question="Miksi kohta pitää avata?",
        hint="Perustelu näkyy kaikille.",
    )
    wrong = replace(reopen, id=UUID(int=37), errors=("Kirjoita perustelu",), error_heading="Kohtaa ei ole vielä avattu")
    old, new = "Elin kokoontuu kaksi kertaa vuodessa.", "Yhteistyöelin kokoontuu neljä kertaa vuodessa."
    told = "Mikko Saarela muutti tekstiä 12.3.2026."
    view = ChangedView(UUID(int=38), "3.4 Kokoukset", told, [], diff(old, new), False, give)
    title = replace(view, id=UUID(int=39), title="3.5 Kulut", title_changes=diff("Kulut", "Kulujen korvaaminen"))
    unseen = replace(
        view, id=UUID(int=40), title="3.6 Kutsut", told="", changes=diff("Kutsu. ", "Kutsu."), is_invisible=True
    )
    return [
        specimen("Hyväksy", approvals.actions(give), inside="div.btns"),
        specimen("Peru hyväksyntä", approvals.actions(withdraw), inside="div.btns"),
        specimen("Avaa uudelleen", approvals.actions(reopen), inside="div.btns"),
        specimen("Avaaminen ilman perustelua", approvals.actions(wrong), inside="div.btns"),
        specimen("Muuttunut kohta", approvals.changed(view)),
        specimen("Ainoa muuttunut, otsikko myös", approvals.changed(title, is_only=True)),
        specimen("Muutos ei näy", approvals.changed(unseen)),
        specimen("Hyväksy kaikki", approvals.give_all("#", [view, title], "Hyväksy nämä 2 kohtaa", "avain")),
    ]
