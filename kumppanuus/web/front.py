"""The front page: what waits for the person, how far each agreement is, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext, ngettext

from kumppanuus import ledger, policy, questions
from kumppanuus.agreements import Agreement, Side
from kumppanuus.members import Member, Role
from kumppanuus.policy import Who
from kumppanuus.progress import ClauseStanding, Progress, Tally, Task, TaskKind, progress, tasks
from kumppanuus.web import language, words
from kumppanuus.web.history import Line, lines
from kumppanuus.web.screen import Screen, me, my_agreements, show

screen = Screen("front", __name__)

ROWS = 7
EVENTS = 4


@dataclass(frozen=True)
class Row:
    """A task in words."""

    key: str
    url: str
    words: str
    what: str = ""
    sentence: str = ""
    due: str = ""
    minutes: int = 0
    late: str = ""


@dataclass(frozen=True)
class ChapterLine:
    """A section with one glyph per clause."""

    url: str
    title: str
    keys: list[str]
    sum: str


@dataclass(frozen=True)
class Part:
    """What the front page shows of one agreement."""

    agreement: Agreement
    member: Member
    rows: list[Row]
    tally: Tally
    annexes: tuple[int, int]
    chapters: list[ChapterLine]
    legend: dict[str, str]
    events: list[Line]

    @property
    def may_write(self) -> bool:
        return policy.allows("clause.write", Who(self.member.user, self.member), self.agreement)


@screen.page("/", may="account.use")
def home() -> str:
    """What waits for me in each of my agreements, then everything else."""
    parts = [_part(member) for member in my_agreements()]
    waiting = sum(len(part.rows) for part in parts)
    g.waiting = waiting
    if len(parts) == 1:
        g.agreement, g.member = parts[0].agreement, parts[0].member
        g.who = Who(g.user, g.member)
    shows_all = request.args.get("nayta") == "kaikki"
    return show(
        "front/page.html",
        section="home",
        heading=_heading(waiting),
        parts=parts,
        waiting=waiting,
        most=waiting if shows_all else ROWS,
        may_start=policy.allows("agreement.start", Who(me())),
    )


def _heading(waiting: int) -> str:
    name = me().first_name
    if not waiting:
        return (
            gettext("Kiitos! Mikään ei odota sinua juuri nyt.")
            if my_agreements()
            else gettext("Hei %(name)s", name=name)
        )
    return ngettext(
        "Hei %(name)s, sinua odottaa %(num)s asia", "Hei %(name)s, sinua odottaa %(num)s asiaa", waiting, name=name
    )


def _part(member: Member) -> Part:
    agreement = member.agreement
    member.user = me()
    found = progress(agreement)
    register = questions.register(agreement)
    waiting = questions.waiting_room(agreement) if member.role is Role.COORDINATOR else []
    labels = words.standings(agreement)
    address = f"/sopimukset/{agreement.slug}"
    chapters = []
    for chapter in found.outline.sections:
        standing = found.in_chapter(chapter)
        tally = found.tally([chapter])
        chapters.append(
            ChapterLine(
                url=f"{address}/luvut/{chapter.slug}",
                title=words.section_title(chapter),
                keys=[each.standing.value for each in standing],
                sum=_sum(tally),
            )
        )
    shown = {each.standing for each in found.standings.values()}
    return Part(
        agreement=agreement,
        member=member,
        rows=[_row(task, found, member) for task in tasks(member, found, register, waiting)],
        tally=found.tally(),
        annexes=found.annexes,
        chapters=chapters,
        legend={each.value: text for each, text in labels.items() if each in shown},
        events=lines(ledger.entries(agreement.id, most=EVENTS), found.outline, register),
    )


def _sum(tally: Tally) -> str:
    if not tally.total:
        return gettext("ei kohtia")
    if tally.is_whole:
        return gettext("kaikki sovittu")
    return gettext("%(agreed)s/%(total)s sovittu", agreed=tally.agreed, total=tally.total)


# ---------------------------------------------------------------- a task in words


def _row(task: Task, found: Progress, member: Member) -> Row:
    address = f"/sopimukset/{task.agreement.slug}"
    clause = task.clauses[0] if task.clauses else None
    question = task.question
    number = question.number if question else 0
    due = gettext("Viimeistään %(day)s", day=language.day(task.due_on, full=False)) if task.due_on else ""
    at_question = f"{address}/kysymykset/{number}"
    match task.kind:
        case TaskKind.APPROVE_CHANGED:
            return Row(
                "change",
                f"{address}/muuttuneet",
                ngettext(
                    "Lue muuttunut kohta ja hyväksy se", "Lue %(num)s muuttunutta kohtaa ja hyväksy ne", task.count
                ),
                _named(task.clauses),
                gettext("Teksti muuttui sen jälkeen, kun osapuolesi hyväksyi sen."),
                minutes=task.minutes,
            )
        case TaskKind.APPROVE if clause:
            return Row(
                clause.standing.value,
                f"/kohdat/{clause.id}",
                gettext("Hyväksy kohta tai kerro, mitä siitä puuttuu"),
                _named(task.clauses),
                _already(task.agreement, member.side),
                minutes=task.minutes,
            )
        case TaskKind.ANSWER_QUESTIONS if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}?nayta=avoimet#kommentit",
                ngettext("Vastaa kysymykseen", "Vastaa %(num)s kysymykseen", task.count),
                _named(task.clauses),
                gettext("Järjestöt odottavat vastausta."),
                minutes=task.minutes,
            )
        case TaskKind.SETTLE_COMMENTS if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}?nayta=avoimet#kommentit",
                ngettext("Käsittele avoin kommentti", "Käsittele %(num)s avointa kommenttia", task.count),
                "",
                ngettext(
                    "Eniten avoimia kommentteja on kohdassa %(labels)s.",
                    "Eniten avoimia kommentteja on kohdissa %(labels)s.",
                    len(task.clauses),
                    labels=language.listed([each.placed.label for each in task.clauses]),
                ),
                minutes=task.minutes,
            )
        case TaskKind.COMMENT if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}#kommentoi",
                ngettext("Kommentoi kohtaa", "Kommentoi %(num)s kohtaa", task.count),
                _named(task.clauses),
                ngettext(
                    "Järjestösi ei ole vielä kommentoinut tätä kohtaa.",
                    "Järjestösi ei ole vielä kommentoinut näitä kohtia.",
                    task.count,
                ),
                minutes=task.minutes,
            )
        case TaskKind.LATE_QUESTION if question:
            return Row(
                "warn",
                at_question,
                ngettext(
                    "Kysymys %(number)s on myöhässä %(num)s päivän",
                    "Kysymys %(number)s on myöhässä %(num)s päivää",
                    task.days_late,
                    number=number,
                ),
                question.title,
                _owner_of(question, member),
                due,
            )
        case TaskKind.AGREE_QUESTION if question:
            return Row(
                "q",
                at_question,
                gettext("Päätä, onko kysymys %(number)s sovittu", number=number),
                question.title,
                gettext("Ratkaisuehdotus on valmis käsiteltäväksi."),
                due,
            )
        case TaskKind.OWN_QUESTION if question:
            return Row(
                "q",
                at_question,
                gettext("Kerro, missä vaiheessa kysymys %(number)s on", number=number),
                question.title,
                gettext("Olet kysymyksen vastuuhenkilö."),
                due,
            )
        case TaskKind.NAME_OWNER if question:
            return Row(
                "q",
                at_question,
                gettext("Nimeä vastuuhenkilö kysymykselle %(number)s", number=number),
                question.title,
                due=due,
            )
        case _:
            return Row(
                "q",
                f"{address}/kysymykset#ehdotetut",
                ngettext(
                    "Päätä, otetaanko ehdotettu kysymys luetteloon",
                    "Päätä, otetaanko %(num)s ehdotettua kysymystä luetteloon",
                    task.count,
                ),
                question.title if question else "",
                minutes=task.minutes,
            )


def _named(clauses: object) -> str:
    """Clauses as the row names them: one with its title, a few by number."""
    assert isinstance(clauses, (list, tuple))
    found: list[ClauseStanding] = list(clauses)
    if len(found) == 1:
        return words.clause_name(found[0].placed)
    labels = [each.placed.label for each in found if each.placed.label]
    if len(labels) > 6:
        return gettext("Kohdat %(labels)s ja muita", labels=", ".join(labels[:6]))
    return (
        gettext("Kohdat %(labels)s", labels=language.listed(labels))
        if len(labels) > 1
        else words.clause_name(found[0].placed)
    )


def _already(agreement: Agreement, own: Side | None) -> str:
    if own is Side.AUTHORITY:
        return gettext("Järjestöt ovat jo hyväksyneet kohdan.")
    if words.is_municipal(agreement):
        return gettext("Kunta on jo hyväksynyt kohdan.")
    return gettext("Hyvinvointialue on jo hyväksynyt kohdan.")


def _owner_of(question: questions.Question, member: Member) -> str:
    if question.owner_id == member.id:
        return gettext("Olet kysymyksen vastuuhenkilö.")
    if question.owner is None:
        return gettext("Kysymyksellä ei ole vielä vastuuhenkilöä.")
    return gettext("Vastuuhenkilö on %(name)s.", name=question.owner.user.name)
