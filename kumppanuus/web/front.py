"""The front page: what waits for the person, how far each agreement is, and what happened last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import gettext, ngettext, pgettext
from markupsafe import Markup, escape

from kumppanuus import accounts, agreements, ledger, policy, questions, suggestions
from kumppanuus.agreements import Agreement, Placed, Side
from kumppanuus.db import now, today
from kumppanuus.members import Member, Role
from kumppanuus.policy import Who
from kumppanuus.progress import ClauseStanding, Progress, Tally, Task, TaskKind, kept, tasks
from kumppanuus.questions import Listed
from kumppanuus.web import language, reading, words
from kumppanuus.web.history import Line, lines
from kumppanuus.web.screen import Parts, Screen, me, my_agreements, show
from kumppanuus.web.suggestions import panels
from kumppanuus.web.suggestions.frame import home as home_of
from kumppanuus.web.suggestions.frame import name_of

screen = Screen("front", __name__)

ui = Parts("ui/parts.html")

ROWS = 7
EVENTS = 4
DUE = 3
ANSWERS = 3
ANSWERS_FOR = timedelta(days=14)

# How much waits for a member, by all that it follows from: the member, the last digest of the agreement's record, and
# the day. What is here is never wrong, only left over, and is thrown away when there is much of it.
_counted: dict[tuple[UUID, str, date], int] = {}
COUNTED = 5_000


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
    dots: Markup
    sum: str


@dataclass(frozen=True)
class DueLine:
    """A question with its due date."""

    url: str
    words: str
    title: str
    due_on: date


@dataclass(frozen=True)
class AnswerLine:
    """How a suggestion was answered: its name, the clause it is about, by whom and why."""

    url: str
    name: str
    title: str
    lang: str | None
    outcome: str
    reason: str


@dataclass(frozen=True)
class Overview:
    """How far an agreement is. `adding` is where a first chapter can be written, for those who may."""

    lang: str
    tally: Tally
    annexes: tuple[int, int]
    chapters: list[ChapterLine]
    legend: dict[str, str]
    adding: str

    @property
    def tally_words(self) -> str:
        return language.count_of(self.tally.agreed, self.tally.total, before=True)


@dataclass(frozen=True)
class Part:
    """What the front page shows of one agreement; `place` is its number among those that are shown."""

    agreement: Agreement
    member: Member
    place: int
    is_one: bool
    waiting: int
    rows: list[Row]  # those that are shown
    overview: Markup
    answers: list[AnswerLine]  # to what the person has suggested
    due: list[DueLine]
    events: list[Line]

    @property
    def may_write(self) -> bool:
        return policy.allows("clause.write", Who(self.member.user, self.member), self.agreement)


@screen.page("/", may="account.use")
def home() -> str:
    """What waits for me in each of my agreements, then everything else."""
    shows_all = request.args.get("nayta") == "kaikki"
    own = my_agreements()
    parts = [_part(member, place, len(own) == 1, shows_all=shows_all) for place, member in enumerate(own, start=1)]
    waiting = sum(part.waiting for part in parts)
    g.waiting = waiting
    if len(parts) == 1:
        g.agreement, g.member = parts[0].agreement, parts[0].member
        g.who = Who(g.user, g.member)
    return show(
        "front/page.html",
        section="home",
        heading=_heading(parts, waiting),
        lead=_lead(parts, waiting),
        parts=parts,
        waiting=waiting,
        may_start=policy.allows("agreement.start", Who(me())),
    )


@screen.piece("/odottaa", may="page.read")
def waiting() -> str | tuple[str, int]:
    """The number after Etusivu, for pages that have not read what waits. Nothing for a visitor."""
    own = my_agreements()
    heads = ledger.heads(member.agreement_id for member in own)
    found = sum(_count(member, heads.get(member.agreement_id, "")) for member in own)
    return Parts("front/parts.html").waiting(found) if found else ("", 204)


def _count(member: Member, head: str) -> int:
    known = _counted.get((member.id, head, today()))
    if known is not None:
        return known
    _found, rows = _tasks(member, head)
    return _remember(member, head, len(rows))


def _remember(member: Member, head: str, count: int) -> int:
    if len(_counted) >= COUNTED:
        _counted.clear()
    _counted[member.id, head, today()] = count
    return count


def _tasks(member: Member, head: str) -> tuple[Progress, list[Task]]:
    """What waits for a member, with what it was read from."""
    found = kept(member.agreement, head)
    proposed = questions.waiting_room(member.agreement) if member.role is Role.COORDINATOR else []
    return found, tasks(member, found, proposed)


def _heading(parts: list[Part], waiting: int) -> str:
    name = me().first_name
    if waiting:
        return ngettext(
            "Hei %(name)s, sinua odottaa %(num)s asia", "Hei %(name)s, sinua odottaa %(num)s asiaa", waiting, name=name
        )
    if not _only_reads(parts):
        return gettext("Kiitos! Mikään ei odota sinua juuri nyt.")
    if len(parts) != 1:
        return gettext("Hei %(name)s", name=name)
    agreement = parts[0].agreement
    edition = agreements.latest_edition(agreement)
    if edition is None:
        return agreement.title
    return gettext("%(title)s, luonnos %(name)s", title=agreement.title, name=edition.name)


def _lead(parts: list[Part], waiting: int) -> str:
    if not parts:
        return gettext("Et ole vielä mukana missään sopimuksessa. Koordinaattori voi lisätä sinut.")
    if waiting:
        return ""
    if _only_reads(parts):
        return gettext("Voit lukea sopimusta milloin vain.")
    return gettext("Voit lukea sopimusta ja kommentoida sitä milloin vain.")


def _only_reads(parts: list[Part]) -> bool:
    return all(part.member.role is Role.READER for part in parts)


def _part(member: Member, place: int, is_one: bool, *, shows_all: bool) -> Part:
    agreement = member.agreement
    happened = ledger.newest(agreement.id, most=EVENTS)  # first, so that what is read after is not older
    head = happened[0].digest if happened else ""
    found, waiting = _tasks(member, head)
    _remember(member, head, len(waiting))
    shown = waiting if shows_all else waiting[:ROWS]
    owners = accounts.names(owner for task in shown if (owner := _other_owner(task, member)))
    return Part(
        agreement=agreement,
        member=member,
        place=place,
        is_one=is_one,
        waiting=len(waiting),
        rows=[_row(task, found, member, owners) for task in shown],
        overview=_overview(member, found, head, place, is_one),
        answers=_answers(member, found),
        due=_due_lines(found.register, f"/sopimukset/{agreement.slug}"),
        events=lines(happened, found.outline, found.register),
    )


# Drawn overviews, by all that they follow from. There is nobody's name in them.
_drawn: dict[tuple[Any, ...], Markup] = {}
DRAWN = 200


def _overview(member: Member, found: Progress, head: str, place: int, is_one: bool) -> Markup:
    may_write = policy.allows("clause.write", Who(member.user, member), member.agreement)
    key = (member.agreement_id, head, language.language(), place, is_one, may_write)
    if key not in _drawn:
        if len(_drawn) >= DRAWN:
            _drawn.clear()
        view = _how_far(member.agreement, found, may_write=may_write)
        html = Parts("front/parts.html").overview(view, place, is_one)
        _drawn[key] = Markup(html)  # noqa: S704 - a macro escapes what it is given
    return _drawn[key]


def _how_far(agreement: Agreement, found: Progress, *, may_write: bool) -> Overview:
    address = f"/sopimukset/{agreement.slug}"
    glyphs = {state: ui.glyph(state.value) for state in {each.standing for each in found.standings.values()}}
    chapters = [
        ChapterLine(
            url=f"{address}/luvut/{chapter.slug}",
            title=words.section_title(chapter),
            dots=Markup("").join(glyphs[each.standing] for each in found.in_chapter(chapter)),
            sum=_sum(found.tally([chapter])),
        )
        for chapter in found.outline.sections
    ]
    return Overview(
        lang=agreement.language.value,
        tally=found.tally(),
        annexes=found.annexes,
        chapters=chapters,
        legend={each.value: text for each, text in words.standings(agreement).items() if each in glyphs},
        adding=f"{address}/muokkaus" if may_write else "",
    )


def _answers(member: Member, found: Progress) -> list[AnswerLine]:
    """The last answers to what a member has suggested, with the reasons."""
    since = now() - ANSWERS_FOR
    answered = suggestions.answered(found.agreement, member.user_id, since=since, most=ANSWERS)
    placed = {each.clause_id: found.outline.find(each.clause_id) for each in answered if each.clause_id}
    titles = {clause_id: words.clause_title(each) for clause_id, each in placed.items() if each is not None}
    lang = reading.text_language(found.agreement)
    return [
        AnswerLine(
            url=home_of(each.id),
            name=name_of(each),
            title=titles.get(each.clause_id, "") if each.clause_id else "",
            lang=lang,
            outcome=panels.outcome_words(each),
            reason=gettext("Perustelu: %(reason)s", reason=each.answer) if each.answer else "",
        )
        for each in answered
    ]


def _due_lines(register: Sequence[Listed], address: str) -> list[DueLine]:
    """The questions that come due next, today's first."""
    coming = [
        (question.due_on, question)
        for question in register
        if question.due_on and question.due_on >= today() and not question.is_settled
    ]
    return [
        DueLine(
            f"{address}/kysymykset/{question.number}",
            gettext("Kysymys %(number)s", number=question.number),
            question.title,
            due_on,
        )
        for due_on, question in sorted(coming, key=lambda each: (each[0], each[1].number))[:DUE]
    ]


def _sum(tally: Tally) -> str:
    if not tally.total:
        return gettext("ei kohtia")
    if tally.is_whole:
        return gettext("kaikki sovittu")
    return gettext("%(agreed)s/%(total)s sovittu", agreed=tally.agreed, total=tally.total)


# ---------------------------------------------------------------- a task in words


def _row(task: Task, found: Progress, member: Member, owners: Mapping[UUID, str]) -> Row:
    address = f"/sopimukset/{task.agreement.slug}"
    clause = task.clauses[0] if task.clauses else None
    question = task.question
    number = question.number if question else 0
    due = _due(task)
    at_question = f"{address}/kysymykset/{number}"
    match task.kind:
        case TaskKind.ANSWER_SUGGESTION:
            return Row(
                "change",
                _where_suggested(task, address),
                ngettext("Vastaa muutosehdotukseen", "Vastaa %(num)s muutosehdotukseen", task.count),
                _what_suggested(task, found),
                _who_suggests(task, member),
                minutes=task.minutes,
            )
        case TaskKind.APPROVE_CHANGED:
            return Row(
                "change",
                f"{address}/muuttuneet",
                ngettext(
                    "Lue muuttunut kohta ja hyväksy se", "Lue %(num)s muuttunutta kohtaa ja hyväksy ne", task.count
                ),
                _named(task.agreement, task.clauses),
                gettext("Teksti muuttui sen jälkeen, kun osapuolesi hyväksyi sen."),
                minutes=task.minutes,
            )
        case TaskKind.APPROVE if clause:
            return Row(
                clause.standing.value,
                f"/kohdat/{clause.id}",
                gettext("Hyväksy kohta tai kerro, mitä siitä puuttuu"),
                _named(task.agreement, task.clauses),
                _already(task.agreement, member.side),
                minutes=task.minutes,
            )
        case TaskKind.APPROVE_REMOVAL if clause:
            return Row(
                clause.standing.value,
                f"/kohdat/{clause.id}",
                gettext("Hyväksy kohdan poistaminen tai pyydä se takaisin"),
                _gone(clause, found),
                gettext("Poistamiseen tarvitaan molempien osapuolten hyväksyntä."),
                minutes=task.minutes,
            )
        case TaskKind.ANSWER_QUESTIONS if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}?nayta=avoimet#kommentit",
                ngettext("Vastaa kysymykseen", "Vastaa %(num)s kysymykseen", task.count),
                _named(task.agreement, task.clauses),
                gettext("Järjestöt odottavat vastausta."),
                minutes=task.minutes,
            )
        case TaskKind.SETTLE_COMMENTS if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}?nayta=avoimet#kommentit",
                ngettext("Käsittele avoin kommentti", "Käsittele %(num)s avointa kommenttia", task.count),
                "",
                _where_most(task),
                minutes=task.minutes,
            )
        case TaskKind.COMMENT if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}#kommentoi",
                ngettext("Kommentoi kohtaa", "Kommentoi %(num)s kohtaa", task.count),
                _named(task.agreement, task.clauses),
                ngettext(
                    "Järjestösi ei ole vielä kommentoinut tätä kohtaa.",
                    "Järjestösi ei ole vielä kommentoinut näitä kohtia.",
                    task.count,
                ),
                minutes=task.minutes,
            )
        case TaskKind.ANSWER_ROUND if task.round:
            return Row(
                "comment",
                f"{address}/kierrokset/{task.round.number}/vastaa",
                ngettext(
                    "Vastaa kierrokseen: %(num)s kohta kommentoimatta",
                    "Vastaa kierrokseen: %(num)s kohtaa kommentoimatta",
                    task.count,
                )
                if task.count
                else gettext("Lähetä vastauksesi kierrokseen"),
                _named(task.agreement, task.clauses) if task.clauses else "",
                gettext("Järjestösi on kutsuttu vastaamaan."),
                due if not task.round.days_late else gettext("Määräpäivä on mennyt, mutta voit vielä vastata."),
                minutes=task.minutes,
            )
        case TaskKind.REMIND if task.round:
            return Row(
                "comment",
                f"{address}/kierrokset/{task.round.number}/muistutus",
                ngettext(
                    "Muistuta %(num)s kutsuttua, joka ei ole vastannut",
                    "Muistuta %(num)s kutsuttua, jotka eivät ole vastanneet",
                    task.count,
                ),
                sentence=gettext("Kierros päättyy pian."),
                due=due,
                minutes=task.minutes,
            )
        case TaskKind.CLOSE_ROUND if task.round:
            return Row(
                "warn",
                f"{address}/kierrokset/{task.round.number}",
                gettext("Sulje kierros %(number)s tai pidennä sitä", number=task.round.number),
                sentence=gettext("Vastauksia otetaan vielä, mutta ne merkitään myöhästyneiksi."),
                due=due,
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
                _in_its_language(task.agreement, question.title),
                _owner_of(task, member, owners),
                due,
            )
        case TaskKind.AGREE_QUESTION if question:
            return Row(
                "q",
                at_question,
                gettext("Päätä, onko kysymys %(number)s sovittu", number=number),
                _in_its_language(task.agreement, question.title),
                gettext("Ratkaisuehdotus on valmis käsiteltäväksi."),
                due,
                late=words.days_late(task.days_late) if task.days_late else "",
            )
        case TaskKind.RESUME_QUESTION if question:
            return Row(
                "q",
                at_question,
                gettext("Ota kysymys %(number)s taas käsittelyyn", number=number),
                _in_its_language(task.agreement, question.title),
                _owner_of(task, member, owners),
                gettext("Siirrettiin päivään %(day)s", day=language.day(task.due_on, full=False))
                if task.due_on
                else "",
            )
        case TaskKind.OWN_QUESTION if question:
            return Row(
                "q",
                at_question,
                gettext("Kerro, missä vaiheessa kysymys %(number)s on", number=number),
                _in_its_language(task.agreement, question.title),
                gettext("Olet kysymyksen vastuuhenkilö."),
                due,
            )
        case TaskKind.NAME_OWNER if question:
            return Row(
                "q",
                at_question,
                gettext("Nimeä vastuuhenkilö kysymykselle %(number)s", number=number),
                _in_its_language(task.agreement, question.title),
                due=due,
            )
        case _:
            return Row(
                "q",
                f"{address}/kysymykset#g-ehdotetut",
                ngettext(
                    "Päätä, otetaanko ehdotettu kysymys luetteloon",
                    "Päätä, otetaanko %(num)s ehdotettua kysymystä luetteloon",
                    task.count,
                ),
                _in_its_language(task.agreement, question.title) if question else "",
                minutes=task.minutes,
            )


def _due(task: Task) -> str:
    if task.due_on is None:
        return ""
    day = language.day(task.due_on, full=False)
    return gettext("Määräpäivä oli %(day)s", day=day) if task.days_late else gettext("Viimeistään %(day)s", day=day)


def _named(agreement: Agreement, clauses: Sequence[ClauseStanding]) -> str:
    """Clauses as the row names them: one with its title, a few by number, those taken out of the text last."""
    if len(clauses) == 1:
        return _name(agreement, clauses[0].placed)
    labels = [each.placed.label for each in clauses if each.placed.label]
    gone = len(clauses) - len(labels)
    if len(labels) > 6:
        return gettext("Kohdat %(labels)s ja muita", labels=", ".join(labels[:6]))
    if gone:
        labels.append(ngettext("poistettu kohta", "%(num)s poistettua kohtaa", gone))
    if gone == len(clauses):
        return labels[0]
    named = language.listed(labels)
    return ngettext("Kohta %(labels)s", "Kohdat %(labels)s", len(clauses) - gone, labels=named)


def _name(agreement: Agreement, placed: Placed) -> str:
    if not placed.label or not placed.title:
        return words.clause_name(placed)
    name = Markup("{} {}").format(placed.label, _in_its_language(agreement, placed.title))
    return escape(gettext("Kohta %(name)s")) % {"name": name}


def _in_its_language(agreement: Agreement, text: str) -> str:
    """Words of an agreement, marked where the page is in another language."""
    if agreement.language.value == language.language():
        return text
    return Markup('<span lang="{}">{}</span>').format(agreement.language.value, text)


def _gone(each: ClauseStanding, found: Progress) -> str:
    """A clause that was taken out of the text, by the last title that a side approved."""
    titles = [given.version.title for given in found.approvals.get(each.id, ()) if not given.version.is_removal]
    title = next(iter(titles), "")
    return pgettext("clause", "Poistettu kohta: %(title)s", title=title) if title else words.clause_name(each.placed)


def _where_suggested(task: Task, address: str) -> str:
    """The one suggestion, the clause they are all about, or the list of them."""
    if task.count == 1:
        return f"/muutosehdotukset/{task.suggestions[0].id}"
    place, *others = {each.clause_id for each in task.suggestions}
    return f"{address}/muutosehdotukset?nayta=minulle" if others or place is None else f"/kohdat/{place}#ehdotukset"


def _what_suggested(task: Task, found: Progress) -> str:
    if task.clauses:
        return _named(task.agreement, task.clauses)
    first = task.suggestions[0]
    chapter = found.outline.section(first.section_id) if first.section_id else None
    if chapter is not None:
        return gettext("Uusi kohta: %(section)s", section=words.section_title(chapter))
    placed = found.outline.find(first.clause_id) if first.clause_id else None
    return words.clause_name(placed) if placed is not None else ""


def _who_suggests(task: Task, member: Member) -> str:
    sides = {each.side for each in task.suggestions}
    if len(sides) > 1 or None in sides or member.role is Role.COORDINATOR:
        return gettext("Ehdotus ei etene ennen kuin joku vastaa siihen.")
    if Side.ORGANISATIONS in sides:
        return gettext("Järjestöt ehdottavat muutosta. Voit hyväksyä sen tai ehdottaa toista.")
    if words.is_municipal(task.agreement):
        return gettext("Kunta ehdottaa muutosta. Voit hyväksyä sen tai ehdottaa toista.")
    return gettext("Hyvinvointialue ehdottaa muutosta. Voit hyväksyä sen tai ehdottaa toista.")


def _where_most(task: Task) -> str:
    """Where the open comments are, or most of them."""
    labels = language.listed([each.placed.label for each in task.clauses])
    if sum(each.comments.open for each in task.clauses) == task.count:
        return ngettext(
            "Avoimia kommentteja on kohdassa %(labels)s.",
            "Avoimia kommentteja on kohdissa %(labels)s.",
            len(task.clauses),
            labels=labels,
        )
    return gettext("Eniten avoimia kommentteja on kohdissa %(labels)s.", labels=labels)


def _already(agreement: Agreement, own: Side | None) -> str:
    if own is Side.AUTHORITY:
        return gettext("Järjestöt ovat jo hyväksyneet kohdan.")
    if words.is_municipal(agreement):
        return gettext("Kunta on jo hyväksynyt kohdan.")
    return gettext("Hyvinvointialue on jo hyväksynyt kohdan.")


def _other_owner(task: Task, member: Member) -> UUID | None:
    """Who owns the question of a task, where the row names somebody else."""
    question = task.question
    if question is None or task.kind not in (TaskKind.LATE_QUESTION, TaskKind.RESUME_QUESTION):
        return None
    return question.owner_user_id if question.owner_id != member.id else None


def _owner_of(task: Task, member: Member, owners: Mapping[UUID, str]) -> str:
    if task.question and task.question.owner_id == member.id:
        return gettext("Olet kysymyksen vastuuhenkilö.")
    owner = _other_owner(task, member)
    if owner is None:
        return gettext("Kysymyksellä ei ole vielä vastuuhenkilöä.")
    return gettext("Vastuuhenkilö on %(name)s.", name=owners[owner])
