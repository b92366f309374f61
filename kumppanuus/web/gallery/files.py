"""Parts of long tasks, of files on their way to becoming an agreement, and of those that come back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from markupsafe import Markup

from kumppanuus.documents import intake, parts
from kumppanuus.documents.intake import Found, Intake
from kumppanuus.documents.source import ChangeKind, Comment, LeftOver, Mark, Paragraph, Piece, Role, Source, Why
from kumppanuus.jobs import Job, State
from kumppanuus.text.diff import diff
from kumppanuus.web import intakes, jobs
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, specimen
from kumppanuus.web.takebacks import ClauseView, ProposedView, RemarkView
from kumppanuus.web.words import COMMENT_KINDS

_jobs = Shown("jobs/parts.html")
_intakes = Shown("intakes/parts.html")
_takebacks = Shown("takebacks/parts.html")


def sections() -> list[Section]:
    """Jobs, intakes and takebacks."""
    return [
        Section("Pitkät työt", _tasks()),
        Section("Tiedoston tuonti", _files()),
        Section("Tiedosto takaisin Wordista", _returned()),
    ]


def _tasks() -> list[Specimen]:
    def task(state: State, step: int) -> Job:
        return Job(id=UUID(int=5), kind=intake.READ, state=state, step=step, steps=3, refusal="", touched_at=AT)

    return [
        specimen("Työ odottaa", _jobs.job(jobs.view_of(task(State.WAITING, 0)))),
        specimen("Työ etenee", _jobs.job(jobs.view_of(task(State.RUNNING, 1)))),
        specimen("Luvut, jotka haetaan uudelleen", _jobs.progress(jobs.view_of(task(State.RUNNING, 2)))),
    ]


def _files() -> list[Specimen]:
    added = Mark(ChangeKind.INSERT, "Aino Mäkelä", AT)
    gone = Mark(ChangeKind.DELETE, "Aino Mäkelä", AT)

    def said(text: str, role: Role = Role.BODY, level: int = 0) -> Paragraph:
        return Paragraph((Piece(text),), role=role, level=level)

    read = Source(
        paragraphs=(
            said("Kumppanuussopimus", Role.TITLE),
            said("Luonnos 12.3.2026", Role.COVER),
            said("1 Osapuolet", Role.HEADING, 1),
            said("1.1 Ketkä sopivat", Role.HEADING, 2),
            Paragraph((Piece("Sopijat ovat "), Piece("[alue]", deleted=gone), Piece("Järvi-Suomi", inserted=added))),
            said("2 Tilat", Role.HEADING, 1),
            said("Tilat annetaan järjestöjen käyttöön."),
            said("Liite 1. Tilat", Role.HEADING, 1),
            said("Allekirjoitukset", Role.HEADING, 1),
        ),
        comments=(Comment("1", "Eero Salmi", AT, "Mitkä tilat?", "Tilat", 6, None, False),),
        left_over=(LeftOver("Kartta alueesta", Why.PICTURE),),
    )
    rows = parts.rows_of(read)
    choices = parts.find(rows)
    found = Found(read, rows, choices, parts.arrange(rows, choices))
    brought = Intake(id=UUID(int=6), file_name="luonnos.docx")
    return [specimen("Mitä tiedostosta löytyi", _intakes.outline(intakes.view_of(brought, found)))]


def _returned() -> list[Specimen]:
    """A clause with something new of each kind, and what is here already."""
    changes = diff("Elin kokoontuu neljä kertaa vuodessa.", "Elin kokoontuu kuusi kertaa vuodessa.")
    new = ProposedView(
        key="0-0",
        heading="Muutos: Kaarina Nieminen, 20.3.2026",
        title_changes=diff("Kokoukset", "Kokousten määrä"),
        changes=changes,
        standing="Kohtaa on muutettu viennin jälkeen. Ehdotus sopii silti tekstiin.",
        is_chosen=True,
    )
    remark = RemarkView(
        number=1,
        heading="Kommentti: Kaarina Nieminen, 20.3.2026",
        about="neljä kertaa",
        html=Markup("<p>Riittääkö neljä?</p>"),
        note="",
        kind="question",
        asks_kind=True,
        is_answer=False,
        is_chosen=True,
    )
    resolved = replace(
        remark,
        number=4,
        heading="Ratkaistu tiedostossa: Kaarina Nieminen, 20.3.2026",
        asks_kind=False,
        is_answer=True,
        is_chosen=False,
    )
    doubt = "Emme ole varmoja, että tämä on sama kohta. Tarkista ennen kirjaamista."
    kinds = [(kind.value, words) for kind, words in COMMENT_KINDS.items()]
    clause = ClauseView(0, "3.4 Kokoukset", "/kohdat/x", doubt, "", [new], [remark, resolved], [])
    sections = [("a", "3 Yhteistyörakenne"), ("b", "4 Osallistuminen")]
    unknown = "Emme löytäneet sopimuksesta tätä vastaavaa kohtaa. Voit ehdottaa sitä uudeksi kohdaksi."
    addition = replace(
        new, key="5-0", heading="Uusi kohta: ilman muutosmerkintää", title_changes=[], standing="", is_chosen=False
    )
    homeless = ClauseView(5, "Uusi kohta kohdan 3.4 jälkeen", "", unknown, "a", [addition], [], [])
    known = [("3.5 Kulut", "/kohdat/x", [("Muutosehdotus 4", "/muutosehdotukset/x"), ("2 kommenttia", "")])]
    return [
        specimen("Uutta kohdassa", _takebacks.clause(clause, kinds, sections, None)),
        specimen("Lisäys, jonka luku pitää valita", _takebacks.clause(homeless, kinds, sections, None)),
        specimen("Muutos yksin", _takebacks.proposed(replace(new, key="1-0", title_changes=[]), None)),
        specimen(
            "Kommentti yksin",
            _takebacks.remark(
                replace(remark, number=3, about="", note="Merkitty tiedostossa ratkaistuksi."), kinds, None
            ),
        ),
        specimen("Valinta", _takebacks.choice("3-0", "Kirjaa muutosehdotuksena", False)),
        specimen("Jo täällä", _takebacks.known(known, None)),
    ]
