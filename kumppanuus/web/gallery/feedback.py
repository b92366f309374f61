"""What a round brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from kumppanuus.comments import CommentKind
from kumppanuus.organisations import BodyKind, OrganisationKind, Sector
from kumppanuus.rounds import RoundKind
from kumppanuus.statements import Channel, Stance
from kumppanuus.summaries import ANSWERS, Answer, Heard, Line, Place, Summary
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, agreement, specimen
from kumppanuus.web.rounds import charts
from kumppanuus.web.rounds.charts import Figure, SilentRow
from kumppanuus.web.rounds.page import NewsForm

parts = Shown("summaries/parts.html")

SECTORS = [
    Sector(id=UUID(int=200 + number), position=number, name_fi=name, name_sv="", name_en="")
    for number, name in enumerate(("Vammaisuus", "Kylät ja asuinalueet", "Kulttuuri ja taide", "Luonto ja ympäristö"))
]


def sections() -> list[Section]:
    """The tables of a comment round and of a consultation."""
    return [Section("Kierroksen tulos", _tables())]


def _tables() -> list[Specimen]:
    figures = [
        Figure(29, "kutsuttua on vastannut", 42),
        Figure(53, "kommenttia"),
        Figure(31, "kommenttia käsittelemättä"),
        Figure(9, "päivää jäljellä"),
    ]
    support, ask, worry = CommentKind
    commented = _summary(RoundKind.COMMENT_ROUND, {support: 1, ask: 5, worry: 8}, {support: 4, None: 1})
    stances: dict[Answer, int] = dict(zip(Stance, (9, 4, 3, 1), strict=True))
    stated = _summary(RoundKind.CONSULTATION, stances, {Stance.SUPPORTS: 70})
    silent = [
        SilentRow("Kuusiniemen Kisa ry", f"Muistutettu {AT - timedelta(days=2):%-d.%-m.}"),
        SilentRow("Lehtorannan Seniorit ry", "Ei sähköpostiosoitetta"),
        SilentRow("Harjunpään kyläyhdistys ry", ""),
    ]
    news, refused = NewsForm(formdata=None), NewsForm(formdata=None, data={"headline": "Tilat huolettavat"})
    refused.headline.errors = ["Joku muu ehti ensin. Tekstisi on tallessa."]
    return [
        specimen("Otsikon kirjoittaminen", parts.news(news, "#")),
        specimen("Otsikko: joku muu ehti ensin", parts.news(refused, "#", "Avustukset huolettavat")),
        specimen("Luvut", parts.figures(figures)),
        specimen(
            "Kohdittain lajin mukaan",
            parts.chart(charts.chart(commented, agreement(), shows_all=False)),
            inside="div.sheet",
        ),
        specimen(
            "Kohdittain kannan mukaan",
            parts.chart(charts.chart(stated, agreement(), shows_all=True)),
            inside="div.sheet",
        ),
        specimen("Toimialoittain", parts.sectors(charts.sectors(commented))),
        specimen("Vastaajan lajin mukaan", parts.kinds(charts.kinds(commented))),
        specimen("Kohdittain ja toimialoittain", parts.matrix(charts.matrix(commented, agreement(), shows_all=True))),
        specimen("Ketkä eivät ole vastanneet", parts.silent(silent), inside="div.sheet"),
    ]


def _summary(kind: RoundKind, first: Mapping[Answer, int], second: Mapping[Answer, int]) -> Summary:
    """A round in which two clauses were spoken of, by organisations of two sectors and by one of none."""
    places = [
        Place(UUID(int=210), "4.1", "Avustusten periaatteet", is_clause=True),
        Place(UUID(int=211), "3", "Yhteistyörakenne", is_section=True),
    ]
    whole = {answer: first.get(answer, 0) + second.get(answer, 0) for answer in (*ANSWERS[kind], None)}
    villages, disability = SECTORS[1].id, SECTORS[0].id
    return Summary(
        answers=[answer for answer in (*ANSWERS[kind], None) if answer or whole[None]],
        whole=Heard(42, 28, 1, 2, whole),
        lines=[
            Line(places[0], first, {disability: sum(first.values()) - 1, villages: 1}),
            Line(places[1], second, {None: sum(second.values())}),
        ],
        quiet=[Place(UUID(int=212), "4.2", "Hakuajat", is_clause=True)],
        sectors={
            disability: Heard(20, 20, 0, 0, {next(iter(first)): sum(first.values()) - 1}),
            villages: Heard(15, 8, 0, 1, {next(iter(first)): 1}),
            SECTORS[2].id: Heard(7, 0, 1, 0, {}),
            None: Heard(0, 0, 0, 1, second),
        },
        named_sectors=SECTORS,
        kinds={
            OrganisationKind.ASSOCIATION: Heard(41, 27, 1, 1, first),
            BodyKind.PARTNERSHIP_TABLE: Heard(1, 1, 0, 0, {}),
            None: Heard(0, 0, 0, 1, second),
        },
        channels={Channel.WEB: 20, Channel.PHONE: 10},
        late=1,
        people=120,
        unanswered=31,
        wordings=4,
        hidden=0,
    )
