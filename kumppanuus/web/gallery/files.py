"""Parts of long tasks and of files on their way to becoming an agreement."""

from __future__ import annotations

from uuid import UUID

from kumppanuus.documents import intake, parts
from kumppanuus.documents.intake import Found, Intake
from kumppanuus.documents.source import ChangeKind, Comment, LeftOver, Mark, Paragraph, Piece, Role, Source, Why
from kumppanuus.jobs import Job, State
from kumppanuus.web import intakes, jobs
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, specimen

_jobs = Shown("jobs/parts.html")
_intakes = Shown("intakes/parts.html")


def sections() -> list[Section]:
    """Jobs and intakes."""
    return [Section("Pitkät työt", _tasks()), Section("Tiedoston tuonti", _files())]


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
