"""What waits for a person, in words: a row for each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext, ngettext, pgettext
from markupsafe import Markup, escape

from kumppanuus import accounts
from kumppanuus.agreements import Agreement, Placed, Side
from kumppanuus.members import Member, Role
from kumppanuus.progress import ClauseStanding, Progress, Task, TaskKind
from kumppanuus.web import language, words


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


def rows(waiting: Sequence[Task], found: Progress, member: Member) -> list[Row]:
    """What waits for a member, in words, in its order. Names of people are read in one query."""
    owners = accounts.names(owner for task in waiting if (owner := _other_owner(task, member)))
    return [_row(task, found, member, owners) for task in waiting]


# ---------------------------------------------------------------- inside


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
        case TaskKind.WRITE_RESPONSE if task.duty:
            return Row(
                "q",
                f"{address}/kierrokset/{task.duty.round}/vastineet/{task.duty.id}",
                ngettext("Kirjoita vastine kommenttiin", "Kirjoita vastine %(num)s kommenttiin", task.count),
                sentence=gettext("Koordinaattori pyytää sinulta vastinetta."),
                minutes=task.minutes,
            )
        case TaskKind.COMMENT if clause:
            return Row(
                "comment",
                f"/kohdat/{clause.id}#kommentoi",
                ngettext("Kommentoi kohtaa", "Kommentoi %(num)s kohtaa", task.count),
                _named(task.agreement, task.clauses),
                _who_has_not_commented(task, member),
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
        case TaskKind.ANSWER_REMARKS if task.owed:
            return Row(
                "comment",
                f"{address}/kierrokset/{task.owed.number}/vastineet?tila=left",
                ngettext(
                    "Vastaa kommenttiin kierroksella %(number)s",
                    "Vastaa %(num)s kommenttiin kierroksella %(number)s",
                    task.count,
                    number=task.owed.number,
                ),
                sentence=gettext("Kierros on suljettu, ja vastaajat odottavat vastausta."),
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


def _who_has_not_commented(task: Task, member: Member) -> str:
    if member.organisation_id is None:
        return ngettext("Et ole vielä kommentoinut tätä kohtaa.", "Et ole vielä kommentoinut näitä kohtia.", task.count)
    return ngettext(
        "Järjestösi ei ole vielä kommentoinut tätä kohtaa.",
        "Järjestösi ei ole vielä kommentoinut näitä kohtia.",
        task.count,
    )


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
