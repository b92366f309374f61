"""Screen: the archive of an agreement, and the page in it that opens without the service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import force_locale, gettext
from markupsafe import Markup

from kumppanuus import agreements, jobs, limits, questions
from kumppanuus.agreements import Agreement, Placed, Side
from kumppanuus.db import helsinki_day
from kumppanuus.documents import archive, html
from kumppanuus.documents.archive import LIVES, Archive, KeptArchive, Row
from kumppanuus.documents.assemble import Format
from kumppanuus.documents.summary import FORMS
from kumppanuus.errors import Refused
from kumppanuus.jobs import Report
from kumppanuus.members import Role
from kumppanuus.questions import Status
from kumppanuus.suggestions import Status as Answer
from kumppanuus.text import markup
from kumppanuus.web import documents, history, language, words
from kumppanuus.web.forms import Form
from kumppanuus.web.reading import address
from kumppanuus.web.screen import Screen, attachment, me, reply, show

screen = Screen("archives", __name__)


@screen.deed("/sopimukset/<agreement>/arkisto", may="export.make")
def make(agreement: Agreement) -> Response:
    """Have an archive made; the page of that job leads on to it."""
    try:
        limits.spend(f"export:{me().id}", limits.EXPORT)
    except Refused as refusal:
        return documents.refused(agreement, refusal)
    return reply(otherwise=f"/tyot/{archive.order(agreement, by=me().id).id}")


@screen.page("/sopimukset/<agreement>/arkistot/<uuid:archive>", may="export.make")
def ready(agreement: Agreement, archive: KeptArchive) -> str:
    """An archive, or another large file, that waits to be taken by whoever asked for it. `kierros` is the round whose
    summary it holds, or whose letters where `kirjeet` is told."""
    here, number = address(agreement), request.args.get("kierros", "")
    back = f"{here}/viennit", gettext("Asiakirjat"), gettext("Palaa asiakirjoihin")
    if number.isascii() and number.isdigit():
        back = f"{here}/kierrokset/{number}/yhteenveto", gettext("Yhteenveto"), gettext("Palaa yhteenvetoon")
        if "kirjeet" in request.args:
            back = f"{back[0]}/kiitos", gettext("Kerro vastaajille"), gettext("Palaa vastaajiin")
    is_package = archive.file_name.endswith(".zip")
    return show(
        "archives/page.html",
        section="agreement",
        address=here,
        url=f"{here}/arkistot/{archive.id}",
        heading=gettext("Arkisto on valmis") if is_package else gettext("Tiedosto on valmis"),
        is_package=is_package,
        back=back,
        name=archive.file_name,
        size=language.file_size(archive.size),
        until=language.plain_day(helsinki_day(archive.made_at + LIVES)),
        form=Form(formdata=None),
    )


# The kinds of files that jobs keep, by their suffix.
_TYPES = {"zip": "application/zip", **{form.value: media_type for form, media_type in FORMS.items()}}


@screen.deed("/sopimukset/<agreement>/arkistot/<uuid:archive>/tiedosto", may="export.make", keeps_key=True)
def take(agreement: Agreement, archive: KeptArchive) -> Response:
    """Answer the archive itself."""
    name = archive.file_name
    return attachment(name, _TYPES[name.rpartition(".")[2]], archive.content)


@jobs.work(archive.MAKE)
def _work(facts: dict[str, Any], report: Report) -> Any:
    return archive.work(facts, report, index)


# ---------------------------------------------------------------- the page inside


@dataclass(frozen=True)
class Note:
    """One thing that was written or done: who and when in a line, then its words. `html` is a wording, set as such."""

    heading: str
    text: str = ""
    title: str = ""
    html: Markup | None = None
    replies: Sequence[Note] = ()


@dataclass(frozen=True)
class Story:
    """A clause, a suggestion or a question with everything about it, by kind: (heading, notes)."""

    name: str
    anchor: str
    groups: list[tuple[str, list[Note]]] = field(default_factory=list)


def index(found: Archive) -> str:
    """The page of an archive, in the language of the agreement: it needs no service, no network and no script."""
    agreement = found.agreement
    with force_locale(agreement.language.value):
        whole = agreements.outline(agreement)
        told = history.lines(found.entries, whole, questions.listed(agreement))
        tell = _Telling(found)
        return render_template(
            "export/archive.html",
            language=agreement.language.value,
            style=html.style(),
            title=agreement.title,
            made=language.full_moment(found.head.at),
            head=f"{agreement.slug}:{found.head.number}:{found.head.digest}",
            is_final=found.is_final,
            documents=[(name, words.FORMATS[Format(name.rpartition(".")[2])]) for name in found.documents],
            data=["ledger", *found.tables],
            clauses=[tell.clause(placed) for placed in [*whole.clauses(), *whole.removed()]],
            suggestions=[tell.suggestion(row) for row in _by(found.rows("suggestion"), "number")],
            questions=[tell.question(row) for row in _by(found.rows("question"), "asked_at")],
            people=[tell.member(row) for row in _by(found.rows("member"), "joined_at")],
            events=[(each.number, language.full_moment(each.at), history.sentence(each)) for each in told],
        )


def _by(rows: Iterable[Row], column: str) -> list[Row]:
    return sorted(rows, key=lambda row: (row[column], row["id"]))


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    groups = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


class _Telling:
    """Puts the rows of an archive into words, each in its place."""

    def __init__(self, found: Archive) -> None:
        self._agreement = found.agreement
        self._names = {
            row["id"]: row["name"] for name in ("person", "organisation", "body") for row in found.rows(name)
        }
        self._versions = _grouped(_by(found.rows("clause_version"), "number"), "clause_id")
        self._numbers = {row["id"]: row["number"] for row in found.rows("clause_version")}
        self._approvals = _grouped(_by(found.rows("approval"), "given_at"), "clause_id")
        self._reopenings = _grouped(_by(found.rows("reopening"), "opened_at"), "clause_id")
        self._threads = {row["clause_id"]: row["id"] for row in found.rows("thread") if row["clause_id"]}
        self._comments = _grouped(_by(found.rows("comment"), "written_at"), "thread_id")
        self._supporters = _grouped((r for r in found.rows("endorsement") if not r["ended_at"]), "comment_id")
        self._updates = _grouped(_by(found.rows("question_update"), "written_at"), "question_id")
        self._moves = _grouped(_by(found.rows("question_move"), "moved_at"), "question_id")
        self._members = {row["id"]: row["user_id"] for row in found.rows("member")}

    def clause(self, placed: Placed) -> Story:
        key = str(placed.id)
        return self._story(
            words.clause_title(placed),
            placed.anchor or f"kohta-{key}",
            (gettext("Tekstit"), [self._version(row) for row in reversed(self._versions[key])]),
            (gettext("Hyväksynnät"), [self._approval(row) for row in self._approvals[key]]),
            (gettext("Avattu uudelleen"), [self._reopening(row) for row in self._reopenings[key]]),
            (gettext("Kommentit"), self._said(self._threads.get(key))),
        )

    def suggestion(self, row: Row) -> Story:
        wording = Note(
            self._by_line(row, "author_id", "written_at"), row["reason"], row["title"], _wording(row["text"])
        )
        return self._story(
            gettext("Muutosehdotus %(number)s", number=row["number"]),
            f"ehdotus-{row['number']}",
            (gettext("Ehdotus"), [wording]),
            (gettext("Vastaus"), [self._answer(row)] if row["answered_at"] else []),
            (gettext("Kommentit"), self._said(row["thread_id"])),
        )

    def question(self, row: Row) -> Story:
        status = words.statuses(self._agreement)[Status(row["status"])]
        owner = self._names.get(self._members.get(row["owner_id"], ""), "")
        facts = [
            (gettext("Vastuuhenkilö"), owner),
            (gettext("Määräpäivä"), _day(row["due_on"])),
            (gettext("Seuraava päivä"), _day(row["next_on"])),
            (gettext("Tausta"), row["background"]),
            (gettext("Ehdotettu ratkaisu"), row["solution"]),
            (gettext("Mitä sovittiin"), row["outcome"]),
            (gettext("Perustelu"), row["reason"]),
        ]
        asked = Note(self._by_line(row, "asked_by_id", "asked_at"), row["text"])
        return self._story(
            " ".join(filter(None, [str(row["number"] or ""), row["title"]])),
            f"kysymys-{row['id']}",
            (status, [asked, *(Note(name, said) for name, said in facts if said)]),
            (gettext("Vaiheet"), [self._move(each) for each in self._moves[row["id"]]]),
            (gettext("Tilannetiedot"), [self._update(each) for each in self._updates[row["id"]]]),
            (gettext("Kommentit"), self._said(row["thread_id"])),
        )

    def member(self, row: Row) -> str:
        parts = [
            self._name(row["user_id"]),
            str(words.ROLES[Role(row["role"])]),
            words.side(self._agreement, Side(row["side"])) if row["side"] else "",
            self._names.get(row["organisation_id"], ""),
            self._names.get(row["network_id"], ""),
        ]
        return ", ".join(dict.fromkeys(filter(None, parts)))

    @staticmethod
    def _story(name: str, anchor: str, *groups: tuple[str, list[Note]]) -> Story:
        return Story(name, anchor, [(heading, notes) for heading, notes in groups if notes])

    def _version(self, row: Row) -> Note:
        line = gettext(
            "Versio %(number)s: %(who)s", number=row["number"], who=self._by_line(row, "author_id", "written_at")
        )
        title = gettext("Kohta poistettiin") if row["is_removal"] else row["title"]
        return Note(line, row["reason"], title, _wording(row["text"]))

    def _approval(self, row: Row) -> Note:
        line = f"{words.side(self._agreement, Side(row['side']))}: {self._by_line(row, 'given_by_id', 'given_at')}"
        version = gettext("Versio %(number)s", number=self._numbers[row["version_id"]])
        ended = gettext("Päättyi %(when)s", when=_moment(row["ended_at"])) if row["ended_at"] else ""
        return Note(line, ". ".join(filter(None, [version, ended])))

    def _reopening(self, row: Row) -> Note:
        return Note(self._by_line(row, "opened_by_id", "opened_at"), row["reason"])

    def _answer(self, row: Row) -> Note:
        answers = {
            Answer.ACCEPTED: gettext("Hyväksytty"),
            Answer.ACCEPTED_MODIFIED: gettext("Hyväksytty muokattuna"),
            Answer.REJECTED: gettext("Hylätty"),
            Answer.WITHDRAWN: gettext("Peruttu"),
            Answer.OPEN: gettext("Odottaa vastausta"),
        }
        line = f"{answers[Answer(row['status'])]}: {self._by_line(row, 'answered_by_id', 'answered_at')}"
        return Note(line, row["answer"])

    def _move(self, row: Row) -> Note:
        status = words.STATUSES[Status(row["to_status"])]
        undone = gettext("Kumottu %(when)s", when=_moment(row["undone_at"])) if row["undone_at"] else ""
        said = "\n\n".join(filter(None, [row["outcome"], row["reason"], undone]))
        return Note(f"{status}: {self._by_line(row, 'moved_by_id', 'moved_at')}", said)

    def _update(self, row: Row) -> Note:
        return Note(self._by_line(row, "author_id", "written_at"), row["text"])

    def _said(self, thread: str | None) -> list[Note]:
        said = self._comments.get(thread or "", [])
        replies = _grouped((row for row in said if row["parent_id"]), "parent_id")
        return [self._comment(row, replies[row["id"]]) for row in said if not row["parent_id"]]

    def _comment(self, row: Row, replies: Sequence[Row]) -> Note:
        kind = str(words.COMMENT_KINDS[row["kind"]]) if row["kind"] else ""
        under = [self._comment(each, ()) for each in replies]
        if row["handled_at"]:
            line = f"{gettext('Vastine')}: {self._by_line(row, 'handled_by_id', 'handled_at')}"
            under.append(Note(line, row["response"]))
        if supporters := [self._name(each["user_id"]) for each in self._supporters[row["id"]]]:
            under.append(Note(gettext("Kannattavat: %(names)s", names=", ".join(supporters))))
        return Note(
            " · ".join(filter(None, [kind, self._by_line(row, "author_id", "written_at")])), row["text"], replies=under
        )

    def _by_line(self, row: Row, who: str, when: str) -> str:
        """Who, in whose name and when."""
        voice = self._names.get(row.get("network_id") or row.get("organisation_id") or "", "")
        return ", ".join(filter(None, [self._name(row[who]), voice, _moment(row[when])]))

    def _name(self, person: str | None) -> str:
        return self._names.get(person or "", gettext("Poistettu henkilö"))


def _wording(text: str) -> Markup:
    return Markup(markup.to_html(text))  # noqa: S704 - made safe there


def _moment(text: str) -> str:
    return language.full_moment(datetime.fromisoformat(text))


def _day(text: str | None) -> str:
    return language.day(date.fromisoformat(text)) if text else ""
