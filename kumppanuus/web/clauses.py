"""Screen: one clause: its text with the signature lines, the talk about it, its history and how its wordings differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms import SelectField

from kumppanuus import accounts, agreements, ledger, progress, questions, suggestions
from kumppanuus.agreements import Clause, ClauseVersion
from kumppanuus.comments import Counts
from kumppanuus.ledger import Told
from kumppanuus.progress import ClauseStanding, Standing
from kumppanuus.text.diff import Change, diff
from kumppanuus.web import approvals as approvals_screen
from kumppanuus.web import comments as comments_screen
from kumppanuus.web import history as history_screen
from kumppanuus.web import language, reading, surroundings, words
from kumppanuus.web.approvals import ApprovalActions
from kumppanuus.web.forms import Form
from kumppanuus.web.responses import told
from kumppanuus.web.screen import Parts, Screen, may, my_member, show
from kumppanuus.web.suggestions import panels
from kumppanuus.web.surroundings import LAST, Around

screen = Screen("clauses", __name__)
parts = Parts("clauses/parts.html")
contents_parts = Parts("agreements/parts.html")

# How many entries the history of a clause tells at once.
PAGE = 50


# ---------------------------------------------------------------- in its chapter


def article(clause: Clause) -> str:
    """The clause as it stands in its chapter, drawn fresh; with what beside it tells of its standing, out of band."""
    found, standing = progress.clause_standing(clause)
    chapter = standing.placed.section
    waits = progress.waits_in(my_member(), found)
    suggested = panels.in_chapter(found, chapter)
    beside = reading.contents(found, chapter)
    return "\n".join(
        [
            parts.article(reading.articles(found, [standing], waits, suggested)[0]),
            contents_parts.beside(beside, oob=True),
            contents_parts.above(beside, oob=True),
            contents_parts.tocbar(beside, oob=True),
            contents_parts.sentence(reading.chapter_sentence(found, chapter, waits), oob=True),
        ]
    )


# ---------------------------------------------------------------- its own page


@dataclass(frozen=True)
class Happened:
    """One line of the short history beside a clause."""

    words: str
    at: datetime
    url: str
    link: str


@dataclass(frozen=True)
class Removal:
    """How a clause was taken out of the text, and the words it had last."""

    sentence: str
    reason: str
    html: Markup


@screen.page("/kohdat/<uuid:clause>", may="agreement.read", endpoint="show")
def show_clause(clause: Clause) -> str:
    """The text on a sheet, the talk, and beside them the questions and the last things that happened."""
    return clause_page(clause, around=surroundings.kept(clause, g.head, g.length))


def clause_page(clause: Clause, *, around: Around | None = None, **forms: Any) -> str:
    """The whole page of a clause. `forms` are bound forms that were refused, such as `comment_form`, `reopen_form`."""
    agreement, here, current = clause.agreement, f"/kohdat/{clause.id}", clause.current
    around = around or surroundings.around(clause)
    placed, asked = agreements.Placed(clause.id, current, around.label, around.section, clause), around.asked
    talk = comments_screen.talk(
        None,
        owner=clause.id,
        action=f"{here}/kommentit",
        here=here,
        current=current,
        heading=gettext("Kommentoi kohtaa"),
        forms=forms,
    )
    said = Counts(total=talk.total, open=talk.open)
    suggested = suggestions.of_clause(clause.id)
    still_open = [each for each in suggested if each.is_open]
    standing = progress.standing_of(
        clause,
        placed,
        said=said,
        asked=[number for number, _ in asked],
        is_in_round=around.is_in_round,
        suggested=still_open,
    )
    proposals = panels.Panels(agreement, here, request.args.get("nayta", "")).of_place(
        still_open, current, placed.label, is_agreed=standing.is_agreed
    )
    # Nobody is asked about taking out what nobody had approved.
    is_signed = not current.is_removal or standing.is_removal_asked or bool(standing.approvals)
    base = reading.address(agreement)
    chapter_url = _chapter_url(clause, placed)
    last = agreements.last_wording(clause) if current.is_removal else None
    title = last.title if last else current.title
    return show(
        "clauses/page.html",
        section="agreement",
        agreement=agreement,
        clause=clause,
        address=base,
        home=here,
        lang=reading.text_language(agreement),
        title=f"{placed.label} {title}".strip() if placed.label else title,
        name=gettext("Kohta %(name)s", name=placed.label) if placed.label else gettext("Poistettu kohta"),
        chapter=(chapter_url, words.section_title(placed.section)) if chapter_url else None,
        html=reading.clause_html(current.text),
        state=_state(standing, words.standings(agreement)),
        signs=reading.Signatures(agreement).lines(standing.approvals),
        reopened=reading.reopened(standing),
        removal=_removal(clause, last) if last else None,
        shows_signs=is_signed,
        actions=reading.after_answers(approvals_screen.actions(standing, forms=forms), proposals)
        if is_signed
        else ApprovalActions(clause.id, ""),
        error_lines=_error_lines(clause, forms),
        restore=Form(formdata=None) if current.is_removal and may("clause.write") else None,
        suggested=proposals,
        decided=panels.lines(agreement, [each for each in suggested if not each.is_open]),
        talk=talk,
        spoken=told.drawn(base, around.spoken),
        questions=[(f"{base}/kysymykset/{number}", number, words_of_it) for number, words_of_it in asked],
        happened=_last_things(clause, around.last),
    )


def _state(standing: ClauseStanding, known: Mapping[Standing, str]) -> tuple[Standing, str] | None:
    """The status and its words. Of a clause that was taken out it tells how far its removal is, if that is asked."""
    if not standing.placed.version.is_removal:
        return standing.standing, known[standing.standing]
    if standing.is_agreed:
        return standing.standing, gettext("Poistamisesta on sovittu")
    if not standing.is_removal_asked:
        return None
    return standing.standing, known[standing.standing] if standing.approvals else gettext(
        "Poistaminen odottaa hyväksyntää"
    )


def _chapter_url(clause: Clause, placed: agreements.Placed) -> str:
    if not placed.section.label:
        return ""  # the chapter itself was removed
    anchor = f"#{placed.anchor}" if placed.label else ""
    return reading.chapter_address(clause.agreement, placed.section) + anchor


def _removal(clause: Clause, last: ClauseVersion) -> Removal:
    current = clause.current
    name = accounts.names([current.author_id]).get(current.author_id, "")
    told = gettext("%(name)s poisti kohdan sopimuksesta %(day)s.", name=name, day=language.day(current.written_at))
    return Removal(told, current.reason, reading.clause_html(last.text))


def _error_lines(clause: Clause, forms: dict[str, Any]) -> list[tuple[str, str]]:
    """What to check before an agreed clause can be opened again: its form stands further down."""
    form = forms.get("reopen_form")
    if form is None:
        return []
    return [(f"syy-{clause.id}", str(error)) for error in [*form.reason.errors, *form.form_errors]]


def _last_things(clause: Clause, entries: list[Told]) -> list[Happened]:
    here = f"/kohdat/{clause.id}"
    see = gettext("Katso muutos")
    found = []
    for entry in entries:
        number = entry.facts.get("number", 0)
        url = f"{here}/vertailu?a={number - 1}&b={number}" if number > 1 else ""
        found.append(Happened(_told(entry), entry.at, url, see if url else ""))
    is_new = any(
        entry.kind == "clause.added" or entry.facts.get("of") == suggestions.Kind.ADDITION for entry in entries
    )
    if len(entries) < LAST and not is_new:
        # A clause of the model has no entry of its own: it came with the agreement.
        found.append(Happened(gettext("Luonnos"), clause.agreement.made_at, "", ""))
    return found


def _told(entry: Told) -> str:
    match entry.kind:
        case "clause.added":
            return gettext("Luonnos")
        case "clause.rewritten":
            return gettext("Teksti muuttui")
        case "clause.removed":
            return gettext("Poistettu sopimuksesta")
        case "clause.restored":
            return gettext("Palautettu sopimukseen")
        case "clause.reopened":
            return gettext("Avattu uudelleen")
        case "approval.withdrawn":
            return gettext("Hyväksyntä peruttu")
        case "suggestion.acceptance-undone":
            return gettext("Muutosehdotuksen hyväksyminen kumottu")
        case "suggestion.accepted" if entry.facts["agreed"]:
            return gettext("Muutosehdotus hyväksytty, sovittu")
        case "suggestion.accepted":
            return gettext("Muutosehdotus hyväksytty")
    return gettext("Sovittu") if entry.facts["agreed"] else gettext("Hyväksytty")


# ---------------------------------------------------------------- history


@dataclass(frozen=True)
class VersionLine:
    """One version of a clause in its history."""

    name: str
    is_current: bool
    told: str
    reason: str
    url: str
    hidden: str


@screen.page("/kohdat/<uuid:clause>/historia", may="agreement.read")
def history(clause: Clause) -> str:
    """Every version of the wording, and everything that happened to the clause, the newest first."""
    agreement, here = clause.agreement, f"/kohdat/{clause.id}"
    whole = agreements.outline(agreement, to_show=True)
    before = request.args.get("ennen", "")
    entries = ledger.history(
        clause.id,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
        most=PAGE + 1,
    )
    versions = agreements.versions(clause)
    placed = whole.find(clause.id)
    return show(
        "clauses/history.html",
        section="agreement",
        agreement=agreement,
        address=reading.address(agreement),
        home=here,
        lang=reading.text_language(agreement),
        title=_title(placed, versions),
        name=_name(placed),
        versions=_version_lines(clause, versions) if not before else [],
        decided=[]
        if before
        else panels.lines(agreement, [e for e in suggestions.of_clause(clause.id) if not e.is_open]),
        lines=history_screen.lines(entries[:PAGE], whole, questions.listed(agreement)),
        older=f"{here}/historia?ennen={entries[PAGE - 1].number}" if len(entries) > PAGE else "",
        is_later_page=bool(before),
    )


def _title(placed: agreements.Placed | None, versions: Sequence[ClauseVersion]) -> str:
    """Number and title, or the title a removed clause had last."""
    if placed is not None and placed.label:
        return words.clause_title(placed)
    return next((each.title for each in reversed(versions) if each.title), "") or gettext("Poistettu kohta")


def _name(placed: agreements.Placed | None) -> str:
    label = placed.label if placed else ""
    return gettext("Kohta %(name)s", name=label) if label else gettext("Poistettu kohta")


def _version_lines(clause: Clause, versions: Sequence[ClauseVersion]) -> list[VersionLine]:
    names = accounts.names(each.author_id for each in versions)
    by_id = {each.id: each for each in versions}
    lines = []
    for each in reversed(versions):
        number = each.number
        who = {
            "name": names.get(each.author_id, gettext("Poistettu henkilö")),
            "at": language.full_moment(each.written_at),
        }
        lines.append(
            VersionLine(
                name=gettext("Versio %(number)s: kohta poistettu", number=number)
                if each.is_removal
                else gettext("Versio %(number)s", number=number),
                is_current=number == clause.current_number,
                told=gettext("%(name)s, %(at)s", **who) + _merging(each, by_id),
                reason=each.reason,
                url=f"/kohdat/{clause.id}/vertailu?a={number - 1}&b={number}" if number > 1 else "",
                hidden=gettext("versiota %(number)s edelliseen", number=number),
            )
        )
    return lines


def _merging(version: ClauseVersion, by_id: Mapping[UUID, ClauseVersion]) -> str:
    """That a version was written on an older one than the one before it, and is both of them together."""
    base = by_id.get(version.base_id) if version.base_id else None
    is_restored = any(each.is_removal and each.number == version.number - 1 for each in by_id.values())
    if base is None or base.number >= version.number - 1 or is_restored:
        return ""
    words = {"base": base.number, "number": version.number - 1}
    return ". " + gettext("Kirjoitettu versiosta %(base)s ja yhdistetty versioon %(number)s", **words)


# ---------------------------------------------------------------- two wordings side by side


class VersionsForm(Form):
    """Which two versions to compare; asked for in the address, so it needs no token."""

    a = SelectField(lazy_gettext("Vanhempi versio"), coerce=int)
    b = SelectField(lazy_gettext("Uudempi versio"), coerce=int)

    class Meta(Form.Meta):
        csrf = False


@screen.page("/kohdat/<uuid:clause>/vertailu", may="agreement.read")
def comparison(clause: Clause) -> str:
    """What changed from one version of the wording to another, word by word: ?a=2&b=4, else the last two."""
    agreement = clause.agreement
    versions = agreements.versions(clause)
    by_number = {each.number: each for each in versions}
    newest = versions[-1].number
    b = by_number.get(_number("b")) or by_number[newest]
    a = by_number.get(_number("a")) or by_number[max(b.number - 1, 1)]
    placed = agreements.place_of(clause)
    names = accounts.names(each.author_id for each in versions)
    form = VersionsForm(formdata=None, data={"a": a.number, "b": b.number})
    form.a.choices = form.b.choices = [(each.number, _version_words(each, names)) for each in reversed(versions)]
    changes, title_changes = diff(a.text, b.text), diff(a.title, b.title)
    return show(
        "clauses/comparison.html",
        section="agreement",
        agreement=agreement,
        address=reading.address(agreement),
        home=f"/kohdat/{clause.id}",
        lang=reading.text_language(agreement),
        title=_title(placed, versions),
        name=_name(placed),
        form=form,
        is_only_one=len(versions) == 1,
        a=a,
        b=b,
        told=_comparison_words(a, b, _is_changed(changes), _is_changed(title_changes)),
        reason=b.reason if b.number == a.number + 1 else "",
        title_changes=title_changes if _is_changed(title_changes) else [],
        changes=changes,
        now=b.number == clause.current_number,
    )


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _version_words(version: ClauseVersion, names: dict[Any, str]) -> str:
    facts = {
        "number": version.number,
        "day": language.day(version.written_at),
        "name": names.get(version.author_id, gettext("Poistettu henkilö")),
    }
    if version.is_removal:
        return gettext("Versio %(number)s: kohta poistettu, %(day)s, %(name)s", **facts)
    return gettext("Versio %(number)s, %(day)s, %(name)s", **facts)


def _is_changed(changes: Iterable[Change]) -> bool:
    return any(change.kind != "equal" for change in changes)


def _comparison_words(a: ClauseVersion, b: ClauseVersion, is_text_changed: bool, is_title_changed: bool) -> str:
    """What happened between two versions, where the marks do not tell it."""
    if a.number == b.number:
        return gettext("Valitse kaksi eri versiota.")
    if b.is_removal and not a.is_removal:
        return gettext("Versiossa %(b)s kohta on poistettu sopimuksesta.", b=b.number)
    if a.is_removal and not b.is_removal:
        return gettext("Versiossa %(a)s kohta oli poistettu sopimuksesta.", a=a.number)
    if not is_text_changed and not is_title_changed:
        return gettext("Versioiden teksti on sama.")
    return gettext("Vain otsikko on muuttunut.") if not is_text_changed else ""
