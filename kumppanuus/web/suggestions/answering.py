"""Answering a suggestion: accepting it as it is, merged or edited, rejecting it, taking it back, and undoing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms import StringField, TextAreaField

from kumppanuus import agreements, drafts, responses, suggestions
from kumppanuus.agreements import Clause
from kumppanuus.errors import Refused
from kumppanuus.suggestions import Kind, Standing, Suggestion
from kumppanuus.web import approvals as approvals_screen
from kumppanuus.web import errors, reading
from kumppanuus.web.drafting import desk
from kumppanuus.web.drafting.clauses import id_of
from kumppanuus.web.drafting.ground import Difference, base_of, difference
from kumppanuus.web.drafting.ground import parts as drafting_parts
from kumppanuus.web.forms import Form, IdField, Written, new_key
from kumppanuus.web.responses.wording import keep_undone
from kumppanuus.web.screen import Parts, apart, htmx, may, me, my_member, reply, retry, say, show
from kumppanuus.web.suggestions.frame import accept_words, home, landing, name_of, parts, rows_of, screen
from kumppanuus.web.suggestions.page import place_of, suggestion_page
from kumppanuus.web.suggestions.panels import Answering

_l = lazy_gettext


# ---------------------------------------------------------------- accepting


@screen.page("/muutosehdotukset/<uuid:suggestion>/hyvaksynta", may="suggestion.settle")
def look(suggestion: Suggestion) -> str | Response:
    """The text as it would be, before it is accepted: for a suggestion whose text has moved since it was written."""
    current = suggestion.clause.current if suggestion.clause else None
    found = suggestions.result(suggestion, current)
    if not suggestion.is_open or not found.is_clean:
        return make_response(redirect(home(suggestion), 302))
    place, member, agreement = place_of(suggestion), my_member(), suggestion.agreement
    is_removal = suggestion.kind is Kind.REMOVAL
    return show(
        "suggestions/look.html",
        section="agreement",
        name=name_of(suggestion),
        heading=gettext("Hyväksy %(name)s", name=name_of(suggestion).lower()),
        url=home(suggestion),
        language=agreement.language.value,
        changes=difference(current, found.title, found.text) if current and not is_removal else None,
        title=found.title,
        html=reading.clause_html(found.text),
        is_removal=is_removal,
        seen=found.fingerprint,
        approve=accept_words(agreement, member.side) if may("approval.give") and member.side else "",
        form_key=new_key(),
        crumbs=[*place.way, (home(suggestion), name_of(suggestion)), (None, gettext("Hyväksy"))],
    )


@screen.deed("/muutosehdotukset/<uuid:suggestion>/hyvaksynta", may="suggestion.settle")
def accept(suggestion: Suggestion) -> Response:
    """Put the words into the text, as they were seen; with `approve` they are approved for the own side as well."""
    try:
        suggestions.accept(
            suggestion, seen=request.form.get("seen", ""), approve="approve" in request.form, by=my_member()
        )
    except Refused as refusal:
        return _not_answered(suggestion, refusal)
    return _accepted(suggestion)


class EditForm(Form):
    """A wording made from a suggestion. `base` is the version in force that the writer saw."""

    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Teksti"), [Written(_l("Kirjoita kohdan teksti"))])
    remark = TextAreaField(
        _l("Miksi muokkasit ehdotusta?"), description=_l("Perustelu näkyy ehdotuksen tekijälle ja muille.")
    )
    base = IdField()


@dataclass(frozen=True)
class Editing:
    """The editor of a suggestion that is about to be accepted. `merged` tells that the text in the box is of two, and
    `refusal` that it was refused for that."""

    url: str
    heading: str
    language: str
    form: EditForm
    back: str
    approve: str
    refusal: str = ""
    merged: str = ""
    changes: Difference | None = None

    @property
    def rows(self) -> int:
        """How high the box is drawn, so that most texts are seen whole."""
        return rows_of(self.form.text.data)


@dataclass(frozen=True)
class Merging:
    """The merge desk: what others changed since the words were written, and a choice wherever both changed the same."""

    url: str
    heading: str
    language: str
    form: EditForm
    back: str
    theirs: Difference
    desk: desk.Desk
    refusal: str = ""
    is_sent: bool = False

    @property
    def rows(self) -> int:
        """How high the box is drawn, so that most texts are seen whole."""
        return rows_of(self.form.text.data)


@screen.page("/muutosehdotukset/<uuid:suggestion>/muokkaus", may="suggestion.settle")
def edit_page(suggestion: Suggestion) -> str | Response:
    """The words as accepting would put them into the text; at the merge desk where the same were changed since."""
    found = suggestions.result(suggestion, suggestion.clause.current if suggestion.clause else None)
    is_editable = suggestion.is_open and suggestion.kind is not Kind.REMOVAL
    if not is_editable or found.standing is Standing.BASE_GONE:
        return make_response(redirect(home(suggestion), 302))
    kept = drafts.find(_draft(suggestion), by=me().id)
    fields = dict(kept.fields) if kept else _fields_at_first(suggestion)
    form = EditForm(formdata=None, data={**fields, "base": id_of(fields.get("base", ""))})
    return _page(_meet(suggestion, form, kept=fields), suggestion)


@screen.deed("/muutosehdotukset/<uuid:suggestion>/muokkaus", may="suggestion.settle")
def accept_edited(suggestion: Suggestion) -> Response:
    form = EditForm()
    try:
        if "luonnos" in request.form:
            _keep(suggestion, form)
            say(gettext("Keskeneräinen teksti on tallessa. Vain sinä näet sen."))
            return reply(otherwise=f"{home(suggestion)}/muokkaus")
        if not form.validate():
            return _again(suggestion, _editing(suggestion, form))
        suggestions.accept_edited(
            suggestion,
            title=form.title.data,
            text=form.text.data,
            base=base_of(suggestion.clause, form.base) if suggestion.clause else None,
            approve="approve" in request.form,
            remark=form.remark.data or "",
            by=my_member(),
        )
    except agreements.Stale as refusal:
        # What is shown now is what the next press is held to.
        return _again(suggestion, _meet(suggestion, form, refusal=errors.sentence(refusal)), refusal)
    except (suggestions.Answered, suggestions.BaseGone):
        raise  # there is nothing to accept any more: the page of the refusal holds the text
    except Refused as refusal:
        form.refuse(refusal)
        return _again(suggestion, _editing(suggestion, form), refusal)
    drafts.forget(_draft(suggestion), by=me().id)
    return _accepted(suggestion)


@screen.deed("/muutosehdotukset/<uuid:suggestion>/yhdistaminen", may="suggestion.settle", keeps_key=True)
def merge(suggestion: Suggestion) -> Response:
    """What was chosen at the merge desk, as one text in the box: nothing is accepted before it was seen."""
    view = _meet(suggestion, EditForm(), sent=request.form)
    if isinstance(view, Merging):
        return _again(suggestion, view)
    _keep(suggestion, view.form)
    if not htmx:
        return make_response(_page(view, suggestion))
    return reply(parts.editor(view), otherwise=f"{home(suggestion)}/muokkaus", focus="#muokkaus-h")


@screen.deed("/muutosehdotukset/<uuid:suggestion>/muokkaus/esikatselu", may="suggestion.settle", keeps_key=True)
def preview_edit(suggestion: Suggestion) -> Response:
    form = EditForm()
    changes = _edit_changes(suggestion, form)
    if not htmx:
        return make_response(_page(_editing(suggestion, form, changes=changes), suggestion))
    focus = "#esikatselu-h" if "esikatselu" in request.form else None
    part = drafting_parts.preview(_editing(suggestion, form, changes=changes))
    return reply(part, otherwise=f"{home(suggestion)}/muokkaus", focus=focus)


@screen.deed("/muutosehdotukset/<uuid:suggestion>/muokkaus/luonnos", may="suggestion.settle", keeps_key=True)
def keep_edit(suggestion: Suggestion) -> Response:
    _keep(suggestion, EditForm())
    return make_response("", 204)


def _draft(suggestion: Suggestion) -> str:
    """Where the unfinished text of who accepts is kept."""
    return f"settle:{suggestion.id}"


def _fields_at_first(suggestion: Suggestion) -> dict[str, str]:
    """What the editor holds at first: what accepting would give, else the words as they were suggested."""
    current = suggestion.clause.current if suggestion.clause else None
    found = suggestions.result(suggestion, current)
    if found.is_clean:
        return {"title": found.title, "text": found.text, "remark": "", "base": str(current.id if current else "")}
    return {
        "title": suggestion.title,
        "text": suggestion.text,
        "remark": "",
        "base": str(suggestion.base_id or ""),
    }


def _keep(suggestion: Suggestion, form: EditForm) -> None:
    """Keep what is typed and chosen, with the version it was drawn from; nothing if it is what stood there at first."""
    fields = {name: (form[name].data or "").replace("\r\n", "\n") for name in ("title", "text", "remark")}
    fields["base"] = str(form.base.data or "")
    chosen = {name: text for name, text in request.form.items() if name.startswith(desk.FIELDS)}
    if fields == _fields_at_first(suggestion) and not any(chosen.values()):
        drafts.forget(_draft(suggestion), by=me().id)
    else:
        drafts.keep(_draft(suggestion), {**fields, **chosen}, by=me().id)


def _meet(
    suggestion: Suggestion, form: EditForm, *, sent: Any = None, kept: Any = None, refusal: str = ""
) -> Editing | Merging:
    """Bring the words in the box together with the text in force: at the merge desk, or in the box if nothing clashes.

    `sent` is what was chosen at the desk, `kept` what was left there unfinished.
    """
    clause = suggestion.clause
    base = base_of(clause, form.base) if clause else None
    if clause is None or base is None or base.id == clause.current.id or clause.is_removed:
        return _editing(suggestion, form, refusal=refusal)
    current, language = clause.current, suggestion.agreement.language.value
    merged = agreements.merge_with(current, form.title.data or "", form.text.data or "", base)
    table = desk.desk(merged, own=gettext("Ehdotettu teksti"), language=language, sent=sent, kept=kept)
    if table.clashes and (sent is None or not table.is_settled):
        return Merging(
            url=f"{home(suggestion)}/muokkaus",
            heading=gettext("Yhdistä tekstit: %(name)s", name=name_of(suggestion)),
            language=language,
            form=form,
            back=home(suggestion),
            theirs=difference(base, current.title, current.text),
            desk=table,
            refusal=refusal,
            is_sent=sent is not None,
        )
    title, text = table.wording
    data = {"title": title, "text": text, "remark": form.remark.data, "base": current.id}
    return _editing(
        suggestion,
        EditForm(formdata=None, data=data),
        refusal=refusal,
        merged=gettext("Kentässä on ehdotettu teksti yhdistettynä nykyiseen. Tarkista se ja hyväksy."),
        changes=difference(current, title, text),
    )


def _edit_changes(suggestion: Suggestion, form: EditForm) -> Difference:
    """What the text in the box changes in the agreement; in what is suggested, if that is a new clause."""
    base = base_of(suggestion.clause, form.base) if suggestion.clause else None
    before = base or (suggestion.clause.current if suggestion.clause else suggestion)
    return difference(before, form.title.data or "", form.text.data or "")


def _editing(suggestion: Suggestion, form: EditForm, **rest: Any) -> Editing:
    agreement, member = suggestion.agreement, my_member()
    return Editing(
        url=f"{home(suggestion)}/muokkaus",
        heading=gettext("Muokkaa ja hyväksy: %(name)s", name=name_of(suggestion)),
        language=agreement.language.value,
        form=form,
        back=home(suggestion),
        approve=accept_words(agreement, member.side) if may("approval.give") and member.side else "",
        **rest,
    )


def _page(view: Editing | Merging, suggestion: Suggestion) -> str:
    way = [*place_of(suggestion).way, (view.back, name_of(suggestion)), (None, gettext("Muokkaa"))]
    return show("suggestions/edit.html", section="agreement", view=view, part=_part(view), crumbs=way)


def _part(view: Editing | Merging) -> Markup:
    made = parts.merging(view) if isinstance(view, Merging) else parts.editor(view)
    return Markup(made)  # noqa: S704 - a macro escapes what it is given


def _again(suggestion: Suggestion, view: Editing | Merging, refusal: Refused | None = None) -> Response:
    return retry(lambda: _part(view), lambda: _page(view, suggestion), refusal)


# ---------------------------------------------------------------- not accepting


class RejectForm(Form):
    """Why a suggestion is not taken into the text."""

    reason = TextAreaField(_l("Miksi hylkäät ehdotuksen?"), [Written(_l("Kirjoita perustelu"))])


@screen.deed("/muutosehdotukset/<uuid:suggestion>/hylkays", may="suggestion.settle")
def reject(suggestion: Suggestion) -> Response:
    form = RejectForm()
    refused: Refused | None = None
    if form.validate():
        try:
            suggestions.reject(suggestion, reason=form.reason.data, by=my_member())
        except suggestions.Answered:
            raise  # there is no form any more that could hold the reason: the page of the refusal does
        except Refused as refusal:
            form.refuse(refusal)
            refused = refusal
        else:
            say(gettext("Hylkäsit ehdotuksen %(number)s. Perustelusi näkyy kaikille.", number=suggestion.number))
            return _answer(suggestion)
    told = tuple(map(str, [*form.reason.errors, *form.form_errors]))
    reason = form.reason.data or ""
    view = Answering(
        suggestion.id,
        home(suggestion),
        name_of(suggestion).lower(),
        new_key(),
        target=f"#clause-{suggestion.clause_id}",
        reason=reason,
        errors=told,
    )
    response = retry(
        lambda: parts.reject(view),
        lambda: suggestion_page(suggestion, reject_errors=told, reject_reason=reason),
        refused,
    )
    if htmx:
        response.headers["HX-Retarget"] = f"details:has(#hylkaa-{suggestion.id})"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


@screen.deed("/muutosehdotukset/<uuid:suggestion>/peruminen", may="suggestion.withdraw")
def withdraw(suggestion: Suggestion) -> Response:
    try:
        suggestions.withdraw(suggestion, by=my_member())
    except Refused as refusal:
        return _not_answered(suggestion, refusal)
    drafts.forget_led_to(landing(suggestion))
    say(gettext("Peruit ehdotuksen %(number)s.", number=suggestion.number))
    return _answer(suggestion)


@screen.deed("/muutosehdotukset/<uuid:suggestion>/kumoaminen", may="suggestion.undo")
def undo(suggestion: Suggestion) -> Response:
    draft, clause, text = responses.drafted_with(suggestion), suggestion.clause, suggestion.result
    answered = responses.remark_ids_of(draft) if draft else []
    try:
        number = responses.undo_acceptance(suggestion, by=my_member())
    except Refused as refusal:
        return _not_answered(suggestion, refusal)
    if number == 1:
        say(gettext("Ehdotuksen %(number)s hyväksyminen on kumottu. Ehdotus on taas avoin.", number=suggestion.number))
    else:
        say(gettext("%(number)s ehdotuksen hyväksyminen on kumottu. Ehdotukset ovat taas avoimia.", number=number))
    if draft is None or clause is None or text is None or not may("response.manage"):
        return _answer(suggestion)
    # The text that answered many waits where it was written, to go on from.
    return reply(otherwise=keep_undone(draft.round, clause, text, answered, draft))


# ---------------------------------------------------------------- the answers to these deeds


def _accepted(suggestion: Suggestion) -> Response:
    clause = suggestion.clause
    assert clause is not None, "what is accepted has a clause"
    facts = {"number": suggestion.number, "label": agreements.label_of(clause)}
    match suggestion.kind:
        case Kind.REMOVAL:
            told = gettext("Hyväksyit ehdotuksen %(number)s. Kohta on poistettu sopimuksesta.", **facts)
        case Kind.ADDITION:
            told = gettext("Hyväksyit ehdotuksen %(number)s. Uusi kohta on %(label)s.", **facts)
        case _:
            told = gettext("Hyväksyit ehdotuksen %(number)s. Kohdan %(label)s uusi teksti on voimassa.", **facts)
    said = " ".join(filter(None, [told, approvals_screen.after_words(clause)]))
    say(said, undo=f"{home(suggestion)}/kumoaminen")
    return _answer(suggestion)


def _answer(suggestion: Suggestion) -> Response:
    """The clause as it stands now: its article for htmx, else the page the person came from."""
    clause, otherwise = suggestion.clause, _back(suggestion)
    if htmx and clause is not None and not clause.is_removed:
        return reply(_article(clause), otherwise=otherwise, focus=f"#{agreements.place_of(clause).anchor}")
    return reply(otherwise=otherwise)


def _not_answered(suggestion: Suggestion, refusal: Refused) -> Response:
    """A refusal in words, with the suggestion as it stands now."""
    clause, said = suggestion.clause, errors.sentence(refusal)

    def part() -> str:
        box = Parts("ui/parts.html").refusal(gettext("Ehdotukseen ei vastattu"), said)
        return f"{box}\n{_article(clause)}" if clause is not None and not clause.is_removed else box

    return retry(part, lambda: suggestion_page(suggestion, refusal=said), refusal)


def _back(suggestion: Suggestion) -> str:
    """The page the person came from, if it shows the suggestion; else the page of the clause, or the suggestion's."""
    came_from = apart(request.referrer or "")
    here, agreement = home(suggestion), reading.address(suggestion.agreement)
    clause = suggestion.clause
    if clause is None or clause.is_removed or came_from.path == here:
        return here
    if came_from.path.startswith(f"{agreement}/luvut/"):
        return f"{came_from.path}#{agreements.place_of(clause).anchor}"
    return f"/kohdat/{clause.id}"


def _article(clause: Clause) -> str:
    # Imported here, because that page shows these suggestions.
    from kumppanuus.web.clauses import article

    return article(clause)
