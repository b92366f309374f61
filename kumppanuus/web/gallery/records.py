"""What happened, and the front page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, replace
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from markupsafe import Markup

from kumppanuus import ledger
from kumppanuus.agreements import Outline
from kumppanuus.ledger import Entry, Event
from kumppanuus.members import Member, Role
from kumppanuus.progress import Standing, Tally
from kumppanuus.web import words
from kumppanuus.web.front import AnswerLine, AskedLine, ChapterLine, DueLine, Overview, Part, Row
from kumppanuus.web.gallery.shelf import AT, CLAUSE, Section, Shown, Specimen, agreement, specimen
from kumppanuus.web.history import Day, Line, Telling

events, history, front = Shown("events/parts.html"), Shown("history/parts.html"), Shown("front/parts.html")
ui = Shown("ui/parts.html")

ACTOR, PERSON = UUID(int=10), UUID(int=11)
NAMES = {ACTOR: "Mikko Saarela", PERSON: "Aino Heikkilä"}


def sections() -> list[Section]:
    """Every event as a sentence, and the front page in its states."""
    return [Section("Tapahtumat", _sentences()), Section("Etusivu", _front())]


# ---------------------------------------------------------------- events


def _sentences() -> list[Specimen]:
    sentences = [line for kind in sorted(Event.kinds) for line in _told(kind)]
    told = [replace(line, number=number) for number, line in enumerate(sentences)]
    return [specimen("Päivän tapahtumat", history.day(Day("Ti 17.3.2026", told)))]


def _told(kind: str) -> Iterator[Line]:
    """An event of a kind in every way it is told, each once."""
    seen: set[str] = set()
    for facts in every_facts(Event.kinds[kind]):
        entry = Entry(number=1, kind=kind, at=AT, actor_id=ACTOR, subject_id=CLAUSE)
        whole = Outline(agreement(), [], [], [])
        for numbers in ({}, {CLAUSE: 11}) if kind.startswith("comment.") else ({},):
            telling = Telling(entry, facts, NAMES, {PERSON: PERSON}, {CLAUSE: "3.4"}, numbers, whole)
            html = str(getattr(events, kind.replace(".", "_").replace("-", "_"))(telling)).strip()
            if html not in seen:
                yield Line(0, kind, AT, NAMES[ACTOR], Markup(html))  # noqa: S704 - a macro escapes what it is given
            seen.add(html)


def every_facts(event: type[Event]) -> Iterator[dict[str, Any]]:
    """The facts of an event as they come back from the record, with every choice there is in them."""
    hints = get_type_hints(event)
    names = [each.name for each in fields(event)]  # type: ignore[arg-type]  # every event is a dataclass
    # An approval or a reopening without a number is about taking the clause out of the text.
    labels = ["3.4", ""] if event.kind.startswith("approval.") or event.kind == "clause.reopened" else ["3.4"]
    special = {"label": labels, "from_label": ["3.5", "3.4"]}
    for values in product(*(special.get(name) or _every(name, hints[name]) for name in names)):
        made = event(**dict(zip(names, values, strict=True)))
        yield Entry(data=ledger.canonical(asdict(made))).facts  # type: ignore[call-overload]  # every event is a dataclass


def _every(name: str, hint: Any) -> list[Any]:
    if get_origin(hint) is tuple:
        return [tuple(_every(name, get_args(hint)[0]))]
    if args := get_args(hint):
        return [value for each in args for value in _every(name, each)]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)
    if hint is UUID:
        return [PERSON if name in ("user_id", "member_id") else CLAUSE]
    known: dict[Any, list[Any]] = {
        str: ["3.5"],
        int: [2],
        bool: [True, False],
        date: [date(2026, 6, 15)],
        type(None): [None],
    }
    return known[hint]


# ---------------------------------------------------------------- front page


def _front() -> list[Specimen]:
    coordinator, reader = Member(role=Role.COORDINATOR), Member(role=Role.READER)
    rows = [
        Row("warn", "#", "Kysymys 5 on myöhässä 3 päivää", "Hallintosäännön kirjaukset", due="Määräpäivä oli su 15.3."),
        Row(
            "comment",
            "#",
            "Käsittele 31 avointa kommenttia",
            sentence="Eniten avoimia kommentteja on kohdissa 4.1 ja 3.3.",
        ),
        Row("q", "#", "Nimeä vastuuhenkilö kysymykselle 9", "Tilat ja verkkoalustat", due="Viimeistään ma 18.5."),
    ]
    return [
        specimen("Koordinaattori: neljästä rivistä näytetään kolme", front.part(_part(1, coordinator, rows), True)),
        specimen("Lukija", front.part(_part(2, reader, []), True)),
        specimen("Kaikki on sovittu", front.overview(_overview(Tally(21, 0, 21)), 3, True)),
        specimen("Sopimuksessa ei ole tekstiä", front.overview(_overview(Tally(0, 0, 0)), 4, True)),
        specimen(
            "Kierros on auki",
            front.asked(AskedLine("#", 2, AT.date(), 22)),
            front.asked(AskedLine("#", 2, AT.date(), 0)),
        ),
        specimen("Luku Etusivun perässä", front.waiting(4), inside="p"),
    ]


def _dots(keys: Iterable[str]) -> Markup:
    return Markup("").join(ui.glyph(key) for key in keys)


def _overview(tally: Tally) -> Overview:
    chapters = [
        ChapterLine("#", "1 Osapuolet ja sopimuksen luonne", _dots("agreed" for _ in range(4)), "kaikki sovittu"),
        ChapterLine("#", "3 Yhteistyörakenne", _dots(state.value for state in Standing), "1/7 sovittu"),
        ChapterLine("#", "Liite 1. Tilat", Markup(), "ei kohtia"),
    ]
    drawn = [Markup(front.chapter(each, "fi")) for each in chapters]  # noqa: S704 - drawn by a macro
    known = {state.value: said for state, said in words.standings(agreement()).items()}
    return Overview("fi", tally, (0, 1), drawn, known, "#")


def _part(place: int, member: Member, rows: list[Row]) -> Part:
    told = [Line(1, "clause.moved", AT, "Mikko Saarela", Markup('Mikko Saarela siirsi kohdan <a href="#">3.4</a>.'))]
    return Part(
        agreement=agreement(),
        member=member,
        place=place,
        is_one=True,
        waiting=len(rows) + bool(rows),
        rows=rows,
        overview=Markup(front.overview(_overview(Tally(9, 2, 21)), place, True)),  # noqa: S704 - drawn by a macro
        asked=[],
        answers=[
            AnswerLine(
                "#",
                "Muutosehdotus 6",
                "5.3 Järjestöyhteistyö",
                None,
                "Riikka Lehto hyväksyi ehdotuksen muokattuna pe 13.3.",
                "Perustelu: Samaa tuntimäärää emme voi luvata kaikille.",
            )
        ]
        if rows
        else [],
        due=[DueLine("#", "Kysymys 10", "Asukkaiden osallisuus", AT.date())] if rows else [],
        events=told,
    )
