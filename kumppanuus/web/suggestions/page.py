"""The page of one suggestion, with what is said about it, and the list of all of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, redirect, request
from flask_babel import gettext

from kumppanuus import agreements, approvals, progress, responses, suggestions
from kumppanuus.agreements import Agreement, Outline, Side
from kumppanuus.suggestions import Shown, Suggestion
from kumppanuus.web import comments as comments_screen
from kumppanuus.web import reading, words
from kumppanuus.web.screen import may, me, my_member, show
from kumppanuus.web.suggestions import panels
from kumppanuus.web.suggestions.frame import home, list_address, name_of, news_of, screen
from kumppanuus.web.suggestions.panels import Panels

PAGE = 30


@screen.page("/muutosehdotukset/<uuid:suggestion>", may="agreement.read", endpoint="show")
def show_suggestion(suggestion: Suggestion) -> str:
    """What is suggested and why, how it stands or was answered, and the talk about it."""
    return suggestion_page(suggestion)


def suggestion_page(
    suggestion: Suggestion,
    *,
    refusal: str = "",
    reject_errors: tuple[str, ...] = (),
    reject_reason: str = "",
    **forms: Any,
) -> str:
    """The whole page of a suggestion. A refused deed gives its sentence, or what was written at the form it refused."""
    agreement, here = suggestion.agreement, home(suggestion)
    found = suggestions.shown(suggestion.id)
    assert found is not None, "it was read a moment ago"
    place = place_of(suggestion)
    made = Panels(agreement, here, request.args.get("nayta", ""))
    others = (
        [each for each in suggestions.of_clause(suggestion.clause_id) if each.is_open] if suggestion.clause_id else []
    )
    rivals = suggestions.rivals(others, suggestion.clause.current) if suggestion.clause else {}
    view = made.one(
        found,
        suggestion.clause.current if suggestion.clause else None,
        place.label,
        rivals=rivals.get(found.id, ()),
        is_own_page=True,
        is_agreed=suggestion.clause is not None and len(approvals.standing(suggestion.clause)) == len(Side),
        errors=reject_errors,
        reason=reject_reason,
    )
    can_undo = may("suggestion.undo", suggestion) and responses.undoable(suggestion, by=me().id)
    talk = comments_screen.talk(
        suggestion.thread_id, owner=suggestion.id, action=f"{here}/kommentit", here=here, forms=forms,
        heading=gettext("Kommentoi ehdotusta"),
    )  # fmt: skip
    return show(
        "suggestions/page.html",
        section="agreement",
        agreement=agreement,
        address=reading.address(agreement),
        name=name_of(found),
        heading=news_of(agreement, found),
        place=place,
        lang=reading.text_language(agreement),
        view=view,
        outcome=None if found.is_open else panels.outcome_view(agreement, found, can_undo=can_undo),
        refusal=refusal,
        error_lines=[(f"hylkays-{suggestion.id}", each) for each in reject_errors],
        others=[(home(each), news_of(agreement, each)) for each in others if each.id != suggestion.id],
        following=_following(suggestion),
        all_url=list_address(agreement),
        talk=talk,
    )


def _following(suggestion: Suggestion) -> tuple[str, str] | None:
    """The address and name of the suggestion that waits for me after this one; the first one after the last."""
    waiting = progress.to_answer(my_member(), suggestions.waiting(suggestion.agreement))
    others = [each for each in waiting if each.id != suggestion.id]
    after = [each for each in others if each.number > suggestion.number]
    found = next(iter(after or others), None)
    return (home(found.id), name_of(found)) if found else None


class Place:
    """Where a suggestion belongs: the number, title and address of its clause, or of the section of a new one."""

    def __init__(self, label: str, title: str, url: str, way: list[tuple[str | None, str]]) -> None:
        self.label, self.title, self.url, self.way = label, title, url, way


def place_of(suggestion: Suggestion) -> Place:
    """Where a suggestion belongs, with the way there."""
    agreement = suggestion.agreement
    way: list[tuple[str | None, str]] = [(reading.address(agreement), gettext("Sopimus"))]
    if suggestion.clause is not None:
        placed = agreements.place_of(suggestion.clause)
        title = words.clause_title(placed) if placed.label else _last_title(suggestion)
        url = f"/kohdat/{placed.id}"
        if placed.section.label:
            way.append((reading.chapter_address(agreement, placed.section), words.section_title(placed.section)))
        name = gettext("Kohta %(name)s", name=placed.label) if placed.label else gettext("Poistettu kohta")
        return Place(placed.label, title, url, [*way, (url, name)])
    whole = agreements.outline(agreement, to_show=True)
    chapter = whole.section(suggestion.section_id) if suggestion.section_id else None
    after = whole.find(suggestion.after_id) if suggestion.after_id else None
    label = after.label if after and after.section is chapter else ""
    if chapter is None:
        return Place("", suggestion.section.title if suggestion.section else "", "", way)
    url = reading.chapter_address(agreement, chapter)
    return Place(label, words.section_title(chapter), url, [*way, (url, words.section_title(chapter))])


def _last_title(suggestion: Suggestion) -> str:
    assert suggestion.clause_id is not None
    return agreements.last_titles([suggestion.clause_id]).get(suggestion.clause_id) or gettext("Poistettu kohta")


# ---------------------------------------------------------------- all of them


@screen.page("/sopimukset/<agreement>/muutosehdotukset", may="agreement.read")
def index(agreement: Agreement) -> str:
    """The open suggestions; with ?nayta=minulle those that wait for me, with ?nayta=ratkaistut the decided ones with
    the reasons."""
    view = request.args.get("nayta", "")
    is_decided = view == "ratkaistut"
    number = request.args.get("sivu", "")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
    page = max(page, 1)
    here = list_address(agreement)
    waiting = suggestions.open_ones(agreement)
    decided = suggestions.decided(agreement, most=PAGE, skip=(page - 1) * PAGE)
    mine = progress.to_answer(my_member(), waiting)
    shows_mine = view == "minulle" and bool(mine)
    found = decided.shown if is_decided else mine if shows_mine else waiting
    left = decided.total - page * PAGE
    views = [
        (here, gettext("Avoimet (%(n)s)", n=len(waiting)), not (is_decided or shows_mine)),
        (f"{here}?nayta=ratkaistut", gettext("Ratkaistut (%(n)s)", n=decided.total), is_decided),
    ]
    if mine:
        views.insert(0, (f"{here}?nayta=minulle", gettext("Sinua odottaa (%(n)s)", n=len(mine)), shows_mine))
    return show(
        "suggestions/index.html",
        section="agreement",
        agreement=agreement,
        address=reading.address(agreement),
        views=views,
        is_decided=is_decided,
        lines=panels.lines(agreement, found, _titles(agreement, found)),
        older=f"{here}?nayta=ratkaistut&sivu={page + 1}" if is_decided and left > 0 else "",
    )


def _titles(agreement: Agreement, found: list[Shown]) -> dict[UUID, str]:
    """What each suggestion is about: its clause, else its section."""
    whole: Outline = agreements.outline(agreement, to_show=True)
    titles = {placed.id: words.clause_title(placed) for placed in whole.clauses()}
    titles |= {chapter.id: words.section_title(chapter) for chapter in whole.sections}
    gone = {each.clause_id for each in found if each.clause_id and each.clause_id not in titles}
    return titles | {
        clause_id: gettext("Poistettu kohta: %(title)s", title=title) if title else gettext("Poistettu kohta")
        for clause_id, title in agreements.last_titles(gone).items()
    }


@screen.page("/sopimukset/<agreement>/muutosehdotukset/<int:number>", may="agreement.read")
def by_number(agreement: Agreement, number: int) -> Response:
    """A suggestion by its number in the agreement: leads to its permanent address."""
    found = suggestions.by_number(agreement, number)
    if found is None:
        abort(404)
    return make_response(redirect(home(found), 302))
